/**
 * Where segments in flight that were less than full have ended. A segment that is repeated keeps its end, and takes small
 * ones behind it along as far as they fit (Linux tcp_retrans_try_collapse). Bounded: of more, the oldest are forgotten, and a
 * repeat of theirs is cut at the segment size like any other.
 */
import { seqLess, seqLessOrEqual } from '../wire/seq.ts'

/** Most ends remembered. */
const ENDS_MAX = 16

const NO_ENDS = new Int32Array(0)

export class SegmentEnds {
  /** Ascending. Made when the first one comes. */
  private ends = NO_ENDS
  private count = 0

  /** A segment less than full ends at `end`, beyond all others. */
  add(end: number): void {
    if (this.ends.length === 0) this.ends = new Int32Array(ENDS_MAX)
    if (this.count === ENDS_MAX) this.drop(1)
    this.ends[this.count++] = end
  }

  /** Forgets the ends that `acknowledged` has reached; how many. */
  discardUntil(acknowledged: number): number {
    let reached = 0
    while (reached < this.count && seqLessOrEqual(this.ends[reached], acknowledged)) reached++
    this.drop(reached)
    return reached
  }

  /** The first end beyond `from`, up to `to`; `to` when there is none. */
  firstWithin(from: number, to: number): number {
    for (let i = 0; i < this.count; i++) {
      if (seqLess(from, this.ends[i])) return seqLess(this.ends[i], to) ? this.ends[i] : to
    }
    return to
  }

  /** The last end beyond `from` that is not beyond `to`; `to` when there is none. */
  lastWithin(from: number, to: number): number {
    for (let i = this.count - 1; i >= 0; i--) {
      if (seqLessOrEqual(this.ends[i], to)) return seqLess(from, this.ends[i]) ? this.ends[i] : to
    }
    return to
  }

  clear(): void {
    this.count = 0
  }

  private drop(count: number): void {
    if (count === 0) return
    this.ends.copyWithin(0, count, this.count)
    this.count -= count
  }
}
