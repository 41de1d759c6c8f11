/**
 * Replies to segments that fit nothing: RST for segments without a connection, challenge ACKs inside one. Read first:
 * RFC 9293 3.5.2 and 3.10.7.1, RFC 5961 3-5, Linux tcp_v4_send_reset() and tcp_oow_rate_limited().
 */
import { Mib } from '../base/counters.ts'
import { MILLISECOND } from '../base/time.ts'
import { ACK, RST, type Segment, SYN, segmentLength } from '../wire/segment.ts'
import { seqAdd } from '../wire/seq.ts'
import type { ConnectionHost } from './host.ts'
import { sendAck } from './send.ts'
import type { Tcb } from './tcb.ts'

/** Least time between two ACKs that only answer a bad segment, microseconds (Linux tcp_invalid_ratelimit). */
export const INVALID_RATE_LIMIT = 500 * MILLISECOND

/** Answers `segment` with a RST that its sender will accept. Never answers a RST. */
export function sendReset(host: ConnectionHost, segment: Segment): void {
  if ((segment.flags & RST) !== 0) return
  const out = host.out
  out.source = segment.destination
  out.destination = segment.source
  out.sourcePort = segment.destinationPort
  out.destinationPort = segment.sourcePort
  out.window = 0
  out.clearOptions()
  out.clearPayload()
  if ((segment.flags & ACK) !== 0) {
    out.flags = RST
    out.seq = segment.ack
    out.ack = 0
  } else {
    out.flags = RST | ACK
    out.seq = 0
    out.ack = seqAdd(segment.seq, segmentLength(segment))
  }
  if (host.transmit()) host.counters.add(Mib.OutRsts)
}

/** Sends a challenge ACK unless one went out less than `INVALID_RATE_LIMIT` ago (RFC 5961 7). */
export function sendChallengeAck(host: ConnectionHost, tcb: Tcb, now: number): void {
  if (isRateLimited(tcb, now)) {
    host.counters.add(Mib.TCPACKSkippedChallenge)
    return
  }
  host.counters.add(Mib.TCPChallengeACK)
  sendAck(host, tcb, now)
}

/**
 * Answers an unacceptable segment with an ACK. Segments without data or FIN, and SYNs, are rate-limited, so that two hosts
 * cannot loop (Linux tcp_oow_rate_limited); `skipped` counts the answers that were suppressed.
 */
export function sendDuplicateAck(host: ConnectionHost, tcb: Tcb, segment: Segment, skipped: Mib, now: number): void {
  const isData = segmentLength(segment) > 0 && (segment.flags & SYN) === 0
  if (!isData && isRateLimited(tcb, now)) {
    host.counters.add(skipped)
    return
  }
  sendAck(host, tcb, now)
}

function isRateLimited(tcb: Tcb, now: number): boolean {
  if (tcb.lastChallengeAt >= 0 && now - tcb.lastChallengeAt < INVALID_RATE_LIMIT) return true
  tcb.lastChallengeAt = now
  return false
}
