/**
 * Seventh and eighth step of SEGMENT ARRIVES, RFC 9293 3.10.7.4: the segment's bytes and its FIN, in order or not. Read
 * first: Linux tcp_data_queue(), tcp_data_queue_ofo() and tcp_fin().
 */
import { Mib } from '../base/counters.ts'
import { DropReason } from '../base/drop-reason.ts'
import { FIN, type Segment } from '../wire/segment.ts'
import { seqAdd, seqDiff, seqLess } from '../wire/seq.ts'
import { onDataReceived } from './acknowledge.ts'
import { enterTimeWait } from './close.ts'
import type { ConnectionHost } from './host.ts'
import { reportOldData, reportOverlap } from './sack-report.ts'
import { State } from './states.ts'
import { ACK_LATER, ACK_NOW, type AckOwed, type Tcb } from './tcb.ts'

/** Whether the segment brings bytes beyond RCV.NXT. */
export function hasNewData(tcb: Tcb, segment: Segment): boolean {
  return segment.payloadLength > 0 && seqLess(tcb.rcvNxt, seqAdd(segment.seq, segment.payloadLength))
}

/**
 * Whether new data can reach nobody: the program has closed, or has shut both directions (RFC 9293 3.10.7.4, Linux
 * TCPAbortOnData). Shutting only the reading side changes nothing for the peer.
 */
export function nobodyReads(tcb: Tcb): boolean {
  if (tcb.readShut && tcb.finQueued) return true
  return tcb.owner === undefined && !isAwaitingAccept(tcb)
}

/** A child that accept() has handed out and that nobody has taken over yet has not closed: its data is kept. */
function isAwaitingAccept(tcb: Tcb): boolean {
  return tcb.passive && !tcb.finQueued && (tcb.state === State.ESTABLISHED || tcb.state === State.CLOSE_WAIT)
}

/** Takes what is new of the segment's bytes and its FIN, in order or not. */
export function takeText(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  const skip = Math.max(0, seqDiff(tcb.rcvNxt, segment.seq))
  const gap = Math.max(0, seqDiff(segment.seq, tcb.rcvNxt))
  // Nothing comes after a FIN, even one that waits behind a hole.
  const end = tcb.peerFinSeen ? seqDiff(tcb.peerFinSeq, segment.seq) : segment.payloadLength
  const fresh = Math.min(segment.payloadLength, end) - skip
  let taken = 0
  if (fresh > 0) {
    const wanted = Math.min(fresh, acceptedBeyond(tcb, gap))
    taken = tcb.receiveQueue.place(gap, segment.payload, segment.payloadAt + skip, wanted)
    const start = seqAdd(tcb.rcvNxt, gap)
    if (gap > 0) {
      if (taken > 0) queueOutOfOrder(host, tcb, start, seqAdd(start, taken))
    } else {
      reportOldData(host.counters, tcb, segment)
      onDataReceived(tcb, now)
      const reached = tcb.reassembly.advance(seqAdd(start, taken))
      advanceReceived(tcb, tcb.peerFinSeen && seqLess(tcb.peerFinSeq, reached) ? tcb.peerFinSeq : reached)
    }
  } else if (segment.payloadLength > 0 || tcb.finReceived) {
    tcb.ackOwed = ACK_NOW
    reportOldData(host.counters, tcb, segment)
  }
  if ((segment.flags & FIN) !== 0 && !tcb.peerFinSeen) {
    tcb.peerFinSeen = true
    tcb.peerFinSeq = seqAdd(segment.seq, segment.payloadLength)
  }
  if (tcb.peerFinSeen && !tcb.finReceived && tcb.peerFinSeq === tcb.rcvNxt) onFin(host, tcb, now)
  if (gap > 0) return outOfOrder(tcb)
  if (taken < fresh) {
    tcb.ackOwed = ACK_NOW
    return DropReason.RECEIVE_BUFFER_FULL
  }
  return DropReason.ACCEPTED
}

/**
 * How many bytes at `gap` beyond RCV.NXT are taken. A segment that reaches beyond the window is welcome while the program
 * has nothing left to read, as far as there is room (Linux tcp_sequence); else what lies beyond is cut off.
 */
function acceptedBeyond(tcb: Tcb, gap: number): number {
  return tcb.receiveQueue.length === 0 ? tcb.receiveQueue.free : Math.max(0, tcb.rcvWnd - gap)
}

/** Bytes beyond a hole: the next ACKs tell of them, first of the newest, or that they were there already. */
function queueOutOfOrder(host: ConnectionHost, tcb: Tcb, start: number, end: number): void {
  host.counters.add(Mib.TCPOFOQueue)
  reportOverlap(host.counters, tcb, start, end)
  if (tcb.reassembly.add(start, end) > 0 && tcb.sackPermitted) tcb.sackReport.note(start)
}

/** A hole lies before the segment: the ACK that tells so must not wait (RFC 5681 4.2). */
function outOfOrder(tcb: Tcb): DropReason {
  tcb.ackOwed = ACK_NOW
  return DropReason.OUT_OF_ORDER
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
  tcb.reassembly.clear()
  // With the FIN everything is there: Linux tcp_fin() has nothing more to report, not even a duplicate.
  tcb.sackReport.clear()
  tcb.ackOwed = tcb.ackDelay === 0 ? ACK_NOW : (Math.max(tcb.ackOwed, ACK_LATER) as AckOwed)
  if (tcb.state === State.ESTABLISHED) {
    tcb.pingPong = true
    host.tcbs.setState(tcb, State.CLOSE_WAIT, now)
    return
  }
  // Both sides have closed: there is nothing left to ride on.
  tcb.ackOwed = ACK_NOW
  if (tcb.state === State.FIN_WAIT_1) host.tcbs.setState(tcb, State.CLOSING, now)
  else if (tcb.state === State.FIN_WAIT_2) enterTimeWait(host, tcb, now)
}
