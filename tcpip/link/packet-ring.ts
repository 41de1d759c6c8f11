/**
 * A bounded first-in first-out queue of packets in one allocation. Producers write in place into reserved room, consumers
 * read in place; nothing is allocated or copied per packet. Packets lie one behind the other, and an empty ring starts
 * again at its beginning: small packets stay in the processor's nearest cache. Full means full: the producer counts the
 * loss.
 */
import { assert } from '../base/assert.ts'

/** Default room for one packet, bytes: an Ethernet-sized IPv4 packet and more. */
export const SLOT_BYTES = 2048

/** Packets begin at multiples of a cache line. */
const LINE_BYTES = 64

export class PacketRing {
  readonly bytes: Uint8Array
  readonly view: DataView
  /** Longest packet, bytes. */
  readonly slotBytes: number
  /** Most packets. */
  readonly capacity: number
  private readonly mask: number
  private readonly offsets: Int32Array
  private readonly lengths: Int32Array
  /** Packets ever released and ever committed; their difference is the number queued. */
  private head = 0
  private tail = 0
  /** Where the next packet goes. */
  private cursor = 0

  /** `capacity` in packets, a power of two; `slotBytes` a multiple of 64. */
  constructor(capacity: number, slotBytes = SLOT_BYTES) {
    assert(capacity > 0 && (capacity & (capacity - 1)) === 0, 'ring capacity is a power of two')
    assert(slotBytes > 0 && slotBytes % LINE_BYTES === 0, 'packet room is a multiple of a cache line')
    this.capacity = capacity
    this.mask = capacity - 1
    this.slotBytes = slotBytes
    // One slot more than packets: what is too short at the end for a packet of any size is left out.
    const buffer = new ArrayBuffer((capacity + 1) * slotBytes)
    this.bytes = new Uint8Array(buffer)
    this.view = new DataView(buffer)
    this.offsets = new Int32Array(capacity)
    this.lengths = new Int32Array(capacity)
  }

  get size(): number {
    return this.tail - this.head
  }

  /** Packets ever released, and ever committed: the numbers of the oldest packet queued and of the next one. */
  get released(): number {
    return this.head
  }

  get committed(): number {
    return this.tail
  }

  /** Offset of packet `number`, which is queued: `released` <= number < `committed`. */
  offsetOf(number: number): number {
    return this.offsets[number & this.mask]
  }

  /** Length in bytes of packet `number`, which is queued. */
  lengthOf(number: number): number {
    return this.lengths[number & this.mask]
  }

  /** Offset of room for a packet of up to `slotBytes`, or -1 when the ring is full. Reserving twice is harmless. */
  reserve(): number {
    const queued = this.tail - this.head
    if (queued === 0) {
      this.cursor = 0
      return 0
    }
    if (queued === this.capacity) return -1
    const oldest = this.offsets[this.head & this.mask]
    if (this.cursor > oldest) {
      if (this.bytes.length - this.cursor >= this.slotBytes) return this.cursor
      this.cursor = 0
    }
    return oldest - this.cursor >= this.slotBytes ? this.cursor : -1
  }

  /** Publishes the reserved room as a packet of `length` bytes. */
  commit(length: number): void {
    const index = this.tail & this.mask
    this.offsets[index] = this.cursor
    this.lengths[index] = length
    // An empty packet takes a line too, so that no two begin at one place.
    this.cursor += ((length || 1) + LINE_BYTES - 1) & -LINE_BYTES
    this.tail++
  }

  /** Offset of the oldest packet, or -1 when the ring is empty. */
  peek(): number {
    return this.tail === this.head ? -1 : this.offsets[this.head & this.mask]
  }

  /** Length in bytes of the oldest packet. Only valid when `peek()` is not -1. */
  peekLength(): number {
    return this.lengths[this.head & this.mask]
  }

  /** Gives the oldest packet's room back. */
  release(): void {
    this.head++
  }

  /** Copies a packet in; returns false when the ring is full or the packet longer than a slot. */
  push(bytes: Uint8Array, at: number, length: number): boolean {
    const slot = this.reserve()
    if (slot < 0 || length > this.slotBytes) return false
    for (let i = 0; i < length; i++) this.bytes[slot + i] = bytes[at + i]
    this.commit(length)
    return true
  }

  clear(): void {
    this.head = this.tail
  }
}
