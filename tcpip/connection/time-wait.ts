/**
 * TIME-WAIT: the side that closed first waits, to repeat its last ACK and to let old segments die (RFC 9293 3.6.1, Linux
 * tcp_timewait_state_process()).
 */
import { Mib } from '../base/counters.ts'
import { DropReason } from '../base/drop-reason.ts'
import { ACK, FIN, RST, type Segment, SYN, segmentLength } from '../wire/segment.ts'
import { seqAdd, seqLess } from '../wire/seq.ts'
import { enterTimeWait, finishConnection } from './close.ts'
import type { ConnectionHost } from './host.ts'
import { sendDuplicateAck, sendReset } from './reset.ts'
import { sendAck } from './send.ts'
import type { Tcb } from './tcb.ts'
import { RETRANSMIT } from './tcb-table.ts'
import { failsPaws } from './validate.ts'

/** How far a connection opened out of TIME-WAIT starts beyond the old one's last number (Linux: 65535 + 2). */
const REOPEN_ISN_OFFSET = 65_537

/**
 * The ISN for a SYN that may take over from TIME-WAIT, because it is beyond everything the old connection received or
 * has a newer timestamp (RFC 9293 MAY-2, RFC 6191); 0 when it may not.
 */
export function reopenIsn(tcb: Tcb, segment: Segment): number {
  const isPlainSyn = (segment.flags & (SYN | RST | ACK)) === SYN
  if (!isPlainSyn || failsPaws(tcb, segment)) return 0
  const newerTimestamp = tcb.timestamps && segment.hasTimestamps && seqLess(tcb.tsRecent, segment.tsVal)
  if (!seqLess(tcb.rcvNxt, segment.seq) && !newerTimestamp) return 0
  const isn = seqAdd(tcb.sndNxt, REOPEN_ISN_OFFSET)
  return isn === 0 ? 1 : isn
}

/**
 * A segment for a connection in FIN-WAIT-2 that no program holds any more: to Linux a kind of TIME-WAIT, which knows numbers
 * and timestamps only. The peer's FIN is taken whatever it acknowledges; new data resets.
 */
export function forsakenArrives(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  const length = segmentLength(segment)
  if (failsPaws(tcb, segment) || !isInWindow(tcb, segment.seq, length)) {
    sendDuplicateAck(host, tcb, segment, Mib.TCPACKSkippedFinWait2, now)
    return DropReason.OUT_OF_WINDOW
  }
  if ((segment.flags & RST) !== 0) {
    host.tcbs.close(tcb)
    return DropReason.ACCEPTED
  }
  if ((segment.flags & SYN) !== 0 && !seqLess(segment.seq, tcb.rcvNxt)) {
    sendReset(host, segment)
    host.tcbs.close(tcb)
    return DropReason.SYN_IN_CONNECTION
  }
  const end = seqAdd(segment.seq, length)
  if ((segment.flags & ACK) === 0) return DropReason.NO_ACK
  if (length === 0 || !seqLess(tcb.rcvNxt, end)) return DropReason.ACCEPTED
  if ((segment.flags & FIN) === 0 || end !== seqAdd(tcb.rcvNxt, 1)) {
    sendReset(host, segment)
    host.tcbs.close(tcb)
    return DropReason.DATA_AFTER_CLOSE
  }
  tcb.rcvNxt = end
  if (segment.hasTimestamps) tcb.tsRecent = segment.tsVal
  enterTimeWait(host, tcb, now)
  sendAck(host, tcb, now)
  return DropReason.ACCEPTED
}

/** RFC 9293 3.10.7.4 as Linux tcp_in_window() has it. */
function isInWindow(tcb: Tcb, seq: number, length: number): boolean {
  const end = seqAdd(seq, length)
  const edge = seqAdd(tcb.rcvNxt, tcb.rcvWnd)
  return seq === tcb.rcvNxt || (seqLess(tcb.rcvNxt, end) && seqLess(seq, edge)) || (seq === edge && length === 0)
}

/** Any segment for a connection in TIME-WAIT that nothing takes over from. */
export function timeWaitArrives(host: ConnectionHost, tcb: Tcb, segment: Segment, now: number): DropReason {
  if (reopenIsn(tcb, segment) !== 0) {
    // Nobody listens: an ACK for each such SYN (Linux tcp_v4_do_time_wait).
    sendAck(host, tcb, now)
    return DropReason.TIME_WAIT
  }
  const paws = failsPaws(tcb, segment)
  const empty = segment.payloadLength === 0 && (segment.flags & (SYN | FIN)) === 0
  if (!paws && segment.seq === tcb.rcvNxt && (empty || (segment.flags & RST) !== 0)) {
    if ((segment.flags & RST) !== 0) {
      // TIME-WAIT assassination, RFC 1337: Linux's default lets it happen.
      if (host.rfc1337) return DropReason.TIME_WAIT
      finishConnection(host, tcb, 'closed', now)
      return DropReason.ACCEPTED
    }
    if (segment.hasTimestamps) tcb.tsRecent = segment.tsVal
    host.tcbs.arm(tcb, RETRANSMIT, now + host.timeWaitLength)
    return DropReason.ACCEPTED
  }
  if (paws) host.counters.add(Mib.PAWSTimewait)
  if ((segment.flags & RST) !== 0) return DropReason.OUT_OF_WINDOW
  if (paws || (segment.flags & ACK) !== 0) host.tcbs.arm(tcb, RETRANSMIT, now + host.timeWaitLength)
  sendDuplicateAck(host, tcb, segment, Mib.TCPACKSkippedTimeWait, now)
  return DropReason.TIME_WAIT
}
