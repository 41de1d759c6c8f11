/**
 * The timer of data in flight: the retransmission timeout, or before it a loss probe (RFC 6298 5, RFC 8985 7.2, Linux
 * tcp_rearm_rto() and tcp_schedule_loss_probe()). Both share one timer, as in Linux.
 */
import { MILLISECOND, SECOND } from '../base/time.ts'
import { seqLess } from '../wire/seq.ts'
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

/** What a probe waits beyond two round trips, microseconds (Linux TCP_TIMEOUT_MIN, two ticks of its clock). */
const PROBE_MARGIN = 2 * MILLISECOND

/** Least time that a peer suspected of reneging has, microseconds (Linux tcp_check_sack_reneging). */
const RENEGING_DELAY = 10 * MILLISECOND

/** Starts the time of the retransmission timeout anew; a loss probe may come first. */
export function restartRetransmission(host: ConnectionHost, tcb: Tcb, now: number): void {
  armRetransmission(host, tcb, now)
  scheduleLossProbe(host, tcb, now)
}

/** Starts the time until the next probe of a closed window: an interval of its own, which doubles (Linux tcp_probe0_when). */
export function armWindowProbe(host: ConnectionHost, tcb: Tcb, now: number): void {
  tcb.rtoAt = now + Math.min(MAX_RTO, Math.max(MIN_RTO, tcb.rto) * 2 ** tcb.probeBackoff)
  tcb.probeTimer = false
  host.tcbs.arm(tcb, RETRANSMIT, tcb.rtoAt)
}

/** Starts the time of the retransmission timeout anew. */
export function armRetransmission(host: ConnectionHost, tcb: Tcb, now: number): void {
  tcb.rtoAt = now + tcb.rto
  tcb.probeTimer = false
  host.tcbs.arm(tcb, RETRANSMIT, tcb.rtoAt)
}

/**
 * The peer acknowledged up to data that it had SACKed, and not that: it may have thrown it away. Unless it says better soon,
 * the retransmission timeout comes early (Linux tcp_check_sack_reneging).
 */
export function hastenRetransmission(host: ConnectionHost, tcb: Tcb, now: number): void {
  tcb.rtoAt = now + Math.max(RENEGING_DELAY, tcb.srtt / 2)
  tcb.probeTimer = false
  host.tcbs.arm(tcb, RETRANSMIT, tcb.rtoAt)
}

/** Everything is acknowledged: there is nothing to wait for. */
export function stopRetransmission(host: ConnectionHost, tcb: Tcb): void {
  tcb.probeTimer = false
  host.tcbs.disarm(tcb, RETRANSMIT)
}

/**
 * Data was sent or acknowledged: two round trips from now a probe asks for the tail of it, if that is before the
 * retransmission timeout. Only with SACK, and while nothing is known to be missing.
 */
export function scheduleLossProbe(host: ConnectionHost, tcb: Tcb, now: number): void {
  if (!tcb.sackPermitted || tcb.recovery !== RECOVERY_NONE || tcb.sacked.count > 0 || tcb.sndUna === tcb.sndNxt) return
  const isSingle = !seqLess(tcb.sndUna, tcb.lastSegmentSeq)
  const wait = tcb.srtt === 0 ? INITIAL_RTO : 2 * tcb.srtt + (isSingle ? MIN_RTO : PROBE_MARGIN)
  tcb.probeTimer = true
  host.tcbs.arm(tcb, RETRANSMIT, Math.min(now + wait, tcb.rtoAt))
}
