/**
 * When received data is acknowledged: at once while the connection is young or after more than one of the peer's segments,
 * else up to 40 ms later and more, in the hope that a reply will carry the ACK. Read first: RFC 9293 3.8.6.3, RFC 5681 4.2,
 * Linux tcp_event_data_recv(), tcp_measure_rcv_mss(), __tcp_ack_snd_check(), tcp_send_delayed_ack(), tcp_cleanup_rbuf().
 */

import { State } from '../base/states.ts'
import { MILLISECOND } from '../base/time.ts'
import { FIN, PSH, type Segment, SYN, URG } from '../wire/segment.ts'
import { seqDiff } from '../wire/seq.ts'
import type { ConnectionHost } from './host.ts'
import { TICK } from './loss-timer.ts'
import { offerableWindow } from './receive-window.ts'
import { DEFAULT_MSS, TIMESTAMPS_BYTES } from './segment-size.ts'
import { ACK_LATER, ACK_NONE, ACK_NOW, type Tcb } from './tcb.ts'
import { DELAYED_ACK } from './tcb-table.ts'

/** Least delay of an ACK that waits, microseconds (Linux TCP_ATO_MIN, TCP_DELACK_MIN). */
const LEAST_DELAY = 40 * MILLISECOND

/** Most delay of any ACK (Linux TCP_DELACK_MAX), and what the estimate is bounded by in a stream without small segments. */
const MOST_DELAY = 200 * MILLISECOND
const MOST_STREAM_DELAY = 500 * MILLISECOND

/** Most ACKs that a young connection sends at once (Linux TCP_MAX_QUICKACKS). */
const MAX_QUICK_ACKS = 16

/**
 * Segments that wait to be read without shrinking the window. Linux asks whether __tcp_select_window() has come down below
 * tp->rcv_wnd, and counts memory: of a buffer of 128 KB a segment of 1,460 bytes takes 2,304, so that it holds 83,000 bytes of them where
 * 64,076 are offered at first and 2,920 more with each; three leave it above. Of small ones, which take 768 for half of that in
 * window, three stay within the segment kept back, but the window does not grow with them (tcp_init_buffer_space, tcp_grow_window).
 */
const UNNOTICED = 3

/** Segments below this size, bytes, take more than twice of it, and a buffer holds less of them than was offered (see above). */
const LEAST_MEASURE = 1152

/** Least size that counts as a peer's segment, bytes (Linux TCP_MIN_MSS). */
const LEAST_SEGMENT = 88

/** Bytes of a TCP header without options. */
const HEADER_BYTES = 20

/** Control bits that mark the end of something: a small segment without them was full for its sender (Linux TCP_REMNANT). */
const REMNANT = FIN | URG | SYN | PSH

/** The handshake is over: what the peer's segments measure is not known yet (Linux tcp_initialize_rcv_mss). */
export function startAcknowledging(tcb: Tcb): void {
  const hint = Math.min(tcb.offer.mss, tcb.sndMss, tcb.rcvWnd >> 1, DEFAULT_MSS)
  tcb.rcvMss = Math.max(LEAST_SEGMENT, hint)
}

/** Data arrived in order: notes what the delayed-ACK rules need to know. */
export function onDataReceived(tcb: Tcb, segment: Segment, now: number): void {
  if (tcb.ackOwed === ACK_NONE) tcb.ackOwed = ACK_LATER
  measureSegment(tcb, segment)
  const gap = now - tcb.lastDataAt
  if (tcb.ackDelay === 0) {
    allowQuickAcks(tcb)
    tcb.ackDelay = LEAST_DELAY
  } else if (gap <= LEAST_DELAY / 2) tcb.ackDelay = tcb.ackDelay / 2 + LEAST_DELAY / 2
  else if (gap < tcb.ackDelay) tcb.ackDelay = Math.min(tcb.ackDelay / 2 + gap, tcb.rto)
  else if (gap > tcb.rto) allowQuickAcks(tcb)
  tcb.lastDataAt = now
}

/** The peer has missed an ACK, or must not miss the next: its next segments will be told at once (Linux tcp_enter_quickack_mode). */
export function hastenAcks(tcb: Tcb): void {
  allowQuickAcks(tcb)
  tcb.pingPong = false
  tcb.ackDelay = LEAST_DELAY
}

/** What came had come before, or cannot be taken: the peer must hear so, and its next segments will be told at once too. */
export function acknowledgeAtOnce(tcb: Tcb): void {
  hastenAcks(tcb)
  if (tcb.ackOwed === ACK_NONE) tcb.ackOwed = ACK_LATER
}

function allowQuickAcks(tcb: Tcb): void {
  const segments = Math.floor(tcb.offeredWnd / (2 * tcb.rcvMss))
  tcb.quickAcks = Math.max(tcb.quickAcks, Math.min(MAX_QUICK_ACKS, segments === 0 ? 2 : segments))
}

/** How large the peer's segments are, and whether what came ends a write of its program (Linux tcp_measure_rcv_mss). */
function measureSegment(tcb: Tcb, segment: Segment): void {
  const length = segment.payloadLength
  if (length >= tcb.rcvMss) {
    if (length > tcb.rcvMss && length >= LEAST_MEASURE) tcb.isRcvMssMeasured = true
    tcb.rcvMss = Math.min(length, tcb.offer.mss - (tcb.timestamps ? TIMESTAMPS_BYTES : 0))
    if ((segment.flags & PSH) !== 0) tcb.ackPushed = Math.max(tcb.ackPushed, 1)
    return
  }
  const withHeader = length + HEADER_BYTES + (segment.hasTimestamps ? TIMESTAMPS_BYTES : 0)
  const isRemnant = (segment.flags & REMNANT) !== 0
  if (withHeader >= DEFAULT_MSS + HEADER_BYTES || (withHeader >= LEAST_SEGMENT + HEADER_BYTES && !isRemnant)) {
    const isRepeated = tcb.lastSmallReceived === length
    tcb.lastSmallReceived = length
    if (isRepeated) {
      tcb.rcvMss = length
      return
    }
  }
  tcb.ackPushed = tcb.ackPushed === 0 ? 1 : 2
}

/** The segment lies beyond a hole. A large one, when it is the first of all, lets the window grow, which takes a quick ACK (tcp_grow_window). */
export function onDataBeyondHole(tcb: Tcb, segment: Segment): void {
  measureSegment(tcb, segment)
  tcb.ackOwed = ACK_NOW
  if (tcb.ackDelay === 0 && tcb.sackPermitted && segment.payloadLength >= LEAST_MEASURE)
    tcb.quickAcks = Math.max(1, tcb.quickAcks)
}

/** Data is sent, be it again, soon after data came: both sides take turns, and ACKs can wait for the reply. */
export function onDataSent(tcb: Tcb, now: number): void {
  if (now - tcb.lastDataAt < tcb.ackDelay) tcb.pingPong = true
}

/** An ACK went out, alone or with data. */
export function onAckSent(host: ConnectionHost, tcb: Tcb): void {
  if (tcb.ackOwed !== ACK_NONE && tcb.quickAcks > 0 && --tcb.quickAcks === 0) tcb.ackDelay = LEAST_DELAY
  tcb.ackOwed = ACK_NONE
  tcb.ackPushed = 0
  tcb.lastAckSent = tcb.rcvNxt
  host.tcbs.disarm(tcb, DELAYED_ACK)
}

/** Whether the ACK that is owed goes out now; if not, its timer is armed. */
export function isAckDue(host: ConnectionHost, tcb: Tcb, now: number): boolean {
  if (tcb.ackOwed === ACK_NONE) return false
  if (tcb.ackOwed === ACK_NOW || tcb.reassembly.count > 0) return true
  if (tcb.quickAcks > 0 && !tcb.pingPong) return true
  // More than a segment of the peer's, and the window need not shrink: else the program's reading will tell.
  const unnoticed = tcb.isRcvMssMeasured ? UNNOTICED * tcb.rcvMss : 0
  if (isMoreThanSegment(tcb) && offerableWindow(tcb) + unnoticed >= tcb.offeredWnd) return true
  // A delay of nothing lasts until the kernel's next tick.
  const delay = tcb.ackDelay === 0 ? TICK : boundedDelay(tcb)
  const armed = host.tcbs.deadlineOf(tcb, DELAYED_ACK)
  // One that is about to go anyway need not wait.
  if (armed <= now + (tcb.ackDelay === 0 ? TICK : delay / 4)) return true
  host.tcbs.arm(tcb, DELAYED_ACK, Math.min(armed, now + delay))
  return false
}

function isMoreThanSegment(tcb: Tcb): boolean {
  return seqDiff(tcb.rcvNxt, tcb.lastAckSent) > tcb.rcvMss
}

/** The estimate within its bounds; a round trip is long enough for any reply. */
function boundedDelay(tcb: Tcb): number {
  if (tcb.ackDelay <= LEAST_DELAY) return tcb.ackDelay
  const most = tcb.pingPong || tcb.ackPushed > 0 ? MOST_DELAY : MOST_STREAM_DELAY
  const roundTrip = tcb.srtt === 0 ? most : Math.max(LEAST_DELAY, tcb.srtt)
  return Math.min(tcb.ackDelay, most, roundTrip, MOST_DELAY)
}

/** Nothing came that could have carried the ACK: a stream waits longer, those who took turns no more (tcp_delack_timer). */
export function onAckTimeout(tcb: Tcb): void {
  tcb.ackDelay = tcb.pingPong ? LEAST_DELAY : Math.min(2 * tcb.ackDelay, tcb.rto)
  tcb.pingPong = false
}

/**
 * Whether the program's reading of `count` bytes is worth an ACK: it has emptied the queue after the end of what the peer
 * wrote, or the window that can be offered has at least doubled. Not every byte is worth a packet.
 */
export function isAckDueAfterRead(tcb: Tcb, count: number): boolean {
  if (tcb.state < State.ESTABLISHED || tcb.state === State.TIME_WAIT) return false
  if (tcb.ackOwed !== ACK_NONE) {
    if (isMoreThanSegment(tcb)) return true
    const ended = tcb.ackPushed === 2 || (tcb.ackPushed === 1 && !tcb.pingPong)
    if (count > 0 && ended && tcb.receiveQueue.length === 0) return true
  }
  const window = offerableWindow(tcb)
  return count > 0 && !tcb.finReceived && window > 0 && window >= 2 * tcb.rcvWnd
}
