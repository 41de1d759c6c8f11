/**
 * Notices when a queue fills up and when it is no longer full. Under a flood a full queue loses and regains single
 * places all the time, so relief needs distance (a length below the low mark) and duration (one second of it).
 */
import { NEVER, SECOND } from '../../tcpip/base/time.ts'

/** Share of the limit at which a queue counts as relieved. */
const LOW_MARK = 7 / 8

/** How long it has to stay that low, microseconds. */
const RELIEF_TIME = SECOND

export class FullnessWatch {
  isFull = false
  /** Since when the queue has been below the low mark, NEVER while it is not. */
  private lowSince = NEVER

  /** Takes the present length; true when `isFull` has just changed. A queue is full when it is longer than its limit. */
  check(length: number, limit: number, now: number): boolean {
    if (length > limit) {
      this.lowSince = NEVER
      const changed = !this.isFull
      this.isFull = true
      return changed
    }
    if (!this.isFull) return false
    if (length > Math.floor(limit * LOW_MARK)) {
      this.lowSince = NEVER
      return false
    }
    this.lowSince = Math.min(this.lowSince, now)
    if (now < this.lowSince + RELIEF_TIME) return false
    this.isFull = false
    this.lowSince = NEVER
    return true
  }

  /** When to check again although nothing else happens, microseconds. */
  nextDeadline(): number {
    return this.lowSince + RELIEF_TIME
  }
}
