/**
 * One direction of a faulty wire: packets wait out their delay in a store of limited size, and some are lost, doubled,
 * held back or damaged on the way. The same seed and the same packets at the same times meet the same faults.
 */
import { assert } from '../base/assert.ts'
import type { Prng } from '../base/prng.ts'
import { DueHeap } from './due-heap.ts'
import type { PacketRing } from './packet-ring.ts'

/** Chances are integers per million, so that no platform rounds them differently. */
export const PER_MILLION = 1_000_000

/** What can go wrong in one direction. Durations in microseconds, integers >= 0; chances in 0..1,000,000 per million. */
export interface FaultOptions {
  /** Delay of every packet. */
  readonly latency: number
  /** Each packet is delayed by up to this much more, uniformly. */
  readonly jitter: number
  /** Chance that a packet is lost. */
  readonly loss: number
  /** Chance that a packet that is not lost comes twice; each copy has a delay, and meets faults, of its own. */
  readonly duplicate: number
  /** Chance that a copy is held back by `reorderDelay` more, so that later ones overtake it. */
  readonly reorder: number
  readonly reorderDelay: number
  /** Chance that one bit of a copy is flipped: the damage that is hardest to detect. */
  readonly corrupt: number
}

/** Slots of the store that are allocated together, when the first of them is used: few packets are ever under way. */
const CHUNK_SLOTS = 256

/** A direction that delivers everything at once. */
export const NO_FAULTS: FaultOptions = {
  latency: 0,
  jitter: 0,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  reorderDelay: 0,
  corrupt: 0,
}

export class FaultPath {
  /** Packets taken from the sender. Always offered + duplicated = delivered + lost + overflowed + inFlight. */
  offered = 0
  /** Copies put into the receiver's ring. */
  delivered = 0
  lost = 0
  /** Second copies made. */
  duplicated = 0
  /** Copies held back. */
  reordered = 0
  /** Copies with a flipped bit. */
  corrupted = 0
  /** Copies lost because the store, or the receiver's ring, was full. */
  overflowed = 0

  private readonly from: PacketRing
  private readonly to: PacketRing
  private readonly options: FaultOptions
  private readonly prng: Prng
  private readonly heap: DueHeap
  /** The packet of slot `s` is the first `lengths[s]` bytes at `(s % CHUNK_SLOTS) * slotBytes` of chunk `s / CHUNK_SLOTS`. */
  private readonly chunks: Uint8Array[] = []
  private readonly slotBytes: number
  private readonly lengths: Int32Array

  /** `capacity`: copies that can be under way at a time. `prng` becomes the path's own. */
  constructor(from: PacketRing, to: PacketRing, options: FaultOptions, prng: Prng, capacity: number) {
    for (const duration of [options.latency, options.jitter, options.reorderDelay]) {
      assert(Number.isSafeInteger(duration) && duration >= 0, 'a delay is an integer >= 0, in microseconds')
    }
    for (const chance of [options.loss, options.duplicate, options.reorder, options.corrupt]) {
      assert(Number.isInteger(chance) && chance >= 0 && chance <= PER_MILLION, 'a chance is an integer per million')
    }
    assert(Number.isInteger(capacity) && capacity > 0, 'the store holds at least one packet')
    this.from = from
    this.to = to
    this.options = options
    this.prng = prng
    this.heap = new DueHeap(capacity)
    this.slotBytes = from.slotBytes
    this.lengths = new Int32Array(capacity)
  }

  /** Copies under way. */
  get inFlight(): number {
    return this.heap.size
  }

  /** When the next copy is due, or NEVER. */
  nextDeadline(): number {
    return this.heap.nextDue()
  }

  /** Delivers what is due, and takes in what the sender has written. */
  transfer(now: number): void {
    this.deliver(now)
    for (let at = this.from.peek(); at >= 0; at = this.from.peek()) {
      this.admit(at, this.from.peekLength(), now)
      this.from.release()
      // Packets without delay go at once: they need not all find room in the store.
      this.deliver(now)
    }
  }

  private admit(at: number, length: number, now: number): void {
    const { options, prng } = this
    this.offered++
    if (prng.chance(options.loss, PER_MILLION)) {
      this.lost++
      return
    }
    const isDoubled = prng.chance(options.duplicate, PER_MILLION)
    this.send(at, length, now)
    if (isDoubled) {
      this.duplicated++
      this.send(at, length, now)
    }
  }

  /** Puts one copy under way. Its faults are drawn even when it finds no room, so that the next copy's are the same. */
  private send(at: number, length: number, now: number): void {
    const { options, prng } = this
    let due = now + options.latency
    if (options.jitter > 0) due += prng.below(options.jitter + 1)
    const isHeldBack = prng.chance(options.reorder, PER_MILLION)
    const flippedBit = prng.chance(options.corrupt, PER_MILLION) ? prng.below(length * 8) : -1
    if (isHeldBack) due += options.reorderDelay
    const slot = this.heap.push(due)
    if (slot < 0) {
      this.overflowed++
      return
    }
    const chunk = this.chunkOf(slot)
    const slotAt = this.offsetOf(slot)
    for (let i = 0; i < length; i++) chunk[slotAt + i] = this.from.bytes[at + i]
    this.lengths[slot] = length
    if (isHeldBack) this.reordered++
    if (flippedBit >= 0) {
      chunk[slotAt + (flippedBit >> 3)] ^= 1 << (flippedBit & 7)
      this.corrupted++
    }
  }

  private deliver(now: number): void {
    while (this.heap.nextDue() <= now) {
      const slot = this.heap.pop()
      if (this.to.push(this.chunkOf(slot), this.offsetOf(slot), this.lengths[slot])) this.delivered++
      else this.overflowed++
    }
  }

  /** The chunk that holds `slot`. The heap hands out low slots first, so that chunks come into use one after the other. */
  private chunkOf(slot: number): Uint8Array {
    const index = Math.floor(slot / CHUNK_SLOTS)
    while (this.chunks.length <= index) this.chunks.push(new Uint8Array(CHUNK_SLOTS * this.slotBytes))
    return this.chunks[index]
  }

  private offsetOf(slot: number): number {
    return (slot % CHUNK_SLOTS) * this.slotBytes
  }
}
