/**
 * Seventh and eighth step of SEGMENT ARRIVES, RFC 9293 3.10.7.4: the segment's bytes and its FIN, in order or not. Read
 * first: Linux tcp_data_queue(), tcp_data_queue_ofo() and tcp_fin().
 */
import { Mib } from '../base/counters.ts'
import { DropReason } from '../base/drop-reason.ts'
import { State } from '../base/states.ts'
import { FIN, type Segment, segmentLength } from '../wire/segment.ts'
import { seqAdd, seqDiff, seqLess } from '../wire/seq.ts'
import { acknowledgeAtOnce, onDataBeyondHole, onDataReceived } from './acknowledge.ts'
import { enterTimeWait } from './close.ts'
import type { ConnectionHost } from './host.ts'
import { extendDuplicate, reportOldData, reportOverlap } from './sack-blocks.ts'
import { sendAck } from './send.ts'
import { ACK_LATER, ACK_NONE, ACK_NOW, type AckOwed, type Tcb } from './tcb.ts'

/**
 * Whether new data can reach nobody, so that it is answered by a RST: the program has closed, or has shut both directions, or
 * the peer had sent its FIN before (RFC 9293 3.10.7.4, Linux TCPAbortOnData). Shutting only the reading side changes nothing
 * for the peer.
 */
export function reachesNobody(tcb: Tcb, segment: Segment): boolean {
  // What lies beyond RCV.NXT, a FIN alone included when there is a hole before it.
  if (segmentLength(segment) === 0 || !seqLess(tcb.rcvNxt, seqAdd(segment.seq, segment.payloadLength))) return false
  if (tcb.finReceived || (tcb.readShut && tcb.finQueued)) return true
  return tcb.owner === undefined && !isAwaitingAccept(tcb)
}

/** A child that accept() has handed out and that nobody has taken over yet has not closed: its data is kept. */
function isAwaitingAccept(tcb: Tcb): boolean {
  return tcb.passive && !tcb.finQueued && (tcb.state === State.ESTABLISHED || tcb.state === State.CLOSE_WAIT)
}

/** Takes what is new of the segment's bytes and its FIN, in order or not. */
export function takeText(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  const gap = seqDiff(segment.seq, tcb.rcvNxt)
  if (gap > 0) return takeBeyondHole(host, tcb, segment, gap)
  if (!seqLess(tcb.rcvNxt, seqAdd(segment.seq, segmentLength(segment)))) {
    // All of it has arrived before, a FIN like any byte: the peer is told at once, nothing is remembered.
    acknowledgeAtOnce(tcb)
    reportOldData(host.counters, tcb, segment)
    return DropReason.ACCEPTED
  }
  return takeInOrder(host, tcb, segment, now)
}

/** The segment begins at RCV.NXT or below it and brings something new. */
function takeInOrder(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  const isShut = tcb.rcvWnd === 0
  const skip = seqDiff(tcb.rcvNxt, segment.seq)
  const fresh = segment.payloadLength - skip
  const wanted = Math.min(fresh, acceptedBeyond(tcb, 0))
  const taken = tcb.receiveQueue.place(0, segment.payload, segment.payloadAt + skip, wanted)
  reportOldData(host.counters, tcb, segment)
  if (fresh > 0) {
    onDataReceived(tcb, segment, now)
    advanceReceived(tcb, seqAdd(tcb.rcvNxt, taken))
  }
  if (taken < fresh) {
    acknowledgeAtOnce(tcb)
    return DropReason.RECEIVE_BUFFER_FULL
  }
  if ((segment.flags & FIN) !== 0) {
    onFin(host, tcb, now)
    // With nothing left of the window the peer is told at once (Linux ICSK_ACK_NOMEM).
    if (isShut && tcb.ackOwed !== ACK_NONE) tcb.ackOwed = ACK_NOW
  } else deliverQueued(host, tcb, now)
  return DropReason.ACCEPTED
}

/**
 * What was queued beyond a hole and now follows RCV.NXT is delivered, up to a FIN among it: whatever the peer sent beyond its
 * FIN was never part of the stream (Linux tcp_ofo_queue).
 */
function deliverQueued(host: ConnectionHost, tcb: Tcb, now: number): void {
  const { reassembly } = tcb
  if (reassembly.count === 0) return
  for (let i = 0; i < reassembly.count && seqLess(reassembly.startOf(i), tcb.rcvNxt); i++) {
    const end = reassembly.endOf(i)
    extendDuplicate(host.counters, tcb, reassembly.startOf(i), seqLess(end, tcb.rcvNxt) ? end : tcb.rcvNxt)
  }
  // A FIN that data has run over meanwhile is an old one.
  if (tcb.peerFinSeen && seqLess(tcb.peerFinSeq, tcb.rcvNxt)) tcb.peerFinSeen = false
  const reached = reassembly.reach(tcb.rcvNxt)
  if (tcb.peerFinSeen && seqLess(tcb.peerFinSeq, reached)) {
    // What is queued is forgotten with the FIN, but not before an ACK that goes at once has told of it.
    advanceReceived(tcb, tcb.peerFinSeq)
    onFin(host, tcb, now)
  } else {
    advanceReceived(tcb, reached)
    reassembly.discardBefore(reached)
    tcb.sackReport.discardBefore(reached)
  }
  // The last hole is filled: the sender waits to hear so (RFC 5681 4.2), unless it just has.
  if (reassembly.count === 0 && tcb.ackOwed !== ACK_NONE) tcb.ackOwed = ACK_NOW
}

/** A hole lies before the segment: it is queued, and the ACK that tells so must not wait (RFC 5681 4.2). */
function takeBeyondHole(host: ConnectionHost, tcb: Tcb, segment: Segment, gap: number): DropReason {
  if (gap >= tcb.rcvWnd) {
    acknowledgeAtOnce(tcb)
    return DropReason.OUT_OF_WINDOW
  }
  const wanted = Math.min(segment.payloadLength, acceptedBeyond(tcb, gap))
  const taken = tcb.receiveQueue.place(gap, segment.payload, segment.payloadAt, wanted)
  const hasFin = (segment.flags & FIN) !== 0 && taken === segment.payloadLength
  onDataBeyondHole(tcb, segment)
  if (taken === 0 && !hasFin) return DropReason.OUT_OF_ORDER
  const dataEnd = seqAdd(segment.seq, taken)
  const end = hasFin ? seqAdd(dataEnd, 1) : dataEnd
  host.counters.add(Mib.TCPOFOQueue)
  reportOverlap(host.counters, tcb, segment.seq, end)
  const isFinCovered = tcb.peerFinSeen && coversFin(tcb, segment.seq, end)
  if (isFinCovered) tcb.peerFinSeen = false
  const added = tcb.reassembly.add(segment.seq, end)
  if (added >= 0 && tcb.sackPermitted) tcb.sackReport.note(segment.seq, end)
  // The first FIN in the stream ends it. One whose number has a byte in the queue already is a repeat of that byte.
  if (hasFin && (added > 0 || isFinCovered) && !(tcb.peerFinSeen && seqLess(tcb.peerFinSeq, dataEnd))) {
    tcb.peerFinSeen = true
    tcb.peerFinSeq = dataEnd
    tcb.peerFinFrom = segment.seq
  }
  return DropReason.OUT_OF_ORDER
}

/**
 * Whether `[start, end)` holds the queued segment that brought a FIN and more: it takes that segment's place, and the FIN is
 * forgotten (Linux tcp_data_queue_ofo).
 */
function coversFin(tcb: Tcb, start: number, end: number): boolean {
  const { peerFinFrom } = tcb
  const finEnd = seqAdd(tcb.peerFinSeq, 1)
  if (seqLess(peerFinFrom, start) || seqLess(end, finEnd)) return false
  return start !== peerFinFrom || end !== finEnd
}

/**
 * How many bytes at `gap` beyond RCV.NXT are taken. A segment that reaches beyond the window is welcome while the program
 * has nothing left to read, as far as there is room (Linux tcp_sequence); else what lies beyond is cut off.
 */
function acceptedBeyond(tcb: Tcb, gap: number): number {
  return tcb.receiveQueue.length === 0 ? tcb.receiveQueue.free : Math.max(0, tcb.rcvWnd - gap)
}

function advanceReceived(tcb: Tcb, rcvNxt: number): void {
  const count = seqDiff(rcvNxt, tcb.rcvNxt)
  tcb.receiveQueue.extend(count)
  tcb.rcvNxt = rcvNxt
  tcb.rcvWnd = Math.max(0, tcb.rcvWnd - count)
}

/** Eighth step: the peer sends no more. The ACK may wait for our own FIN or data (Linux tcp_fin enters ping-pong mode). */
function onFin(host: ConnectionHost, tcb: Tcb, now: number): void {
  tcb.rcvNxt = seqAdd(tcb.rcvNxt, 1)
  tcb.finReceived = true
  // Both sides have closed: there is nothing left to ride on. This ACK still tells what had come beyond the FIN.
  const isLast = tcb.state === State.FIN_WAIT_1 || tcb.state === State.FIN_WAIT_2
  if (isLast) sendAck(host, tcb, now)
  tcb.reassembly.clear()
  // With the FIN everything is there: Linux tcp_fin() has nothing more to report, not even a duplicate.
  tcb.sackReport.clear()
  if (!isLast) tcb.ackOwed = Math.max(tcb.ackOwed, ACK_LATER) as AckOwed
  if (tcb.state === State.ESTABLISHED) {
    tcb.pingPong = true
    host.tcbs.setState(tcb, State.CLOSE_WAIT, now)
    return
  }
  if (tcb.state === State.FIN_WAIT_1) host.tcbs.setState(tcb, State.CLOSING, now)
  else if (tcb.state === State.FIN_WAIT_2) enterTimeWait(host, tcb, now)
}
