/**
 * The segments a listener sends on behalf of half-open entries: SYN-ACKs, with state and with cookies, and ACKs to
 * segments that do not fit. Read first: Linux tcp_make_synack() and tcp_v4_reqsk_send_ack().
 */

import { Mib } from '../../tcpip/base/counters.ts'
import { MILLISECOND } from '../../tcpip/base/time.ts'
import type { ConnectionHost } from '../../tcpip/connection/host.ts'
import { initialWindow, type SynOffer } from '../../tcpip/connection/segment-size.ts'
import { ACK, type Segment, SYN } from '../../tcpip/wire/segment.ts'
import { seqAdd } from '../../tcpip/wire/seq.ts'
import type { SynQueue } from './syn-queue.ts'

/**
 * Sends the SYN-ACK of a stored entry, first copy or repeat. False when the transmit ring has no room for it.
 */
export function sendSynAck(
  host: ConnectionHost,
  queue: SynQueue,
  entry: number,
  offer: SynOffer,
  now: number,
): boolean {
  const out = host.out
  address(out, queue, entry)
  out.flags = SYN | ACK
  out.seq = queue.iss(entry)
  out.window = initialWindow(queue.timestamps(entry), offer)
  out.clearOptions()
  out.clearPayload()
  out.mss = offer.mss
  out.windowScale = queue.windowScale(entry) < 0 ? -1 : offer.windowScale
  out.sackPermitted = queue.sackPermitted(entry)
  stamp(out, queue, entry, now)
  const isSent = host.transmit()
  if (isSent) host.counters.add(Mib.SynAckSent)
  return isSent
}

/** Sends an ACK of the client's SYN: the answer to a segment out of window and to a doubtful RST. */
export function sendHalfOpenAck(
  host: ConnectionHost,
  queue: SynQueue,
  entry: number,
  offer: SynOffer,
  now: number,
): void {
  const out = host.out
  address(out, queue, entry)
  out.flags = ACK
  out.seq = seqAdd(queue.iss(entry), 1)
  out.window = initialWindow(queue.timestamps(entry), offer) >> (queue.windowScale(entry) < 0 ? 0 : offer.windowScale)
  out.clearOptions()
  out.clearPayload()
  stamp(out, queue, entry, now)
  host.transmit()
}

/**
 * Answers `syn` with `cookie` as sequence number and keeps nothing. Without a timestamp to carry them, the client's
 * options are not offered back; with one, `cookieTimestamp` holds them.
 */
export function sendCookieSynAck(
  host: ConnectionHost,
  syn: Segment,
  cookie: number,
  cookieTimestamp: number,
  offer: SynOffer,
): void {
  const out = host.out
  out.source = syn.destination
  out.destination = syn.source
  out.sourcePort = syn.destinationPort
  out.destinationPort = syn.sourcePort
  out.flags = SYN | ACK
  out.seq = cookie
  out.ack = seqAdd(syn.seq, 1)
  out.window = initialWindow(syn.hasTimestamps, offer)
  out.clearOptions()
  out.clearPayload()
  out.mss = offer.mss
  if (syn.hasTimestamps) {
    out.windowScale = syn.windowScale < 0 ? -1 : offer.windowScale
    out.sackPermitted = syn.sackPermitted
    out.hasTimestamps = true
    out.tsVal = cookieTimestamp
    out.tsEcr = syn.tsVal
  }
  if (host.transmit()) host.counters.add(Mib.SynAckSent)
}

function address(out: Segment, queue: SynQueue, entry: number): void {
  out.source = queue.localAddress(entry)
  out.destination = queue.remoteAddress(entry)
  out.sourcePort = queue.localPort(entry)
  out.destinationPort = queue.remotePort(entry)
  out.ack = seqAdd(queue.irs(entry), 1)
}

function stamp(out: Segment, queue: SynQueue, entry: number, now: number): void {
  if (!queue.timestamps(entry)) return
  out.hasTimestamps = true
  out.tsVal = (Math.floor(now / MILLISECOND) + queue.tsOffset(entry)) | 0
  out.tsEcr = queue.tsRecent(entry)
}
