/**
 * How many segments are handed down at once. Linux hands data to the device in bursts (segmentation offload), sized by how fast the
 * connection sends, and rather waits for the next ACK than send a burst that is too small. This stack sends one segment at a time, but
 * waits when Linux does. Read first: Linux tcp_tso_autosize(), tcp_cwnd_test(), tcp_tso_should_defer().
 */
import { MILLISECOND, SECOND } from '../base/time.ts'
import { seqDiff } from '../wire/seq.ts'
import { segmentsInPipe } from './scoreboard.ts'
import { RECOVERY_NONE, type Tcb } from './tcb.ts'

/** Largest burst, bytes (Linux GSO_MAX_SIZE), and least, segments (tcp_min_tso_segs). */
const MOST_BYTES = 65_536
const LEAST_SEGMENTS = 2

/** A burst is what the connection sends in this part of a second (Linux sk_pacing_shift), at these multiples of cwnd / SRTT. */
const BURSTS_PER_SECOND = 1024
const SLOW_START_RATIO = 2
const AVOIDANCE_RATIO = 1.2

/** The largest burst is halved for each so many microseconds of the least round trip (Linux tcp_tso_rtt_log). */
const ROUND_TRIP_STEP = 512

/** A pause of this length begins a flight of its own, which does not wait. */
const PAUSE = MILLISECOND

/** Longest wait for an ACK, from when it is expected, if the round trip is not shorter than twice that (Linux since 6.18). */
const LONGEST_WAIT = MILLISECOND

/** A burst that fills this share of the window does not wait (Linux tcp_tso_win_divisor). */
const WINDOW_SHARE = 3

/** Segments of the burst that may be sent now: at least one, or 0 when waiting for an ACK is better. */
export function burstSize(tcb: Tcb, segmentBytes: number, isWriting: boolean, now: number): number {
  const inFlight = seqDiff(tcb.sndNxt, tcb.sndUna)
  const unsent = tcb.sendQueue.length - inFlight
  if (unsent <= segmentBytes || (isWriting && writesSegments(tcb, segmentBytes))) return 1
  const most = mostSegments(tcb, segmentBytes)
  const room = tcb.cwnd - segmentsInPipe(tcb)
  const roomBytes = Math.min(room * segmentBytes, tcb.sndWnd - inFlight)
  const windowBytes = Math.min(tcb.cwnd * segmentBytes, tcb.sndWnd)
  const isEnough = roomBytes >= most * segmentBytes || roomBytes >= Math.floor(windowBytes / WINDOW_SHARE)
  // Nothing will be added to what ends with a FIN.
  const isLast = tcb.finQueued && roomBytes > unsent
  if (!isEnough && !isLast && isAckNear(tcb, now)) return 0
  return Math.max(1, Math.min(most, room, tcb.cwnd >> 1))
}

/**
 * Whether what is written goes out segment by segment, as it is taken in pieces of half the largest window, and that holds no more than
 * one. What waits grows together again (Linux tcp_xmit_size_goal, tcp_grow_skb).
 */
function writesSegments(tcb: Tcb, segmentBytes: number): boolean {
  return tcb.maxSndWnd >> 1 < LEAST_SEGMENTS * segmentBytes
}

/** Whether more is being sent just now, and the ACK of the oldest segment in flight is expected in a moment, or overdue. */
function isAckNear(tcb: Tcb, now: number): boolean {
  if (tcb.recovery !== RECOVERY_NONE || tcb.flight.length === 0 || now - tcb.lastSentAt > PAUSE) return false
  return tcb.flight.oldestSentAt + tcb.srtt - now <= Math.min(LONGEST_WAIT, tcb.srtt / 2)
}

function mostSegments(tcb: Tcb, segmentBytes: number): number {
  const ratio = tcb.cwnd < tcb.ssthresh / 2 ? SLOW_START_RATIO : AVOIDANCE_RATIO
  const segments = Math.max(tcb.cwnd, tcb.flight.length)
  const bytesPerSecond =
    tcb.srtt === 0 ? Number.POSITIVE_INFINITY : (ratio * segments * segmentBytes * SECOND) / tcb.srtt
  const bytes = bytesPerSecond / BURSTS_PER_SECOND + MOST_BYTES / 2 ** Math.floor(tcb.leastRoundTrip / ROUND_TRIP_STEP)
  return Math.max(LEAST_SEGMENTS, Math.floor(Math.min(bytes, MOST_BYTES) / segmentBytes))
}
