/**
 * How connections begin: the active open up to ESTABLISHED (RFC 9293 3.10.7.3), and the child of a completed passive
 * open, whose handshake a listener has carried out.
 */
import { Mib } from '../base/counters.ts'
import { DropReason } from '../base/drop-reason.ts'
import { State } from '../base/states.ts'
import { MILLISECOND } from '../base/time.ts'
import { ACK, RST, type Segment, SYN } from '../wire/segment.ts'
import { seqAdd, seqLess } from '../wire/seq.ts'
import { startAcknowledging } from './acknowledge.ts'
import { enterEstablished, finishConnection } from './close.ts'
import { startCautiously, startCongestionControl } from './congestion.ts'
import type { ConnectionHost } from './host.ts'
import { INITIAL_RTO } from './loss-timer.ts'
import { sendReset } from './reset.ts'
import { respond } from './respond.ts'
import { armSynTimeout, resetBackoff, sampleEcho, sampleRoundTrip } from './retransmit.ts'
import { DEFAULT_MSS, DEFAULT_OFFER, initialWindow, MIN_SEND_MSS, TIMESTAMPS_BYTES } from './segment-size.ts'
import { sendAck, timestampOf } from './send.ts'
import { sendSimultaneousSynAck, sendSyn } from './send-syn.ts'
import type { Tcb } from './tcb.ts'
import { RETRANSMIT } from './tcb-table.ts'

/** How soon a SYN is repeated whose answer was wrong, microseconds (Linux TCP_TIMEOUT_MIN: two ticks of 4 ms). */
const SYN_HASTE = 8 * MILLISECOND

/** What a completed three-way handshake agreed on, from the point of view of the side that received the SYN. */
export class Handshake {
  localAddress = 0
  localPort = 0
  remoteAddress = 0
  remotePort = 0
  flowHash = 0
  irs = 0
  iss = 0
  /** What was announced to the peer. */
  offer = DEFAULT_OFFER
  /** Peer's MSS option, bytes. */
  peerMss = 0
  /** Peer's window scale, -1 when scaling is off for both. */
  peerWindowScale = -1
  sackPermitted = false
  timestamps = false
  tsRecent = 0
  tsOffset = 0
  /** Measured round trip of the SYN-ACK, microseconds; 0 when it is unknown. */
  roundTrip = 0
  /** Nothing was stored for it; all that is known came back in a SYN cookie. */
  isFromCookie = false
  /** When the first SYN-ACK went out, microseconds, to within `precision`; -1 when that is unknown. */
  answeredAt = -1
  precision = 0
  /** How often the SYN-ACK was sent again because no answer came in time; -1 when that is unknown. */
  repeats = -1
  /** The SYN-ACK was sent more than twice, and not only because the SYN was repeated. */
  wasLossy = false
}

/** Sends the SYN of a connection just entered in SYN-SENT. */
export function startActiveOpen(host: ConnectionHost, tcb: Tcb, iss: number, tsOffset: number, now: number): void {
  tcb.iss = iss
  tcb.sndUna = iss
  tcb.sndNxt = seqAdd(iss, 1)
  tcb.tsOffset = tsOffset
  tcb.rto = INITIAL_RTO
  tcb.timedAt = tcb.repeatingSince = now
  host.counters.add(Mib.ActiveOpens)
  sendSyn(host, tcb, false, now)
  armSynTimeout(host, tcb, now)
}

/** SEGMENT ARRIVES in SYN-SENT. */
export function synSentArrives(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  const { flags } = segment
  if ((flags & ACK) !== 0 && segment.ack !== tcb.sndNxt) {
    // A RST before this one may have been lost: the SYN is sent again soon (Linux tcp_rcv_synsent_state_process).
    if (tcb.retransmits === 0) host.tcbs.arm(tcb, RETRANSMIT, now + SYN_HASTE)
    sendReset(host, segment)
    return DropReason.SYN_SENT_UNACCEPTABLE
  }
  // PAWS: what echoes no timestamp of this attempt answers another one.
  if ((flags & ACK) !== 0 && !echoesAttempt(tcb, segment, now)) {
    host.counters.add(Mib.PAWSActive)
    sendReset(host, segment)
    return DropReason.PAWS
  }
  if ((flags & RST) !== 0) {
    if ((flags & ACK) === 0) return DropReason.SYN_SENT_UNACCEPTABLE
    finishConnection(host, tcb, 'refused', now)
    return DropReason.ACCEPTED
  }
  if ((flags & SYN) === 0) return DropReason.SYN_SENT_UNACCEPTABLE
  if ((flags & ACK) === 0) return simultaneousOpen(host, tcb, segment, now)
  agreeOptions(tcb, segment.mss, segment.windowScale, segment.sackPermitted, segment.hasTimestamps)
  onSynAcknowledged(host, tcb, segment, now)
  tcb.tsRecent = segment.tsVal
  tcb.tsRecentAt = now
  synchronize(tcb, segment.seq, segment)
  sendAck(host, tcb, now)
  const generation = tcb.generation
  enterEstablished(host, tcb, now)
  if (tcb.generation === generation) respond(host, tcb, now)
  return DropReason.ACCEPTED
}

/** Whether an echoed timestamp is one of the SYNs of this attempt, microseconds since the first one at most (Linux PAWSActive). */
function echoesAttempt(tcb: Tcb, segment: Segment, now: number): boolean {
  if (!segment.hasTimestamps || segment.tsEcr === 0) return true
  return !seqLess(segment.tsEcr, timestampOf(tcb, tcb.repeatingSince)) && !seqLess(timestampOf(tcb, now), segment.tsEcr)
}

/**
 * Our SYN is acknowledged: its round trip is known, unless it was sent twice and no timestamp tells which copy arrived. When two
 * repeats were needed the connection begins cautiously, unless the first copy is what arrived.
 */
export function onSynAcknowledged(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): void {
  host.tcbs.disarm(tcb, RETRANSMIT)
  tcb.sndUna = segment.ack
  // Linux counts the SYN among the bytes acknowledged here, and not in a passive open.
  tcb.bytesAcked = 1
  resetBackoff(tcb)
  if (tcb.timedAt >= 0) sampleRoundTrip(tcb, now - tcb.timedAt)
  else sampleEcho(tcb, segment, now)
  tcb.timedAt = -1
  // Where SYNs crossed, Linux asks for SACK instead (tcp_packet_delayed, once retrans_stamp has been cleared).
  const isUndone = tcb.state === State.SYN_SENT ? echoes(tcb, segment, tcb.repeatingSince) : tcb.sackPermitted
  if (tcb.retransmits > 1 && !isUndone) startCautiously(tcb)
  tcb.retransmits = 0
}

/**
 * A SYN crossed ours: both sides open at once. The SYN is answered and SYN-RECEIVED entered (RFC 9293 MUST-10). The timer of our SYN
 * goes on. As in Linux, our window is scaled from now on even if the peer's SYN says that it scales none.
 */
function simultaneousOpen(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  agreeOptions(tcb, segment.mss, segment.windowScale, segment.sackPermitted, segment.hasTimestamps)
  tcb.tsRecent = segment.tsVal
  tcb.tsRecentAt = now
  tcb.rcvWindowShift = Math.max(0, tcb.offer.windowScale)
  synchronize(tcb, segment.seq, segment)
  host.tcbs.setState(tcb, State.SYN_RECEIVED, now)
  if (tcb.timedAt >= 0) tcb.timedAt = now
  sendSimultaneousSynAck(host, tcb, now)
  return DropReason.ACCEPTED
}

/** Fills a TCB just entered in ESTABLISHED from a handshake and the ACK that completed it. */
export function startPassiveChild(host: ConnectionHost, tcb: Tcb, handshake: Handshake, completing: Segment): void {
  host.counters.add(Mib.PassiveOpens)
  tcb.passive = true
  tcb.offer = handshake.offer
  tcb.lastDataAt = tcb.stateSince
  tcb.iss = handshake.iss
  tcb.sndNxt = seqAdd(handshake.iss, 1)
  tcb.sndUna = tcb.sndNxt
  tcb.tsOffset = handshake.tsOffset
  resetBackoff(tcb)
  agreeOptions(tcb, handshake.peerMss, handshake.peerWindowScale, handshake.sackPermitted, handshake.timestamps)
  tcb.tsRecent = handshake.tsRecent
  tcb.tsRecentAt = tcb.stateSince
  if (handshake.roundTrip > 0) sampleRoundTrip(tcb, handshake.roundTrip)
  else sampleEcho(tcb, completing, tcb.stateSince)
  if (handshake.wasLossy && !echoes(tcb, completing, handshake.answeredAt)) startCautiously(tcb)
  synchronize(tcb, handshake.irs, completing)
}

/** Whether `segment` answers what was sent at `time`, microseconds: then what was sent after it was not needed (Linux tcp_try_undo_spurious_syn). */
function echoes(tcb: Tcb, segment: Segment, time: number): boolean {
  return tcb.timestamps && segment.hasTimestamps && segment.tsEcr === timestampOf(tcb, time)
}

/** Takes up what both sides offered; an option that one side left out is off. */
function agreeOptions(tcb: Tcb, peerMss: number, peerScale: number, sack: boolean, timestamps: boolean): void {
  tcb.timestamps = timestamps
  tcb.sackPermitted = sack
  const mss = Math.max(MIN_SEND_MSS, Math.min(tcb.offer.mss, peerMss === 0 ? DEFAULT_MSS : peerMss))
  tcb.agreedMss = mss - (timestamps ? TIMESTAMPS_BYTES : 0)
  tcb.sndMss = tcb.agreedMss
  tcb.sndWindowShift = Math.max(0, peerScale)
  tcb.rcvWindowShift = peerScale < 0 ? 0 : tcb.offer.windowScale
  startCongestionControl(tcb)
  tcb.recover = tcb.iss
  tcb.lastSmallEnd = tcb.iss
}

/**
 * The peer's largest window so far bounds the segment size to half of it, so that two fit; a tiny one to itself (Linux
 * tcp_bound_to_half_wnd). Called whenever that window has grown.
 */
export function boundSegment(tcb: Tcb): void {
  if (tcb.maxSndWnd === 0) return
  const bound = tcb.maxSndWnd > DEFAULT_MSS ? tcb.maxSndWnd >> 1 : tcb.maxSndWnd
  tcb.sndMss = Math.min(tcb.agreedMss, Math.max(bound, MIN_SEND_MSS - (tcb.timestamps ? TIMESTAMPS_BYTES : 0)))
}

/** Sets the receive sequence from the peer's ISN and the send window from its segment. */
function synchronize(tcb: Tcb, irs: number, segment: Segment): void {
  tcb.irs = irs
  tcb.rcvNxt = seqAdd(irs, 1)
  // As it was offered: by a SYN, which does not know yet whether timestamps will take their bytes, or by a SYN-ACK.
  tcb.rcvWnd = initialWindow(tcb.timestamps && tcb.passive, tcb.offer)
  tcb.offeredWnd = tcb.rcvWnd
  tcb.lastAckSent = tcb.rcvNxt
  // The window of a SYN is never scaled (RFC 7323 2.2).
  const shift = (segment.flags & SYN) !== 0 ? 0 : tcb.sndWindowShift
  tcb.sndWnd = segment.window << shift
  tcb.maxSndWnd = tcb.sndWnd
  boundSegment(tcb)
  startAcknowledging(tcb)
  tcb.sndWl1 = segment.seq
  if (seqLess(tcb.sndWl1, irs)) tcb.sndWl1 = irs
}
