/**
 * The sending half of a connection: what may be sent is sent, in order, within the peer's window; ACKs ride on data.
 * Read first: RFC 9293 3.8.6 and 3.10.2.
 */
import { Mib } from '../base/counters.ts'
import { State } from '../base/states.ts'
import { MILLISECOND } from '../base/time.ts'
import { sackLength } from '../wire/options.ts'
import { ACK, FIN, PSH, RST, type Segment } from '../wire/segment.ts'
import { seqAdd, seqDiff, seqLess } from '../wire/seq.ts'
import { onAckSent, onDataSent } from './acknowledge.ts'
import { burstSize } from './burst.ts'
import type { ConnectionHost } from './host.ts'
import { armRetransmission, armWindowProbe, scheduleLossProbe, timeoutOfOldest } from './loss-timer.ts'
import { selectWindowField } from './receive-window.ts'
import { addSackBlocks, sackBlocksDue } from './sack-blocks.ts'
import { holeEnd, isBelowSacked, lossEdge, nextHole, segmentsInPipe } from './scoreboard.ts'
import { ADVERTISED_MSS } from './segment-size.ts'
import { RECOVERY_FAST, RECOVERY_NONE, type Tcb } from './tcb.ts'
import { RETRANSMIT } from './tcb-table.ts'

/** Scratch for one segment's payload between queue and packet. */
const payload = new Uint8Array(ADVERTISED_MSS)

/** The value of a connection's timestamp clock: milliseconds plus its secret offset (RFC 7323 5.4). */
export function timestampOf(tcb: Tcb, now: number): number {
  return (Math.floor(now / MILLISECOND) + tcb.tsOffset) | 0
}

/** Fills `out` with everything but flags, sequence number and payload. Advertises the present receive window. */
export function prepareSegment(host: ConnectionHost, tcb: Tcb, now: number): Segment {
  const out = host.out
  tcb.lastSentAt = now
  out.source = tcb.localAddress
  out.destination = tcb.remoteAddress
  out.sourcePort = tcb.localPort
  out.destinationPort = tcb.remotePort
  out.ack = tcb.rcvNxt
  out.window = selectWindowField(tcb)
  out.clearOptions()
  out.clearPayload()
  if (tcb.timestamps) {
    out.hasTimestamps = true
    out.tsVal = timestampOf(tcb, now)
    out.tsEcr = tcb.tsRecent
  }
  addSackBlocks(tcb, out)
  return out
}

/** Sends a bare ACK of everything received. */
export function sendAck(host: ConnectionHost, tcb: Tcb, now: number): void {
  const out = prepareSegment(host, tcb, now)
  out.flags = ACK
  out.seq = acceptableSeq(tcb)
  onAckSent(host, tcb)
  host.transmit()
}

/**
 * SND.NXT, or the end of the peer's window when that has moved back behind it: a number beyond the window would cost the
 * peer the acknowledgment too. By less than a unit of the window scale it moves back only in the rounding, and the peer may
 * have taken everything: there SND.NXT it is, as an older number would be one it has done with (Linux tcp_acceptable_seq,
 * which measures with the scale of its own window).
 */
function acceptableSeq(tcb: Tcb): number {
  const windowEnd = seqAdd(tcb.sndUna, tcb.sndWnd)
  return seqDiff(tcb.sndNxt, windowEnd) < 1 << tcb.rcvWindowShift ? tcb.sndNxt : windowEnd
}

/** Sends what is known lost, then what the send queue and the windows allow, FIN last. */
export function output(host: ConnectionHost, tcb: Tcb, now: number, isWriting = false): void {
  const before = tcb.sndNxt
  repeatAllLost(host, tcb, now)
  let burst = burstSize(tcb, segmentRoom(tcb), isWriting, now)
  let [isFirst, isSecond] = [true, false]
  while (burst > 0 && sendNext(host, tcb, false, isFirst, isSecond, now)) {
    const isRecordEnd = tcb.recordEnds?.has(tcb.sndNxt) === true
    isSecond = !isSecond && !isRecordEnd
    burst--
    isFirst = burst === 0 || isRecordEnd
    if (burst === 0) burst = burstSize(tcb, segmentRoom(tcb), isWriting, now)
  }
  repeatDoubtful(host, tcb, now)
  if (tcb.sndNxt !== before) {
    noteFlight(tcb, burst === 0)
    scheduleLossProbe(host, tcb, now, timeoutOfOldest(tcb))
  }
  if (mustProbe(tcb) && !host.tcbs.isArmed(tcb, RETRANSMIT)) armWindowProbe(host, tcb, now)
}

/** Data went out: how far the congestion window is made use of decides whether it may grow (Linux tcp_cwnd_validate). */
function noteFlight(tcb: Tcb, isWaiting: boolean): void {
  const inFlight = tcb.flight.length
  const isLimited = isWaiting || isHeldBack(tcb)
  const isNewFlight = !seqLess(tcb.sndUna, tcb.flightEnd)
  if (!isNewFlight && !isLimited && (tcb.cwndLimited || inFlight <= tcb.mostInFlight)) return
  tcb.cwndLimited = isLimited
  tcb.mostInFlight = inFlight
  tcb.flightEnd = tcb.sndNxt
}

/**
 * Payload bytes that the next segment has room for: SACK blocks take theirs (Linux tcp_current_mss). Never none: of the least
 * segment (MIN_SEND_MSS) four blocks leave 12 bytes, timestamps and three blocks 8.
 */
function segmentRoom(tcb: Tcb): number {
  return tcb.sndMss - sackLength(sackBlocksDue(tcb))
}

/** Sends one new segment as a loss probe, which the congestion window does not hold back; false when there is none. */
export function sendNewProbe(host: ConnectionHost, tcb: Tcb, now: number): boolean {
  return sendNext(host, tcb, true, true, false, now)
}

/**
 * Sends one new segment if anything may be sent. A segment goes whole or not at all, its FIN included (Linux
 * tcp_snd_wnd_test); `sndMss` sees to it that it can. But Linux hands down bursts, of which only the first segment has to fit (`isFirst`):
 * the last takes what is left of the window (tcp_mss_split_point).
 */
function sendNext(
  host: ConnectionHost,
  tcb: Tcb,
  isProbe: boolean,
  isFirst: boolean,
  isSecond: boolean,
  now: number,
): boolean {
  if (tcb.finSent || !isSynchronized(tcb)) return false
  const inFlight = seqDiff(tcb.sndNxt, tcb.sndUna)
  const unsent = tcb.sendQueue.length - inFlight
  const segmentBytes = segmentRoom(tcb)
  const left = tcb.sndWnd - inFlight
  const record = recordBytes(tcb, tcb.sndNxt, unsent)
  const whole = Math.min(record, segmentBytes)
  const length = !isFirst && left > 0 ? Math.min(whole, left) : whole
  const finNow = tcb.finQueued && length === unsent
  if (length === 0 && !finNow) return false
  if (!isProbe && isHeldBack(tcb)) return false
  if (length + (finNow ? 1 : 0) > left) return false
  // Whatever has something behind it goes as it is.
  if (!isProbe && !finNow && record === unsent && isTooSmall(tcb, length, segmentBytes)) return false
  prepareRange(host, tcb, tcb.sndNxt, inFlight, length, finNow, now)
  // The end of what is handed down at once is pushed on (Linux __tcp_transmit_skb).
  if (isSecond) host.out.flags |= PSH
  host.transmit()
  tcb.sndNxt = seqAdd(tcb.sndNxt, length + (finNow ? 1 : 0))
  tcb.flight.add(tcb.sndNxt, now)
  if (finNow) tcb.finSent = true
  if (length > 0 && length < segmentBytes) tcb.lastSmallEnd = tcb.sndNxt
  if (!host.tcbs.isArmed(tcb, RETRANSMIT)) armRetransmission(host, tcb, now)
  return true
}

/** How many of the `length` bytes from `seq` on may share a segment. */
function recordBytes(tcb: Tcb, seq: number, length: number): number {
  return tcb.recordEnds === undefined ? length : tcb.recordEnds.within(seq, length)
}

/** Whether the congestion window has no room for another segment; a FIN alone is one (Linux tcp_cwnd_test). */
function isHeldBack(tcb: Tcb): boolean {
  return segmentsInPipe(tcb) >= tcb.cwnd
}

/**
 * Nagle's rule in Minshall's form (RFC 9293 3.7.4, Linux tcp_nagle_test): the last bytes of the queue go out in a small
 * segment unless another small one is in flight.
 */
function isTooSmall(tcb: Tcb, length: number, segmentBytes: number): boolean {
  if (length === segmentBytes || tcb.noDelay || tcb.finQueued) return false
  return seqLess(tcb.sndUna, tcb.lastSmallEnd) && !seqLess(tcb.sndNxt, tcb.lastSmallEnd)
}

/** Something waits and nothing is in flight that could be acknowledged: only a probe can find the window open again. */
export function mustProbe(tcb: Tcb): boolean {
  return (
    tcb.sndUna === tcb.sndNxt && (tcb.sendQueue.length > 0 || (tcb.finQueued && !tcb.finSent)) && isSynchronized(tcb)
  )
}

/** Asks the peer for its window with an old sequence number, which it must answer (Linux tcp_xmit_probe_skb). */
export function sendWindowProbe(host: ConnectionHost, tcb: Tcb, now: number): void {
  tcb.probes++
  const length = Math.min(recordBytes(tcb, tcb.sndNxt, tcb.sendQueue.length), tcb.sndWnd, tcb.sndMss)
  const fin = tcb.finQueued && length === tcb.sendQueue.length && length < tcb.sndWnd
  if (length > 0 || fin) {
    prepareRange(host, tcb, tcb.sndNxt, 0, length, fin, now)
    if (length > 0) host.out.flags |= PSH
    host.transmit()
    tcb.finSent = fin
    tcb.sndNxt = seqAdd(tcb.sndNxt, length + (fin ? 1 : 0))
    tcb.flight.add(tcb.sndNxt, now)
    return
  }
  host.counters.add(Mib.WindowProbes)
  sendOldNumber(host, tcb, now)
}

/** Asks a silent peer whether it still exists (RFC 9293 3.8.4). */
export function sendKeepaliveProbe(host: ConnectionHost, tcb: Tcb, now: number): void {
  host.counters.add(Mib.TCPKeepAlive)
  sendOldNumber(host, tcb, now)
}

function sendOldNumber(host: ConnectionHost, tcb: Tcb, now: number): void {
  const out = prepareSegment(host, tcb, now)
  out.flags = ACK
  out.seq = seqAdd(tcb.sndUna, -1)
  host.transmit()
}

/** Repeats the oldest unacknowledged segment. */
export function retransmitFirst(host: ConnectionHost, tcb: Tcb, now: number): void {
  const end = repeat(host, tcb, tcb.sndUna, holeEnd(tcb, tcb.sndUna), now)
  if (seqLess(tcb.highRxt, end)) tcb.highRxt = end
  tcb.repeatMark = tcb.sndNxt
}

/** Repeats the segment sent last, as a loss probe; false when the peer's window has moved back before it. */
export function retransmitLast(host: ConnectionHost, tcb: Tcb, now: number): boolean {
  const start = tcb.flight.newestStart(tcb.sndUna)
  if (isBeyondWindow(tcb, start)) return false
  repeat(host, tcb, start, tcb.sndNxt, now)
  return true
}

/** A segment beyond a window that was taken back waits; the oldest does not, it is a probe (Linux tcp_retransmit_skb). */
function isBeyondWindow(tcb: Tcb, seq: number): boolean {
  return seq !== tcb.sndUna && seqDiff(seq, tcb.sndUna) >= tcb.sndWnd
}

/** Sends again all that is lost and that the windows have room for. */
export function repeatAllLost(host: ConnectionHost, tcb: Tcb, now: number): void {
  while (repeatLost(host, tcb, now)) {
    // Each call sends one segment.
  }
}

/** In a recovery with SACK, or after a timeout: repeats one segment of the next hole that is lost, if there is room. */
function repeatLost(host: ConnectionHost, tcb: Tcb, now: number): boolean {
  if (tcb.recovery === RECOVERY_NONE || (tcb.recovery === RECOVERY_FAST && !tcb.sackPermitted)) return false
  const hole = nextHole(tcb)
  if (!seqLess(hole, lossEdge(tcb))) return false
  return repeatHole(host, tcb, hole, now)
}

/**
 * Nothing lost and nothing new was left to send: repeats, as far as the congestion window goes, what is missing below
 * something that arrived, though it may only be late (RFC 6675 NextSeg rule 3).
 */
function repeatDoubtful(host: ConnectionHost, tcb: Tcb, now: number): void {
  if (tcb.recovery !== RECOVERY_FAST || !tcb.sackPermitted) return
  for (let hole = nextHole(tcb); isBelowSacked(tcb, hole); hole = nextHole(tcb)) {
    if (!repeatHole(host, tcb, hole, now)) return
  }
}

/** Repeats a segment of the hole at `hole`; false when congestion window or peer's window have no room for it. */
function repeatHole(host: ConnectionHost, tcb: Tcb, hole: number, now: number): boolean {
  if (isBeyondWindow(tcb, hole)) return false
  if (isHeldBack(tcb)) return false
  if (hole === tcb.sndUna) tcb.repeatMark = tcb.sndNxt
  tcb.highRxt = repeat(host, tcb, hole, holeEnd(tcb, hole), now)
  if (tcb.recovery === RECOVERY_FAST) host.counters.add(Mib.TCPFastRetrans)
  return true
}

/**
 * Sends again the segment at `seq`, up to `end` at most; returns its end. A segment keeps its end, and one with room to spare takes
 * those behind it along as far as they fit whole (Linux tcp_retrans_try_collapse).
 */
function repeat(host: ConnectionHost, tcb: Tcb, seq: number, end: number, now: number): number {
  const dataEnd = tcb.finSent ? seqAdd(tcb.sndNxt, -1) : tcb.sndNxt
  // Of a segment that reaches beyond a window taken back, what fits; with nothing at all it is a whole one that asks.
  const fits = tcb.sndWnd - seqDiff(seq, tcb.sndUna)
  const room = Math.min(segmentRoom(tcb), fits > 0 ? fits : tcb.sndMss)
  // A FIN takes no room.
  const reach = seqDiff(dataEnd, seq) <= room ? tcb.sndNxt : seqAdd(seq, room)
  const within = seqLess(end, reach) ? end : reach
  const limit = tcb.recordEnds === undefined ? within : seqAdd(seq, tcb.recordEnds.within(seq, seqDiff(within, seq)))
  const own = tcb.flight.endOf(seq, limit)
  const last = seqDiff(own, seq) < Math.min(room, fits) ? tcb.flight.lastEndWithin(seq, limit) : own
  const fin = tcb.finSent && last === tcb.sndNxt
  const length = seqDiff(fin ? dataEnd : last, seq)
  host.counters.add(Mib.RetransSegs)
  prepareRange(host, tcb, seq, seqDiff(seq, tcb.sndUna), length, fin, now)
  host.retransmit()
  tcb.flight.repeat(seq, last, now)
  return last
}

/** Aborts: tells the peer with a RST that the connection is gone (RFC 9293 3.10.5). */
export function sendActiveReset(host: ConnectionHost, tcb: Tcb, now: number): void {
  const out = prepareSegment(host, tcb, now)
  out.flags = RST | ACK
  out.seq = acceptableSeq(tcb)
  if (host.transmit()) host.counters.add(Mib.OutRsts)
}

/** Makes queue bytes `[offset, offset + length)` the outgoing segment, which starts at `seq`. */
function prepareRange(
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
  const isEnd = offset + length === tcb.sendQueue.length || tcb.recordEnds?.has(seqAdd(seq, length))
  out.flags = ACK | (fin ? FIN : 0) | (length > 0 && isEnd ? PSH : 0)
  onAckSent(host, tcb)
  if (length > 0) onDataSent(tcb, now)
}

/** Whether the peer has acknowledged our FIN. */
export function finAcknowledged(tcb: Tcb): boolean {
  return tcb.finSent && tcb.sndUna === tcb.sndNxt
}

/** Whether the handshake is done: before it, nothing but SYNs is sent. */
function isSynchronized(tcb: Tcb): boolean {
  return tcb.state >= State.ESTABLISHED
}
