/**
 * Until when each connection has to have sent its request, or may rest after an answer. The rules are those of Node's http
 * server: the time for a request runs from accept(), and for a further one from its first byte; between two requests it
 * does not run, but a connection that rests is closed after a while. Connections are known by small integers of the owner's
 * choice.
 */
import { NEVER, SECOND } from '../../tcpip/base/time.ts'
import { type TimerTarget, TimerWheel } from '../../tcpip/base/timer-wheel.ts'

/**
 * How long a connection may rest after an answer: keepAliveTimeout as Fastify sets it, and the second that Node's http server
 * adds (server/web/http-request-timer.ts).
 */
export const REST_MAX = 73 * SECOND

export class HttpRequestDeadlines {
  private readonly timers: TimerWheel
  /** Since when a request has been awaited, or the connection rests, microseconds; NEVER while neither is so. */
  private readonly since: Float64Array
  /** 1 for a connection that rests. */
  private readonly rests: Uint8Array
  /** Microseconds, 0 for ever. */
  private timeout = 0

  /** Ids are 0 .. `capacity` - 1. */
  constructor(capacity: number) {
    this.timers = new TimerWheel(capacity)
    this.since = new Float64Array(capacity).fill(NEVER)
    this.rests = new Uint8Array(capacity)
  }

  /** From now on requests may take `seconds`, those awaited already too; 0 for ever. */
  configure(seconds: number): void {
    this.timeout = seconds * SECOND
    for (let id = 0; id < this.since.length; id++) if (this.since[id] !== NEVER) this.arm(id)
  }

  /** A request of `id` is awaited from `now` on. */
  start(id: number, now: number): void {
    this.await(id, now, 0)
  }

  /** `id` has been answered and rests from `now` on. */
  rest(id: number, now: number): void {
    this.await(id, now, 1)
  }

  /** Whether `id` rests: nothing of its next request has come. */
  isResting(id: number): boolean {
    return this.rests[id] === 1
  }

  /** No request of `id` is awaited; harmless when none was. */
  stop(id: number): void {
    this.since[id] = NEVER
    this.rests[id] = 0
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

  private await(id: number, now: number, rests: number): void {
    this.since[id] = now
    this.rests[id] = rests
    this.arm(id)
  }

  private arm(id: number): void {
    const limit = this.isResting(id) ? REST_MAX : this.timeout
    if (limit === 0) this.timers.disarm(id)
    else this.timers.arm(id, this.since[id] + limit)
  }
}
