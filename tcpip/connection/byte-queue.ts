/**
 * A bounded queue of bytes for one direction of one connection: a ring that starts empty, grows by doubling when bytes
 * come, and gives its memory back when cleared. Reading does not remove: a sender keeps bytes until they are
 * acknowledged.
 */
const INITIAL_BYTES = 2048
const NO_BYTES = new Uint8Array(0)

export class ByteQueue {
  private bytes: Uint8Array = NO_BYTES
  private start = 0
  /** Bytes queued. */
  length = 0
  readonly limit: number

  /** `limit` in bytes, a power of two of at least 2048. */
  constructor(limit: number) {
    this.limit = limit
  }

  /** Bytes that can still be queued. */
  get free(): number {
    return this.limit - this.length
  }

  /** Appends as much of `source[at .. at + length)` as there is room for and returns how much that was. */
  write(source: Uint8Array, at: number, length: number): number {
    const accepted = Math.min(length, this.limit - this.length)
    if (accepted === 0) return 0
    if (this.length + accepted > this.bytes.length) this.grow(this.length + accepted)
    const mask = this.bytes.length - 1
    const end = this.start + this.length
    for (let i = 0; i < accepted; i++) this.bytes[(end + i) & mask] = source[at + i]
    this.length += accepted
    return accepted
  }

  /**
   * Puts bytes `offset` beyond the end of the queue without queueing them yet, as far as there is room; returns how many
   * found a place. `extend` queues them once the gap before them is filled.
   */
  place(offset: number, source: Uint8Array, at: number, length: number): number {
    const placed = Math.max(0, Math.min(length, this.limit - this.length - offset))
    if (placed === 0) return 0
    const needed = this.length + offset + placed
    if (needed > this.bytes.length) this.grow(needed)
    const mask = this.bytes.length - 1
    const start = this.start + this.length + offset
    for (let i = 0; i < placed; i++) this.bytes[(start + i) & mask] = source[at + i]
    return placed
  }

  /** Queues `count` bytes that were placed right behind the end. */
  extend(count: number): void {
    this.length += count
  }

  /** Copies up to `length` bytes, from `offset` bytes after the oldest, into `target` at `at`; returns how many. */
  peek(offset: number, target: Uint8Array, at: number, length: number): number {
    const count = Math.max(0, Math.min(length, this.length - offset))
    const mask = this.bytes.length - 1
    const from = this.start + offset
    for (let i = 0; i < count; i++) target[at + i] = this.bytes[(from + i) & mask]
    return count
  }

  /** Removes the oldest `count` bytes, at most all. */
  discard(count: number): void {
    const removed = Math.min(count, this.length)
    if (removed === 0) return
    this.start = (this.start + removed) & (this.bytes.length - 1)
    this.length -= removed
  }

  /** Forgets everything and releases the memory. */
  clear(): void {
    this.bytes = NO_BYTES
    this.start = 0
    this.length = 0
  }

  private grow(needed: number): void {
    let size = Math.max(INITIAL_BYTES, this.bytes.length)
    while (size < needed) size *= 2
    const grown = new Uint8Array(size)
    // All of the old ring is copied, in order: bytes may have been placed beyond the end.
    const mask = this.bytes.length - 1
    for (let i = 0; i < this.bytes.length; i++) grown[i] = this.bytes[(this.start + i) & mask]
    this.bytes = grown
    this.start = 0
  }
}
