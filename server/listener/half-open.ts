/**
 * SYN-RECEIVED: segments for a half-open entry, and its timer. The order of the tests is Linux tcp_check_req()'s; the
 * timer is reqsk_timer_handler(). Read first: RFC 9293 3.10.7.4 for SYN-RECEIVED, RFC 5961 3.
 */

import { Mib } from '../../tcpip/base/counters.ts'
import { DropReason } from '../../tcpip/base/drop-reason.ts'
import { State } from '../../tcpip/base/states.ts'
import { MILLISECOND } from '../../tcpip/base/time.ts'
import { Handshake } from '../../tcpip/connection/open.ts'
import { sendReset } from '../../tcpip/connection/reset.ts'
import { DEFAULT_MSS, initialWindow } from '../../tcpip/connection/segment-size.ts'
import { ICMP_PARAMETER_PROBLEM, ICMP_TIME_EXCEEDED, ICMP_UNREACHABLE, type IcmpError } from '../../tcpip/wire/icmp.ts'
import { ACK, RST, type Segment, SYN, segmentLength } from '../../tcpip/wire/segment.ts'
import { seqAdd, seqDiff, seqLess } from '../../tcpip/wire/seq.ts'
import type { ListenerCore } from './core.ts'
import { sendHalfOpenAck, sendSynAck } from './half-open-answers.ts'
import { allowedRetries, halfOpenTimeout, isExpired, repeatsSynAck } from './half-open-timer.ts'
import { SENT_UNIT } from './syn-queue.ts'

/** A segment of an entry's 4-tuple that does not answer the entry, which stays. */
export const NOT_MINE = -1

/** Local copies: constants of this module cost nothing, those of an imported object a load and a check each. */
const { HalfOpenCreated, ListenDrops } = Mib
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
   * Stores an entry for a SYN that has been let in, and answers it. `isn`: the ISN that a TIME-WAIT has chosen, or
   * `NO_ISN`; `ports`: the remote port << 16 | the local port.
   */
  open(syn: Segment, flowHash: number, ports: number, isn: number, now: number): DropReason {
    const { host, synQueue, profile, offer } = this.core
    const entry = synQueue.add(flowHash, syn.source, syn.destination, ports, now)
    if (entry < 0) {
      // Out of records, as Linux is when reqsk_alloc() fails.
      host.counters.add(ListenDrops)
      return SYN_QUEUE_FULL
    }
    host.counters.add(HalfOpenCreated)
    host.counters.transition(LISTEN, SYN_RECEIVED)
    const iss = host.isn.next(syn.destination, syn.source, ports, now)
    const tsOffset = host.isn.tsOffset
    synQueue.setNumbers(entry, syn.seq, isn === NO_ISN ? iss : isn)
    synQueue.setTimestamps(entry, syn.tsVal, tsOffset)
    synQueue.setOptions(
      entry,
      syn.mss === 0 ? DEFAULT_MSS : syn.mss,
      syn.windowScale,
      syn.sackPermitted,
      syn.hasTimestamps,
    )
    synQueue.timers.arm(entry, now + halfOpenTimeout(profile, 0))
    sendSynAck(host, synQueue, entry, offer, now)
    return ACCEPTED
  }

  /** Forgets an entry to make room for another; its client hears nothing of it. */
  evict(entry: number): void {
    this.core.host.counters.add(Mib.HalfOpenEvicted)
    this.forget(entry)
  }

  /** A segment of a stored entry's 4-tuple: what became of it, or that it is `NOT_MINE`. */
  segmentArrives(entry: number, segment: Segment, now: number): DropReason | typeof NOT_MINE {
    const { core } = this
    const { host, synQueue } = core
    const { flags } = segment
    const staleTimestamp = this.failsPaws(entry, segment)
    // FIN, PSH, URG and data do not make a repeated SYN another one.
    if ((flags & (SYN | ACK | RST)) === SYN && segment.seq === synQueue.irs(entry) && !staleTimestamp) {
      return this.onDuplicateSyn(entry, now)
    }
    const acksUs = segment.ack === seqAdd(synQueue.iss(entry), 1)
    if ((flags & (ACK | RST)) === ACK && !acksUs) return NOT_MINE
    if (staleTimestamp) return this.onUnacceptable(entry, segment, Mib.PAWSEstab, DropReason.PAWS, now)
    if (this.hasBadEcho(entry, segment, now)) {
      return this.onUnacceptable(entry, segment, Mib.TSEcrRejected, DropReason.HALF_OPEN_BAD_ECHO, now)
    }
    const offset = seqDiff(segment.seq, seqAdd(synQueue.irs(entry), 1))
    if (!isInWindow(offset, segmentLength(segment), initialWindow(synQueue.timestamps(entry), this.core.offer))) {
      return this.onUnacceptable(entry, segment, undefined, DropReason.HALF_OPEN_OUT_OF_WINDOW, now)
    }
    if ((flags & RST) !== 0) return this.onReset(entry, offset, now)
    if ((flags & SYN) !== 0 && segment.seq !== synQueue.irs(entry)) {
      sendReset(host, segment)
      this.removeReset(entry)
      return DropReason.HALF_OPEN_SYN_IN_WINDOW
    }
    if ((flags & ACK) === 0) return DropReason.HALF_OPEN_NO_ACK
    return this.onFinalAck(entry, segment, offset, now)
  }

  /** The client repeats its SYN: so do we with the SYN-ACK, and its timer starts again, with the same timeout. */
  private onDuplicateSyn(entry: number, now: number): DropReason {
    const { synQueue, profile } = this.core
    if (this.isRateLimited(entry, Mib.TCPACKSkippedSynRecv, now)) return DropReason.HALF_OPEN_RATE_LIMITED
    this.repeatSynAck(entry, now)
    synQueue.timers.arm(entry, now + halfOpenTimeout(profile, synQueue.timeouts(entry)))
    return DropReason.ACCEPTED
  }

  private repeatSynAck(entry: number, now: number): void {
    const { host, synQueue } = this.core
    // As Linux tcp_rtx_synack: what did not leave is not counted.
    if (!sendSynAck(host, synQueue, entry, this.core.offer, now)) return
    synQueue.markRepeated(entry)
    host.counters.add(Mib.RetransSegs)
    host.counters.add(Mib.TCPSynRetrans)
  }

  /** Out of the window, or with a timestamp that cannot be: answered with an ACK, unless it is a RST. */
  private onUnacceptable(
    entry: number,
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
    if (isData || !this.isRateLimited(entry, Mib.TCPACKSkippedSynRecv, now)) {
      sendHalfOpenAck(host, synQueue, entry, this.core.offer, now)
    }
    return reason
  }

  /** A RST frees the entry only if it is exactly the next thing expected; else it is challenged (RFC 5961 3.2). */
  private onReset(entry: number, offset: number, now: number): DropReason {
    const { host, synQueue } = this.core
    if (offset === 0) {
      this.removeReset(entry)
      return DropReason.ACCEPTED
    }
    if (!this.isRateLimited(entry, Mib.TCPACKSkippedChallenge, now)) {
      host.counters.add(Mib.TCPChallengeACK)
      sendHalfOpenAck(host, synQueue, entry, this.core.offer, now)
    }
    return DropReason.HALF_OPEN_RST_NOT_EXACT
  }

  private removeReset(entry: number): void {
    const { host } = this.core
    host.counters.add(Mib.AttemptFails)
    host.counters.add(Mib.EmbryonicRsts)
    this.forget(entry)
  }

  /** Removes an entry that comes to nothing: what is left of it is the listener. */
  private forget(entry: number): void {
    this.core.host.counters.transition(SYN_RECEIVED, LISTEN)
    this.core.synQueue.remove(entry)
  }

  /** The third segment of the handshake. */
  private onFinalAck(entry: number, segment: Segment, offset: number, now: number): DropReason {
    const { core } = this
    const { host, synQueue } = core
    const isBare = segmentLength(segment) === 0 && offset === 0
    if (isBare && synQueue.timeouts(entry) < core.deferTimeouts) {
      synQueue.markAcked(entry)
      host.counters.add(Mib.TCPDeferAcceptDrop)
      return DropReason.HALF_OPEN_DEFERRED
    }
    if (core.acceptQueue.isFull) {
      core.countOverflow()
      if (!core.config.abortOnOverflow) {
        synQueue.markAcked(entry)
        return DropReason.ACCEPT_QUEUE_FULL
      }
      sendReset(host, segment)
      host.counters.add(Mib.EmbryonicRsts)
      this.forget(entry)
      return DropReason.ACCEPT_QUEUE_FULL
    }
    const { handshake } = this
    this.fillHandshake(entry, now)
    synQueue.remove(entry)
    return core.completeHandshake(handshake, segment, now)
  }

  private fillHandshake(entry: number, now: number): void {
    const { synQueue } = this.core
    const { handshake } = this
    handshake.localAddress = synQueue.localAddress(entry)
    handshake.localPort = synQueue.localPort(entry)
    handshake.remoteAddress = synQueue.remoteAddress(entry)
    handshake.remotePort = synQueue.remotePort(entry)
    handshake.flowHash = synQueue.flowHash(entry)
    handshake.irs = synQueue.irs(entry)
    handshake.iss = synQueue.iss(entry)
    handshake.offer = this.core.offer
    handshake.peerMss = synQueue.mss(entry)
    handshake.peerWindowScale = synQueue.windowScale(entry)
    handshake.sackPermitted = synQueue.sackPermitted(entry)
    handshake.timestamps = synQueue.timestamps(entry)
    handshake.tsRecent = synQueue.tsRecent(entry)
    handshake.tsOffset = synQueue.tsOffset(entry)
    // A SYN-ACK that was repeated gives no round-trip sample (Karn's rule).
    const elapsed = now - synQueue.sentAt(entry, now)
    handshake.roundTrip = synQueue.isRepeated(entry) ? 0 : Math.max(1, elapsed)
    handshake.isFromCookie = false
    handshake.answeredAt = synQueue.sentAt(entry, now)
    handshake.precision = SENT_UNIT
    handshake.repeats = synQueue.timeouts(entry)
    handshake.wasLossy = handshake.repeats > 0 && synQueue.isRepeatedAgain(entry)
  }

  /** An ICMP error about the entry's SYN-ACK: the client cannot be reached, or it is no concern of ours. */
  icmpError(entry: number, error: IcmpError): DropReason {
    const { host, synQueue } = this.core
    if (error.seq !== synQueue.iss(entry)) {
      host.counters.add(Mib.OutOfWindowIcmps)
      return DropReason.ICMP_IGNORED
    }
    if (!endsEntry(error)) return DropReason.ICMP_IGNORED
    host.counters.add(Mib.ListenDrops)
    this.forget(entry)
    return DropReason.ACCEPTED
  }

  /** An entry's timer fired (called by the timer wheel). */
  fire(entry: number, now: number): void {
    const { host, synQueue, profile, config, limit, deferTimeouts } = this.core
    const timeouts = synQueue.timeouts(entry)
    const allowed = allowedRetries(profile, synQueue, limit, config.synAckRetries)
    const acked = synQueue.isAcked(entry)
    host.counters.add(Mib.TCPTimeouts)
    if (isExpired(timeouts, allowed, acked, deferTimeouts)) {
      host.counters.add(Mib.HalfOpenExpired)
      this.forget(entry)
      return
    }
    if (repeatsSynAck(timeouts, acked, deferTimeouts)) this.repeatSynAck(entry, now)
    synQueue.countTimeout(entry)
    synQueue.timers.arm(entry, now + halfOpenTimeout(profile, timeouts + 1))
  }

  /** All answers to bad or repeated segments of one entry share one limit; `skipped` counts the suppressed ones. */
  private isRateLimited(entry: number, skipped: Mib, now: number): boolean {
    const { host, synQueue, profile } = this.core
    const nowMs = Math.floor(now / MILLISECOND)
    if (!synQueue.isRateLimited(entry, nowMs, profile.invalidRateLimit / MILLISECOND)) return false
    host.counters.add(skipped)
    return true
  }

  /**
   * Whether the echoed timestamp, if there is one, lies outside those of our SYN-ACKs: from the first to the last (Linux
   * TSEcrRejected). The last of several went out when the timer was armed; there a tick of rounding is granted.
   */
  private hasBadEcho(entry: number, segment: Segment, now: number): boolean {
    const { synQueue, profile } = this.core
    if (!segment.hasTimestamps || segment.tsEcr === 0 || !synQueue.timestamps(entry)) return false
    const echoedMs = (segment.tsEcr - synQueue.tsOffset(entry)) | 0
    const firstMs = Math.floor(synQueue.sentAt(entry, now) / MILLISECOND) | 0
    if (seqLess(echoedMs, firstMs)) return true
    if (!synQueue.isRepeated(entry)) return echoedMs !== firstMs
    const timeout = halfOpenTimeout(profile, synQueue.timeouts(entry))
    const lastMs = Math.floor((synQueue.timers.deadlineOf(entry) - timeout) / MILLISECOND)
    return seqLess(lastMs | 0, echoedMs)
  }

  /** RFC 7323 PAWS; an entry whose timestamp is 0 has none to compare with (Linux tcp_paws_check). */
  private failsPaws(entry: number, segment: Segment): boolean {
    const { synQueue } = this.core
    if (!segment.hasTimestamps || !synQueue.timestamps(entry)) return false
    const recent = synQueue.tsRecent(entry)
    return recent !== 0 && seqLess(segment.tsVal, recent)
  }
}

/**
 * The errors that end an entry: network or host unreachable, time to live exceeded, bad header. Not those of RFC 1122
 * that are called hard, which are the easiest to forge (Linux tcp_v4_err, tcp_req_err).
 */
function endsEntry(error: IcmpError): boolean {
  if (error.type === ICMP_UNREACHABLE) return error.code <= 1
  return error.code === 0 && (error.type === ICMP_TIME_EXCEEDED || error.type === ICMP_PARAMETER_PROBLEM)
}

/** Whether a segment `offset` after RCV.NXT, `length` long, touches the window of the SYN-ACK (Linux tcp_in_window). */
function isInWindow(offset: number, length: number, window: number): boolean {
  if (offset === 0) return true
  if (offset + length > 0 && offset < window) return true
  return offset === window && length === 0
}
