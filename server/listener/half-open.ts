/**
 * SYN-RECEIVED: segments for a half-open request, and its timer. The order of the tests is Linux tcp_check_req()'s; the
 * timer is reqsk_timer_handler(). Read first: RFC 9293 3.10.7.4 for SYN-RECEIVED, RFC 5961 3.
 */

import { Mib } from '../../tcpip/base/counters.ts'
import { DropReason } from '../../tcpip/base/drop-reason.ts'
import { MILLISECOND } from '../../tcpip/base/time.ts'
import { Handshake } from '../../tcpip/connection/open.ts'
import { sendReset } from '../../tcpip/connection/reset.ts'
import { DEFAULT_MSS, initialWindow } from '../../tcpip/connection/segment-size.ts'
import { State } from '../../tcpip/connection/states.ts'
import { ICMP_PARAMETER_PROBLEM, ICMP_TIME_EXCEEDED, ICMP_UNREACHABLE, type IcmpError } from '../../tcpip/wire/icmp.ts'
import { ACK, RST, type Segment, SYN, segmentLength } from '../../tcpip/wire/segment.ts'
import { seqAdd, seqDiff, seqLess } from '../../tcpip/wire/seq.ts'
import type { ListenerCore } from './core.ts'
import { sendRequestAck, sendSynAck } from './request-answers.ts'
import { allowedRetries, isExpired, repeatsSynAck, requestTimeout } from './request-timer.ts'

/** A segment of a request's 4-tuple that does not answer the request, which stays. */
export const NOT_MINE = -1

/** Local copies: constants of this module cost nothing, those of an imported object a load and a check each. */
const { ListenDrops, RequestsCreated } = Mib
const { ACCEPTED, SYN_QUEUE_FULL } = DropReason
const { LISTEN, SYN_RECEIVED } = State

/** ISN argument of a SYN that comes straight from the wire; one out of TIME-WAIT brings its own. */
export const NO_ISN = 0

export class HalfOpen {
  private readonly core: ListenerCore
  private readonly handshake = new Handshake()

  constructor(core: ListenerCore) {
    this.core = core
  }

  /**
   * Stores a request for a SYN that has been let in, and answers it. `isn`: the ISN that a TIME-WAIT has chosen, or
   * `NO_ISN`; `ports`: the remote port << 16 | the local port.
   */
  open(syn: Segment, flowHash: number, ports: number, isn: number, now: number): DropReason {
    const { host, synQueue, profile, maxSegment } = this.core
    const request = synQueue.add(flowHash, syn.source, syn.destination, ports, Math.floor(now / MILLISECOND))
    if (request < 0) {
      // Out of records, as Linux is when reqsk_alloc() fails.
      host.counters.add(ListenDrops)
      return SYN_QUEUE_FULL
    }
    host.counters.add(RequestsCreated)
    host.counters.transition(LISTEN, SYN_RECEIVED)
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
    synQueue.timers.arm(request, now + requestTimeout(profile, 0))
    sendSynAck(host, synQueue, request, maxSegment, now)
    return ACCEPTED
  }

  /** A segment of a stored request's 4-tuple: what became of it, or that it is `NOT_MINE`. */
  segmentArrives(request: number, segment: Segment, now: number): DropReason | typeof NOT_MINE {
    const { core } = this
    const { host, synQueue } = core
    const { flags } = segment
    const staleTimestamp = this.failsPaws(request, segment)
    // FIN, PSH, URG and data do not make a repeated SYN another one.
    if ((flags & (SYN | ACK | RST)) === SYN && segment.seq === synQueue.irs(request) && !staleTimestamp) {
      return this.onDuplicateSyn(request, now)
    }
    const acksUs = segment.ack === seqAdd(synQueue.iss(request), 1)
    if ((flags & (ACK | RST)) === ACK && !acksUs) return NOT_MINE
    if (staleTimestamp) return this.onUnacceptable(request, segment, Mib.PAWSEstab, DropReason.PAWS, now)
    if (this.hasBadEcho(request, segment)) {
      return this.onUnacceptable(request, segment, Mib.TSEcrRejected, DropReason.REQUEST_BAD_ECHO, now)
    }
    const offset = seqDiff(segment.seq, seqAdd(synQueue.irs(request), 1))
    if (
      !isInWindow(offset, segmentLength(segment), initialWindow(synQueue.timestamps(request), this.core.maxSegment))
    ) {
      return this.onUnacceptable(request, segment, undefined, DropReason.REQUEST_OUT_OF_WINDOW, now)
    }
    if ((flags & RST) !== 0) return this.onReset(request, offset, now)
    if ((flags & SYN) !== 0 && segment.seq !== synQueue.irs(request)) {
      sendReset(host, segment)
      this.removeReset(request)
      return DropReason.REQUEST_SYN_IN_WINDOW
    }
    if ((flags & ACK) === 0) return DropReason.REQUEST_NO_ACK
    return this.onFinalAck(request, segment, offset, now)
  }

  /** The client repeats its SYN: so do we with the SYN-ACK, and its timer starts again, with the same timeout. */
  private onDuplicateSyn(request: number, now: number): DropReason {
    const { synQueue, profile } = this.core
    if (this.isRateLimited(request, Mib.TCPACKSkippedSynRecv, now)) return DropReason.REQUEST_RATE_LIMITED
    this.repeatSynAck(request, now)
    synQueue.timers.arm(request, now + requestTimeout(profile, synQueue.timeouts(request)))
    return DropReason.ACCEPTED
  }

  private repeatSynAck(request: number, now: number): void {
    const { host, synQueue } = this.core
    // As Linux tcp_rtx_synack: what did not leave is not counted.
    if (!sendSynAck(host, synQueue, request, this.core.maxSegment, now)) return
    synQueue.markRepeated(request)
    host.counters.add(Mib.RetransSegs)
    host.counters.add(Mib.TCPSynRetrans)
  }

  /** Out of the window, or with a timestamp that cannot be: answered with an ACK, unless it is a RST. */
  private onUnacceptable(
    request: number,
    segment: Segment,
    counter: Mib | undefined,
    reason: DropReason,
    now: number,
  ): DropReason {
    const { host, synQueue } = this.core
    if (counter !== undefined) host.counters.add(counter)
    if ((segment.flags & RST) !== 0) return reason
    // Data without SYN cannot be part of an ACK loop: it is always answered (tcp_oow_rate_limited).
    const isData = segmentLength(segment) > 0 && (segment.flags & SYN) === 0
    if (isData || !this.isRateLimited(request, Mib.TCPACKSkippedSynRecv, now)) {
      sendRequestAck(host, synQueue, request, this.core.maxSegment, now)
    }
    return reason
  }

  /** A RST frees the request only if it is exactly the next thing expected; else it is challenged (RFC 5961 3.2). */
  private onReset(request: number, offset: number, now: number): DropReason {
    const { host, synQueue } = this.core
    if (offset === 0) {
      this.removeReset(request)
      return DropReason.ACCEPTED
    }
    if (!this.isRateLimited(request, Mib.TCPACKSkippedChallenge, now)) {
      host.counters.add(Mib.TCPChallengeACK)
      sendRequestAck(host, synQueue, request, this.core.maxSegment, now)
    }
    return DropReason.REQUEST_RST_NOT_EXACT
  }

  private removeReset(request: number): void {
    const { host } = this.core
    host.counters.add(Mib.AttemptFails)
    host.counters.add(Mib.EmbryonicRsts)
    this.forget(request)
  }

  /** Removes a request that comes to nothing: what is left of it is the listener. */
  private forget(request: number): void {
    this.core.host.counters.transition(SYN_RECEIVED, LISTEN)
    this.core.synQueue.remove(request)
  }

  /** The third segment of the handshake. */
  private onFinalAck(request: number, segment: Segment, offset: number, now: number): DropReason {
    const { core } = this
    const { host, synQueue } = core
    const isBare = segmentLength(segment) === 0 && offset === 0
    if (isBare && synQueue.timeouts(request) < core.deferTimeouts) {
      synQueue.markAcked(request)
      host.counters.add(Mib.TCPDeferAcceptDrop)
      return DropReason.REQUEST_DEFERRED
    }
    if (core.acceptQueue.isFull) {
      core.countOverflow()
      if (!core.config.abortOnOverflow) {
        synQueue.markAcked(request)
        return DropReason.ACCEPT_QUEUE_FULL
      }
      sendReset(host, segment)
      host.counters.add(Mib.EmbryonicRsts)
      this.forget(request)
      return DropReason.ACCEPT_QUEUE_FULL
    }
    const { handshake } = this
    this.fillHandshake(request, now)
    synQueue.remove(request)
    return core.completeHandshake(handshake, segment, now)
  }

  private fillHandshake(request: number, now: number): void {
    const { synQueue } = this.core
    const { handshake } = this
    handshake.localAddress = synQueue.localAddress(request)
    handshake.localPort = synQueue.localPort(request)
    handshake.remoteAddress = synQueue.remoteAddress(request)
    handshake.remotePort = synQueue.remotePort(request)
    handshake.flowHash = synQueue.flowHash(request)
    handshake.irs = synQueue.irs(request)
    handshake.iss = synQueue.iss(request)
    handshake.ownMss = this.core.maxSegment
    handshake.peerMss = synQueue.mss(request)
    handshake.peerWindowScale = synQueue.windowScale(request)
    handshake.sackPermitted = synQueue.sackPermitted(request)
    handshake.timestamps = synQueue.timestamps(request)
    handshake.tsRecent = synQueue.tsRecent(request)
    handshake.tsOffset = synQueue.tsOffset(request)
    // A SYN-ACK that was repeated gives no round-trip sample (Karn's rule).
    const elapsed = now - synQueue.sentAt(request, now)
    handshake.roundTrip = synQueue.isRepeated(request) ? 0 : Math.max(1, elapsed)
    handshake.isFromCookie = false
    handshake.answeredAt = synQueue.sentAt(request, now)
    handshake.precision = MILLISECOND
    handshake.repeats = synQueue.timeouts(request)
  }

  /** An ICMP error about the request's SYN-ACK: the client cannot be reached, or it is no concern of ours. */
  icmpError(request: number, error: IcmpError): DropReason {
    const { host, synQueue } = this.core
    if (error.seq !== synQueue.iss(request)) {
      host.counters.add(Mib.OutOfWindowIcmps)
      return DropReason.ICMP_IGNORED
    }
    if (!endsRequest(error)) return DropReason.ICMP_IGNORED
    host.counters.add(Mib.ListenDrops)
    this.forget(request)
    return DropReason.ACCEPTED
  }

  /** A request's timer fired (called by the timer wheel). */
  fire(request: number, now: number): void {
    const { host, synQueue, profile, config, limit, deferTimeouts } = this.core
    const timeouts = synQueue.timeouts(request)
    const allowed = allowedRetries(profile, synQueue, limit, config.synAckRetries)
    const acked = synQueue.isAcked(request)
    host.counters.add(Mib.TCPTimeouts)
    if (isExpired(timeouts, allowed, acked, deferTimeouts)) {
      host.counters.add(Mib.HalfOpenExpired)
      this.forget(request)
      return
    }
    if (repeatsSynAck(timeouts, acked, deferTimeouts)) this.repeatSynAck(request, now)
    synQueue.countTimeout(request)
    synQueue.timers.arm(request, now + requestTimeout(profile, timeouts + 1))
  }

  /** All answers to bad or repeated segments of one request share one limit; `skipped` counts the suppressed ones. */
  private isRateLimited(request: number, skipped: Mib, now: number): boolean {
    const { host, synQueue, profile } = this.core
    const nowMs = Math.floor(now / MILLISECOND)
    if (!synQueue.isRateLimited(request, nowMs, profile.invalidRateLimit / MILLISECOND)) return false
    host.counters.add(skipped)
    return true
  }

  /**
   * Whether the echoed timestamp, if there is one, lies outside those of our SYN-ACKs: from the first to the last (Linux
   * TSEcrRejected). The last of several went out when the timer was armed; there a tick of rounding is granted.
   */
  private hasBadEcho(request: number, segment: Segment): boolean {
    const { synQueue, profile } = this.core
    if (!segment.hasTimestamps || segment.tsEcr === 0 || !synQueue.timestamps(request)) return false
    const echoedMs = (segment.tsEcr - synQueue.tsOffset(request)) | 0
    const firstMs = synQueue.sentMs(request)
    if (seqLess(echoedMs, firstMs)) return true
    if (!synQueue.isRepeated(request)) return echoedMs !== firstMs
    const timeout = requestTimeout(profile, synQueue.timeouts(request))
    const lastMs = Math.floor((synQueue.timers.deadlineOf(request) - timeout) / MILLISECOND)
    return seqLess(lastMs | 0, echoedMs)
  }

  /** RFC 7323 PAWS; a request whose timestamp is 0 has none to compare with (Linux tcp_paws_check). */
  private failsPaws(request: number, segment: Segment): boolean {
    const { synQueue } = this.core
    if (!segment.hasTimestamps || !synQueue.timestamps(request)) return false
    const recent = synQueue.tsRecent(request)
    return recent !== 0 && seqLess(segment.tsVal, recent)
  }
}

/**
 * The errors that end a request: network or host unreachable, time to live exceeded, bad header. Not those of RFC 1122
 * that are called hard, which are the easiest to forge (Linux tcp_v4_err, tcp_req_err).
 */
function endsRequest(error: IcmpError): boolean {
  if (error.type === ICMP_UNREACHABLE) return error.code <= 1
  return error.code === 0 && (error.type === ICMP_TIME_EXCEEDED || error.type === ICMP_PARAMETER_PROBLEM)
}

/** Whether a segment `offset` after RCV.NXT, `length` long, touches the window of the SYN-ACK (Linux tcp_in_window). */
function isInWindow(offset: number, length: number, window: number): boolean {
  if (offset === 0) return true
  if (offset + length > 0 && offset < window) return true
  return offset === window && length === 0
}
