/**
 * The SYNs of an active open: what they offer, and the SYN-ACK where they cross. Read first: Linux tcp_connect(), tcp_send_synack().
 */
import { ACK, SYN } from '../wire/segment.ts'
import type { ConnectionHost } from './host.ts'
import { initialWindow } from './segment-size.ts'
import { prepareSegment, timestampOf } from './send.ts'
import type { Tcb } from './tcb.ts'
/** Sends the first SYN of an active open, or repeats it. Options as Linux offers them. */
export function sendSyn(host: ConnectionHost, tcb: Tcb, isRepeat: boolean, now: number): void {
  const out = prepareSegment(host, tcb, now)
  out.flags = SYN
  out.seq = tcb.iss
  out.ack = 0
  offerOptions(host, tcb, now)
  if (isRepeat) host.retransmit()
  else host.transmit()
}

/** What a SYN of ours offers. */
function offerOptions(host: ConnectionHost, tcb: Tcb, now: number): void {
  const { out } = host
  out.window = initialWindow(false, tcb.offer)
  out.mss = tcb.offer.mss
  out.windowScale = tcb.offer.windowScale
  out.sackPermitted = host.sack
  out.hasTimestamps = host.timestamps
  out.tsVal = host.timestamps ? timestampOf(tcb, now) : 0
  out.tsEcr = 0
}

/** Sends the SYN-ACK of a simultaneous open, first copy or repeat (RFC 9293 3.5, figure 8). */
export function sendSimultaneousSynAck(host: ConnectionHost, tcb: Tcb, now: number): void {
  const out = prepareSegment(host, tcb, now)
  out.flags = SYN | ACK
  out.seq = tcb.iss
  offerOptions(host, tcb, now)
  // It is our own SYN once more, whatever the peer's offered, and does not count as another segment (Linux tcp_send_synack).
  out.tsEcr = tcb.tsRecent
  host.retransmit()
}
