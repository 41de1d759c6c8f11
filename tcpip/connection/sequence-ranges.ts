/**
 * A short list of disjoint ranges of sequence numbers, ascending: which bytes beyond RCV.NXT have arrived, or which bytes
 * beyond SND.UNA the peer says it has. Bounded: a range too many is not remembered, and its bytes travel once more.
 */
import { seqDiff, seqLess, seqLessOrEqual } from '../wire/seq.ts'

/** Most ranges remembered. */
export const RANGES_MAX = 32

const NO_EDGES = new Int32Array(0)

export class SequenceRanges {
  /** Starts and ends, int32, ascending; `ends` are exclusive. Made when the first range comes: most never need them. */
  private starts = NO_EDGES
  private ends = NO_EDGES
  count = 0

  /** First and, exclusive, last number of range `index`, counted from the lowest. */
  startOf(index: number): number {
    return this.starts[index]
  }

  endOf(index: number): number {
    return this.ends[index]
  }

  /** Remembers `[start, end)`, merged with what it touches. Returns how many of its bytes are new, -1 for no room. */
  add(start: number, end: number): number {
    if (this.starts.length === 0) {
      this.starts = new Int32Array(RANGES_MAX)
      this.ends = new Int32Array(RANGES_MAX)
    }
    let first = 0
    while (first < this.count && seqLess(this.ends[first], start)) first++
    let next = first
    let from = start
    let to = end
    let known = 0
    while (next < this.count && seqLessOrEqual(this.starts[next], end)) {
      known += seqDiff(this.ends[next], this.starts[next])
      if (seqLess(this.starts[next], from)) from = this.starts[next]
      if (seqLess(to, this.ends[next])) to = this.ends[next]
      next++
    }
    if (next === first) {
      if (this.count === RANGES_MAX) return -1
      this.move(first, first + 1)
    } else this.move(next, first + 1)
    this.starts[first] = from
    this.ends[first] = to
    return seqDiff(to, from) - known
  }

  /** Where the stream reaches once everything before `seq` is there. */
  reach(seq: number): number {
    let reached = seq
    for (let i = 0; i < this.count && seqLessOrEqual(this.starts[i], reached); i++) {
      if (seqLess(reached, this.ends[i])) reached = this.ends[i]
    }
    return reached
  }

  /** Forgets everything before `seq`. A range that reaches beyond it loses its beginning. */
  discardBefore(seq: number): void {
    let below = 0
    while (below < this.count && seqLessOrEqual(this.ends[below], seq)) below++
    this.move(below, 0)
    if (this.count > 0 && seqLess(this.starts[0], seq)) this.starts[0] = seq
  }

  /** The range that holds `seq`, or -1. */
  indexOf(seq: number): number {
    for (let i = 0; i < this.count; i++) {
      if (seqLess(seq, this.starts[i])) return -1
      if (seqLess(seq, this.ends[i])) return i
    }
    return -1
  }

  /** How many bytes of `[from, to)` lie in ranges. */
  bytesWithin(from: number, to: number): number {
    let bytes = 0
    for (let i = 0; i < this.count && seqLess(this.starts[i], to); i++) {
      const low = seqLess(this.starts[i], from) ? from : this.starts[i]
      const high = seqLess(to, this.ends[i]) ? to : this.ends[i]
      bytes += Math.max(0, seqDiff(high, low))
    }
    return bytes
  }

  clear(): void {
    this.count = 0
  }

  /** Moves the ranges from `from` on to `to`, over others or making room for them. */
  private move(from: number, to: number): void {
    if (from === to) return
    this.starts.copyWithin(to, from, this.count)
    this.ends.copyWithin(to, from, this.count)
    this.count += to - from
  }
}
