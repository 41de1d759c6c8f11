/**
 * The retransmission timer and the round-trip estimate behind it: RFC 6298 with Linux's bounds; and the timer of an active
 * open, which follows its SYN schedule.
 */
import { Mib } from '../base/counters.ts'
import { State } from '../base/states.ts'
import { MILLISECOND } from '../base/time.ts'
import type { Segment } from '../wire/segment.ts'
import { seqLess } from '../wire/seq.ts'
import { onTimeoutLoss } from './congestion.ts'
import type { ConnectionHost } from './host.ts'
import { onProbeTimer } from './loss-probe.ts'
import { armRetransmission, armWindowProbe, FALLBACK_RTO, MAX_RTO, MIN_RTO, TICK } from './loss-timer.ts'
import { mustProbe, retransmitFirst, sendActiveReset, sendWindowProbe, timestampOf } from './send.ts'
import { sendSimultaneousSynAck, sendSyn } from './send-syn.ts'
import type { Tcb } from './tcb.ts'
import { RETRANSMIT } from './tcb-table.ts'

/** Timeouts of one segment before a connection is given up (Linux tcp_retries2). */
const MAX_RETRANSMITS = 15

/** The same when no program is left that could wait for it (Linux tcp_orphan_retries). */
const MAX_ORPHAN_RETRANSMITS = 8

/** Times that the SYN or SYN-ACK of a simultaneous open is repeated (Linux tcp_syn_retries). They double: only SYNs begin with equal waits. */
const MAX_SYN_ACK_REPEATS = 6

/** Arms the timer for what follows the SYN that was sent last: another one, or giving up. */
export function armSynTimeout(host: ConnectionHost, tcb: Tcb, now: number): void {
  host.tcbs.arm(tcb, RETRANSMIT, now + tcb.synSchedule[tcb.retransmits])
}

/** The timer of an active open fired: repeats the SYN, or SYN-ACK; false when the schedule is at its end. */
export function onSynTimeout(host: ConnectionHost, tcb: Tcb, now: number): boolean {
  host.counters.add(Mib.TCPTimeouts)
  const isSynSent = tcb.state === State.SYN_SENT
  const most = isSynSent ? tcb.synSchedule.length - 1 : MAX_SYN_ACK_REPEATS
  if (tcb.retransmits >= most || isUserTimeoutOver(tcb, now)) return false
  tcb.retransmits++
  host.counters.add(Mib.RetransSegs)
  host.counters.add(Mib.TCPSynRetrans)
  tcb.timedAt = -1
  let wait = tcb.synSchedule[tcb.retransmits]
  if (isSynSent) sendSyn(host, tcb, true, now)
  else {
    sendSimultaneousSynAck(host, tcb, now)
    // No schedule of SYNs: the time doubles at once.
    wait = tcb.rto = Math.min(MAX_RTO, 2 * tcb.rto)
  }
  host.tcbs.arm(tcb, RETRANSMIT, now + withinUserTimeout(tcb, wait, now))
  return true
}

/**
 * The timer of a synchronized connection fired: repeats the oldest segment, or probes a closed window. False when the peer
 * is given up, which a peer that goes on answering probes is only when nobody waits for it (RFC 9293 3.8.6.1).
 */
export function onRetransmitTimeout(host: ConnectionHost, tcb: Tcb, now: number): boolean {
  if (tcb.probeTimer) {
    onProbeTimer(host, tcb, now)
    return true
  }
  if (mustProbe(tcb)) {
    if (tcb.probingSince < 0) tcb.probingSince = now
    else if (tcb.userTimeout > 0 && now - tcb.probingSince >= tcb.userTimeout) return false
    if (tcb.retransmits >= mostRetransmits(tcb)) return false
    // A program that is gone waits for nobody's window (Linux tcp_probe_timer, tcp_out_of_resources).
    if (isOrphan(tcb) && tcb.rto * 2 ** tcb.probeBackoff >= MAX_RTO) {
      sendActiveReset(host, tcb, now)
      return false
    }
    tcb.retransmits++
    sendWindowProbe(host, tcb, now)
    tcb.probeBackoff++
    // What went out because there was a little room is in flight like any other data.
    if (mustProbe(tcb)) armWindowProbe(host, tcb, now)
    else {
      tcb.retransmits = tcb.probeBackoff = 0
      tcb.probingSince = -1
      armRetransmission(host, tcb, now)
    }
    return true
  }
  // What a peer leaves unacknowledged behind a window that it has shut is repeated as a probe is (Linux tcp_retransmit_timer).
  if (tcb.sndWnd > 0 || isOrphan(tcb)) host.counters.add(Mib.TCPTimeouts)
  if (tcb.userTimeout > 0 ? isUserTimeoutOver(tcb, now) : tcb.retransmits >= mostRetransmits(tcb)) return false
  if (tcb.retransmits === 0) tcb.repeatingSince = now
  tcb.retransmits++
  onTimeoutLoss(host, tcb)
  retransmitFirst(host, tcb, now)
  tcb.rto = Math.min(MAX_RTO, tcb.rto * 2)
  host.tcbs.arm(tcb, RETRANSMIT, now + withinUserTimeout(tcb, tcb.rto, now))
  return true
}

function mostRetransmits(tcb: Tcb): number {
  return isOrphan(tcb) ? MAX_ORPHAN_RETRANSMITS : MAX_RETRANSMITS
}

/** Whether the program has given the peer no more time: it counts from the first repeat, a SYN's from the SYN (Linux retransmits_timed_out). */
function isUserTimeoutOver(tcb: Tcb, now: number): boolean {
  return tcb.userTimeout > 0 && tcb.retransmits > 0 && now - tcb.repeatingSince >= tcb.userTimeout
}

/** `wait`, or what is left of the program's time: it ends when it ends, at the next tick at the earliest (Linux tcp_clamp_rto_to_user_timeout). */
function withinUserTimeout(tcb: Tcb, wait: number, now: number): number {
  if (tcb.userTimeout === 0) return wait
  return Math.min(wait, Math.max(TICK, tcb.repeatingSince + tcb.userTimeout - now))
}

/** The program has closed. Without an owner alone is not enough: accept() may just have handed the connection out. */
function isOrphan(tcb: Tcb): boolean {
  return tcb.owner === undefined && tcb.finQueued
}

/**
 * Takes a round-trip sample, microseconds, into SRTT and RTO. RFC 6298 2.2 and 2.3 as Linux tcp_rtt_estimator() has them: a sample
 * that is less than SRTT is no reason to expect more variation and counts little; the timeout keeps the most of the deviations
 * and lets go of it once in a round trip; four of them are never less than MIN_RTO.
 */
export function sampleRoundTrip(tcb: Tcb, sample: number): void {
  tcb.leastRoundTrip = Math.min(tcb.leastRoundTrip, sample)
  if (tcb.srtt === 0) {
    tcb.srtt = Math.max(1, sample)
    tcb.rttDeviation = sample / 2
    tcb.rttMarginNow = tcb.rttMargin = Math.max(MIN_RTO, 4 * tcb.rttDeviation)
    tcb.rttRoundEnd = tcb.sndNxt
  } else {
    const error = sample - tcb.srtt
    tcb.srtt += error / 8
    const more = Math.abs(error) - tcb.rttDeviation
    tcb.rttDeviation += (error < 0 && more > 0 ? more / 8 : more) / 4
    tcb.rttMarginNow = Math.max(tcb.rttMarginNow, 4 * tcb.rttDeviation)
    tcb.rttMargin = Math.max(tcb.rttMargin, tcb.rttMarginNow)
    if (seqLess(tcb.rttRoundEnd, tcb.sndUna)) {
      tcb.rttMargin -= (tcb.rttMargin - tcb.rttMarginNow) / 4
      tcb.rttRoundEnd = tcb.sndNxt
      tcb.rttMarginNow = MIN_RTO
    }
  }
  resetBackoff(tcb)
}

/** Takes the round trip that an echoed timestamp tells of, to the millisecond (RFC 7323 4.1, Linux tcp_ack_update_rtt). */
export function sampleEcho(tcb: Tcb, segment: Segment, now: number): void {
  if (!tcb.timestamps || !segment.hasTimestamps || segment.tsEcr === 0) return
  const ticks = (timestampOf(tcb, now) - segment.tsEcr) | 0
  if (ticks >= 0) sampleRoundTrip(tcb, Math.max(1, ticks) * MILLISECOND)
}

/**
 * The timeout without backoff: what the estimate says, in whole ticks of the kernel's clock, or a long one while there is none
 * (Linux tcp_set_rto).
 */
export function resetBackoff(tcb: Tcb): void {
  tcb.rto = tcb.srtt === 0 ? FALLBACK_RTO : Math.min(MAX_RTO, Math.ceil((tcb.srtt + tcb.rttMargin) / TICK) * TICK)
}
