/**
 * Congestion control: slow start, congestion avoidance, and loss recovery: by SACK blocks where both sides agreed on them,
 * by duplicate ACKs where not (NewReno). Read first: RFC 5681, RFC 6582, RFC 6675, RFC 6928 (initial window). Windows are
 * in segments, as in Linux: a small one takes as much of them as a full one.
 */
import { Mib } from '../base/counters.ts'
import { seqAdd, seqLess } from '../wire/seq.ts'
import type { ConnectionHost } from './host.ts'
import { armRetransmission } from './loss-timer.ts'
import { DUPLICATE_THRESHOLD, isRepeatLost, lossEdge } from './scoreboard.ts'
import { retransmitFirst } from './send.ts'
import { RECOVERY_FAST, RECOVERY_NONE, RECOVERY_TIMEOUT, type Tcb } from './tcb.ts'

/** Initial window, segments (RFC 6928, Linux TCP_INIT_CWND). */
const INITIAL_SEGMENTS = 10

/** Larger than any window: slow start goes on until the first loss. */
const NO_THRESHOLD = 0x4000_0000

/** Largest window: a send queue holds 45 full segments, or so many of 64 bytes. */
const MOST_SEGMENTS = 1024

/** Starts a connection. */
export function startCongestionControl(tcb: Tcb): void {
  tcb.cwnd = INITIAL_SEGMENTS
  tcb.ssthresh = NO_THRESHOLD
}

/**
 * The handshake was lost more than once: the connection begins with one segment (RFC 5681 3.1, Linux tcp_init_transfer, which lets one
 * loss pass because a first timeout of a second may have been too short).
 */
export function startCautiously(tcb: Tcb): void {
  tcb.cwnd = 1
}

/** `segments` in flight are acknowledged, of which `news` were not known to have arrived. */
export function onProgress(host: ConnectionHost, tcb: Tcb, segments: number, news: number, now: number): void {
  if (tcb.recovery === RECOVERY_NONE) {
    // Kept close behind SND.UNA: numbers 2^31 apart no longer compare.
    if (seqLess(tcb.recover, tcb.sndUna)) tcb.recover = seqAdd(tcb.sndUna, -1)
    // Of those without SACK each duplicate ACK has told of one (Linux tcp_remove_reno_sacks).
    const told = tcb.sackPermitted ? 0 : tcb.duplicateAcks
    tcb.duplicateAcks = 0
    if (segments > 0) grow(tcb, Math.max(1, news - told))
    return
  }
  if (seqLess(tcb.sndUna, tcb.recover)) {
    if (tcb.sackPermitted || tcb.recovery === RECOVERY_TIMEOUT) onPartialSackAck(tcb, news)
    else onPartialAck(host, tcb, segments, now)
    return
  }
  if (!tcb.sackPermitted && tcb.recovery === RECOVERY_FAST) {
    tcb.cwnd = Math.max(1, Math.min(tcb.ssthresh, tcb.flight.length + 1))
  }
  // After a timeout the last ACK opens the window as those before did (Linux tcp_cong_control).
  if (tcb.recovery === RECOVERY_TIMEOUT) grow(tcb, news)
  tcb.recovery = RECOVERY_NONE
  tcb.duplicateAcks = 0
}

/**
 * Slow start below the threshold, by what was acknowledged; one segment per window above it (RFC 5681 3.1, RFC 3465, Linux
 * tcp_reno_cong_avoid). A window that is not made use of has proven nothing and does not grow.
 */
function grow(tcb: Tcb, segments: number): void {
  const isSlowStart = tcb.cwnd < tcb.ssthresh
  if (!tcb.cwndLimited && !(isSlowStart && tcb.cwnd < 2 * tcb.mostInFlight)) return
  let rest = segments
  if (isSlowStart) {
    const grown = Math.min(tcb.cwnd + segments, tcb.ssthresh, MOST_SEGMENTS)
    rest -= grown - tcb.cwnd
    tcb.cwnd = grown
    if (rest === 0) return
  }
  // One segment more for each window (Linux tcp_cong_avoid_ai).
  if (tcb.cwndAcked >= tcb.cwnd) {
    tcb.cwndAcked = 0
    tcb.cwnd++
  }
  tcb.cwndAcked += rest
  const windows = Math.floor(tcb.cwndAcked / tcb.cwnd)
  tcb.cwndAcked -= windows * tcb.cwnd
  tcb.cwnd = Math.min(tcb.cwnd + windows, MOST_SEGMENTS)
}

/** NewReno: the next hole is lost too (RFC 6582 3.2 step 3). */
function onPartialAck(host: ConnectionHost, tcb: Tcb, segments: number, now: number): void {
  host.counters.add(Mib.TCPFastRetrans)
  retransmitFirst(host, tcb, now)
  tcb.cwnd = Math.max(1, tcb.cwnd - segments + 1)
}

/** The scoreboard says what to send. After a timeout the window opens again as at the start (RFC 5681 3.1). */
function onPartialSackAck(tcb: Tcb, news: number): void {
  tcb.repeatMark = tcb.sndNxt
  if (tcb.recovery === RECOVERY_TIMEOUT) grow(tcb, news)
}

/** NewReno: an ACK that acknowledges nothing new while data is in flight. The peer misses something. */
export function onDuplicateAck(host: ConnectionHost, tcb: Tcb, now: number): void {
  // Of what is in flight one segment is missing: more than the others cannot have arrived (Linux tcp_limit_reno_sacked).
  if (tcb.recovery === RECOVERY_NONE && tcb.duplicateAcks >= tcb.flight.length - 1) return
  tcb.duplicateAcks++
  if (tcb.recovery !== RECOVERY_NONE) {
    if (tcb.recovery === RECOVERY_FAST && tcb.duplicateAcks > DUPLICATE_THRESHOLD) tcb.cwnd++
    return
  }
  // An old loss is not a new one (RFC 6582 3.2 step 1).
  if (tcb.duplicateAcks !== DUPLICATE_THRESHOLD || !seqLess(tcb.recover, tcb.sndUna)) return
  host.counters.add(Mib.TCPRenoRecovery)
  enterRecovery(host, tcb, now)
  tcb.cwnd = tcb.ssthresh + DUPLICATE_THRESHOLD
}

/** SACK blocks came; `news` when they told of bytes not known before (RFC 6675 5). */
export function onSackBlocks(host: ConnectionHost, tcb: Tcb, news: boolean, now: number): void {
  if (news) tcb.duplicateAcks++
  if (tcb.recovery === RECOVERY_NONE) {
    const isLost = seqLess(tcb.sndUna, lossEdge(tcb))
    if (isLost || (tcb.duplicateAcks >= DUPLICATE_THRESHOLD && tcb.sacked.count > 0)) enterSackRecovery(host, tcb, now)
  } else if (isRepeatLost(tcb)) {
    host.counters.add(Mib.TCPFastRetrans)
    retransmitFirst(host, tcb, now)
    armRetransmission(host, tcb, now)
  }
}

/** Something below what the peer has SACKed is lost. Its first segment goes at once, `output` sends the rest. */
export function enterSackRecovery(host: ConnectionHost, tcb: Tcb, now: number): void {
  host.counters.add(Mib.TCPSackRecovery)
  tcb.highRxt = tcb.sndUna
  enterRecovery(host, tcb, now)
  tcb.cwnd = tcb.ssthresh
  armRetransmission(host, tcb, now)
}

function enterRecovery(host: ConnectionHost, tcb: Tcb, now: number): void {
  tcb.ssthresh = halfOfWindow(tcb)
  tcb.recover = tcb.sndNxt
  tcb.recovery = RECOVERY_FAST
  tcb.lossProbe = false
  host.counters.add(Mib.TCPFastRetrans)
  retransmitFirst(host, tcb, now)
}

/**
 * The retransmission timer fired: everything in flight counts as lost (RFC 5681 3.1 equation 4). What the peer has SACKED
 * stays known, unless it misses the very byte that it once had: then it has thrown its queue away (RFC 2018 8, Linux
 * tcp_check_sack_reneging).
 */
export function onTimeoutLoss(host: ConnectionHost, tcb: Tcb): void {
  // One flight is one sign of congestion, however often it times out (RFC 5681 3.1, Linux tcp_enter_loss).
  const isNews = tcb.recovery === RECOVERY_NONE || (tcb.recovery === RECOVERY_TIMEOUT && tcb.retransmits === 1)
  if (isNews) tcb.ssthresh = halfOfWindow(tcb)
  if (tcb.sacked.indexOf(tcb.sndUna) >= 0) {
    host.counters.add(Mib.TCPSACKReneging)
    tcb.sacked.clear()
  }
  tcb.recover = tcb.sndNxt
  tcb.recovery = RECOVERY_TIMEOUT
  tcb.highRxt = tcb.sndUna
  tcb.cwnd = 1
  tcb.cwndAcked = 0
  tcb.duplicateAcks = 0
  tcb.lossProbe = false
}

/** A loss that is already repaired: the window shrinks, there is nothing to recover (RFC 8985 7.4). */
export function reduceOnce(tcb: Tcb): void {
  tcb.ssthresh = halfOfWindow(tcb)
  tcb.cwnd = tcb.ssthresh
}

/** RFC 5681 equation 4 halves what is in flight; Linux halves the window (tcp_reno_ssthresh). */
function halfOfWindow(tcb: Tcb): number {
  return Math.max(2, tcb.cwnd >> 1)
}
