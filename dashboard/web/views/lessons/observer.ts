/**
 * Watches one run of a lesson: takes from the page's store what the checks read, from the moment at which the student turned
 * the lesson's control. It counts nothing itself that the lab counts. Pure.
 */
import type { Figures } from '../../../../lab/checks/figures.ts'
import type { SocketList } from '../../../contract/server.ts'
import type { StreamMessage, TapEvent } from '../../../contract/stream.ts'
import { OK } from '../../store/connections.ts'
import type { LabStore } from '../../store/lab-store.ts'
import { countClose, countHandshake, type Exchange, withTapEvent } from './segments.ts'

/** The sockets in CLOSE-WAIT of now are compared with those of so many quiet milliseconds before. */
export const QUIET_MS = 5000

/** The share of the places whose requests have expired when the rate is told. */
const GENERATION = 0.9

const COUNTERS = [
  'HalfOpenExpired',
  'TCPSynRetrans',
  'TCPReqQFullDrop',
  'ListenDrops',
  'ListenOverflows',
  'SyncookiesSent',
  'SyncookiesRecv',
] as const

export class Observer {
  /** The followed connection, as the tap tells it; undefined while none is. */
  exchange: Exchange | undefined
  /** When the control was turned, milliseconds of the lab's clock; undefined before that. */
  since: number | undefined
  /** The number of the tap that tells of it. */
  private tap: number | undefined
  private readonly store: LabStore
  private before: Readonly<Record<string, number>> = {}
  private synMax = 0
  private acceptMax = 0
  private fullSince: number | undefined
  private expiredWhenFull = 0
  /** Places freed per second by the first requests of the full queue, and when that was known. */
  private firstFreedPerSecond: number | undefined
  private settledAt = 0
  /** What was in CLOSE-WAIT since nobody comes any more: the last quiet seconds and what was just before them. */
  private quiet: readonly { readonly at: number; readonly closeWait: number }[] = []
  private timeWait: number | undefined

  constructor(store: LabStore) {
    this.store = store
  }

  /** The lesson's control was turned: from now on everything counts. Where time went back to before that, it is turned anew. */
  begin(): void {
    const { server } = this.store
    if (server.value === undefined) return
    const now = this.store.now.value ?? server.value.at
    if (this.since !== undefined && this.since <= now) return
    this.since = now
    this.before = server.value.state.counters
  }

  /** To be told every message when the store has taken it. */
  hear(message: StreamMessage): void {
    if (message.type === 'tap') this.hearTap(message.event)
    else if (message.type === 'rewind') this.rewind(message.at)
    else this.look()
  }

  private hearTap(event: TapEvent): void {
    if (event.kind === 'started') {
      // Of the first connection only: who has ended stays to be looked at.
      if (this.exchange !== undefined && this.exchange.steps.length > 0) return
      this.tap = event.tap
    }
    if (event.tap === this.tap) this.exchange = withTapEvent(this.exchange, event)
  }

  hearSockets({ sockets }: SocketList): void {
    for (const { state, timer, ageMs } of sockets) {
      if (state === 'time_wait' && timer?.kind === 'timewait' && ageMs !== null) {
        this.timeWait = Math.round((ageMs + timer.remainingMs) / 1000)
      }
    }
  }

  private look(): void {
    const { server, slots, attackers } = this.store
    const told = server.value
    if (this.since === undefined || told === undefined || told.at < this.since) return
    const { synQueue, acceptQueue, counters, connections } = told.state
    this.synMax = Math.max(this.synMax, synQueue.length, slots.value?.syn.length ?? 0)
    this.acceptMax = Math.max(this.acceptMax, acceptQueue.length, slots.value?.accept.length ?? 0)
    if (this.fullSince === undefined && this.synMax > synQueue.limit) {
      this.fullSince = Math.max(told.at, slots.value?.at ?? 0)
      this.expiredWhenFull = counters.HalfOpenExpired ?? 0
    }
    const freed = (counters.HalfOpenExpired ?? 0) - this.expiredWhenFull
    const isGone = this.fullSince !== undefined && freed >= GENERATION * (synQueue.limit + 1)
    if (isGone && this.firstFreedPerSecond === undefined) {
      this.firstFreedPerSecond = freed / ((told.at - (this.fullSince ?? 0)) / 1000)
      this.settledAt = told.at
    }
    const isQuiet = [...attackers.value.values()].every(
      ({ state: { clients } }) => clients.inFlight === 0 && !clients.rate,
    )
    if (!isQuiet) this.quiet = []
    else if (told.at > (this.quiet.at(-1)?.at ?? Number.NEGATIVE_INFINITY)) {
      const all = [...this.quiet, { at: told.at, closeWait: connections.close_wait ?? 0 }]
      const from = all.findLastIndex(({ at }) => at <= told.at - QUIET_MS)
      this.quiet = all.slice(Math.max(0, from))
    }
  }

  /** Time was turned back to `at`, milliseconds: what was seen later has not happened. */
  private rewind(at: number): void {
    if ((this.exchange?.steps.at(-1)?.at ?? 0) > at) this.exchange = undefined
    this.synMax = 0
    this.acceptMax = 0
    this.quiet = this.quiet.filter((one) => one.at <= at)
    if (this.settledAt > at) this.firstFreedPerSecond = undefined
    if ((this.fullSince ?? 0) > at) this.fullSince = undefined
  }

  get isEstablished(): boolean {
    return this.exchange !== undefined && countHandshake(this.exchange).isEstablished
  }

  get isClosed(): boolean {
    return this.exchange !== undefined && countClose(this.exchange).isClosed
  }

  /** Seconds from the first SYN to the end of the half-open entry that nobody completed. */
  get halfOpenSeconds(): number | undefined {
    const steps = this.exchange?.steps ?? []
    const last = steps.at(-1)
    if (last === undefined || last.segment !== undefined || last.ends.server.state !== 'LISTEN') return undefined
    return Math.round((last.at - (steps[0]?.at ?? 0)) / 100) / 10
  }

  /**
   * Places of the full SYN queue that expired requests freed, per second: measured once, when nine in ten of the requests that
   * filled it have gone. Not all, because a place that a client leaves is taken anew, and expires at a time of its own; not
   * the first ones, because those of a machine that stood still while they came expire in groups.
   */
  get freedPerSecond(): number | undefined {
    const rate = this.firstFreedPerSecond
    return rate === undefined ? undefined : Math.round(rate * 10) / 10
  }

  /** Percent of the honest clients that came since the control was turned. */
  get servedPercent(): number | undefined {
    const { attempted, succeeded } = this.clients()
    return attempted === 0 ? undefined : Math.round((100 * succeeded) / attempted)
  }

  /** How long a socket is in TIME-WAIT: its age and what is left on its timer, seconds. */
  get timeWaitSeconds(): number | undefined {
    return this.timeWait
  }

  /** CLOSE-WAIT sockets that went away while nothing happened. */
  get closeWaitGone(): number | undefined {
    const { 'sockets.close_wait_before': before, 'sockets.close_wait': now } = this.figures
    return before === undefined || now === undefined ? undefined : Math.max(0, before - now)
  }

  /** What the checks read. A figure that cannot be known yet is not there. */
  get figures(): Figures {
    const told = this.store.server.value
    if (this.since === undefined || told === undefined || told.at < this.since) return {}
    const { synQueue, acceptQueue, counters, connections } = told.state
    const { attempted, succeeded } = this.clients()
    const gained = Object.fromEntries(
      COUNTERS.map((name) => [`counters.${name}`, (counters[name] ?? 0) - (this.before[name] ?? 0)]),
    )
    const [rested] = this.quiet
    const isRested = rested !== undefined && told.at - rested.at >= QUIET_MS
    return {
      ...(this.exchange === undefined
        ? {}
        : {
            'handshake.segments': countHandshake(this.exchange).segments,
            'close.segments': countClose(this.exchange).segments,
          }),
      'syn_queue.max': this.synMax,
      'syn_queue.limit': synQueue.limit,
      'accept_queue.max': this.acceptMax,
      'accept_queue.limit': acceptQueue.limit,
      'legit.attempted': attempted,
      'legit.succeeded': succeeded,
      ...gained,
      'sockets.time_wait': connections.time_wait ?? 0,
      'sockets.close_wait': connections.close_wait ?? 0,
      ...(isRested ? { 'sockets.close_wait_before': rested.closeWait } : {}),
    }
  }

  /** Honest connections that began since the control was turned, and have ended. */
  private clients(): { readonly attempted: number; readonly succeeded: number } {
    const { connections } = this.store
    let attempted = 0
    let succeeded = 0
    for (let index = connections.first; index < connections.pushed; index++) {
      if (connections.startedAt(index) < (this.since ?? Number.POSITIVE_INFINITY)) continue
      attempted++
      if (connections.outcome(index) === OK) succeeded++
    }
    return { attempted, succeeded }
  }
}
