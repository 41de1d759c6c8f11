/**
 * THE PASSIVE OPEN: what a listening port does with a segment that belongs to no connection. The order of the decisions
 * and the counter of every branch are Linux's. Read first: Linux tcp_rcv_state_process() case TCP_LISTEN,
 * tcp_conn_request(); RFC 9293 3.10.7.2. What comes after has its own rooms: requests half-open.ts, cookies cookie-handshake.ts.
 */

import { Mib } from '../../tcpip/base/counters.ts'
import { DropReason } from '../../tcpip/base/drop-reason.ts'
import { MILLISECOND } from '../../tcpip/base/time.ts'
import { ADVERTISED_MSS, DEFAULT_MSS } from '../../tcpip/connection/host.ts'
import type { Handshake } from '../../tcpip/connection/open.ts'
import { sendReset } from '../../tcpip/connection/reset.ts'
import type { Tcb } from '../../tcpip/connection/tcb.ts'
import type { WaitingConnection } from '../../tcpip/host/connection-end.ts'
import type { PassiveOpen, PassiveOpenHost } from '../../tcpip/host/passive-open.ts'
import type { IcmpError } from '../../tcpip/wire/icmp.ts'
import { ACK, FIN, RST, type Segment, SYN } from '../../tcpip/wire/segment.ts'
import { AcceptQueue } from './accept-queue.ts'
import { CookieHandshake } from './cookie-handshake.ts'
import { HalfOpen } from './half-open.ts'
import { effectiveBacklog, type ListenerConfig } from './listener-config.ts'
import type { ListenerProfile } from './profile.ts'
import { ProvenPeers } from './proven-peers.ts'
import { sendSynAck } from './request-answers.ts'
import { deferAcceptTimeouts, requestTimeout } from './request-timer.ts'
import { capacityFor, SynQueue } from './syn-queue.ts'

/** Local copies: constants of this module cost nothing, those of an imported object a load and a check each. */
const { Accepted, ListenDrops, ListenOverflows, RequestsCreated, SynReceived, TCPReqQFullDoCookies, TCPReqQFullDrop } =
  Mib
const {
  ACCEPTED,
  ACCEPT_QUEUE_FULL,
  CONNECTION_TABLE_FULL,
  ICMP_IGNORED,
  LISTEN_IGNORED,
  LISTEN_STRAY_ACK,
  SYN_QUEUE_FULL,
  SYN_QUEUE_RESERVED,
} = DropReason

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

/** ISN argument of a SYN that comes straight from the wire; one out of TIME-WAIT brings its own. */
const NO_ISN = 0

export class Listener implements PassiveOpen {
  readonly acceptQueue: AcceptQueue
  readonly provenPeers = new ProvenPeers()
  readonly profile: ListenerProfile
  readonly host: PassiveOpenHost
  config: ListenerConfig
  /** The limit of both queues; each holds one more. */
  limit: number
  /** TCP_DEFER_ACCEPT as a number of timeouts, 0 for off. */
  deferTimeouts: number
  /** MSS that is announced, and the most that children send, bytes (TCP_MAXSEG). */
  maxSegment = ADVERTISED_MSS
  synQueue: SynQueue
  private readonly halfOpen: HalfOpen
  readonly cookies: CookieHandshake
  private readonly onFlood: (sendingCookies: boolean) => void
  private floodWarned = false

  constructor(options: ListenerOptions) {
    this.host = options.host
    this.config = options.config
    this.profile = options.profile
    this.limit = effectiveBacklog(options.config)
    this.deferTimeouts = deferAcceptTimeouts(options.profile, options.config.deferAccept)
    this.synQueue = new SynQueue(this.limit)
    this.acceptQueue = new AcceptQueue(this.limit)
    this.onFlood = options.onFlood ?? (() => {})
    this.halfOpen = new HalfOpen(this)
    this.cookies = new CookieHandshake(this, options.cookieSecret)
  }

  /** Takes a new configuration while running. Nothing queued is lost, as with a second listen() on Linux. */
  configure(config: ListenerConfig): void {
    const limit = effectiveBacklog(config)
    // Memory first: if there is not enough, nothing has changed.
    const places = Math.max(limit, this.synQueue.length)
    const fits = capacityFor(places) === this.synQueue.capacity ? this.synQueue : new SynQueue(places)
    this.config = config
    this.limit = limit
    this.deferTimeouts = deferAcceptTimeouts(this.profile, config.deferAccept)
    this.acceptQueue.limit = limit
    if (fits === this.synQueue) return
    this.synQueue.moveTo(fits)
    this.synQueue = fits
  }

  /**
   * The application closes the listening socket: connections it never accepted are reset, in the order of the queue, and
   * half-open requests vanish without a word (Linux inet_csk_listen_stop). The host has to take the port back.
   */
  close(now: number): void {
    for (let waiting = this.acceptQueue.shift(); waiting !== undefined; waiting = this.acceptQueue.shift()) {
      const { tcb } = waiting
      // One that was reset already is told nothing more.
      if (tcb === undefined) continue
      this.host.abort(tcb, now)
    }
    this.synQueue = new SynQueue(this.limit)
  }

  /**
   * The connection that has waited longest, or undefined when none does: accept(). It may have been reset meanwhile, and
   * then says so in `end`.
   */
  acceptWaiting(): WaitingConnection | undefined {
    const waiting = this.acceptQueue.shift()
    if (waiting !== undefined) this.host.counters.add(Accepted)
    return waiting
  }

  /**
   * For a program that works on TCBs instead of sockets: the oldest connection that still exists, without an owner. One
   * that was reset is accepted too, and closed at once, because such a program has nothing to do with it.
   */
  accept(): Tcb | undefined {
    for (;;) {
      const waiting = this.acceptWaiting()
      if (waiting === undefined) return undefined
      const { tcb } = waiting
      if (tcb === undefined) continue
      tcb.owner = undefined
      return tcb
    }
  }

  onSegment(segment: Segment, flowHash: number, now: number): DropReason {
    const ports = (segment.sourcePort << 16) | segment.destinationPort
    const request = this.synQueue.find(flowHash, segment.source, segment.destination, ports)
    const isSyn = (segment.flags & (SYN | ACK | RST | FIN)) === SYN
    if (isSyn) this.host.counters.add(SynReceived)
    if (request >= 0) return this.halfOpen.segmentArrives(request, segment, now)
    if (isSyn) return this.onSyn(segment, flowHash, ports, NO_ISN, now)
    return this.onOtherThanSyn(segment, flowHash, false, now)
  }

  onTimeWaitSyn(segment: Segment, flowHash: number, isn: number, now: number): DropReason {
    // A SYN with FIN has ended TIME-WAIT, and that is all it gets.
    if ((segment.flags & FIN) !== 0) return LISTEN_IGNORED
    this.host.counters.add(SynReceived)
    const ports = (segment.sourcePort << 16) | segment.destinationPort
    return this.onSyn(segment, flowHash, ports, isn, now)
  }

  onIcmpError(error: IcmpError, flowHash: number): DropReason {
    const ports = (error.destinationPort << 16) | error.sourcePort
    const request = this.synQueue.find(flowHash, error.destination, error.source, ports)
    return request < 0 ? ICMP_IGNORED : this.halfOpen.icmpError(request, error)
  }

  onProvenPeer(address: number, now: number): void {
    this.provenPeers.add(address, now)
  }

  advance(now: number, limit: number): void {
    this.synQueue.timers.advance(now, this.halfOpen, limit)
  }

  nextDeadline(): number {
    return this.synQueue.timers.nextDeadline()
  }

  /**
   * A segment in LISTEN that is not a SYN: a cookie coming back, or nothing we asked for. `hasRequest`: its 4-tuple has a
   * half-open request, which it does not fit.
   */
  onOtherThanSyn(segment: Segment, flowHash: number, hasRequest: boolean, now: number): DropReason {
    const { flags } = segment
    if ((flags & ACK) === 0 || (flags & RST) !== 0) return LISTEN_IGNORED
    if ((flags & SYN) !== 0 || !this.cookies.isExpected(now)) {
      sendReset(this.host, segment)
      return LISTEN_STRAY_ACK
    }
    return this.cookies.ackArrives(segment, flowHash, hasRequest, now)
  }

  /** Decides on a new SYN, in the order of Linux tcp_conn_request(). */
  private onSyn(syn: Segment, flowHash: number, ports: number, isn: number, now: number): DropReason {
    const { counters } = this.host
    const { synCookies, maxSynBacklog } = this.config
    let wantCookie = false
    if (isn === NO_ISN && (synCookies === 2 || this.synQueue.length > this.limit)) {
      wantCookie = this.onFullSynQueue()
      if (!wantCookie) {
        counters.add(ListenDrops)
        return SYN_QUEUE_FULL
      }
    }
    if (this.acceptQueue.isFull) {
      this.countOverflow()
      return ACCEPT_QUEUE_FULL
    }
    if (wantCookie) {
      this.cookies.answer(syn, ports, now)
      return ACCEPTED
    }
    const lastQuarter = maxSynBacklog - this.synQueue.length < maxSynBacklog >> 2
    if (isn === NO_ISN && synCookies === 0 && lastQuarter && !this.provenPeers.has(syn.source, now)) {
      counters.add(ListenDrops)
      return SYN_QUEUE_RESERVED
    }
    return this.storeRequest(syn, flowHash, ports, isn, now)
  }

  /** The SYN queue is full, or cookies are always wanted: counts it, warns once, says whether to send a cookie. */
  private onFullSynQueue(): boolean {
    const sendCookies = this.config.synCookies !== 0
    this.host.counters.add(sendCookies ? TCPReqQFullDoCookies : TCPReqQFullDrop)
    if (!this.floodWarned && this.config.synCookies !== 2) {
      this.floodWarned = true
      this.onFlood(sendCookies)
    }
    return sendCookies
  }

  /** The accept queue had no room: a SYN or a final ACK is lost. */
  countOverflow(): void {
    this.host.counters.add(ListenOverflows)
    this.host.counters.add(ListenDrops)
  }

  private storeRequest(syn: Segment, flowHash: number, ports: number, isn: number, now: number): DropReason {
    const { host, synQueue } = this
    const nowMs = Math.floor(now / MILLISECOND)
    const request = synQueue.add(flowHash, syn.source, syn.destination, ports, nowMs)
    if (request < 0) {
      // Out of records, as Linux is when reqsk_alloc() fails.
      host.counters.add(ListenDrops)
      return SYN_QUEUE_FULL
    }
    host.counters.add(RequestsCreated)
    const iss = host.isn.next(syn.destination, syn.source, ports, now)
    const tsOffset = host.isn.tsOffset
    synQueue.setNumbers(request, syn.seq, isn === NO_ISN ? iss : isn)
    synQueue.setTimestamps(request, syn.tsVal, tsOffset)
    synQueue.setOptions(
      request,
      syn.mss === 0 ? DEFAULT_MSS : syn.mss,
      syn.windowScale,
      syn.sackPermitted,
      syn.hasTimestamps,
    )
    synQueue.timers.arm(request, now + requestTimeout(this.profile, 0))
    sendSynAck(host, synQueue, request, this.maxSegment, now)
    return ACCEPTED
  }

  /** Turns a finished handshake into a connection in the accept queue and hands it the segment that finished it. */
  completeHandshake(handshake: Handshake, completing: Segment, now: number): DropReason {
    const tcb = this.host.openChild(handshake, completing, now)
    if (tcb === undefined) {
      this.host.counters.add(ListenDrops)
      return CONNECTION_TABLE_FULL
    }
    this.acceptQueue.push(tcb)
    return this.host.deliver(tcb, completing, now)
  }
}
