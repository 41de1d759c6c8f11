/**
 * Where the program ended records in its stream (MSG_EOR): no segment holds bytes of two records. Most connections have none, and no
 * list either. Read first: Linux tcp_skb_can_collapse_to(), tcp_skb_can_collapse().
 */
import { seqDiff, seqLess, seqLessOrEqual } from '../wire/seq.ts'

export class RecordEnds {
  /** Sequence numbers behind the last byte of each record that is not acknowledged yet, ascending. */
  private readonly ends: number[] = []

  /** A record ends before `end`, beyond all others. */
  add(end: number): void {
    if (this.ends.at(-1) !== end) this.ends.push(end)
  }

  /** Whether a record ends before `seq`. */
  has(seq: number): boolean {
    return this.ends.includes(seq)
  }

  /** How many of the `length` bytes from `seq` on belong to one record. */
  within(seq: number, length: number): number {
    const end = this.ends.find((candidate) => seqLess(seq, candidate))
    return end === undefined ? length : Math.min(length, seqDiff(end, seq))
  }

  /** Forgets the records that end at `acknowledged` or before it. */
  discardTo(acknowledged: number): void {
    while (this.ends.length > 0 && seqLessOrEqual(this.ends[0], acknowledged)) this.ends.shift()
  }
}
