/**
 * SEGMENT ARRIVES for a connection in a synchronized state, one function per step of RFC 9293 3.10.7.4, in its order and
 * validate.ts for the first of them.
 */
import { Mib } from '../base/counters.ts'
import { DropReason } from '../base/drop-reason.ts'
import { State } from '../base/states.ts'
import { ACK, FIN, PSH, RST, type Segment, SYN, segmentLength } from '../wire/segment.ts'
import { seqAdd, seqDiff, seqLess } from '../wire/seq.ts'
import { acknowledgeAtOnce } from './acknowledge.ts'
import { enterEstablished, enterFinWait2, enterTimeWait, finishConnection, isForsaken } from './close.ts'
import { onDuplicateAck, onProgress, onSackBlocks } from './congestion.ts'
import type { ConnectionHost } from './host.ts'
import { onProbeAnswer } from './loss-probe.ts'
import { hastenRetransmission, restartRetransmission, stopRetransmission } from './loss-timer.ts'
import { boundSegment, onSynAcknowledged } from './open.ts'
import { sendChallengeAck, sendReset } from './reset.ts'
import { respond } from './respond.ts'
import { sampleEcho, sampleRoundTrip } from './retransmit.ts'
import { reportOldData } from './sack-blocks.ts'
import { noteSackBlocks, sackedWithin } from './scoreboard.ts'
import { finAcknowledged, mustProbe, repeatAllLost } from './send.ts'
import { RECOVERY_NONE, type Tcb } from './tcb.ts'
import { RETRANSMIT } from './tcb-table.ts'
import { reachesNobody, takeText } from './text.ts'
import {
  failsPaws,
  isAcceptable,
  isDisorderedAck,
  isFromThePast,
  mayUpdateWindow,
  onOutdated,
  onReset,
  onSyn,
  onUnacceptable,
  TS_RECENT_LIFETIME,
} from './validate.ts'

/** Processes a segment for `tcb`, in SYN-RECEIVED of a simultaneous open or a synchronized state but TIME-WAIT. */
export function segmentArrives(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  if (tcb.state === State.SYN_RECEIVED && isCrossedSynAck(tcb, segment)) {
    updateTsRecent(tcb, segment, now)
    if (!completeSimultaneousOpen(host, tcb, segment, now)) return DropReason.ACCEPTED
    // Its SYN has come before, like any old byte.
    acknowledgeAtOnce(tcb)
    reportOldData(host.counters, tcb, segment)
    respond(host, tcb, now)
    return DropReason.ACCEPTED
  }
  // Without ACK, RST or SYN it is nothing at all, wherever it lies.
  if ((segment.flags & (ACK | RST | SYN)) === 0) return DropReason.NO_ACK
  if (isFromThePast(tcb, segment, now) && (segment.flags & (RST | SYN)) === 0 && !isDisorderedAck(tcb, segment)) {
    return onOutdated(host, tcb, segment, now)
  }
  if (!isAcceptable(tcb, segment)) return onUnacceptable(host, tcb, segment, now)
  if ((segment.flags & RST) !== 0) return onReset(host, tcb, segment, now)
  if ((segment.flags & SYN) !== 0) return onSyn(host, tcb, segment, now)
  if (isAckTooOld(tcb, segment) && isPredicted(tcb, segment)) return takePredicted(host, tcb, segment, now)
  const refused = checkAck(host, tcb, segment, now)
  if (refused !== DropReason.ACCEPTED) return refused
  if (tcb.state === State.SYN_RECEIVED && !completeSimultaneousOpen(host, tcb, segment, now)) return DropReason.ACCEPTED
  tcb.lastReceivedAt = now
  tcb.keepaliveProbes = 0
  updateTsRecent(tcb, segment, now)
  const progress = processAck(host, tcb, segment, now)
  if (progress === GONE) return DropReason.ACCEPTED
  // Repeats go out before the text is looked at, with the old acknowledgment (Linux tcp_xmit_recovery).
  if (tcb.recovery !== RECOVERY_NONE) repeatAllLost(host, tcb, now)
  return processText(host, tcb, segment, progress === ADVANCED, now)
}

/** Results of `processAck`: the connection is over; acknowledged bytes left the queue; or neither. */
const GONE = 0
const ADVANCED = 1
const UNCHANGED = 2

/**
 * TS.Recent follows the segment that the next ACK will answer (RFC 7323 4.3), and goes back only when it is outdated. One whose ACK
 * is older than what has come says nothing, except where the header was predicted (Linux tcp_ack, tcp_rcv_established).
 */
function updateTsRecent(tcb: Tcb, segment: Segment, now: number): void {
  if (!segment.hasTimestamps || seqLess(tcb.lastAckSent, segment.seq)) return
  const isOld = seqLess(segment.ack, tcb.sndUna)
  if (isOld && !(hasPredictedHeader(tcb, segment) && tcb.rcvNxt === tcb.lastAckSent)) return
  if (failsPaws(tcb, segment) && now - tcb.tsRecentAt < TS_RECENT_LIFETIME) return
  tcb.tsRecent = segment.tsVal
  tcb.tsRecentAt = now
}

/**
 * Whether the ACK is older than the peer can have meant: SEG.ACK < SND.UNA - MAX.SND.WND (RFC 5961 5.2), or than the first
 * byte (Linux tcp_ack: the smaller of max_window and bytes_acked).
 */
function isAckTooOld(tcb: Tcb, segment: Segment): boolean {
  return seqLess(segment.ack, seqAdd(tcb.sndUna, -Math.min(tcb.maxSndWnd, tcb.bytesAcked)))
}

/** The next data in order of a stream that goes one way: Linux takes it before it looks at its ACK (tcp_rcv_established). */
function isPredicted(tcb: Tcb, segment: Segment): boolean {
  return segment.payloadLength > 0 && segment.payloadLength <= tcb.rcvWnd && hasPredictedHeader(tcb, segment)
}

/**
 * Linux's header prediction: the next number, and nothing but data, as it was before, or a bare ACK. For data it begins when data
 * has gone either way, as the first finds no memory set aside (sk_forward_alloc).
 */
function hasPredictedHeader(tcb: Tcb, segment: Segment): boolean {
  return (
    tcb.state === State.ESTABLISHED &&
    (segment.payloadLength === 0 || tcb.ackDelay > 0 || tcb.bytesAcked > 0 || tcb.sendQueue.length > 0) &&
    (segment.flags & ~PSH) === ACK &&
    segment.seq === tcb.rcvNxt &&
    segment.window << tcb.sndWindowShift === tcb.sndWnd &&
    segment.sackBlocks === 0 &&
    segment.hasTimestamps === tcb.timestamps &&
    tcb.reassembly.count === 0
  )
}

/** Takes the text of a predicted segment, and challenges its ACK, which is too old. */
function takePredicted(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  updateTsRecent(tcb, segment, now)
  const outcome = takeText(host, tcb, segment, now)
  sendChallengeAck(host, tcb, now)
  const { generation } = tcb
  tcb.owner?.onReadable(tcb, now)
  if (tcb.generation === generation) respond(host, tcb, now)
  return outcome
}

/**
 * Fifth check, first half: SND.UNA - MAX.SND.WND <= SEG.ACK <= SND.NXT, else a challenge ACK (RFC 5961 5.2).
 */
function checkAck(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  if (tcb.state === State.SYN_RECEIVED) {
    if (segment.ack === tcb.sndNxt) return DropReason.ACCEPTED
    sendReset(host, segment)
    return DropReason.BAD_ACK
  }
  if (!seqLess(tcb.sndNxt, segment.ack)) {
    if (!isAckTooOld(tcb, segment)) return DropReason.ACCEPTED
    // A predicted header brings its timestamp, whatever else it says.
    updateTsRecent(tcb, segment, now)
  }
  sendChallengeAck(host, tcb, now)
  return DropReason.BAD_ACK
}

/** Fifth check, second half: what the ACK acknowledges leaves the queue, windows and states move on. */
function processAck(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): number {
  const acknowledged = seqDiff(segment.ack, tcb.sndUna)
  let known = 0
  tcb.probes = 0
  if (acknowledged > 0) {
    known = sackedWithin(tcb, tcb.sndUna, segment.ack)
    tcb.sndUna = segment.ack
    tcb.bytesAcked += acknowledged
    tcb.sacked.discardBefore(segment.ack)
    const finCovered = finAcknowledged(tcb)
    tcb.sendQueue.discard(finCovered ? acknowledged - 1 : acknowledged)
    tcb.recordEnds?.discardTo(segment.ack)
  }
  // Data that was predicted brings no ACK to look at (Linux tcp_rcv_established).
  const restartsProbe = acknowledged === 0 && mustProbe(tcb) && !isPredicted(tcb, segment)
  const isWindowNews = updateSendWindow(tcb, segment, acknowledged)
  const inFlight = tcb.sndUna !== tcb.sndNxt
  const isRepeat = acknowledged === 0 && segmentLength(segment) === 0 && !isWindowNews
  if (tcb.lossProbe) onProbeAnswer(host, tcb, segment, isRepeat)
  if (acknowledged > 0) onAcknowledged(host, tcb, segment, known, now)
  if (tcb.sackPermitted) {
    if (segment.sackBlocks > 0) onSackBlocks(host, tcb, noteSackBlocks(host, tcb, segment) > 0, now)
  } else if (isRepeat && inFlight) onDuplicateAck(host, tcb, now)
  if (acknowledged <= 0) {
    // The peer answers probes: it is alive, however long its window stays shut.
    if (!inFlight || (tcb.sndWnd === 0 && tcb.owner !== undefined)) tcb.retransmits = 0
    if (restartsProbe) restartProbing(host, tcb)
  }
  if (finAcknowledged(tcb)) {
    if (tcb.state === State.FIN_WAIT_1) {
      if (tcb.owner === undefined && tcb.finWait2Timeout < 0) {
        resetOrphan(host, tcb, segment, now)
        return GONE
      }
      // Data that nobody will read ends the connection in a moment: there is nothing left to wait for.
      if (reachesNobody(tcb, segment)) host.tcbs.setState(tcb, State.FIN_WAIT_2, now)
      else enterFinWait2(host, tcb, (segment.flags & FIN) !== 0, now)
      // Old bytes are nothing to a record (Linux tcp_time_wait).
      if (isForsaken(tcb)) return GONE
    } else if (tcb.state === State.CLOSING) {
      enterTimeWait(host, tcb, now)
      return GONE
    } else if (tcb.state === State.LAST_ACK) {
      if (tcb.srtt > 0) host.onProvenPeer(tcb, now)
      finishConnection(host, tcb, 'closed', now)
      return GONE
    }
  }
  return acknowledged > 0 ? ADVANCED : UNCHANGED
}

/** No program will hear what the peer sends, or wait for its FIN: the peer is told. */
function resetOrphan(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): void {
  host.counters.add(Mib.TCPAbortOnData)
  sendReset(host, segment)
  finishConnection(host, tcb, 'reset', now)
}

/**
 * Nothing is in flight and the window is shut to what waits: the time of the next probe begins anew with every ACK, unless `output`
 * has more to send now (Linux tcp_ack_probe).
 */
function restartProbing(host: ConnectionHost, tcb: Tcb): void {
  if (tcb.sendQueue.length + (tcb.finQueued ? 1 : 0) <= tcb.sndWnd) {
    tcb.probeBackoff = 0
    tcb.probingSince = -1
  }
  host.tcbs.disarm(tcb, RETRANSMIT)
}

/**
 * SND.UNA advanced: round-trip sample, congestion window, the next lost segment in a recovery, and the timer. `known`: segments
 * among the acknowledged ones that SACK blocks had told of.
 */
function onAcknowledged(host: ConnectionHost, tcb: Tcb, segment: Segment, known: number, now: number): void {
  tcb.retransmits = 0
  tcb.probeBackoff = 0
  tcb.probingSince = -1
  // A piece of the oldest segment is no sign of life for the rest of it: the timer goes on (Linux FLAG_ACKED).
  const segments = tcb.flight.acknowledge(tcb.sndUna)
  // Karn's rule: whatever was sent twice gives no sample, and the backed-off timeout stays until something does. An echoed
  // timestamp tells the copies apart.
  if (tcb.flight.sampleFrom >= 0) sampleRoundTrip(tcb, now - tcb.flight.sampleFrom)
  else if (segments > 0) sampleEcho(tcb, segment, now)
  onProgress(host, tcb, segments, segments - known, now)
  if (segments === 0) return
  if (tcb.sndUna === tcb.sndNxt) stopRetransmission(host, tcb)
  else if (tcb.sacked.indexOf(tcb.sndUna) >= 0) hastenRetransmission(host, tcb, now)
  else restartRetransmission(host, tcb, now)
}

/** Takes up the window of `segment` if it is news. Whether it was: then it is no duplicate ACK. */
function updateSendWindow(tcb: Tcb, segment: Segment, acknowledged: number): boolean {
  if (acknowledged < 0 || !mayUpdateWindow(tcb, segment, acknowledged)) return false
  tcb.sndWnd = segment.window << tcb.sndWindowShift
  tcb.sndWl1 = segment.seq
  if (tcb.sndWnd > tcb.maxSndWnd) {
    tcb.maxSndWnd = tcb.sndWnd
    boundSegment(tcb)
  }
  return true
}

/** Seventh and eighth step: bytes enter the receive queue, a FIN moves the state; then the application runs. */
function processText(host: ConnectionHost, tcb: Tcb, segment: Segment, advanced: boolean, now: number): DropReason {
  const generation = tcb.generation
  const before = tcb.rcvNxt
  let outcome: DropReason = DropReason.ACCEPTED
  if (segmentLength(segment) > 0) {
    // The peer had ended its stream: what it sends beyond that is as if it had not come.
    if (tcb.finReceived && !seqLess(segment.seq, tcb.rcvNxt)) outcome = DropReason.OUT_OF_WINDOW
    else if (reachesNobody(tcb, segment)) {
      resetOrphan(host, tcb, segment, now)
      return DropReason.DATA_AFTER_CLOSE
    } else outcome = takeText(host, tcb, segment, now)
  }
  const readable = tcb.rcvNxt !== before
  if (tcb.generation === generation && readable) tcb.owner?.onReadable(tcb, now)
  if (tcb.generation === generation && advanced) tcb.owner?.onWritable(tcb, now)
  if (tcb.generation === generation) respond(host, tcb, now)
  return outcome
}

/** A SYN-ACK that crossed ours: the peer opened at the same time and repeats its own number (RFC 9293 figure 8). */
function isCrossedSynAck(tcb: Tcb, segment: Segment): boolean {
  const isSynAck = (segment.flags & (SYN | ACK | RST | FIN)) === (SYN | ACK) && segment.payloadLength === 0
  return isSynAck && segment.seq === tcb.irs && segment.ack === tcb.sndNxt
}

/** Our SYN is acknowledged in SYN-RECEIVED: the simultaneous open is complete. False when the application ended it. */
function completeSimultaneousOpen(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): boolean {
  onSynAcknowledged(host, tcb, segment, now)
  // Linux scales the window of a SYN-ACK too, but it is not what bounds segments.
  tcb.sndWnd = segment.window << tcb.sndWindowShift
  tcb.maxSndWnd = Math.max(tcb.maxSndWnd, (segment.flags & SYN) !== 0 ? segment.window : tcb.sndWnd)
  boundSegment(tcb)
  tcb.sndWl1 = segment.seq
  const { generation } = tcb
  enterEstablished(host, tcb, now)
  return tcb.generation === generation
}
