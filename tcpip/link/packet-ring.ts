/**
 * A bounded first-in first-out queue of packets in one allocation. Producers write in place into a reserved slot,
 * consumers read in place; nothing is allocated or copied per packet. Full means full: the producer counts the loss.
 */
import { assert } from '../assert.ts'

/** Default bytes per slot: an Ethernet-sized IPv4 packet with room to spare. */
export const SLOT_BYTES = 2048

export class PacketRing {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly slotBytes: number
  readonly capacity: number
  private readonly mask: number
  private readonly lengths: Int32Array
  /** Packets ever released and ever committed; their difference is the number queued. */
  private head = 0
  private tail = 0

  /** `capacity` in packets, a power of two. */
  constructor(capacity: number, slotBytes = SLOT_BYTES) {
    assert(capacity > 0 && (capacity & (capacity - 1)) === 0, 'ring capacity is a power of two')
    this.capacity = capacity
    this.mask = capacity - 1
    this.slotBytes = slotBytes
    const buffer = new ArrayBuffer(capacity * slotBytes)
    this.bytes = new Uint8Array(buffer)
    this.view = new DataView(buffer)
    this.lengths = new Int32Array(capacity)
  }

  get size(): number {
    return this.tail - this.head
  }

  /** Offset of the slot for the next packet, or -1 when the ring is full. Reserving again before commit is harmless. */
  reserve(): number {
    return this.tail - this.head === this.capacity ? -1 : (this.tail & this.mask) * this.slotBytes
  }

  /** Publishes the reserved slot as a packet of `length` bytes. */
  commit(length: number): void {
    this.lengths[this.tail & this.mask] = length
    this.tail++
  }

  /** Offset of the oldest packet, or -1 when the ring is empty. */
  peek(): number {
    return this.tail === this.head ? -1 : (this.head & this.mask) * this.slotBytes
  }

  /** Length in bytes of the oldest packet. Only valid when `peek()` is not -1. */
  peekLength(): number {
    return this.lengths[this.head & this.mask]
  }

  /** Gives the oldest packet's slot back. */
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
