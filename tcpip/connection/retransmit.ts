/**
 * The retransmission timer and the round-trip estimate behind it: RFC 6298 with Linux's bounds, and the SYN schedule of
 * an active open (Linux tcp_syn_retries, tcp_syn_linear_timeouts).
 */
import { Mib } from '../counters.ts'
import { MILLISECOND, SECOND } from '../time.ts'
import { onTimeoutLoss } from './congestion.ts'
import type { ConnectionHost } from './host.ts'
import {
  mustProbe,
  retransmitFirst,
  sendActiveReset,
  sendSimultaneousSynAck,
  sendSyn,
  sendWindowProbe,
} from './send.ts'
import { State } from './states.ts'
import type { Tcb } from './tcb.ts'
import { RETRANSMIT } from './tcb-table.ts'

/** Initial RTO, microseconds (RFC 6298 2.1, Linux TCP_TIMEOUT_INIT). */
export const INITIAL_RTO = SECOND

/** Bounds of the RTO, microseconds (Linux TCP_RTO_MIN, TCP_RTO_MAX). */
const MIN_RTO = 200 * MILLISECOND
export const MAX_RTO = 120 * SECOND

/** Timeouts of one segment before a connection is given up (Linux tcp_retries2). */
const MAX_RETRANSMITS = 15

/** SYNs repeated one second apart before the exponential ones (Linux tcp_syn_linear_timeouts, since 6.5). */
const SYN_LINEAR_TIMEOUTS = 4

/** Exponentially spaced SYN repeats after the linear ones (Linux tcp_syn_retries). */
const SYN_RETRIES = 6

/** Time until SYN number `sent + 1`, microseconds: SYNs go at 0, 1, 2, 3, 4, 5, 7, 11, 19, 35 and 67 s. */
export function synTimeout(sent: number): number {
  return INITIAL_RTO * 2 ** Math.max(0, sent - 1 - SYN_LINEAR_TIMEOUTS)
}

/** The timer of an active open fired: repeats the SYN, or SYN-ACK; false when the attempt is over (131 s). */
export function onSynTimeout(host: ConnectionHost, tcb: Tcb, now: number): boolean {
  host.counters.add(Mib.TCPTimeouts)
  if (tcb.retransmits === SYN_LINEAR_TIMEOUTS + SYN_RETRIES) return false
  tcb.retransmits++
  host.counters.add(Mib.RetransSegs)
  host.counters.add(Mib.TCPSynRetrans)
  if (tcb.state === State.SYN_SENT) sendSyn(host, tcb, now)
  else sendSimultaneousSynAck(host, tcb, now)
  tcb.timedAt = -1
  host.tcbs.arm(tcb, RETRANSMIT, now + synTimeout(tcb.retransmits + 1))
  return true
}

/**
 * The timer of a synchronized connection fired: repeats the oldest segment, or probes a closed window. False when the peer
 * is given up, which a peer that goes on answering probes is only when nobody waits for it (RFC 9293 3.8.6.1).
 */
export function onRetransmitTimeout(host: ConnectionHost, tcb: Tcb, now: number): boolean {
  host.counters.add(Mib.TCPTimeouts)
  if (tcb.retransmits === MAX_RETRANSMITS) return false
  // A program that is gone waits for nobody's window (Linux tcp_probe_timer, tcp_out_of_resources).
  if (tcb.owner === undefined && tcb.finQueued && mustProbe(tcb) && tcb.rto === MAX_RTO) {
    sendActiveReset(host, tcb, now)
    return false
  }
  tcb.retransmits++
  if (mustProbe(tcb)) sendWindowProbe(host, tcb, now)
  else {
    host.counters.add(Mib.RetransSegs)
    onTimeoutLoss(tcb)
    retransmitFirst(host, tcb, now)
  }
  tcb.rto = Math.min(MAX_RTO, tcb.rto * 2)
  host.tcbs.arm(tcb, RETRANSMIT, now + tcb.rto)
  return true
}

/** Takes a round-trip sample, microseconds, into SRTT, RTTVAR and RTO (RFC 6298 2.2, 2.3). */
export function sampleRoundTrip(tcb: Tcb, sample: number): void {
  if (tcb.srtt === 0) {
    tcb.srtt = Math.max(1, sample)
    tcb.rttvar = sample / 2
  } else {
    tcb.rttvar += (Math.abs(tcb.srtt - sample) - tcb.rttvar) / 4
    tcb.srtt += (sample - tcb.srtt) / 8
  }
  resetBackoff(tcb)
}

/** The timeout without backoff: what the estimate says, or the initial one while there is none (Linux tcp_set_rto). */
export function resetBackoff(tcb: Tcb): void {
  tcb.rto = tcb.srtt === 0 ? INITIAL_RTO : Math.min(MAX_RTO, tcb.srtt + Math.max(MIN_RTO, 4 * tcb.rttvar))
}
