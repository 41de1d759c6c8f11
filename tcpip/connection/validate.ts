/**
 * The first checks of SEGMENT ARRIVES, RFC 9293 3.10.7.4: timestamp, sequence number, RST and SYN, as RFC 5961, RFC 7323 and Linux
 * tcp_validate_incoming() have them.
 */
import { Mib } from '../base/counters.ts'
import { DropReason } from '../base/drop-reason.ts'
import { State } from '../base/states.ts'
import { MILLISECOND, SECOND } from '../base/time.ts'
import { ACK, FIN, RST, type Segment, SYN, segmentLength } from '../wire/segment.ts'
import { seqAdd, seqDiff, seqLess } from '../wire/seq.ts'
import { hastenAcks } from './acknowledge.ts'
import { finishConnection } from './close.ts'
import type { ConnectionHost } from './host.ts'
import { sendChallengeAck, sendDuplicateAck } from './reset.ts'
import { reportOldData } from './sack-blocks.ts'
import type { Tcb } from './tcb.ts'

/** How long TS.Recent can be compared with at all, microseconds (RFC 7323 5.5, Linux TCP_PAWS_24DAYS). */
export const TS_RECENT_LIFETIME = 24 * 86_400 * SECOND

/** How much older than TS.Recent a timestamp in a connection may be, ticks (Linux TCP_PAWS_WINDOW). */
const PAWS_WINDOW = 1

/**
 * RFC 7323 5.3 R1: the timestamp is older than the newest one seen. A newest one of 0 says nothing: some hosts begin with 0
 * and go on with their clock (Linux tcp_paws_check).
 */
export function failsPaws(tcb: Tcb, segment: Segment): boolean {
  return tcb.timestamps && segment.hasTimestamps && tcb.tsRecent !== 0 && seqLess(segment.tsVal, tcb.tsRecent)
}

/** The same in a connection, which allows a tick, and may have been silent for longer than timestamps compare. */
export function isFromThePast(tcb: Tcb, segment: Segment, now: number): boolean {
  if (!failsPaws(tcb, segment) || now - tcb.tsRecentAt >= TS_RECENT_LIFETIME) return false
  return seqDiff(tcb.tsRecent, segment.tsVal) > PAWS_WINDOW
}

/**
 * A bare duplicate ACK whose timestamp is a little too old: the network has reordered it, and nothing in it can harm
 * (Linux tcp_disordered_ack). A little is 1.2 RTO.
 */
export function isDisorderedAck(tcb: Tcb, segment: Segment): boolean {
  const isBareAck = (segment.flags & ACK) !== 0 && segmentLength(segment) === 0
  if (!isBareAck || segment.seq !== tcb.rcvNxt || segment.ack !== tcb.sndUna) return false
  if (mayUpdateWindow(tcb, segment, 0)) return false
  return seqDiff(tcb.tsRecent, segment.tsVal) * MILLISECOND <= (tcb.rto * 6) / 5
}

/**
 * RFC 9293 3.10.7.4: only a segment newer than the one that last updated the window may do so. As Linux has it, what
 * acknowledges more is newer, though it repair a hole below others; what is as new as the last one may open the window or shut
 * it, not narrow it (tcp_may_update_window).
 */
export function mayUpdateWindow(tcb: Tcb, segment: Segment, acknowledged: number): boolean {
  if (acknowledged > 0 || seqLess(tcb.sndWl1, segment.seq)) return true
  const window = segment.window << tcb.sndWindowShift
  return tcb.sndWl1 === segment.seq && (window > tcb.sndWnd || window === 0)
}

/**
 * Refuses a segment whose timestamp is too old. An old bare ACK is common and harmless, and is not answered (Linux
 * PAWSOldAck).
 */
export function onOutdated(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  if (segmentLength(segment) === 0 && seqLess(segment.seq, tcb.rcvNxt)) {
    host.counters.add(Mib.PAWSOldAck)
    return DropReason.PAWS
  }
  host.counters.add(Mib.PAWSEstab)
  noteOldData(host, tcb, segment)
  sendDuplicateAck(host, tcb, segment, Mib.TCPACKSkippedPAWS, now)
  return DropReason.PAWS
}

/** What has come before comes again, as our ACK of it was lost (Linux tcp_send_dupack). */
function noteOldData(host: ConnectionHost, tcb: Tcb, segment: Segment): void {
  if (segmentLength(segment) > 0 && seqLess(segment.seq, tcb.rcvNxt)) hastenAcks(tcb)
  reportOldData(host.counters, tcb, segment)
}

/**
 * First check, RFC 9293 3.10.7.4: the segment lies in the receive window. On both sides Linux differs from the RFC
 * (tcp_sequence). On the left a segment may end where our last ACK was (rcv_wup), for a repeat whose bytes are all known
 * brings an ACK too, maybe the only one that the peer can send, if it believes our window taken back. On the right one that
 * begins inside and ends beyond is welcome only while the program has nothing left to read; a FIN may always lie beyond it.
 */
export function isAcceptable(tcb: Tcb, segment: Segment): boolean {
  const end = seqAdd(segment.seq, segmentLength(segment))
  if (seqLess(end, tcb.lastAckSent)) return false
  const edge = seqAdd(tcb.rcvNxt, tcb.rcvWnd)
  if (!seqLess(edge, (segment.flags & FIN) === 0 ? end : seqAdd(end, -1))) return true
  return !seqLess(edge, segment.seq) && tcb.receiveQueue.length === 0
}

export function onUnacceptable(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  if ((segment.flags & RST) !== 0) {
    if (!isResetBehindFin(tcb, segment)) return DropReason.OUT_OF_WINDOW
    finishConnection(host, tcb, 'reset', now)
    return DropReason.ACCEPTED
  }
  if ((segment.flags & SYN) !== 0) return onSyn(host, tcb, segment, now)
  if (!seqLess(seqAdd(segment.seq, segmentLength(segment)), tcb.lastAckSent)) host.counters.add(Mib.BeyondWindow)
  noteOldData(host, tcb, segment)
  sendDuplicateAck(host, tcb, segment, Mib.TCPACKSkippedSeq, now)
  return DropReason.OUT_OF_WINDOW
}

/** Fourth check: a SYN earns a challenge ACK whatever its sequence number (RFC 5961 4). */
export function onSyn(host: ConnectionHost, tcb: Tcb, _segment: Segment, now: number): DropReason {
  if (tcb.state === State.ESTABLISHED) host.counters.add(Mib.InErrs)
  host.counters.add(Mib.TCPSYNChallenge)
  sendChallengeAck(host, tcb, now)
  return DropReason.SYN_IN_CONNECTION
}

/**
 * Second check: only a RST at exactly RCV.NXT resets, another in the window earns a challenge ACK (RFC 5961 3.2). The peer's
 * RCV.NXT for us is one less when our ACK of its FIN was lost, and what we told it in SACK blocks when those arrived.
 */
export function onReset(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  const { reassembly } = tcb
  const isAtSack = tcb.sackPermitted && reassembly.count > 0 && segment.seq === reassembly.endOf(reassembly.count - 1)
  if (segment.seq !== tcb.rcvNxt && !isAtSack && !isResetBehindFin(tcb, segment)) {
    sendChallengeAck(host, tcb, now)
    return DropReason.RST_NOT_EXACT
  }
  finishConnection(host, tcb, 'reset', now)
  return DropReason.ACCEPTED
}

/** A RST at the number of the peer's FIN, which we have received: the FIN's sender died before it knew (Linux tcp_reset_check). */
function isResetBehindFin(tcb: Tcb, segment: Segment): boolean {
  const isClosing = tcb.state === State.CLOSE_WAIT || tcb.state === State.LAST_ACK || tcb.state === State.CLOSING
  return isClosing && segment.seq === seqAdd(tcb.rcvNxt, -1)
}
