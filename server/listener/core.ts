/**
 * What every part of a listener works on: its configuration, its two queues, and what a finished handshake becomes. The
 * decision about a new SYN (admission/), half-open entries (half-open.ts) and cookies (cookie-handshake.ts) sit on it and
 * know nothing of one another; listener.ts brings them together.
 */
import { Mib } from '../../tcpip/base/counters.ts'
import { DropReason } from '../../tcpip/base/drop-reason.ts'
import { State } from '../../tcpip/base/states.ts'
import type { Handshake } from '../../tcpip/connection/open.ts'
import type { SynOffer } from '../../tcpip/connection/segment-size.ts'
import { openingOf } from '../../tcpip/host/opening.ts'
import type { PassiveOpenHost } from '../../tcpip/host/passive-open.ts'
import type { Segment } from '../../tcpip/wire/segment.ts'
import { AcceptQueue } from './accept-queue.ts'
import { deferAcceptTimeouts } from './half-open-timer.ts'
import { effectiveBacklog, type ListenerConfig, synQueueLimit } from './listener-config.ts'
import type { ListenerProfile } from './profile.ts'
import { ProvenPeers } from './proven-peers.ts'
import { capacityFor, SynQueue } from './syn-queue.ts'

export interface ListenerOptions {
  readonly host: PassiveOpenHost
  readonly config: ListenerConfig
  readonly profile: ListenerProfile
  /** `COOKIE_SECRET_BYTES` bytes. */
  readonly cookieSecret: Uint8Array
  /**
   * Called when the kernel would log "possible SYN flooding": once in a listener's life, never with synCookies 2
   * (Linux tcp_syn_flood_action, synflood_warned).
   */
  readonly onFlood?: (sendingCookies: boolean) => void
}

export class ListenerCore {
  readonly acceptQueue: AcceptQueue
  readonly provenPeers = new ProvenPeers()
  readonly profile: ListenerProfile
  readonly host: PassiveOpenHost
  config: ListenerConfig
  /** What listen() asked for, the limit of the accept queue, which holds one more (Linux sk_max_ack_backlog). */
  limit: number
  /** The SYN queue holds one more than this. */
  synLimit: number
  /** TCP_DEFER_ACCEPT as a number of timeouts, 0 for off. */
  deferTimeouts: number
  /** What is announced in SYN-ACKs (TCP_MAXSEG, SO_RCVBUF). */
  offer: SynOffer
  synQueue: SynQueue
  private readonly onFlood: (sendingCookies: boolean) => void
  private floodWarned = false

  constructor(options: ListenerOptions) {
    this.host = options.host
    this.offer = options.host.offer
    this.config = options.config
    this.profile = options.profile
    this.limit = effectiveBacklog(options.config)
    this.synLimit = synQueueLimit(options.config)
    this.deferTimeouts = deferAcceptTimeouts(options.profile, options.config.deferAccept)
    this.synQueue = new SynQueue(this.limit, options.config.eviction)
    this.acceptQueue = new AcceptQueue(this.limit)
    this.onFlood = options.onFlood ?? (() => {})
  }

  /** Takes a new configuration while running. Nothing queued is lost, as with a second listen() on Linux. */
  configure(config: ListenerConfig): void {
    const limit = effectiveBacklog(config)
    // Memory first: if there is not enough, nothing has changed.
    const places = Math.max(limit, this.synQueue.length)
    const isSame = capacityFor(places) === this.synQueue.capacity && config.eviction === this.config.eviction
    const fits = isSame ? this.synQueue : new SynQueue(places, config.eviction)
    this.config = config
    this.limit = limit
    this.synLimit = synQueueLimit(config)
    this.deferTimeouts = deferAcceptTimeouts(this.profile, config.deferAccept)
    this.acceptQueue.limit = limit
    if (fits === this.synQueue) return
    this.synQueue.moveTo(fits)
    this.synQueue = fits
  }

  /** The log's warning of a flood, at most once. */
  warnOfFlood(sendingCookies: boolean): void {
    if (this.floodWarned) return
    this.floodWarned = true
    this.onFlood(sendingCookies)
  }

  /** The accept queue had no room: a SYN or a final ACK is lost. */
  countOverflow(): void {
    this.host.counters.add(Mib.ListenOverflows)
    this.host.counters.add(Mib.ListenDrops)
  }

  /** Turns a finished handshake into a connection in the accept queue and hands it the segment that finished it. */
  completeHandshake(handshake: Handshake, completing: Segment, now: number): DropReason {
    const tcb = this.host.openChild(handshake, completing, now)
    if (tcb === undefined) {
      this.host.counters.add(Mib.ListenDrops)
      if (!handshake.isFromCookie) this.host.counters.transition(State.SYN_RECEIVED, State.LISTEN)
      return DropReason.CONNECTION_TABLE_FULL
    }
    this.acceptQueue.push(tcb, openingOf(handshake, now))
    return this.host.deliver(tcb, completing, now)
  }
}
