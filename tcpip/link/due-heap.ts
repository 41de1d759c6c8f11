/**
 * A bounded priority queue of slots by due time: a binary heap over arrays made once. Slots that fall due together come
 * out in the order in which they went in.
 */
import { NEVER } from '../base/time.ts'

export class DueHeap {
  readonly capacity: number
  /** Slots in use; the first `count` entries of `heap`. */
  private count = 0
  /** A permutation of all slots: a heap of those in use, then the free ones. */
  private readonly heap: Int32Array
  /** By slot: due time in microseconds, and the number of the push. */
  private readonly due: Float64Array
  private readonly order: Float64Array
  private pushes = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.heap = Int32Array.from({ length: capacity }, (_, slot) => slot)
    this.due = new Float64Array(capacity)
    this.order = new Float64Array(capacity)
  }

  get size(): number {
    return this.count
  }

  /** Takes a free slot that will be due at `due`, or returns -1 when there is none. */
  push(due: number): number {
    if (this.count === this.capacity) return -1
    const slot = this.heap[this.count]
    this.due[slot] = due
    this.order[slot] = this.pushes++
    this.siftUp(this.count++)
    return slot
  }

  /** Due time of the first slot, or NEVER. */
  nextDue(): number {
    return this.count === 0 ? NEVER : this.due[this.heap[0]]
  }

  /** Frees the first slot and returns it; only valid when there is one. Its contents are good until the next push. */
  pop(): number {
    const first = this.heap[0]
    this.count--
    this.heap[0] = this.heap[this.count]
    this.heap[this.count] = first
    this.siftDown()
    return first
  }

  private isBefore(slot: number, other: number): boolean {
    const difference = this.due[slot] - this.due[other]
    return difference < 0 || (difference === 0 && this.order[slot] < this.order[other])
  }

  private siftUp(from: number): void {
    const { heap } = this
    const slot = heap[from]
    let i = from
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!this.isBefore(slot, heap[parent])) break
      heap[i] = heap[parent]
      i = parent
    }
    heap[i] = slot
  }

  private siftDown(): void {
    const { heap, count } = this
    const slot = heap[0]
    let i = 0
    for (let child = 1; child < count; child = 2 * i + 1) {
      if (child + 1 < count && this.isBefore(heap[child + 1], heap[child])) child++
      if (!this.isBefore(heap[child], slot)) break
      heap[i] = heap[child]
      i = child
    }
    heap[i] = slot
  }
}
