/**
 * An event loop in manual time, for whatever takes a TurnScheduler: nothing happens until the test says so.
 */

import { MILLISECOND } from '../../../tcpip/base/time.ts'
import type { TurnScheduler } from '../../../tcpip/io/turn-loop.ts'

interface Timeout {
  readonly at: number
  readonly callback: () => void
}

export class ManualScheduler implements TurnScheduler {
  /** Microseconds. */
  now: number
  readonly immediates: (() => void)[] = []
  readonly timeouts = new Set<Timeout>()
  /** Timeouts ever set. */
  timeoutsSet = 0

  constructor(now = 0) {
    this.now = now
  }

  readonly clock = (): number => this.now

  setImmediate(callback: () => void): void {
    this.immediates.push(callback)
  }

  setTimeout(callback: () => void, milliseconds: number): Timeout {
    this.timeoutsSet++
    const timeout = { at: this.now + milliseconds * MILLISECOND, callback }
    this.timeouts.add(timeout)
    return timeout
  }

  clearTimeout(handle: unknown): void {
    this.timeouts.delete(handle as Timeout)
  }

  /** Runs the immediates that are due now, not those they ask for: one round of the event loop. Returns how many ran. */
  runRound(): number {
    const due = this.immediates.splice(0)
    for (const callback of due) callback()
    return due.length
  }

  /** Runs immediates until none is left; `limit` rounds at most. */
  settle(limit = 10_000): void {
    for (let rounds = 0; this.immediates.length > 0; rounds++) {
      if (rounds === limit) throw new Error('the event loop does not come to rest')
      this.runRound()
    }
  }

  /** Lets `milliseconds` pass, firing timeouts in order. */
  pass(milliseconds: number): void {
    const end = this.now + milliseconds * MILLISECOND
    this.settle()
    for (;;) {
      const next = [...this.timeouts].sort((a, b) => a.at - b.at).at(0)
      if (next === undefined || next.at > end) break
      this.timeouts.delete(next)
      this.now = Math.max(this.now, next.at)
      next.callback()
      this.settle()
    }
    this.now = end
  }
}
