/**
 * Which bytes beyond RCV.NXT have arrived: a short list of disjoint ranges of sequence numbers, in order. The bytes
 * themselves lie at their place in the receive queue. Bounded: a range too many is not remembered, and its sender will
 * send it again.
 */
import { seqLess, seqLessOrEqual } from '../wire/seq.ts'

/** Most ranges remembered for one connection. */
const RANGES_MAX = 32

export class Reassembly {
  /** Starts and ends, int32, ascending; `ends` are exclusive. */
  private readonly starts = new Int32Array(RANGES_MAX)
  private readonly ends = new Int32Array(RANGES_MAX)
  count = 0

  /** Remembers `[start, end)`, merged with what it touches; false when there is no room for another range. */
  add(start: number, end: number): boolean {
    let first = 0
    while (first < this.count && seqLess(this.ends[first], start)) first++
    let next = first
    let from = start
    let to = end
    while (next < this.count && seqLessOrEqual(this.starts[next], end)) {
      if (seqLess(this.starts[next], from)) from = this.starts[next]
      if (seqLess(to, this.ends[next])) to = this.ends[next]
      next++
    }
    if (next === first) {
      if (this.count === RANGES_MAX) return false
      this.starts.copyWithin(first + 1, first, this.count)
      this.ends.copyWithin(first + 1, first, this.count)
      this.count++
    } else if (next > first + 1) {
      this.starts.copyWithin(first + 1, next, this.count)
      this.ends.copyWithin(first + 1, next, this.count)
      this.count -= next - first - 1
    }
    this.starts[first] = from
    this.ends[first] = to
    return true
  }

  /** Where the stream reaches once everything before `rcvNxt` is there; ranges that are covered are forgotten. */
  advance(rcvNxt: number): number {
    let reached = rcvNxt
    let covered = 0
    while (covered < this.count && seqLessOrEqual(this.starts[covered], reached)) {
      if (seqLess(reached, this.ends[covered])) reached = this.ends[covered]
      covered++
    }
    if (covered > 0) {
      this.starts.copyWithin(0, covered, this.count)
      this.ends.copyWithin(0, covered, this.count)
      this.count -= covered
    }
    return reached
  }

  clear(): void {
    this.count = 0
  }
}
