/**
 * The timer of data in flight: the retransmission timeout, or before it a loss probe (RFC 6298 5, RFC 8985 7.2, Linux
 * tcp_rearm_rto() and tcp_schedule_loss_probe()). Both share one timer, as in Linux.
 */
import { MILLISECOND, SECOND } from '../base/time.ts'
import type { ConnectionHost } from './host.ts'
import { RECOVERY_NONE, type Tcb } from './tcb.ts'
import { RETRANSMIT } from './tcb-table.ts'

/** Initial RTO, microseconds (RFC 6298 2.1, Linux TCP_TIMEOUT_INIT). */
export const INITIAL_RTO = SECOND

/** RTO of a connection whose handshake gave no sample, microseconds (RFC 6298 5.7, Linux TCP_TIMEOUT_FALLBACK). */
export const FALLBACK_RTO = 3 * SECOND

/** Largest RTO, and largest interval of window probes, microseconds (Linux TCP_RTO_MAX). */
export const MAX_RTO = 120 * SECOND

/** Least RTO, microseconds (Linux TCP_RTO_MIN): also what a probe waits for a delayed ACK of a single segment. */
export const MIN_RTO = 200 * MILLISECOND

/** Length of a tick, microseconds (Linux HZ = 250): the grain of the timeout. */
export const TICK = 4 * MILLISECOND

/** What a probe waits beyond two round trips, microseconds (Linux TCP_TIMEOUT_MIN, two ticks of its clock). */
const PROBE_MARGIN = 2 * MILLISECOND

/** Least time that a peer suspected of reneging has, microseconds (Linux tcp_check_sack_reneging). */
const RENEGING_DELAY = 10 * MILLISECOND

/** Data was acknowledged, and more is in flight: its time begins now. A loss probe may come first (Linux tcp_set_xmit_timer). */
export function restartRetransmission(host: ConnectionHost, tcb: Tcb, now: number): void {
  if (!scheduleLossProbe(host, tcb, now, now + tcb.rto)) armRetransmission(host, tcb, now)
}

/**
 * Starts the time until the next probe of a closed window: an interval of its own, which doubles, or what is left of the user timeout
 * (Linux tcp_probe0_when, tcp_clamp_probe0_to_user_timeout).
 */
export function armWindowProbe(host: ConnectionHost, tcb: Tcb, now: number): void {
  tcb.probeTimer = false
  let wait = Math.min(MAX_RTO, Math.max(MIN_RTO, tcb.rto) * 2 ** tcb.probeBackoff)
  if (tcb.userTimeout > 0 && tcb.probingSince >= 0) {
    wait = Math.min(wait, Math.max(2 * TICK, tcb.probingSince + tcb.userTimeout - now))
  }
  host.tcbs.arm(tcb, RETRANSMIT, now + wait)
}

/** Starts the time of the retransmission timeout: anew, or if a loss probe was to come before it, where it would be by now. */
export function armRetransmission(host: ConnectionHost, tcb: Tcb, now: number): void {
  const deadline = tcb.probeTimer ? Math.max(now + 1, timeoutOfOldest(tcb)) : now + tcb.rto
  tcb.probeTimer = false
  host.tcbs.arm(tcb, RETRANSMIT, deadline)
}

/** When the oldest segment in flight times out (Linux tcp_rto_delta_us). */
export function timeoutOfOldest(tcb: Tcb): number {
  return tcb.flight.oldestSentAt + tcb.rto
}

/**
 * The peer acknowledged up to data that it had SACKed, and not that: it may have thrown it away. Unless it says better soon,
 * the retransmission timeout comes early (Linux tcp_check_sack_reneging).
 */
export function hastenRetransmission(host: ConnectionHost, tcb: Tcb, now: number): void {
  tcb.probeTimer = false
  host.tcbs.arm(tcb, RETRANSMIT, now + Math.max(RENEGING_DELAY, tcb.srtt / 2))
}

/** Everything is acknowledged: there is nothing to wait for. */
export function stopRetransmission(host: ConnectionHost, tcb: Tcb): void {
  tcb.probeTimer = false
  host.tcbs.disarm(tcb, RETRANSMIT)
}

/**
 * Data was sent or acknowledged: two round trips from now a probe asks for the tail of it, or sooner if the retransmission timeout
 * is at `timeout` and that is still to come. Only with SACK, and while nothing is known to be missing; false otherwise.
 */
export function scheduleLossProbe(host: ConnectionHost, tcb: Tcb, now: number, timeout: number): boolean {
  if (!tcb.sackPermitted || tcb.recovery !== RECOVERY_NONE || tcb.sacked.count > 0 || tcb.sndUna === tcb.sndNxt) {
    return false
  }
  const isSingle = tcb.flight.length === 1
  const wait = tcb.srtt === 0 ? INITIAL_RTO : 2 * tcb.srtt + (isSingle ? MIN_RTO : PROBE_MARGIN)
  tcb.probeTimer = true
  host.tcbs.arm(tcb, RETRANSMIT, timeout > now ? Math.min(now + wait, timeout) : now + wait)
  return true
}
