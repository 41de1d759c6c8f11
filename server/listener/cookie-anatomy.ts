/**
 * A SYN cookie taken apart, and what the listener would say to the ACK that brings it back. Looks only: nothing is counted
 * and nothing changes. How cookies are made is in syn-cookies.ts.
 */
import { CLIENT_ADDRESSES, SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import type { Segment } from '../../tcpip/wire/segment.ts'
import {
  COOKIE_MSS,
  COOKIE_PERIOD,
  COOKIE_VALID_FOR,
  cookieCount,
  encodeTimestamp,
  MAX_COOKIE_AGE,
  mssIndex,
  type SynCookies,
} from './syn-cookies.ts'

/** A SYN that was answered with a cookie, and when, microseconds. */
export interface CookieSpecimen {
  readonly client: number
  readonly clientPort: number
  readonly server: number
  readonly serverPort: number
  readonly clientIsn: number
  readonly mss: number
  /** Undefined for a SYN without timestamps: then nothing but the MSS survives. */
  readonly options: { readonly windowScale: number; readonly sackPermitted: boolean } | undefined
  readonly sentAt: number
  /** False for an example that nobody was sent. */
  readonly wasSent: boolean
}

/** Numbers are unsigned; times are microseconds. */
export interface CookieParts {
  readonly specimen: CookieSpecimen
  /** The number that is judged, and the one that was made for this SYN. */
  readonly cookie: number
  readonly real: number
  readonly hash1: number
  /** Of 24 bits. */
  readonly hash2: number
  readonly count: number
  readonly mssIndex: number
  readonly mssTable: readonly number[]
  /** The timestamp that carries the options, the connection's offset taken off. */
  readonly timestamp: number | undefined
  /** When the real one is no longer taken. */
  readonly expiresAt: number
  readonly verdict: CookieVerdict
}

export interface CookieVerdict {
  readonly isValid: boolean
  /** `count`: too old, or from the future. `hash`: no index of the MSS table comes out. `gate`: no overflow lately. */
  readonly reason: 'valid' | 'count' | 'hash' | 'gate'
  /** MSS that the connection would get. */
  readonly mss?: number
}

/** What there is to remember of a SYN, beside the secret. `mss` in bytes. */
export function specimenOf(syn: Segment, mss: number, now: number): CookieSpecimen {
  const { windowScale, sackPermitted } = syn
  return {
    client: syn.source,
    clientPort: syn.sourcePort,
    server: syn.destination,
    serverPort: syn.destinationPort,
    clientIsn: syn.seq,
    mss,
    options: syn.hasTimestamps ? { windowScale, sackPermitted } : undefined,
    sentAt: now,
    wasSent: true,
  }
}

/** The SYN of a client that might come: for a server that has sent no cookie yet. */
export function exampleSpecimen(now: number): CookieSpecimen {
  return {
    client: CLIENT_ADDRESSES.base + 1,
    clientPort: 40_000,
    server: SERVER_ADDRESS,
    serverPort: SERVER_PORT,
    clientIsn: 0x1234_5678,
    mss: 1460,
    options: { windowScale: 7, sackPermitted: true },
    sentAt: now,
    wasSent: false,
  }
}

/**
 * Takes the cookie of `specimen` apart and judges `cookie`, by default that one. `lastOverflow`: when a cookie was last
 * noted to be sent, -Infinity for never.
 */
export function dissectCookie(
  cookies: SynCookies,
  specimen: CookieSpecimen,
  cookie: number | undefined,
  lastOverflow: number,
  now: number,
): CookieParts {
  const { client, server, clientPort, serverPort, clientIsn, mss, options, sentAt } = specimen
  const count = cookieCount(sentAt)
  const index = mssIndex(mss)
  const real = cookies.encode(client, server, clientPort, serverPort, clientIsn, index, count) >>> 0
  const { fixed, counted } = cookies.hashes(client, server, clientPort, serverPort, count)
  const judged = cookie ?? real
  const isExpected = now <= lastOverflow + COOKIE_VALID_FOR
  return {
    specimen,
    cookie: judged,
    real,
    hash1: fixed >>> 0,
    hash2: counted & 0xff_ffff,
    count,
    mssIndex: index,
    mssTable: COOKIE_MSS,
    timestamp: options && encodeTimestamp(options.windowScale, options.sackPermitted, sentAt) >>> 0,
    expiresAt: Math.min((count + MAX_COOKIE_AGE) * COOKIE_PERIOD, lastOverflow + COOKIE_VALID_FOR),
    verdict: isExpected ? judge(cookies, specimen, judged, now) : { isValid: false, reason: 'gate' },
  }
}

function judge(cookies: SynCookies, specimen: CookieSpecimen, cookie: number, now: number): CookieVerdict {
  const { client, server, clientPort, serverPort, clientIsn } = specimen
  const count = cookieCount(now)
  const mss = cookies.decode(client, server, clientPort, serverPort, clientIsn, cookie | 0, count)
  if (mss > 0) return { isValid: true, reason: 'valid', mss }
  const { fixed } = cookies.hashes(client, server, clientPort, serverPort, count)
  const age = (count - ((cookie - fixed - clientIsn) >>> 24)) & 0xff
  return { isValid: false, reason: age >= MAX_COOKIE_AGE ? 'count' : 'hash' }
}
