/**
 * The tail loss probe: when the end of a flight is lost, no later segment can tell, so two round trips after it one segment
 * is sent to make the peer speak. Read first: RFC 8985 7, Linux tcp_send_loss_probe() and tcp_process_tlp_ack().
 */
import { Mib } from '../base/counters.ts'
import type { Segment } from '../wire/segment.ts'
import { seqDiff, seqLess } from '../wire/seq.ts'
import { enterSackRecovery, reduceOnce } from './congestion.ts'
import type { ConnectionHost } from './host.ts'
import { armRetransmission, timeoutOfOldest } from './loss-timer.ts'
import { isDuplicateReport } from './scoreboard.ts'
import { output, retransmitLast, sendNewProbe } from './send.ts'
import type { Tcb } from './tcb.ts'
import { RETRANSMIT } from './tcb-table.ts'

/**
 * The probe timer fired. New data is the better probe, as it costs nothing; else the last segment is repeated. One probe at
 * a time: while one is unanswered the retransmission timeout decides. A hole that is already known needs no probe: after
 * this time it is lost (what RFC 8985 6.2 step 5 finds with a timer of its own).
 */
export function onProbeTimer(host: ConnectionHost, tcb: Tcb, now: number): void {
  tcb.probeTimer = false
  if (tcb.sacked.count > 0) {
    enterSackRecovery(host, tcb, now)
    output(host, tcb, now)
    return
  }
  const isNew = !tcb.lossProbe && sendNewProbe(host, tcb, now)
  if (tcb.lossProbe || !(isNew || retransmitLast(host, tcb, now))) {
    host.tcbs.arm(tcb, RETRANSMIT, Math.max(now + 1, timeoutOfOldest(tcb)))
    return
  }
  tcb.lossProbeRepeats = !isNew
  tcb.lossProbe = true
  tcb.lossProbeEnd = tcb.sndNxt
  host.counters.add(Mib.TCPLossProbes)
  armRetransmission(host, tcb, now)
}

/**
 * An ACK came while a probe was unanswered: whether the probe repaired a loss shows in what it says. `isRepeat` for a bare
 * ACK that says what was said before.
 */
export function onProbeAnswer(host: ConnectionHost, tcb: Tcb, segment: Segment, isRepeat: boolean): void {
  if (seqLess(segment.ack, tcb.lossProbeEnd)) return
  const left = segment.sackEdges[0]
  const right = segment.sackEdges[1]
  // A probe is one segment at most (Linux tcp_dsack_seen).
  const arrivedTwice = isDuplicateReport(segment) && right === tcb.lossProbeEnd && seqDiff(right, left) <= tcb.sndMss
  if (!tcb.lossProbeRepeats || arrivedTwice) tcb.lossProbe = false
  else if (seqLess(tcb.lossProbeEnd, segment.ack)) {
    // Nothing tells of a second copy: the first one was lost, and that is a sign of congestion.
    tcb.lossProbe = false
    reduceOnce(tcb)
    host.counters.add(Mib.TCPLossProbeRecovery)
  } else if (isRepeat) tcb.lossProbe = false
}
