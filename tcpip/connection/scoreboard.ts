/**
 * What the sending half knows of the bytes in flight from the peer's SACK blocks: which have arrived, which are lost, and
 * how many are still on their way. Read first: RFC 6675 (its names in the comments), RFC 2018 5 and 8.
 */
import { Mib } from '../base/counters.ts'
import type { Segment } from '../wire/segment.ts'
import { seqDiff, seqLess, seqLessOrEqual } from '../wire/seq.ts'
import type { ConnectionHost } from './host.ts'
import { RECOVERY_NONE, RECOVERY_TIMEOUT, type Tcb } from './tcb.ts'

/** Segments that must have arrived after one until it counts as lost (RFC 6675 DupThresh, RFC 5681 3.2). */
export const DUPLICATE_THRESHOLD = 3

/**
 * Takes a segment's SACK blocks into the scoreboard (RFC 6675 Update) and returns how many bytes are newly known to have
 * arrived. Blocks that are empty, begin at SND.UNA or below it, or end beyond SND.NXT say nothing (Linux
 * tcp_is_sackblock_valid): a peer that has the byte at SND.UNA acknowledges it.
 */
export function noteSackBlocks(host: ConnectionHost, tcb: Tcb, segment: Segment): number {
  let added = 0
  // Counted whatever the block says further (Linux tcp_check_dsack).
  if (segment.sackBlocks > 0 && seqLess(segment.sackEdges[0], segment.ack)) host.counters.add(Mib.TCPDSACKRecv)
  for (let i = 0; i < segment.sackBlocks; i++) {
    const left = segment.sackEdges[2 * i]
    const right = segment.sackEdges[2 * i + 1]
    if (!seqLess(left, right) || seqLess(tcb.sndNxt, right)) continue
    if (seqLess(tcb.sndUna, left)) added += Math.max(0, tcb.sacked.add(left, right))
  }
  return added
}

/** Whether the first block tells of bytes that arrived twice (RFC 2883 4): acknowledged, or inside the second block. */
export function isDuplicateReport(segment: Segment): boolean {
  if (segment.sackBlocks === 0) return false
  const { sackEdges } = segment
  if (!seqLess(sackEdges[0], sackEdges[1])) return false
  if (seqLess(sackEdges[0], segment.ack)) return true
  const inSecond = seqLessOrEqual(sackEdges[2], sackEdges[0]) && seqLessOrEqual(sackEdges[1], sackEdges[3])
  return segment.sackBlocks > 1 && inSecond
}

/**
 * Everything in flight before this number that the peer does not have is lost (RFC 6675 IsLost): three ranges, or more
 * than two segments' bytes, have arrived after it, or it was sent before a retransmission timeout. SND.UNA for nothing.
 */
export function lossEdge(tcb: Tcb): number {
  const marked = tcb.recovery === RECOVERY_TIMEOUT ? tcb.recover : tcb.sndUna
  let bytes = 0
  for (let i = tcb.sacked.count - 1, ranges = 1; i >= 0; i--, ranges++) {
    const start = tcb.sacked.startOf(i)
    bytes += seqDiff(tcb.sacked.endOf(i), start)
    if (ranges >= DUPLICATE_THRESHOLD || bytes > (DUPLICATE_THRESHOLD - 1) * tcb.sndMss) {
      return seqLess(marked, start) ? start : marked
    }
  }
  return marked
}

/**
 * Segments believed to be on their way (RFC 6675 pipe, Linux tcp_packets_in_flight): not SACKed, and not lost unless sent again.
 * Without SACK each duplicate ACK tells of one that has arrived, which lets another go (limited transmit, RFC 3042, Linux
 * tcp_limit_reno_sacked); in a recovery the window is inflated instead (RFC 6582).
 */
export function segmentsInPipe(tcb: Tcb): number {
  if (tcb.sacked.count === 0 && tcb.recovery !== RECOVERY_TIMEOUT) {
    const { length } = tcb.flight
    if (tcb.sackPermitted || tcb.recovery !== RECOVERY_NONE) return length
    return length - Math.max(0, Math.min(tcb.duplicateAcks, length - 1))
  }
  const edge = lossEdge(tcb)
  const repeatedTo = seqLess(tcb.highRxt, edge) ? tcb.highRxt : edge
  const repeated = seqLess(tcb.sndUna, repeatedTo) ? missingWithin(tcb, tcb.sndUna, repeatedTo) : 0
  return repeated + missingWithin(tcb, edge, tcb.sndNxt)
}

/** Segments of `[from, to)` that the peer is not known to have. */
function missingWithin(tcb: Tcb, from: number, to: number): number {
  return tcb.flight.within(from, to) - sackedWithin(tcb, from, to)
}

/** Segments of `[from, to)` that the peer has said it has. */
export function sackedWithin(tcb: Tcb, from: number, to: number): number {
  let found = 0
  for (let i = 0; i < tcb.sacked.count; i++) {
    const start = seqLess(tcb.sacked.startOf(i), from) ? from : tcb.sacked.startOf(i)
    const end = seqLess(to, tcb.sacked.endOf(i)) ? to : tcb.sacked.endOf(i)
    if (seqLess(start, end)) found += tcb.flight.within(start, end)
  }
  return found
}

/** Where the next hole begins that has not been repeated in this recovery; SND.NXT when there is none. */
export function nextHole(tcb: Tcb): number {
  const from = seqLess(tcb.highRxt, tcb.sndUna) ? tcb.sndUna : tcb.highRxt
  const range = tcb.sacked.indexOf(from)
  return range < 0 ? from : tcb.sacked.endOf(range)
}

/** Where the hole that begins at `seq` ends: at the next byte the peer has, or at SND.NXT. */
export function holeEnd(tcb: Tcb, seq: number): number {
  for (let i = 0; i < tcb.sacked.count; i++) if (seqLess(seq, tcb.sacked.startOf(i))) return tcb.sacked.startOf(i)
  return tcb.sndNxt
}

/** Whether something was SACKed beyond `seq`: then what lies before it may be repeated though nothing proves it lost. */
export function isBelowSacked(tcb: Tcb, seq: number): boolean {
  return tcb.sacked.count > 0 && seqLess(seq, tcb.sacked.endOf(tcb.sacked.count - 1))
}

/** Whether so much has arrived of what was sent after the oldest hole's repeat that the repeat must be lost too. */
export function isRepeatLost(tcb: Tcb): boolean {
  if (!seqLess(tcb.sndUna, tcb.highRxt)) return false
  return tcb.sacked.bytesWithin(tcb.repeatMark, tcb.sndNxt) > (DUPLICATE_THRESHOLD - 1) * tcb.sndMss
}
