/**
 * The users of a closed load: each attempts, waits for its outcome, thinks, and attempts again. Everybody thinks equally
 * long, so that those who finish first begin first: the times at which they are due are a queue.
 */
import { assert } from '../../tcpip/base/assert.ts'
import { NEVER } from '../../tcpip/base/time.ts'

export class ThinkQueue {
  /** Due times of the users who think, microseconds, ascending; a ring. */
  private readonly due: Float64Array
  private readonly thinkTime: number
  private head = 0
  private thinking: number

  /**
   * `concurrency` users who think for `thinkTime` microseconds. Their first attempts are spread evenly over one think time
   * from `start` on, so that they do not march in step.
   */
  constructor(concurrency: number, thinkTime: number, start: number) {
    assert(Number.isInteger(concurrency) && concurrency >= 1 && thinkTime >= 1, 'users who think')
    this.thinkTime = thinkTime
    this.thinking = concurrency
    this.due = Float64Array.from({ length: concurrency }, (_, user) =>
      Math.floor(start + (thinkTime * user) / concurrency),
    )
  }

  /** When the next user is due, microseconds; NEVER while everybody waits for an outcome. */
  get next(): number {
    return this.thinking === 0 ? NEVER : this.due[this.head]
  }

  /** The user who is due begins. */
  step(): void {
    assert(this.thinking > 0, 'a user is due')
    this.head = (this.head + 1) % this.due.length
    this.thinking--
  }

  /** A user has an outcome and starts to think. */
  rest(now: number): void {
    assert(this.thinking < this.due.length, 'a user waited for an outcome')
    this.due[(this.head + this.thinking) % this.due.length] = now + this.thinkTime
    this.thinking++
  }
}
