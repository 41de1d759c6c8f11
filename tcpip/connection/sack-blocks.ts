/**
 * What the receiving half of a connection tells its peer in SACK options: which bytes beyond a hole have arrived, the most
 * recent first, and which arrived twice (D-SACK). Read first: RFC 2018 4, RFC 2883 4, Linux tcp_sack_new_ofo_skb() and
 * tcp_dsack_set().
 */
import { type Counters, Mib } from '../base/counters.ts'
import { SACK_BLOCKS_MAX, type Segment, segmentLength } from '../wire/segment.ts'
import { seqAdd, seqLess } from '../wire/seq.ts'
import type { Tcb } from './tcb.ts'

/** SACK blocks beside timestamps: 40 bytes of options hold no fourth one. */
const BLOCKS_BESIDE_TIMESTAMPS = 3

/** `[left, right)` has arrived before: the next segment says so. */
function reportDuplicate(counters: Counters, tcb: Tcb, left: number, right: number): void {
  if (!tcb.sackPermitted) return
  counters.add(seqLess(left, tcb.rcvNxt) ? Mib.TCPDSACKOldSent : Mib.TCPDSACKOfoSent)
  tcb.sackReport.hasDuplicate = true
  tcb.sackReport.duplicateLeft = left
  tcb.sackReport.duplicateRight = right
}

/** What `segment` brings below RCV.NXT has arrived before (Linux tcp_send_dupack, tcp_data_queue). */
export function reportOldData(counters: Counters, tcb: Tcb, segment: Segment): void {
  const length = segmentLength(segment)
  if (length === 0 || !seqLess(segment.seq, tcb.rcvNxt)) return
  const end = seqAdd(segment.seq, length)
  reportDuplicate(counters, tcb, segment.seq, seqLess(tcb.rcvNxt, end) ? tcb.rcvNxt : end)
}

/**
 * Data in order has run over what was queued beyond the hole: `[left, right)` has arrived twice. It joins what the next
 * segment reports anyway, if it touches that (Linux tcp_dsack_extend).
 */
export function extendDuplicate(counters: Counters, tcb: Tcb, left: number, right: number): void {
  const { sackReport } = tcb
  if (!sackReport.hasDuplicate) {
    reportDuplicate(counters, tcb, left, right)
    return
  }
  if (seqLess(sackReport.duplicateRight, left) || seqLess(right, sackReport.duplicateLeft)) return
  if (seqLess(left, sackReport.duplicateLeft)) sackReport.duplicateLeft = left
  if (seqLess(sackReport.duplicateRight, right)) sackReport.duplicateRight = right
}

/** What of `[start, end)` is already there beyond a hole has arrived before: the first piece of it is reported. */
export function reportOverlap(counters: Counters, tcb: Tcb, start: number, end: number): void {
  const { reassembly } = tcb
  for (let i = 0; i < reassembly.count; i++) {
    const left = seqLess(reassembly.startOf(i), start) ? start : reassembly.startOf(i)
    const right = seqLess(end, reassembly.endOf(i)) ? end : reassembly.endOf(i)
    if (!seqLess(left, right)) continue
    reportDuplicate(counters, tcb, left, right)
    return
  }
}

/** Blocks that the next segment carries. */
export function sackBlocksDue(tcb: Tcb): number {
  if (!tcb.sackPermitted) return 0
  const due = tcb.sackReport.length + (tcb.sackReport.hasDuplicate ? 1 : 0)
  return Math.min(due, tcb.timestamps ? BLOCKS_BESIDE_TIMESTAMPS : SACK_BLOCKS_MAX)
}

/** Gives an outgoing segment its SACK option, if one is due. A duplicate is reported once. */
export function addSackBlocks(tcb: Tcb, out: Segment): void {
  const due = sackBlocksDue(tcb)
  if (due === 0) return
  const { sackReport } = tcb
  if (sackReport.hasDuplicate) {
    out.addSackBlock(sackReport.duplicateLeft, sackReport.duplicateRight)
    sackReport.hasDuplicate = false
  }
  for (let i = 0; out.sackBlocks < due; i++) out.addSackBlock(sackReport.leftOf(i), sackReport.rightOf(i))
}
