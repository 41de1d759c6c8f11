/**
 * Congestion control: slow start, congestion avoidance, fast retransmit and NewReno recovery. Read first: RFC 5681,
 * RFC 6582, RFC 6928 (initial window). Windows are in bytes.
 */
import { Mib } from '../counters.ts'
import { seqDiff, seqLess } from '../wire/seq.ts'
import type { ConnectionHost } from './host.ts'
import { retransmitFirst } from './send.ts'
import type { Tcb } from './tcb.ts'

/** Initial window, segments (RFC 6928, Linux TCP_INIT_CWND). */
const INITIAL_SEGMENTS = 10

/** Duplicate ACKs that mean a loss (RFC 5681 3.2). */
const DUPLICATE_ACK_THRESHOLD = 3

/** Larger than any window: slow start goes on until the first loss. */
const NO_THRESHOLD = 0x4000_0000

/** Starts a connection, once its segment size is known. */
export function startCongestionControl(tcb: Tcb): void {
  tcb.cwnd = INITIAL_SEGMENTS * tcb.sndMss
  tcb.ssthresh = NO_THRESHOLD
}

/** `acknowledged` new bytes arrived at the peer. */
export function onProgress(host: ConnectionHost, tcb: Tcb, acknowledged: number, now: number): void {
  if (tcb.recovering) {
    if (seqLess(tcb.sndUna, tcb.recover)) {
      // Partial: the next hole is lost too (RFC 6582 3.2 step 3).
      host.counters.add(Mib.RetransSegs)
      retransmitFirst(host, tcb, now)
      tcb.cwnd = Math.max(tcb.sndMss, tcb.cwnd - acknowledged + tcb.sndMss)
      return
    }
    tcb.recovering = false
    tcb.cwnd = Math.max(tcb.sndMss, Math.min(tcb.ssthresh, seqDiff(tcb.sndNxt, tcb.sndUna) + tcb.sndMss))
    tcb.duplicateAcks = 0
    return
  }
  tcb.duplicateAcks = 0
  if (tcb.cwnd < tcb.ssthresh) tcb.cwnd += Math.min(acknowledged, 2 * tcb.sndMss)
  else tcb.cwnd += Math.max(1, Math.floor((tcb.sndMss * tcb.sndMss) / tcb.cwnd))
}

/** An ACK that acknowledges nothing new while data is in flight: the peer misses something. */
export function onDuplicateAck(host: ConnectionHost, tcb: Tcb, now: number): void {
  tcb.duplicateAcks++
  if (tcb.recovering) {
    if (tcb.duplicateAcks > DUPLICATE_ACK_THRESHOLD) tcb.cwnd += tcb.sndMss
    return
  }
  // An old loss is not a new one (RFC 6582 3.2 step 1).
  if (tcb.duplicateAcks !== DUPLICATE_ACK_THRESHOLD || !seqLess(tcb.recover, tcb.sndUna)) return
  reduce(tcb)
  tcb.cwnd = tcb.ssthresh + DUPLICATE_ACK_THRESHOLD * tcb.sndMss
  host.counters.add(Mib.TCPFastRetrans)
  host.counters.add(Mib.RetransSegs)
  retransmitFirst(host, tcb, now)
}

/** The retransmission timer fired: everything in flight counts as lost (RFC 5681 3.1 equation 4). */
export function onTimeoutLoss(tcb: Tcb): void {
  reduce(tcb)
  tcb.cwnd = tcb.sndMss
  tcb.duplicateAcks = 0
}

function reduce(tcb: Tcb): void {
  tcb.ssthresh = Math.max(2 * tcb.sndMss, seqDiff(tcb.sndNxt, tcb.sndUna) >> 1)
  tcb.recover = tcb.sndNxt
  tcb.recovering = true
}
