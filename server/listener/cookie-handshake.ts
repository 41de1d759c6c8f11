/**
 * The handshake without a half-open entry: a SYN answered with a cookie, and the ACK from which a connection is rebuilt.
 * How cookies are made is in syn-cookies.ts. Read first: Linux net/ipv4/syncookies.c, cookie_v4_check(); RFC 4987 3.6.
 */

import { Mib } from '../../tcpip/base/counters.ts'
import { DropReason } from '../../tcpip/base/drop-reason.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { Handshake } from '../../tcpip/connection/open.ts'
import { sendReset } from '../../tcpip/connection/reset.ts'
import { ADVERTISED_MSS, DEFAULT_MSS, RECEIVE_SPACE } from '../../tcpip/connection/segment-size.ts'
import type { Segment } from '../../tcpip/wire/segment.ts'
import { type CookieParts, type CookieSpecimen, dissectCookie, exampleSpecimen, specimenOf } from './cookie-anatomy.ts'
import { COOKIE_ANSWER_BYTES, writeCookieAnswer } from './cookie-answer.ts'
import type { ListenerCore } from './core.ts'
import { sendCookieSynAck } from './half-open-answers.ts'
import {
  COOKIE_VALID_FOR,
  decodeSackPermitted,
  decodeWindowScale,
  encodeTimestamp,
  SynCookies,
  TIMESTAMP_PRECISION,
  timestampedAt,
} from './syn-cookies.ts'

/** Local copies: constants of this module cost nothing, those of an imported object a load and a check each. */
const { PassiveOpens, SynAckSent, SyncookiesFailed, SyncookiesRecv, SyncookiesSent } = Mib
const { ACCEPT_QUEUE_FULL, COOKIE_INVALID, COOKIE_OF_HALF_OPEN } = DropReason

/** Least time between two notes of an overflow, microseconds (tcp_synq_overflow). */
const OVERFLOW_NOTE_INTERVAL = SECOND

export class CookieHandshake {
  private readonly core: ListenerCore
  private readonly cookies: SynCookies
  private readonly handshake = new Handshake()
  /** When a cookie was last sent, noted at most once a second; -Infinity before the first. */
  private lastOverflow = Number.NEGATIVE_INFINITY
  /** The SYN whose cookie was noted then. */
  private specimen: CookieSpecimen | undefined

  /** `secret`: `COOKIE_SECRET_BYTES` bytes. */
  constructor(core: ListenerCore, secret: Uint8Array) {
    this.core = core
    this.cookies = new SynCookies(secret)
  }

  /**
   * Takes the cookie apart that was last noted, or that of a client that might come, and judges `cookie` (unsigned) in its
   * place if one is given. Changes nothing.
   */
  inspect(cookie: number | undefined, now: number): CookieParts {
    return dissectCookie(this.cookies, this.specimen ?? exampleSpecimen(now), cookie, this.lastOverflow, now)
  }

  /** Answers a SYN with a cookie and keeps nothing. `ports`: the remote port << 16 | the local port. */
  answer(syn: Segment, ports: number, now: number): void {
    const { host, offer } = this.core
    const mss = Math.min(offer.mss, syn.mss === 0 ? DEFAULT_MSS : syn.mss)
    const cookie = this.cookies.generate(syn, mss, now)
    host.counters.add(SyncookiesSent)
    if (now > this.lastOverflow + OVERFLOW_NOTE_INTERVAL) {
      this.lastOverflow = now
      this.specimen = specimenOf(syn, mss, now)
    }
    if (!syn.hasTimestamps) {
      this.sendBareCookie(syn, cookie)
      return
    }
    const offset = host.isn.timestampOffset(syn.destination, syn.source, ports)
    const timestamp = (encodeTimestamp(syn.windowScale, syn.sackPermitted, now) + offset) | 0
    sendCookieSynAck(host, syn, cookie, timestamp, offer)
  }

  /** Answers a SYN without timestamps: nothing but the cookie and our MSS. */
  private sendBareCookie(syn: Segment, cookie: number): void {
    const { host, offer } = this.core
    if (offer.mss !== ADVERTISED_MSS || offer.space !== RECEIVE_SPACE) {
      sendCookieSynAck(host, syn, cookie, 0, offer)
      return
    }
    const at = host.reserve()
    if (at < 0) return
    host.counters.add(SynAckSent)
    writeCookieAnswer(host.txView, at, syn, cookie)
    host.transmitWritten(COOKIE_ANSWER_BYTES)
  }

  /**
   * Whether an ACK is worth a cookie check: only within 120 s of the last cookie that was noted, so that ACKs out of the
   * blue cost no hash (tcp_synq_no_recent_overflow).
   */
  isExpected(now: number): boolean {
    if (this.core.config.synCookies === 0) return false
    return now <= this.lastOverflow + COOKIE_VALID_FOR
  }

  /**
   * An ACK that may acknowledge a cookie: the connection is rebuilt from it. `hasEntry`: its 4-tuple has a half-open
   * entry, which it does not fit.
   */
  ackArrives(segment: Segment, flowHash: number, hasEntry: boolean, now: number): DropReason {
    const { handshake, core } = this
    const { host } = core
    const mss = this.cookies.check(segment, now)
    if (mss === 0) {
      host.counters.add(SyncookiesFailed)
      sendReset(host, segment)
      return COOKIE_INVALID
    }
    host.counters.add(SyncookiesRecv)
    if (core.acceptQueue.isFull) {
      // tcp_abort_on_overflow is not consulted on this path.
      core.countOverflow()
      return ACCEPT_QUEUE_FULL
    }
    if (hasEntry) {
      // Linux makes the child, finds its place in the hash table taken by the entry, and frees it again.
      host.counters.add(PassiveOpens)
      return COOKIE_OF_HALF_OPEN
    }
    const ports = (segment.sourcePort << 16) | segment.destinationPort
    const tsOffset = host.isn.timestampOffset(segment.destination, segment.source, ports)
    // An echo of 0 is none: Linux takes no offset off it, and reads options of 0 in it.
    const echoed = segment.tsEcr === 0 ? 0 : (segment.tsEcr - tsOffset) | 0
    handshake.localAddress = segment.destination
    handshake.localPort = segment.destinationPort
    handshake.remoteAddress = segment.source
    handshake.remotePort = segment.sourcePort
    handshake.flowHash = flowHash
    handshake.irs = (segment.seq - 1) | 0
    handshake.iss = (segment.ack - 1) | 0
    handshake.offer = core.offer
    handshake.peerMss = mss
    handshake.timestamps = segment.hasTimestamps
    handshake.peerWindowScale = segment.hasTimestamps ? decodeWindowScale(echoed) : -1
    handshake.sackPermitted = segment.hasTimestamps && decodeSackPermitted(echoed)
    handshake.tsRecent = segment.tsVal
    handshake.tsOffset = tsOffset
    handshake.roundTrip = 0
    handshake.isFromCookie = true
    handshake.answeredAt = echoed === 0 ? -1 : timestampedAt(echoed, now)
    handshake.precision = TIMESTAMP_PRECISION
    handshake.repeats = -1
    handshake.wasLossy = false
    return core.completeHandshake(handshake, segment, now)
  }
}
