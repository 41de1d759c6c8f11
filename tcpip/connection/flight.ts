/**
 * The segments in flight: where each ends, when it was sent last, and whether it was sent twice. What Linux keeps in its
 * retransmission queue, without the bytes. Congestion control counts in segments, a repeat begins and ends where segments do, and
 * each ACK of a segment that was sent once is a round-trip sample. Read first: Linux tcp_clean_rtx_queue(),
 * tcp_retransmit_skb(), tcp_retrans_try_collapse().
 */
import { seqLess, seqLessOrEqual } from '../wire/seq.ts'

/** Places made when the first segment is sent: more than the initial window has. They double when they are all taken. */
const FIRST_PLACES = 16

const NO_ENDS = new Int32Array(0)
const NO_TIMES = new Float64Array(0)

export class Flight {
  /** Ascending. Made when the first segment is sent. */
  private ends = NO_ENDS
  /** When each was sent last, microseconds; made negative (-1 - time) by a repeat. */
  private times = NO_TIMES
  private count = 0
  /** Of what `acknowledge` took out last: when its oldest segment was sent; -1 if any of it was sent twice (Karn's rule). */
  sampleFrom = -1

  /** Segments in flight. */
  get length(): number {
    return this.count
  }

  /** When the oldest segment was sent last, microseconds; only while there is one. */
  get oldestSentAt(): number {
    const time = this.times[0]
    return time < 0 ? -1 - time : time
  }

  /** A segment that ends at `end`, beyond all others, is sent at `now`. */
  add(end: number, now: number): void {
    if (this.count === this.ends.length) this.grow()
    this.ends[this.count] = end
    this.times[this.count++] = now
  }

  /** Takes out the segments that end at `acknowledged` or before it; how many. `sampleFrom` says what they tell. */
  acknowledge(acknowledged: number): number {
    let reached = 0
    let isOnce = true
    while (reached < this.count && seqLessOrEqual(this.ends[reached], acknowledged)) {
      if (this.times[reached++] < 0) isOnce = false
    }
    this.sampleFrom = reached > 0 && isOnce ? this.times[0] : -1
    this.remove(0, reached)
    return reached
  }

  /** Where the newest segment begins; `una` (SND.UNA) when it is the only one. */
  newestStart(una: number): number {
    const start = this.count < 2 ? una : this.ends[this.count - 2]
    return seqLess(start, una) ? una : start
  }

  /** Segments that end beyond `from`, up to `to`. */
  within(from: number, to: number): number {
    let found = 0
    for (let i = 0; i < this.count; i++) {
      if (seqLess(from, this.ends[i]) && seqLessOrEqual(this.ends[i], to)) found++
    }
    return found
  }

  /** Where the segment that holds byte `seq` ends, or `to` if that is less. */
  endOf(seq: number, to: number): number {
    for (let i = 0; i < this.count; i++) {
      if (seqLess(seq, this.ends[i])) return seqLess(this.ends[i], to) ? this.ends[i] : to
    }
    return to
  }

  /** The last end beyond `seq` that is not beyond `to`; `to` when there is none. */
  lastEndWithin(seq: number, to: number): number {
    for (let i = this.count - 1; i >= 0; i--) {
      if (seqLessOrEqual(this.ends[i], to)) return seqLess(seq, this.ends[i]) ? this.ends[i] : to
    }
    return to
  }

  /**
   * `[from, to)` is sent again, as one segment from now on: those in it have become one, and one that reaches beyond it has
   * become two.
   */
  repeat(from: number, to: number, now: number): void {
    let first = 0
    while (first < this.count && seqLessOrEqual(this.ends[first], from)) first++
    let last = first
    while (last < this.count && seqLess(this.ends[last], to)) last++
    if (last < this.count && this.ends[last] === to) this.remove(first, last - first)
    else if (last > first) this.remove(first, last - first - 1)
    else this.insert(first)
    this.ends[first] = to
    this.times[first] = -1 - now
  }

  clear(): void {
    this.count = 0
  }

  private insert(at: number): void {
    if (this.count === this.ends.length) this.grow()
    this.ends.copyWithin(at + 1, at, this.count)
    this.times.copyWithin(at + 1, at, this.count)
    this.count++
  }

  private remove(at: number, count: number): void {
    if (count === 0) return
    this.ends.copyWithin(at, at + count, this.count)
    this.times.copyWithin(at, at + count, this.count)
    this.count -= count
  }

  private grow(): void {
    const places = Math.max(FIRST_PLACES, 2 * this.ends.length)
    const { ends, times } = this
    this.ends = new Int32Array(places)
    this.times = new Float64Array(places)
    this.ends.set(ends)
    this.times.set(times)
  }
}
