/**
 * What the receiving half of a connection remembers for its SACK options: which ranges beyond a hole grew last, the most
 * recent first, and what arrived twice. The options are made of it by sack-blocks.ts.
 */
import { SACK_BLOCKS_MAX } from '../wire/segment.ts'

const NO_NUMBERS = new Int32Array(0)

export class SackReport {
  /** A number inside each of the ranges that grew last, the most recent first. Made when it is needed first. */
  private recent = NO_NUMBERS
  private recentCount = 0
  /** The duplicate that the next segment reports (RFC 2883). */
  hasDuplicate = false
  duplicateLeft = 0
  duplicateRight = 0

  /** Bytes at `seq` arrived beyond a hole: their range is reported first from now on. */
  note(seq: number): void {
    if (this.recent.length === 0) this.recent = new Int32Array(SACK_BLOCKS_MAX)
    this.recent.copyWithin(1, 0)
    this.recent[0] = seq
    if (this.recentCount < SACK_BLOCKS_MAX) this.recentCount++
  }

  recentAt(index: number): number {
    return this.recent[index]
  }

  /** Numbers noted. */
  get length(): number {
    return this.recentCount
  }

  /** Forgets the number noted at `index`. */
  drop(index: number): void {
    this.recent.copyWithin(index, index + 1)
    this.recentCount--
  }

  clear(): void {
    this.recentCount = 0
    this.hasDuplicate = false
  }
}
