/**
 * Any half-open entry makes room, each as likely as the others: the random drop of BSD (sodropablereq()) and IRIX 6.3. The
 * draw is the keyed hash of the SYN that needs the room: nobody without the key can foretell it, and a run in virtual time
 * repeats it.
 */
import type { EvictionOrder } from './eviction-order.ts'

/** Number of flow hashes. */
const HASHES = 2 ** 32

export class RandomVictim implements EvictionOrder {
  /** The entries stored, without gaps, in no order. */
  private readonly entries: Int32Array
  /** Where in `entries` each of them stands. */
  private readonly positions: Int32Array
  private count = 0

  /** `records`: entries are numbered below this. */
  constructor(records: number) {
    this.entries = new Int32Array(records)
    this.positions = new Int32Array(records)
  }

  get bytes(): number {
    return this.entries.byteLength + this.positions.byteLength
  }

  /** Never by itself: there is a place as long as the queue has one. */
  isFull(_flowHash: number): boolean {
    return false
  }

  victim(flowHash: number): number {
    if (this.count === 0) return -1
    return this.entries[Math.floor(((flowHash >>> 0) * this.count) / HASHES)]
  }

  added(entry: number, _flowHash: number): void {
    this.entries[this.count] = entry
    this.positions[entry] = this.count
    this.count++
  }

  removed(entry: number, _flowHash: number): void {
    this.count--
    const last = this.entries[this.count]
    const position = this.positions[entry]
    this.entries[position] = last
    this.positions[last] = position
  }
}
