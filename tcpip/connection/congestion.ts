/**
 * Congestion control: slow start, congestion avoidance, and loss recovery: by SACK blocks where both sides agreed on them,
 * by duplicate ACKs where not (NewReno). Read first: RFC 5681, RFC 6582, RFC 6675, RFC 6928 (initial window). Windows are
 * in bytes.
 */
import { Mib } from '../base/counters.ts'
import { seqAdd, seqDiff, seqLess } from '../wire/seq.ts'
import type { ConnectionHost } from './host.ts'
import { armRetransmission } from './loss-timer.ts'
import { DUPLICATE_THRESHOLD, isRepeatLost, lossEdge } from './scoreboard.ts'
import { retransmitFirst } from './send.ts'
import { RECOVERY_FAST, RECOVERY_NONE, RECOVERY_TIMEOUT, type Tcb } from './tcb.ts'

/** Initial window, segments (RFC 6928, Linux TCP_INIT_CWND). */
const INITIAL_SEGMENTS = 10

/** Larger than any window: slow start goes on until the first loss. */
const NO_THRESHOLD = 0x4000_0000

/** Starts a connection, once its segment size is known. */
export function startCongestionControl(tcb: Tcb): void {
  tcb.cwnd = INITIAL_SEGMENTS * tcb.sndMss
  tcb.ssthresh = NO_THRESHOLD
}

/** `acknowledged` new bytes arrived at the peer, in segments that would be `growth` bytes if all were full. */
export function onProgress(host: ConnectionHost, tcb: Tcb, acknowledged: number, growth: number, now: number): void {
  if (tcb.recovery === RECOVERY_NONE) {
    // Kept close behind SND.UNA: numbers 2^31 apart no longer compare.
    if (seqLess(tcb.recover, tcb.sndUna)) tcb.recover = seqAdd(tcb.sndUna, -1)
    tcb.duplicateAcks = 0
    grow(tcb, growth)
    return
  }
  if (seqLess(tcb.sndUna, tcb.recover)) {
    if (tcb.sackPermitted || tcb.recovery === RECOVERY_TIMEOUT) onPartialSackAck(tcb, growth)
    else onPartialAck(host, tcb, acknowledged, now)
    return
  }
  if (!tcb.sackPermitted && tcb.recovery === RECOVERY_FAST) {
    tcb.cwnd = Math.max(tcb.sndMss, Math.min(tcb.ssthresh, seqDiff(tcb.sndNxt, tcb.sndUna) + tcb.sndMss))
  }
  tcb.recovery = RECOVERY_NONE
  tcb.duplicateAcks = 0
}

/**
 * Slow start below the threshold, by what was acknowledged; one segment per window above it (RFC 5681 3.1, RFC 3465, Linux
 * tcp_reno_cong_avoid). A window that is not made use of has proven nothing and does not grow.
 */
function grow(tcb: Tcb, acknowledged: number): void {
  const isSlowStart = tcb.cwnd < tcb.ssthresh
  if (!tcb.cwndLimited && !(isSlowStart && tcb.cwnd < 2 * tcb.mostInFlight)) return
  let rest = acknowledged
  if (isSlowStart) {
    const grown = Math.min(tcb.cwnd + acknowledged, tcb.ssthresh)
    rest -= grown - tcb.cwnd
    tcb.cwnd = grown
    if (rest === 0) return
  }
  tcb.cwndAcked += rest
  if (tcb.cwndAcked < tcb.cwnd) return
  tcb.cwndAcked -= tcb.cwnd
  tcb.cwnd += tcb.sndMss
}

/** NewReno: the next hole is lost too (RFC 6582 3.2 step 3). */
function onPartialAck(host: ConnectionHost, tcb: Tcb, acknowledged: number, now: number): void {
  host.counters.add(Mib.TCPFastRetrans)
  retransmitFirst(host, tcb, now)
  tcb.cwnd = Math.max(tcb.sndMss, tcb.cwnd - acknowledged + tcb.sndMss)
}

/** The scoreboard says what to send. After a timeout the window opens again as at the start (RFC 5681 3.1). */
function onPartialSackAck(tcb: Tcb, growth: number): void {
  tcb.repeatMark = tcb.sndNxt
  if (tcb.recovery === RECOVERY_TIMEOUT) grow(tcb, growth)
}

/** NewReno: an ACK that acknowledges nothing new while data is in flight. The peer misses something. */
export function onDuplicateAck(host: ConnectionHost, tcb: Tcb, now: number): void {
  tcb.duplicateAcks++
  if (tcb.recovery !== RECOVERY_NONE) {
    if (tcb.recovery === RECOVERY_FAST && tcb.duplicateAcks > DUPLICATE_THRESHOLD) tcb.cwnd += tcb.sndMss
    return
  }
  // An old loss is not a new one (RFC 6582 3.2 step 1).
  if (tcb.duplicateAcks !== DUPLICATE_THRESHOLD || !seqLess(tcb.recover, tcb.sndUna)) return
  host.counters.add(Mib.TCPRenoRecovery)
  enterRecovery(host, tcb, now)
  tcb.cwnd = tcb.ssthresh + DUPLICATE_THRESHOLD * tcb.sndMss
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
  tcb.cwnd = tcb.sndMss
  tcb.duplicateAcks = 0
  tcb.lossProbe = false
}

/** A loss that is already repaired: the window shrinks, there is nothing to recover (RFC 8985 7.4). */
export function reduceOnce(tcb: Tcb): void {
  tcb.ssthresh = halfOfWindow(tcb)
  tcb.cwnd = tcb.ssthresh
}

/** RFC 5681 equation 4 halves what is in flight; Linux halves the window, in whole segments (tcp_reno_ssthresh). */
function halfOfWindow(tcb: Tcb): number {
  return Math.max(2, Math.floor(tcb.cwnd / tcb.sndMss) >> 1) * tcb.sndMss
}
