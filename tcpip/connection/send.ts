/**
 * The sending half of a connection: what may be sent is sent, in order, within the peer's window; ACKs ride on data.
 * Read first: RFC 9293 3.8.6 and 3.10.2. Congestion control and the zero-window probe have their place here.
 */
import { Mib } from '../counters.ts'
import { MILLISECOND } from '../time.ts'
import { ACK, FIN, PSH, RST, type Segment, SYN } from '../wire/segment.ts'
import { seqAdd, seqDiff } from '../wire/seq.ts'
import { ADVERTISED_MSS, type ConnectionHost, initialWindow, MAX_WINDOW_FIELD, WINDOW_SCALE } from './host.ts'
import { State } from './states.ts'
import type { Tcb } from './tcb.ts'

/** Scratch for one segment's payload between queue and packet. */
const payload = new Uint8Array(ADVERTISED_MSS)

/** The value of a connection's timestamp clock: milliseconds plus its secret offset (RFC 7323 5.4). */
export function timestampOf(tcb: Tcb, now: number): number {
  return (Math.floor(now / MILLISECOND) + tcb.tsOffset) | 0
}

/** Fills `out` with everything but flags, sequence number and payload. Advertises the present receive window. */
export function prepareSegment(host: ConnectionHost, tcb: Tcb, now: number): Segment {
  const out = host.out
  out.source = tcb.localAddress
  out.destination = tcb.remoteAddress
  out.sourcePort = tcb.localPort
  out.destinationPort = tcb.remotePort
  out.ack = tcb.rcvNxt
  const field = Math.min(MAX_WINDOW_FIELD, tcb.receiveQueue.free >> tcb.rcvWindowShift)
  tcb.rcvWnd = field << tcb.rcvWindowShift
  out.window = field
  out.clearOptions()
  out.clearPayload()
  if (tcb.timestamps) {
    out.hasTimestamps = true
    out.tsVal = timestampOf(tcb, now)
    out.tsEcr = tcb.tsRecent
  }
  return out
}

/** Sends a bare ACK of everything received. */
export function sendAck(host: ConnectionHost, tcb: Tcb, now: number): void {
  const out = prepareSegment(host, tcb, now)
  out.flags = ACK
  out.seq = tcb.sndNxt
  tcb.ackPending = false
  host.transmit()
}

/** Sends the first SYN of an active open, or repeats it. Options as Linux offers them. */
export function sendSyn(host: ConnectionHost, tcb: Tcb, now: number): void {
  const out = prepareSegment(host, tcb, now)
  out.flags = SYN
  out.seq = tcb.iss
  out.ack = 0
  out.window = initialWindow(false)
  out.mss = ADVERTISED_MSS
  out.windowScale = WINDOW_SCALE
  out.sackPermitted = true
  out.hasTimestamps = true
  out.tsVal = timestampOf(tcb, now)
  out.tsEcr = 0
  host.transmit()
}

/** Sends what the send queue and the peer's window allow, FIN last, and any ACK that is owed. */
export function output(host: ConnectionHost, tcb: Tcb, now: number): void {
  for (;;) {
    const inFlight = seqDiff(tcb.sndNxt, tcb.sndUna)
    const unsent = tcb.finSent ? 0 : tcb.sendQueue.length - inFlight
    const room = Math.max(0, tcb.sndWnd - inFlight)
    const length = Math.min(unsent, room, tcb.sndMss)
    const finNow = tcb.finQueued && !tcb.finSent && length === unsent && length <= room
    if (length <= 0 && !finNow) break
    sendRange(host, tcb, tcb.sndNxt, inFlight, length, finNow, now)
    if (tcb.timedAt < 0) {
      tcb.timedSeq = seqAdd(tcb.sndNxt, length)
      tcb.timedAt = now
    }
    tcb.sndNxt = seqAdd(tcb.sndNxt, length + (finNow ? 1 : 0))
    if (finNow) tcb.finSent = true
    if (!host.tcbs.timers.isArmed(tcb.index)) host.tcbs.timers.arm(tcb.index, now + tcb.rto)
  }
  if (tcb.ackPending) sendAck(host, tcb, now)
}

/** Repeats the oldest unacknowledged segment. */
export function retransmitFirst(host: ConnectionHost, tcb: Tcb, now: number): void {
  const inFlight = seqDiff(tcb.sndNxt, tcb.sndUna)
  const data = Math.min(tcb.finSent ? inFlight - 1 : inFlight, tcb.sndMss)
  const fin = tcb.finSent && data === inFlight - 1
  sendRange(host, tcb, tcb.sndUna, 0, data, fin, now)
  // Karn's rule: a repeated segment gives no round-trip sample (RFC 6298 3).
  tcb.timedAt = -1
}

/** Aborts: tells the peer with a RST that the connection is gone (RFC 9293 3.10.5). */
export function sendActiveReset(host: ConnectionHost, tcb: Tcb, now: number): void {
  const out = prepareSegment(host, tcb, now)
  out.flags = RST | ACK
  out.seq = tcb.sndNxt
  host.counters.add(Mib.OutRsts)
  host.transmit()
}

/** Sends queue bytes `[offset, offset + length)` as the segment that starts at `seq`. */
function sendRange(
  host: ConnectionHost,
  tcb: Tcb,
  seq: number,
  offset: number,
  length: number,
  fin: boolean,
  now: number,
): void {
  const out = prepareSegment(host, tcb, now)
  tcb.sendQueue.peek(offset, payload, 0, length)
  out.payload = payload
  out.payloadLength = length
  out.seq = seq
  out.flags = ACK | (fin ? FIN : 0) | (length > 0 && offset + length === tcb.sendQueue.length ? PSH : 0)
  tcb.ackPending = false
  host.transmit()
}

/** Whether the peer has acknowledged our FIN. */
export function finAcknowledged(tcb: Tcb): boolean {
  return tcb.finSent && tcb.sndUna === tcb.sndNxt
}

/** States in which this side may still send data or its FIN. */
export function canSend(tcb: Tcb): boolean {
  return tcb.state === State.ESTABLISHED || tcb.state === State.CLOSE_WAIT
}
