/**
 * How long a connection may take to send a request: Node's http server has these limits but looks at them only when it
 * listens on a port of its own, and by its own clock. Here each connection is watched from outside, by the clock of its
 * host. Read first: headersTimeout and requestTimeout of Node's http.Server.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { MILLISECOND } from '../../tcpip/base/time.ts'
import type { TurnScheduler } from '../../tcpip/io/turn-loop.ts'

/** Milliseconds; 0 for no limit. */
export interface RequestLimits {
  /** For a request's head, from the connection or, in a connection that has served one already, from its first byte. */
  readonly headersTimeout: number
  /** For the whole request, likewise; at least `headersTimeout`. */
  readonly requestTimeout: number
  /** For the next request to begin after an answer. Node's http server waits another second (`socket.setTimeout`). */
  readonly keepAliveTimeout: number
}

/** The first two are Node's, the last is Fastify's, as a Fastify app on a port has it (Node's would be 5 s). */
export const REQUEST_LIMITS: RequestLimits = {
  headersTimeout: 60_000,
  requestTimeout: 300_000,
  keepAliveTimeout: 72_000,
}

export interface TimeSource {
  /** Microseconds. */
  readonly clock: () => number
  readonly timers: Pick<TurnScheduler, 'setTimeout' | 'clearTimeout'>
}

export class HttpRequestTimer {
  private limits: RequestLimits
  private readonly time: TimeSource
  private readonly onLate: () => void
  /** When the request that is being received began, microseconds; undefined between requests. */
  private startedAt: number | undefined
  /** Its head, once that has come. */
  private request: IncomingMessage | undefined
  private timer: unknown
  /** When the timer fires, microseconds; it may be too early, and then moves on, but never too late. */
  private firesAt = Number.POSITIVE_INFINITY

  /**
   * Watches `connection`, which the http server has to know already: its parser sees every byte first. `onLate` is called
   * once, when a limit has passed.
   */
  constructor(connection: Duplex, limits: RequestLimits, time: TimeSource, onLate: () => void) {
    this.limits = limits
    this.time = time
    this.onLate = onLate
    this.begin()
    connection.on('data', () => this.onParsed())
    connection.once('close', () => this.stop())
  }

  /** Other limits hold from now on, for the request that is being received too. */
  setLimits(limits: RequestLimits): void {
    this.limits = limits
    this.arm()
  }

  /** The http server has parsed the head of a request. */
  onHead(request: IncomingMessage): void {
    this.request = request
  }

  /** The http server has parsed what came. */
  private onParsed(): void {
    const { request } = this
    if (request === undefined) {
      if (this.startedAt === undefined) this.begin()
    } else if (request.complete) {
      // However long the answer takes, it is not the client's fault.
      this.request = undefined
      this.startedAt = undefined
    }
  }

  private begin(): void {
    this.startedAt = this.time.clock()
    this.arm()
  }

  private arm(): void {
    const deadline = this.deadline()
    if (deadline >= this.firesAt) return
    this.time.timers.clearTimeout(this.timer)
    this.firesAt = deadline
    const milliseconds = Math.ceil((deadline - this.time.clock()) / MILLISECOND)
    this.timer = this.time.timers.setTimeout(() => this.fire(), milliseconds)
  }

  /** When the present request is late, microseconds; Infinity when it never is, or there is none. */
  private deadline(): number {
    const { headersTimeout, requestTimeout } = this.limits
    if (this.startedAt === undefined) return Number.POSITIVE_INFINITY
    let limit = Number.POSITIVE_INFINITY
    if (requestTimeout > 0) limit = requestTimeout
    if (headersTimeout > 0 && this.request === undefined) limit = Math.min(limit, headersTimeout)
    return this.startedAt + limit * MILLISECOND
  }

  private fire(): void {
    this.firesAt = Number.POSITIVE_INFINITY
    if (this.deadline() <= this.time.clock()) {
      this.startedAt = undefined
      this.onLate()
    } else this.arm()
  }

  private stop(): void {
    this.startedAt = undefined
    this.time.timers.clearTimeout(this.timer)
  }
}
