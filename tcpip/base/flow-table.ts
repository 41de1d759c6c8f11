/**
 * A hash table from 32-bit flow hash to handle, in one allocation: open addressing, linear probing, and deletion that
 * shifts entries back instead of leaving tombstones, because a flood is pure churn. The table compares hashes only;
 * its owner compares the rest of the key. Hashes must come from a keyed function (`FlowHash`).
 */
import { assert } from './assert.ts'

/** Slots per entry at full size, at least: linear probing stays short below two thirds full. */
const SLOTS_PER_ENTRY_MIN = 1.5
const SLOT_COUNT_MIN = 8
/** Array words per slot: hash, then handle + 1 with 0 for an empty slot. Side by side, a probe is one cache line. */
const SLOT_WORDS = 2
/** Keeps the number of array words within int32. */
const CAPACITY_MAX = 2 ** 28

export class FlowTable {
  /** Most entries. */
  readonly capacity: number
  private readonly words: Int32Array
  /** Of an index into `words`: slots are a power of two, so an index wraps by this mask. */
  private readonly mask: number
  private count = 0

  /** `capacity`: most entries, 1 .. 2^28. The table never grows. */
  constructor(capacity: number) {
    assert(Number.isInteger(capacity) && capacity >= 1 && capacity <= CAPACITY_MAX, 'flow table capacity in range')
    let slots = SLOT_COUNT_MIN
    while (slots < capacity * SLOTS_PER_ENTRY_MIN) slots *= 2
    this.capacity = capacity
    this.words = new Int32Array(slots * SLOT_WORDS)
    this.mask = slots * SLOT_WORDS - 1
  }

  /** Memory of the table, bytes. */
  get bytes(): number {
    return this.words.byteLength
  }

  /** Number of entries. */
  get size(): number {
    return this.count
  }

  /** Position of the first entry with exactly this hash (int32), or -1. Positions hold until the next change. */
  find(hash: number): number {
    return this.search(hash, (hash << 1) & this.mask)
  }

  /** Position of the next entry with the same hash as the one at `position`, or -1. */
  findNext(position: number): number {
    return this.search(this.words[position], (position + SLOT_WORDS) & this.mask)
  }

  /** Handle of the entry at `position`. */
  handleAt(position: number): number {
    return this.words[position + 1] - 1
  }

  /** Adds an entry; `handle` 0 .. 2^31 - 2. Entries may share a hash, not both hash and handle. */
  insert(hash: number, handle: number): void {
    assert(this.count < this.capacity, 'flow table has room')
    assert(handle >= 0 && handle < 0x7fffffff, 'flow table handle in range')
    const { words, mask } = this
    let at = (hash << 1) & mask
    while (words[at + 1] !== 0) at = (at + SLOT_WORDS) & mask
    words[at] = hash
    words[at + 1] = handle + 1
    this.count++
  }

  /** Removes the entry of this hash and handle; false when there is none. */
  remove(hash: number, handle: number): boolean {
    const { words, mask } = this
    let at = (hash << 1) & mask
    while (words[at + 1] !== 0) {
      if (words[at] === hash && words[at + 1] === handle + 1) {
        this.vacate(at)
        this.count--
        return true
      }
      at = (at + SLOT_WORDS) & mask
    }
    return false
  }

  clear(): void {
    this.words.fill(0)
    this.count = 0
  }

  /** Checks the whole table; for tests and the simulator. */
  assertInvariants(): void {
    const { words, mask } = this
    let entries = 0
    for (let at = 0; at < words.length; at += SLOT_WORDS) {
      if (words[at + 1] === 0) continue
      entries++
      assert(words[at + 1] > 0, 'flow table handle is valid')
      for (let probe = (words[at] << 1) & mask; probe !== at; probe = (probe + SLOT_WORDS) & mask) {
        assert(words[probe + 1] !== 0, 'flow table entry is reachable from its home slot')
      }
    }
    assert(entries === this.count && this.count <= this.capacity, 'flow table size is its number of entries')
  }

  /** Ends at an empty slot at the latest: a full table still has some. */
  private search(hash: number, from: number): number {
    const { words, mask } = this
    for (let at = from; words[at + 1] !== 0; at = (at + SLOT_WORDS) & mask) {
      if (words[at] === hash) return at
    }
    return -1
  }

  /** Empties a slot, and moves back every entry of the run behind it that would no longer be reached. */
  private vacate(position: number): void {
    const { words, mask } = this
    let hole = position
    for (let at = (hole + SLOT_WORDS) & mask; words[at + 1] !== 0; at = (at + SLOT_WORDS) & mask) {
      const home = (words[at] << 1) & mask
      // The entry may move if the hole lies on its way from home, that is, not closer to it than its home is.
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        words[hole] = words[at]
        words[hole + 1] = words[at + 1]
        hole = at
      }
    }
    words[hole + 1] = 0
  }
}
