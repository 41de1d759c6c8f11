/**
 * What the receiving half of a connection tells its peer in SACK options: the blocks beyond a hole that grew last, and what arrived
 * twice. The options are made of it by sack-blocks.ts. Read first: RFC 2018 4, Linux tcp_sack_new_ofo_skb(), tcp_sack_remove().
 */
import { SACK_BLOCKS_MAX } from '../wire/segment.ts'
import { seqLess, seqLessOrEqual } from '../wire/seq.ts'

const NO_EDGES = new Int32Array(0)

export class SackReport {
  /**
   * Edges of the blocks, the one that grew last first. As many as an option holds: with more holes than that the oldest block is
   * forgotten, and of what comes within it later only that is told. Made when it is needed first.
   */
  private lefts = NO_EDGES
  private rights = NO_EDGES
  private blocks = 0
  /** The duplicate that the next segment reports (RFC 2883). */
  hasDuplicate = false
  duplicateLeft = 0
  duplicateRight = 0

  /** Blocks that are remembered. */
  get length(): number {
    return this.blocks
  }

  /** Edges of a block, counted from the one that grew last. */
  leftOf(index: number): number {
    return this.lefts[index]
  }

  rightOf(index: number): number {
    return this.rights[index]
  }

  /** `[left, right)` arrived beyond a hole: the block that it belongs to is the first from now on. */
  note(left: number, right: number): void {
    if (this.lefts.length === 0) {
      this.lefts = new Int32Array(SACK_BLOCKS_MAX)
      this.rights = new Int32Array(SACK_BLOCKS_MAX)
    }
    let found = 0
    while (found < this.blocks && !this.touches(found, left, right)) found++
    const from = found < this.blocks && seqLess(this.lefts[found], left) ? this.lefts[found] : left
    const to = found < this.blocks && seqLess(right, this.rights[found]) ? this.rights[found] : right
    if (found === this.blocks) {
      if (found === SACK_BLOCKS_MAX) found--
      else this.blocks++
    }
    this.lefts.copyWithin(1, 0, found)
    this.rights.copyWithin(1, 0, found)
    this.lefts[0] = from
    this.rights[0] = to
    this.joinFirst()
  }

  /** Everything before `seq` has been delivered. */
  discardBefore(seq: number): void {
    for (let i = 0; i < this.blocks; ) {
      if (seqLess(seq, this.lefts[i])) i++
      else this.drop(i)
    }
  }

  clear(): void {
    this.blocks = 0
    this.hasDuplicate = false
  }

  /** The first block has grown: others that it has reached become part of it. */
  private joinFirst(): void {
    for (let i = 1; i < this.blocks; ) {
      const left = this.lefts[i]
      const right = this.rights[i]
      if (!this.touches(0, left, right)) {
        i++
        continue
      }
      if (seqLess(left, this.lefts[0])) this.lefts[0] = left
      if (seqLess(this.rights[0], right)) this.rights[0] = right
      this.drop(i)
    }
  }

  private touches(index: number, left: number, right: number): boolean {
    return seqLessOrEqual(left, this.rights[index]) && seqLessOrEqual(this.lefts[index], right)
  }

  private drop(index: number): void {
    this.lefts.copyWithin(index, index + 1)
    this.rights.copyWithin(index, index + 1)
    this.blocks--
  }
}
