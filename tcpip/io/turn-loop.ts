/**
 * Turns a sans-IO host over in real time: one clock reading, a bounded number of polls, each followed by a flush, then
 * back to the event loop, so that sockets and commands get their share under any flood. Between turns it sleeps until
 * packets arrive (`wake`) or the host's next deadline.
 */

import { MILLISECOND } from '../base/time.ts'
import type { LinkEnd } from '../link/link.ts'

/** What is turned over: an Endpoint, or something that contains one. */
export interface TurnHost {
  /** Fires due timers and takes a bounded number of packets. `now` in microseconds. */
  poll(now: number): void
  /** When `poll` has something to do without packets, microseconds; NEVER for not at all. */
  nextDeadline(): number
}

/** A link as the loop sees it: UdpHub and UdpSpoke are some. */
export interface TurnLink {
  readonly end: LinkEnd
  /** Sends everything in `end.tx`. */
  flush(): void
}

/** The event loop, as far as turns need it; tests bring their own. */
export interface TurnScheduler {
  setImmediate(callback: () => void): unknown
  setTimeout(callback: () => void, milliseconds: number): unknown
  clearTimeout(handle: unknown): void
}

export interface TurnLoopOptions {
  readonly host: TurnHost
  readonly link: TurnLink
  /** Microseconds, monotonic; read once per turn. */
  readonly clock: () => number
  /** Runs at the end of each turn, after the last flush: the place to publish counters. */
  readonly afterTurn?: (now: number) => void
  /** Default: Node's event loop. */
  readonly scheduler?: TurnScheduler
}

/** Longest timeout Node takes, milliseconds (2^31 - 1). A wake that comes too early is harmless. */
const MAX_TIMEOUT_MS = 0x7fff_ffff

/**
 * Most polls per turn, while packets wait: one round of Node's event loop reads up to 32 datagrams from a socket, several
 * hundred packets, and a turn has to keep up with that. Two thousand packets take a host one or two milliseconds.
 */
const MAX_BATCHES = 8

const NODE_SCHEDULER: TurnScheduler = {
  setImmediate: (callback) => setImmediate(callback),
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
}

export class TurnLoop {
  private readonly host: TurnHost
  private readonly link: TurnLink
  private readonly clock: () => number
  private readonly afterTurn: (now: number) => void
  private readonly scheduler: TurnScheduler
  private isTurnDue = false
  private isStopped = false
  private timeout: unknown
  /** When `timeout` fires, microseconds; Infinity while none is set. */
  private timeoutAt = Number.POSITIVE_INFINITY

  /** Does nothing until the first `wake`. */
  constructor(options: TurnLoopOptions) {
    this.host = options.host
    this.link = options.link
    this.clock = options.clock
    this.afterTurn = options.afterTurn ?? (() => {})
    this.scheduler = options.scheduler ?? NODE_SCHEDULER
  }

  /** Asks for a turn soon: packets have arrived, or a command has changed what the host has to do. Cheap to repeat. */
  wake(): void {
    if (this.isTurnDue || this.isStopped) return
    this.isTurnDue = true
    this.scheduler.setImmediate(this.turn)
  }

  /** No turn happens after this. */
  stop(): void {
    this.isStopped = true
    this.clearTimeout()
  }

  private readonly turn = (): void => {
    this.isTurnDue = false
    if (this.isStopped) return
    const now = this.clock()
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      this.host.poll(now)
      this.link.flush()
      if (this.link.end.rx.size === 0) break
    }
    this.afterTurn(now)
    this.schedule(now)
  }

  /** Packets or overdue timers: another turn at once. Else a turn at the next deadline, if there is one. */
  private schedule(now: number): void {
    if (this.isStopped) return
    const deadline = this.host.nextDeadline()
    if (this.link.end.rx.size > 0 || deadline <= now) {
      this.wake()
      return
    }
    // A timeout that fires too early costs one idle turn; moving it every turn would cost more.
    if (this.timeoutAt <= deadline) return
    this.clearTimeout()
    const milliseconds = Math.min(MAX_TIMEOUT_MS, Math.ceil((deadline - now) / MILLISECOND))
    this.timeoutAt = deadline
    this.timeout = this.scheduler.setTimeout(this.onTimeout, milliseconds)
  }

  private readonly onTimeout = (): void => {
    this.timeoutAt = Number.POSITIVE_INFINITY
    this.wake()
  }

  private clearTimeout(): void {
    if (this.timeoutAt === Number.POSITIVE_INFINITY) return
    this.scheduler.clearTimeout(this.timeout)
    this.timeoutAt = Number.POSITIVE_INFINITY
  }
}
