/**
 * Until when each connection has to have sent its request. Connections are known by small integers of the owner's choice.
 */
import { NEVER, SECOND } from '../../tcpip/base/time.ts'
import { type TimerTarget, TimerWheel } from '../../tcpip/base/timer-wheel.ts'

export class HttpRequestDeadlines {
  private readonly timers: TimerWheel
  /** Since when a request has been awaited, microseconds; NEVER while none is. */
  private readonly since: Float64Array
  /** Microseconds, 0 for ever. */
  private timeout = 0

  /** Ids are 0 .. `capacity` - 1. */
  constructor(capacity: number) {
    this.timers = new TimerWheel(capacity)
    this.since = new Float64Array(capacity).fill(NEVER)
  }

  /** From now on requests may take `seconds`, those awaited already too; 0 for ever. */
  configure(seconds: number): void {
    this.timeout = seconds * SECOND
    for (let id = 0; id < this.since.length; id++) if (this.since[id] !== NEVER) this.arm(id)
  }

  /** A request of `id` is awaited from `now` on. */
  start(id: number, now: number): void {
    this.since[id] = now
    this.arm(id)
  }

  /** No request of `id` is awaited; harmless when none was. */
  stop(id: number): void {
    this.since[id] = NEVER
    this.timers.disarm(id)
  }

  /** Fires the deadlines that have passed, at most `limit`; `target.fire` is given ids, which are still to be stopped. */
  advance(now: number, target: TimerTarget, limit: number): void {
    this.timers.advance(now, target, limit)
  }

  /** When to call `advance`, microseconds; NEVER while nothing is awaited. */
  nextDeadline(): number {
    return this.timers.nextDeadline()
  }

  private arm(id: number): void {
    if (this.timeout === 0) this.timers.disarm(id)
    else this.timers.arm(id, this.since[id] + this.timeout)
  }
}
