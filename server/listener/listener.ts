/**
 * THE PASSIVE OPEN: what a listening port does with a segment that belongs to no connection. The order of the decisions
 * and the counter of every branch are Linux's, except where the knob `eviction` says otherwise. Read first: Linux
 * tcp_rcv_state_process() case TCP_LISTEN; RFC 9293 3.10.7.2. A new SYN is decided on in admission/, entries live in
 * half-open.ts, cookies in cookie-handshake.ts.
 */

import { Mib } from '../../tcpip/base/counters.ts'
import { DropReason } from '../../tcpip/base/drop-reason.ts'
import { sendReset } from '../../tcpip/connection/reset.ts'
import type { Tcb } from '../../tcpip/connection/tcb.ts'
import type { WaitingConnection } from '../../tcpip/host/connection-end.ts'
import type { PassiveOpen } from '../../tcpip/host/passive-open.ts'
import type { IcmpError } from '../../tcpip/wire/icmp.ts'
import { ACK, FIN, RST, type Segment, SYN } from '../../tcpip/wire/segment.ts'
import { admitByEviction } from './admission/evicting.ts'
import { admitAsLinux } from './admission/linux.ts'
import { COOKIE, EVICT, type NewSyn, TAKE } from './admission/verdict.ts'
import { CookieHandshake } from './cookie-handshake.ts'
import { ListenerCore, type ListenerOptions } from './core.ts'
import { HalfOpen, NO_ISN, NOT_MINE } from './half-open.ts'
import { SynQueue } from './syn-queue.ts'

/** Local copies: constants of this module cost nothing, those of an imported object a load and a check each. */
const { Accepted, SynReceived } = Mib
const { ACCEPTED, ICMP_IGNORED, LISTEN_IGNORED, LISTEN_STRAY_ACK, HALF_OPEN_BAD_ACK } = DropReason

export class Listener extends ListenerCore implements PassiveOpen {
  private readonly halfOpen: HalfOpen
  readonly cookies: CookieHandshake
  /** The SYN that is being decided on. */
  private readonly newSyn: NewSyn = { isReopening: false, flowHash: 0, wantsCookie: false, victim: -1 }

  constructor(options: ListenerOptions) {
    super(options)
    this.halfOpen = new HalfOpen(this)
    this.cookies = new CookieHandshake(this, options.cookieSecret)
  }

  /**
   * The application closes the listening socket: connections it never accepted are reset, in the order of the queue, and
   * half-open entries vanish without a word (Linux inet_csk_listen_stop). The host has to take the port back.
   */
  close(now: number): void {
    for (let waiting = this.acceptQueue.shift(); waiting !== undefined; waiting = this.acceptQueue.shift()) {
      const { tcb } = waiting
      // One that was reset already is told nothing more.
      if (tcb === undefined) continue
      this.host.abort(tcb, now)
    }
    this.synQueue = new SynQueue(this.limit, this.config.eviction)
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
    const entry = this.synQueue.find(flowHash, segment.source, segment.destination, ports)
    const isSyn = (segment.flags & (SYN | ACK | RST | FIN)) === SYN
    if (isSyn) this.host.counters.add(SynReceived)
    if (entry >= 0) return this.toHalfOpen(entry, segment, flowHash, now)
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
    const entry = this.synQueue.find(flowHash, error.destination, error.source, ports)
    return entry < 0 ? ICMP_IGNORED : this.halfOpen.icmpError(entry, error)
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

  /** A segment of a 4-tuple that has an entry. One that is not for the entry is looked at as if there were none. */
  private toHalfOpen(entry: number, segment: Segment, flowHash: number, now: number): DropReason {
    const outcome = this.halfOpen.segmentArrives(entry, segment, now)
    if (outcome !== NOT_MINE) return outcome
    const withoutEntry = this.onOtherThanSyn(segment, flowHash, true, now)
    return withoutEntry === LISTEN_STRAY_ACK ? HALF_OPEN_BAD_ACK : withoutEntry
  }

  /**
   * A segment in LISTEN that is not a SYN: a cookie coming back, or nothing we asked for. `hasEntry`: its 4-tuple has a
   * half-open entry, which it does not fit.
   */
  private onOtherThanSyn(segment: Segment, flowHash: number, hasEntry: boolean, now: number): DropReason {
    const { flags } = segment
    if ((flags & ACK) === 0 || (flags & RST) !== 0) return LISTEN_IGNORED
    if ((flags & SYN) !== 0 || !this.cookies.isExpected(now)) {
      sendReset(this.host, segment)
      return LISTEN_STRAY_ACK
    }
    return this.cookies.ackArrives(segment, flowHash, hasEntry, now)
  }

  /** A new SYN: does what admission decides. `isn`: see `HalfOpen.open`. */
  private onSyn(syn: Segment, flowHash: number, ports: number, isn: number, now: number): DropReason {
    const { newSyn } = this
    newSyn.isReopening = isn !== NO_ISN
    newSyn.flowHash = flowHash
    newSyn.wantsCookie = false
    const isLinux = this.synQueue.eviction === undefined
    const verdict = isLinux ? admitAsLinux(this, syn, newSyn, now) : admitByEviction(this, syn, newSyn, now)
    switch (verdict) {
      case EVICT:
        this.halfOpen.evict(newSyn.victim)
        return this.halfOpen.open(syn, flowHash, ports, isn, now)
      case TAKE:
        return this.halfOpen.open(syn, flowHash, ports, isn, now)
      case COOKIE:
        this.cookies.answer(syn, ports, now)
        return ACCEPTED
      default:
        return verdict
    }
  }
}
