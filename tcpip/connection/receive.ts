/**
 * SEGMENT ARRIVES for a connection in a synchronized state, one function per step of RFC 9293 3.10.7.4, in its order and
 * with the checks of RFC 5961 and RFC 7323 (PAWS) where Linux tcp_validate_incoming() has them.
 */
import { Mib } from '../counters.ts'
import { DropReason } from '../drop-reason.ts'
import { ACK, FIN, RST, type Segment, SYN, segmentLength } from '../wire/segment.ts'
import { seqAdd, seqDiff, seqLess, seqLessOrEqual } from '../wire/seq.ts'
import { abortConnection, enterFinWait2, enterTimeWait, finishConnection } from './close.ts'
import type { ConnectionHost } from './host.ts'
import { sendChallengeAck, sendDuplicateAck } from './reset.ts'
import { resetBackoff, sampleRoundTrip } from './retransmit.ts'
import { finAcknowledged, output, retransmitFirst } from './send.ts'
import { State } from './states.ts'
import type { Tcb } from './tcb.ts'

/** Processes a segment for `tcb`, which is in a synchronized state other than TIME-WAIT. */
export function segmentArrives(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  if (failsPaws(tcb, segment) && (segment.flags & (RST | SYN)) === 0) {
    host.counters.add(Mib.PAWSEstab)
    sendDuplicateAck(host, tcb, segment, Mib.TCPACKSkippedSeq, now)
    return DropReason.PAWS
  }
  if (!isAcceptable(tcb, segment)) return onUnacceptable(host, tcb, segment, now)
  if ((segment.flags & RST) !== 0) return onReset(host, tcb, segment, now)
  if ((segment.flags & SYN) !== 0) return onSyn(host, tcb, now)
  if ((segment.flags & ACK) === 0) return DropReason.NO_ACK
  const refused = checkAck(host, tcb, segment, now)
  if (refused !== DropReason.ACCEPTED) return refused
  if (segment.hasTimestamps && seqLessOrEqual(segment.seq, tcb.rcvNxt)) tcb.tsRecent = segment.tsVal
  const progress = processAck(host, tcb, segment, now)
  if (progress === GONE) return DropReason.ACCEPTED
  return processText(host, tcb, segment, progress === ADVANCED, now)
}

/** Results of `processAck`: the connection is over; acknowledged bytes left the queue; or neither. */
const GONE = 0
const ADVANCED = 1
const UNCHANGED = 2

/** RFC 7323 5.3 R1: the timestamp is older than the newest one seen. */
export function failsPaws(tcb: Tcb, segment: Segment): boolean {
  return tcb.timestamps && segment.hasTimestamps && seqLess(segment.tsVal, tcb.tsRecent)
}

/** First check, RFC 9293 3.10.7.4: some of the segment lies in the receive window. */
export function isAcceptable(tcb: Tcb, segment: Segment): boolean {
  const length = segmentLength(segment)
  const offset = seqDiff(segment.seq, tcb.rcvNxt)
  if (length === 0) return tcb.rcvWnd === 0 ? offset === 0 : offset >= 0 && offset < tcb.rcvWnd
  if (tcb.rcvWnd === 0) return false
  const last = offset + length - 1
  return (offset >= 0 && offset < tcb.rcvWnd) || (last >= 0 && last < tcb.rcvWnd)
}

function onUnacceptable(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  if ((segment.flags & RST) !== 0) return DropReason.OUT_OF_WINDOW
  if ((segment.flags & SYN) !== 0) return onSyn(host, tcb, now)
  if (seqDiff(segment.seq, tcb.rcvNxt) >= tcb.rcvWnd) host.counters.add(Mib.BeyondWindow)
  sendDuplicateAck(host, tcb, segment, Mib.TCPACKSkippedSeq, now)
  return DropReason.OUT_OF_WINDOW
}

/** Fourth check: a SYN earns a challenge ACK whatever its sequence number (RFC 5961 4). */
function onSyn(host: ConnectionHost, tcb: Tcb, now: number): DropReason {
  host.counters.add(Mib.InErrs)
  host.counters.add(Mib.TCPSYNChallenge)
  sendChallengeAck(host, tcb, now)
  return DropReason.SYN_IN_CONNECTION
}

/** Second check: only a RST at exactly RCV.NXT resets, another in the window earns a challenge ACK (RFC 5961 3.2). */
function onReset(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  if (segment.seq !== tcb.rcvNxt) {
    sendChallengeAck(host, tcb, now)
    return DropReason.RST_NOT_EXACT
  }
  if (tcb.state === State.ESTABLISHED || tcb.state === State.CLOSE_WAIT) host.counters.add(Mib.EstabResets)
  finishConnection(host, tcb, 'reset', now)
  return DropReason.ACCEPTED
}

/**
 * Fifth check, first half: SND.UNA - MAX.SND.WND <= SEG.ACK <= SND.NXT, else a challenge ACK (RFC 5961 5.2). An ACK cannot
 * be older than the first byte either (Linux tcp_ack: the smaller of max_window and bytes_acked).
 */
function checkAck(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  const beyond = seqLess(tcb.sndNxt, segment.ack)
  const tooOld = seqLess(segment.ack, seqAdd(tcb.sndUna, -Math.min(tcb.maxSndWnd, tcb.bytesAcked)))
  if (!beyond && !tooOld) return DropReason.ACCEPTED
  sendChallengeAck(host, tcb, now)
  return DropReason.BAD_ACK
}

/** Fifth check, second half: what the ACK acknowledges leaves the queue, windows and states move on. */
function processAck(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): number {
  const acknowledged = seqDiff(segment.ack, tcb.sndUna)
  if (acknowledged > 0) {
    tcb.sndUna = segment.ack
    tcb.bytesAcked += acknowledged
    const finCovered = finAcknowledged(tcb)
    tcb.sendQueue.discard(finCovered ? acknowledged - 1 : acknowledged)
    onAcknowledged(host, tcb, now)
  }
  updateSendWindow(tcb, segment)
  if (finAcknowledged(tcb)) {
    if (tcb.state === State.FIN_WAIT_1) enterFinWait2(host, tcb, now)
    else if (tcb.state === State.CLOSING) {
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

/** SND.UNA advanced: round-trip sample, timer, and the next lost segment if a timeout is being repaired. */
function onAcknowledged(host: ConnectionHost, tcb: Tcb, now: number): void {
  tcb.retransmits = 0
  // New data got through: the path works, so the backoff ends although repeats give no sample.
  resetBackoff(tcb)
  if (tcb.timedAt >= 0 && seqLessOrEqual(tcb.timedSeq, tcb.sndUna)) {
    sampleRoundTrip(tcb, now - tcb.timedAt)
    tcb.timedAt = -1
  }
  if (tcb.sndUna === tcb.sndNxt) {
    tcb.recovering = false
    host.tcbs.timers.disarm(tcb.index)
    return
  }
  host.tcbs.timers.arm(tcb.index, now + tcb.rto)
  if (!tcb.recovering) return
  if (seqLess(tcb.sndUna, tcb.recover)) {
    host.counters.add(Mib.RetransSegs)
    retransmitFirst(host, tcb, now)
  } else tcb.recovering = false
}

/** RFC 9293 3.10.7.4: only a segment newer than the one that last updated the window may do so. */
function updateSendWindow(tcb: Tcb, segment: Segment): void {
  if (seqLess(segment.ack, tcb.sndUna)) return
  const newer = seqLess(tcb.sndWl1, segment.seq)
  if (!newer && !(tcb.sndWl1 === segment.seq && seqLessOrEqual(tcb.sndWl2, segment.ack))) return
  tcb.sndWnd = segment.window << tcb.sndWindowShift
  tcb.maxSndWnd = Math.max(tcb.maxSndWnd, tcb.sndWnd)
  tcb.sndWl1 = segment.seq
  tcb.sndWl2 = segment.ack
}

/** Seventh and eighth step: in-order bytes enter the receive queue, a FIN moves the state; then the application runs. */
function processText(host: ConnectionHost, tcb: Tcb, segment: Segment, advanced: boolean, now: number): DropReason {
  const length = segmentLength(segment)
  const generation = tcb.generation
  let readable = false
  let outcome: DropReason = DropReason.ACCEPTED
  if (length > 0) {
    tcb.ackPending = true
    const skip = seqDiff(tcb.rcvNxt, segment.seq)
    if (skip < 0) outcome = DropReason.OUT_OF_ORDER
    else if (skip < length) {
      if (tcb.owner === undefined && !isAwaitingAccept(tcb) && segment.payloadLength > skip) {
        // Nobody is left to read it (RFC 9293 3.10.7.4 for CLOSED users, Linux TCPAbortOnData).
        host.counters.add(Mib.TCPAbortOnData)
        abortConnection(host, tcb, now)
        return DropReason.DATA_AFTER_CLOSE
      }
      outcome = takeText(host, tcb, segment, skip, now)
      readable = outcome === DropReason.ACCEPTED
    }
  }
  if (tcb.generation === generation && readable) tcb.owner?.onReadable(tcb, now)
  if (tcb.generation === generation && advanced) tcb.owner?.onWritable(tcb, now)
  if (tcb.generation === generation) output(host, tcb, now)
  return outcome
}

/** An established child in the accept queue has no owner yet, and has not closed either: its data is kept. */
function isAwaitingAccept(tcb: Tcb): boolean {
  return tcb.passive && !tcb.finQueued && (tcb.state === State.ESTABLISHED || tcb.state === State.CLOSE_WAIT)
}

function takeText(host: ConnectionHost, tcb: Tcb, segment: Segment, skip: number, now: number): DropReason {
  const fresh = Math.max(0, segment.payloadLength - skip)
  const taken = tcb.receiveQueue.write(segment.payload, segment.payloadAt + skip, fresh)
  tcb.rcvNxt = seqAdd(tcb.rcvNxt, taken)
  if (taken < fresh) return DropReason.RECEIVE_BUFFER_FULL
  if ((segment.flags & FIN) !== 0) onFin(host, tcb, now)
  return DropReason.ACCEPTED
}

/** Eighth step: the peer sends no more. */
function onFin(host: ConnectionHost, tcb: Tcb, now: number): void {
  tcb.rcvNxt = seqAdd(tcb.rcvNxt, 1)
  tcb.finReceived = true
  if (tcb.state === State.ESTABLISHED) host.tcbs.setState(tcb, State.CLOSE_WAIT, now)
  else if (tcb.state === State.FIN_WAIT_1) host.tcbs.setState(tcb, State.CLOSING, now)
  else if (tcb.state === State.FIN_WAIT_2) enterTimeWait(host, tcb, now)
}
