/**
 * The segments a listener sends on behalf of half-open requests: SYN-ACKs, with state and with cookies, and ACKs to
 * segments that do not fit. Read first: Linux tcp_make_synack() and tcp_v4_reqsk_send_ack().
 */

import { Mib } from '../../tcpip/base/counters.ts'
import { MILLISECOND } from '../../tcpip/base/time.ts'
import type { ConnectionHost } from '../../tcpip/connection/host.ts'
import { initialWindow } from '../../tcpip/connection/segment-size.ts'
import { ACK, type Segment, SYN } from '../../tcpip/wire/segment.ts'
import { seqAdd } from '../../tcpip/wire/seq.ts'
import type { SynQueue } from './syn-queue.ts'

/**
 * Sends the SYN-ACK of a stored request, first copy or repeat; `mss` is the one to announce. False when the transmit ring
 * has no room for it.
 */
export function sendSynAck(host: ConnectionHost, queue: SynQueue, request: number, mss: number, now: number): boolean {
  const out = host.out
  address(out, queue, request)
  out.flags = SYN | ACK
  out.seq = queue.iss(request)
  out.window = initialWindow(queue.timestamps(request), mss)
  out.clearOptions()
  out.clearPayload()
  out.mss = mss
  out.windowScale = queue.windowScale(request) < 0 ? -1 : host.windowScale
  out.sackPermitted = queue.sackPermitted(request)
  stamp(out, queue, request, now)
  const isSent = host.transmit()
  if (isSent) host.counters.add(Mib.SynAckSent)
  return isSent
}

/** Sends an ACK of the client's SYN: the answer to a segment out of window and to a doubtful RST. */
export function sendRequestAck(host: ConnectionHost, queue: SynQueue, request: number, mss: number, now: number): void {
  const out = host.out
  address(out, queue, request)
  out.flags = ACK
  out.seq = seqAdd(queue.iss(request), 1)
  out.window = initialWindow(queue.timestamps(request), mss) >> (queue.windowScale(request) < 0 ? 0 : host.windowScale)
  out.clearOptions()
  out.clearPayload()
  stamp(out, queue, request, now)
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
  mss: number,
): void {
  const out = host.out
  out.source = syn.destination
  out.destination = syn.source
  out.sourcePort = syn.destinationPort
  out.destinationPort = syn.sourcePort
  out.flags = SYN | ACK
  out.seq = cookie
  out.ack = seqAdd(syn.seq, 1)
  out.window = initialWindow(syn.hasTimestamps, mss)
  out.clearOptions()
  out.clearPayload()
  out.mss = mss
  if (syn.hasTimestamps) {
    out.windowScale = syn.windowScale < 0 ? -1 : host.windowScale
    out.sackPermitted = syn.sackPermitted
    out.hasTimestamps = true
    out.tsVal = cookieTimestamp
    out.tsEcr = syn.tsVal
  }
  if (host.transmit()) host.counters.add(Mib.SynAckSent)
}

function address(out: Segment, queue: SynQueue, request: number): void {
  out.source = queue.localAddress(request)
  out.destination = queue.remoteAddress(request)
  out.sourcePort = queue.localPort(request)
  out.destinationPort = queue.remotePort(request)
  out.ack = seqAdd(queue.irs(request), 1)
}

function stamp(out: Segment, queue: SynQueue, request: number, now: number): void {
  if (!queue.timestamps(request)) return
  out.hasTimestamps = true
  out.tsVal = (Math.floor(now / MILLISECOND) + queue.tsOffset(request)) | 0
  out.tsEcr = queue.tsRecent(request)
}
