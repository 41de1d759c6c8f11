/**
 * SYN cookies as Linux makes and checks them: the connection's state is the sequence number of the SYN-ACK, a function
 * of addresses, ports, a slowly counting clock and a secret. Read first: Linux net/ipv4/syncookies.c
 * (secure_tcp_syn_cookie, check_tcp_syn_cookie, cookie_init_timestamp, cookie_timestamp_decode), RFC 4987 3.6.
 */
import { SipHash } from '../../tcpip/base/siphash.ts'
import { MILLISECOND, SECOND } from '../../tcpip/base/time.ts'
import type { Segment } from '../../tcpip/wire/segment.ts'

/** Length of one step of the cookie clock, microseconds (TCP_SYNCOOKIE_PERIOD). */
export const COOKIE_PERIOD = 60 * SECOND

/** Steps of the clock for which a cookie is good (MAX_SYNCOOKIE_AGE). */
export const MAX_COOKIE_AGE = 2

/** How long after the last overflow cookies are still looked at, microseconds (TCP_SYNCOOKIE_VALID). */
export const COOKIE_VALID_FOR = MAX_COOKIE_AGE * COOKIE_PERIOD

/** Low bits of the cookie that carry the MSS index under the second hash (COOKIEBITS); the clock has the rest. */
const HASH_MASK = 0xff_ffff
const COUNT_SHIFT = 24

/** The maximum segment sizes a cookie can remember, bytes (msstab). */
export const COOKIE_MSS: readonly number[] = [536, 1300, 1440, 1460]

/** Low bits of the timestamp that carry options: ECN in bit 5, SACK in bit 4, window scale below (TSBITS). */
const OPTION_BITS = 6
const OPTION_MASK = (1 << OPTION_BITS) - 1
const SACK_BIT = 0x10
const SCALE_MASK = 0x0f
/** Window scale that stands for "no window scaling". */
const NO_SCALE = 0x0f

/** Secret bytes: two SipHash keys. */
export const COOKIE_SECRET_BYTES = 32

/** Swaps the byte order of 32 bits: Linux hashes addresses and ports as they stand in the packet. */
function networkOrder(word: number): number {
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
}

/** The port word of Linux's hash: `sport << 16 | dport`, each port in network byte order. */
function portsWord(clientPort: number, serverPort: number): number {
  const client = ((clientPort & 0xff) << 8) | (clientPort >>> 8)
  const server = ((serverPort & 0xff) << 8) | (serverPort >>> 8)
  return (client << 16) | server
}

export interface CookieHashes {
  readonly fixed: number
  readonly counted: number
}

export class SynCookies {
  private readonly fixedHash: SipHash
  private readonly countedHash: SipHash
  /** The step of the cookie clock last asked for, and when the next one begins. */
  private count = 0
  private nextCountAt = COOKIE_PERIOD

  /** `secret`: `COOKIE_SECRET_BYTES` bytes, never rotated, as in Linux. */
  constructor(secret: Uint8Array) {
    this.fixedHash = new SipHash(secret.subarray(0, 16))
    this.countedHash = new SipHash(secret.subarray(16, 32))
  }

  /** The cookie that answers `syn` at `now`: the ISN of the SYN-ACK. `mss` is the client's, bytes. */
  generate(syn: Segment, mss: number, now: number): number {
    const count = this.countAt(now)
    return this.encode(syn.source, syn.destination, syn.sourcePort, syn.destinationPort, syn.seq, mssIndex(mss), count)
  }

  /** `cookieCount(now)`, without a division for every packet. Time does not go back. */
  private countAt(now: number): number {
    if (now >= this.nextCountAt) {
      this.count = cookieCount(now)
      this.nextCountAt = (this.count + 1) * COOKIE_PERIOD
    }
    return this.count
  }

  /** The cookie of one step of the clock, for the given index into `COOKIE_MSS`. */
  encode(
    client: number,
    server: number,
    clientPort: number,
    serverPort: number,
    clientIsn: number,
    index: number,
    count: number,
  ): number {
    const from = networkOrder(client)
    const to = networkOrder(server)
    const ports = portsWord(clientPort, serverPort)
    const fixed = this.fixedHash.hash4(from, to, ports, 0)
    const counted = this.countedHash.hash4(from, to, ports, count)
    return (fixed + clientIsn + (count << COUNT_SHIFT) + ((counted + index) & HASH_MASK)) | 0
  }

  /** What a cookie of one step of the clock is made of: the hash of the 4-tuple, and that of the 4-tuple and the step, int32. */
  hashes(client: number, server: number, clientPort: number, serverPort: number, count: number): CookieHashes {
    const from = networkOrder(client)
    const to = networkOrder(server)
    const ports = portsWord(clientPort, serverPort)
    return { fixed: this.fixedHash.hash4(from, to, ports, 0), counted: this.countedHash.hash4(from, to, ports, count) }
  }

  /**
   * The client's MSS that the cookie acknowledged by `ack` remembers, or 0 when it is no cookie of ours or too old.
   * Only the bare ACK or the first data segment can be checked: the client's ISN is taken to be SEG.SEQ - 1.
   */
  check(ack: Segment, now: number): number {
    return this.decode(
      ack.source,
      ack.destination,
      ack.sourcePort,
      ack.destinationPort,
      (ack.seq - 1) | 0,
      (ack.ack - 1) | 0,
      this.countAt(now),
    )
  }

  /** The MSS that `cookie` holds at clock step `count`, or 0. */
  decode(
    client: number,
    server: number,
    clientPort: number,
    serverPort: number,
    clientIsn: number,
    cookie: number,
    count: number,
  ): number {
    const from = networkOrder(client)
    const to = networkOrder(server)
    const ports = portsWord(clientPort, serverPort)
    const rest = (cookie - this.fixedHash.hash4(from, to, ports, 0) - clientIsn) | 0
    const age = (count - (rest >>> COUNT_SHIFT)) & 0xff
    if (age >= MAX_COOKIE_AGE) return 0
    const index = (rest - this.countedHash.hash4(from, to, ports, (count - age) | 0)) & HASH_MASK
    return index < COOKIE_MSS.length ? COOKIE_MSS[index] : 0
  }
}

/** The step of the cookie clock at `now` (tcp_cookie_time). */
export function cookieCount(now: number): number {
  return Math.floor(now / COOKIE_PERIOD)
}

/** Index of the largest MSS a cookie can remember that is not above the client's; 0 when all are. */
export function mssIndex(mss: number): number {
  let index = COOKIE_MSS.length - 1
  while (index > 0 && COOKIE_MSS[index] > mss) index--
  return index
}

/**
 * The timestamp of a cookie SYN-ACK: the clock in milliseconds, never ahead of itself, with the client's options in its
 * low bits (cookie_init_timestamp). The connection's offset comes on top.
 */
export function encodeTimestamp(windowScale: number, sackPermitted: boolean, now: number): number {
  const options = (windowScale < 0 ? NO_SCALE : windowScale) | (sackPermitted ? SACK_BIT : 0)
  const clock = Math.floor(now / MILLISECOND) | 0
  const coded = (clock & ~OPTION_MASK) | options
  return ((coded - clock) | 0) > 0 ? (coded - (1 << OPTION_BITS)) | 0 : coded
}

/** A cookie timestamp is never ahead of the clock, and less than this behind it, microseconds: options stand in its low bits. */
export const TIMESTAMP_PRECISION = (1 << OPTION_BITS) * MILLISECOND

/** When a cookie timestamp was sent, microseconds, at the earliest; at the latest `TIMESTAMP_PRECISION` later. */
export function timestampedAt(timestamp: number, now: number): number {
  const nowMs = Math.floor(now / MILLISECOND)
  return (nowMs - ((nowMs - timestamp) | 0)) * MILLISECOND
}

/** The window scale in an echoed cookie timestamp, offset taken off; -1 for no scaling (cookie_timestamp_decode). */
export function decodeWindowScale(timestamp: number): number {
  const scale = timestamp & SCALE_MASK
  return scale === NO_SCALE ? -1 : scale
}

export function decodeSackPermitted(timestamp: number): boolean {
  return (timestamp & SACK_BIT) !== 0
}
