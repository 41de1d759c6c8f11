/**
 * The frames of the UDP link, as bytes: how a lab server (the hub) and the processes that speak to it (the spokes)
 * exchange IPv4 packets without privileges. Total parsing: every function takes any bytes and answers with an outcome.
 *
 * All integers are big-endian. Every frame begins with 'S' 'L' version type; the high bit of the type is set in what the
 * hub says. Control frames end with a tag over everything before it (lab-key.ts). N = nonce of 16 bytes, S = session id.
 *
 *   HELLO      spoke  0:4                N(spoke) padding              64 bytes
 *   CHALLENGE  hub    0:4                N(spoke) N(hub)               56 bytes: proves the key before the spoke trusts it
 *   CONFIRM    spoke  count:1 0:3        N(spoke) N(hub) requests      56 + 6 per request (base:4 length:1 pool length:1)
 *   READY      hub    count:1 0:3        N(spoke) S grants             48 + 5 per grant (base:4 length:1)
 *   REFUSED    hub    code:1 index:1 0:2 N(spoke)                      40 bytes
 *   KEEPALIVE  both   counter:4          S                             32 bytes
 *   BYE        both   0:4                S                             32 bytes
 *   DATA       both   sequence:4         S packets                     16 + 2 + length per packet (length:2 bytes), no tag
 *
 * No answer of the hub is longer than what it answers: the link cannot amplify. The hub keeps no state before CONFIRM: its
 * nonce is a function of a secret, the time and the asker, as in a SYN cookie.
 *
 * What this protects against is accident and misuse: sending packets to something that is no lab server, two labs mixing,
 * a spoke using addresses that are not its own. A data frame carries a random 64-bit session id and must come from the
 * session's address and port, which nobody off the path can guess; somebody who can read the wire (root on this machine)
 * can inject packets into a lab, and has better things to do. A tag per data frame would cost as much as the system call.
 */
import type { Prefix } from '../wire/address.ts'
import { netmask } from '../wire/address.ts'
import { type MacKey, TAG_BYTES } from './mac-key.ts'
import { type PrefixRequest, Refusal } from './prefix-request.ts'
import { FrameOutcome } from './udp-counters.ts'

/** Default port of the hub. */
export const UDP_LINK_PORT = 7400

/** Version of the frame format. */
export const VERSION = 1

/** Types of frames; bit 7 is set in those of the hub, so that no frame means anything when it is sent back. */
export const FrameType = {
  HELLO: 0x01,
  CHALLENGE: 0x81,
  CONFIRM: 0x02,
  READY: 0x82,
  REFUSED: 0x83,
  KEEPALIVE: 0x04,
  HUB_KEEPALIVE: 0x84,
  DATA: 0x05,
  HUB_DATA: 0x85,
  BYE: 0x06,
  HUB_BYE: 0x86,
} as const

export type FrameType = (typeof FrameType)[keyof typeof FrameType]

/** Prefixes that one spoke may ask for. */
export const MAX_PREFIXES = 16
export const NONCE_BYTES = 16
export const SESSION_ID_BYTES = 8

const MAGIC_0 = 0x53
const MAGIC_1 = 0x4c
const PREAMBLE_BYTES = 4
const REQUEST_BYTES = 6
const GRANT_BYTES = 5

/** Offset of the word whose meaning depends on the type. */
export const ARGUMENT_AT = 4
/** Offset of the spoke's nonce in handshake frames. */
export const SPOKE_NONCE_AT = 8
/** Offset of the hub's nonce in CHALLENGE and CONFIRM. */
export const HUB_NONCE_AT = SPOKE_NONCE_AT + NONCE_BYTES
/** Offset of the session id in KEEPALIVE, BYE and DATA. */
export const SESSION_AT = 8
const REQUESTS_AT = HUB_NONCE_AT + NONCE_BYTES
/** Offset of the session id in READY. */
export const READY_SESSION_AT = SPOKE_NONCE_AT + NONCE_BYTES
const GRANTS_AT = READY_SESSION_AT + SESSION_ID_BYTES

/** Offset of the first packet of a data frame. */
export const DATA_HEADER_BYTES = SESSION_AT + SESSION_ID_BYTES
/** Bytes of a data frame per packet, beside the packet. */
export const PACKET_PREFIX_BYTES = 2

/** Length of a HELLO: not less than that of a CHALLENGE. */
const HELLO_BYTES = 64
const CHALLENGE_BYTES = REQUESTS_AT + TAG_BYTES
const REFUSED_BYTES = SPOKE_NONCE_AT + NONCE_BYTES + TAG_BYTES
const SESSION_FRAME_BYTES = SESSION_AT + SESSION_ID_BYTES + TAG_BYTES

/** Length of the longest control frame. */
export const MAX_CONTROL_BYTES = REQUESTS_AT + MAX_PREFIXES * REQUEST_BYTES + TAG_BYTES

/** The int32 at an offset, big-endian. */
export function readWord(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
}

export function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24
  bytes[at + 1] = word >>> 16
  bytes[at + 2] = word >>> 8
  bytes[at + 3] = word
}

function writePreamble(bytes: Uint8Array, type: FrameType, argument: number): void {
  writeWord(bytes, 0, (MAGIC_0 << 24) | (MAGIC_1 << 16) | (VERSION << 8) | type)
  writeWord(bytes, ARGUMENT_AT, argument)
}

/** The type of a frame, or minus the FrameOutcome that says why it is none. */
export function frameType(bytes: Uint8Array, length: number): number {
  if (length < PREAMBLE_BYTES) return -FrameOutcome.TRUNCATED
  if (bytes[0] !== MAGIC_0 || bytes[1] !== MAGIC_1) return -FrameOutcome.BAD_MAGIC
  if (bytes[2] !== VERSION) return -FrameOutcome.BAD_VERSION
  return bytes[3]
}

/** Length that a control frame of this type must have; -1 when its count is out of range. */
function controlLength(type: FrameType, count: number): number {
  switch (type) {
    case FrameType.HELLO:
      return HELLO_BYTES
    case FrameType.CHALLENGE:
      return CHALLENGE_BYTES
    case FrameType.CONFIRM:
      return count >= 1 && count <= MAX_PREFIXES ? REQUESTS_AT + count * REQUEST_BYTES + TAG_BYTES : -1
    case FrameType.READY:
      return count >= 1 && count <= MAX_PREFIXES ? GRANTS_AT + count * GRANT_BYTES + TAG_BYTES : -1
    case FrameType.REFUSED:
      return REFUSED_BYTES
    default:
      return SESSION_FRAME_BYTES
  }
}

/** Whether a control frame has the length that its type and count ask for. */
export function isWellFormed(type: FrameType, bytes: Uint8Array, length: number): boolean {
  return length === controlLength(type, length > ARGUMENT_AT ? bytes[ARGUMENT_AT] : 0)
}

/** Whether a frame that claims to be a control frame of `type` has the length and the tag of one. */
export function checkControl(key: MacKey, type: FrameType, bytes: Uint8Array, length: number): FrameOutcome {
  if (!isWellFormed(type, bytes, length)) return FrameOutcome.MALFORMED
  return key.isSealed(bytes, length) ? FrameOutcome.ACCEPTED : FrameOutcome.BAD_MAC
}

/*
 * Writers. Each fills `bytes` from 0 and returns the length of the frame; `bytes` holds at least MAX_CONTROL_BYTES.
 */

export function writeHello(bytes: Uint8Array, key: MacKey, nonce: Uint8Array): number {
  bytes.fill(0, 0, HELLO_BYTES)
  writePreamble(bytes, FrameType.HELLO, 0)
  bytes.set(nonce, SPOKE_NONCE_AT)
  return key.seal(bytes, HELLO_BYTES - TAG_BYTES)
}

export function writeChallenge(bytes: Uint8Array, key: MacKey, nonce: Uint8Array, hubNonce: Uint8Array): number {
  writePreamble(bytes, FrameType.CHALLENGE, 0)
  bytes.set(nonce, SPOKE_NONCE_AT)
  bytes.set(hubNonce, HUB_NONCE_AT)
  return key.seal(bytes, CHALLENGE_BYTES - TAG_BYTES)
}

/** `requests`: 1 to MAX_PREFIXES. */
export function writeConfirm(
  bytes: Uint8Array,
  key: MacKey,
  nonce: Uint8Array,
  hubNonce: Uint8Array,
  requests: readonly PrefixRequest[],
): number {
  writePreamble(bytes, FrameType.CONFIRM, requests.length << 24)
  bytes.set(nonce, SPOKE_NONCE_AT)
  bytes.set(hubNonce, HUB_NONCE_AT)
  let at = REQUESTS_AT
  for (const request of requests) {
    writeWord(bytes, at, request.preferred.base)
    bytes[at + 4] = request.preferred.length
    bytes[at + 5] = request.poolLength
    at += REQUEST_BYTES
  }
  return key.seal(bytes, at)
}

/** The requests of a CONFIRM whose length was checked; undefined when one of them is no prefix. */
export function readRequests(bytes: Uint8Array): readonly PrefixRequest[] | undefined {
  const requests: PrefixRequest[] = []
  for (let i = 0; i < bytes[ARGUMENT_AT]; i++) {
    const at = REQUESTS_AT + i * REQUEST_BYTES
    const preferred = readPrefix(bytes, at)
    const poolLength = bytes[at + 5]
    if (preferred === undefined || poolLength > preferred.length) return undefined
    requests.push({ preferred, poolLength })
  }
  return requests
}

/** `grants`: 1 to MAX_PREFIXES. */
export function writeReady(
  bytes: Uint8Array,
  key: MacKey,
  nonce: Uint8Array,
  session: SessionId,
  grants: readonly Prefix[],
): number {
  writePreamble(bytes, FrameType.READY, grants.length << 24)
  bytes.set(nonce, SPOKE_NONCE_AT)
  writeWord(bytes, READY_SESSION_AT, session.high)
  writeWord(bytes, READY_SESSION_AT + 4, session.low)
  let at = GRANTS_AT
  for (const grant of grants) {
    writeWord(bytes, at, grant.base)
    bytes[at + 4] = grant.length
    at += GRANT_BYTES
  }
  return key.seal(bytes, at)
}

/** The grants of a READY whose length was checked; undefined when one of them is no prefix. */
export function readGrants(bytes: Uint8Array): readonly Prefix[] | undefined {
  const grants: Prefix[] = []
  for (let i = 0; i < bytes[ARGUMENT_AT]; i++) {
    const grant = readPrefix(bytes, GRANTS_AT + i * GRANT_BYTES)
    if (grant === undefined) return undefined
    grants.push(grant)
  }
  return grants
}

function readPrefix(bytes: Uint8Array, at: number): Prefix | undefined {
  const base = readWord(bytes, at)
  const length = bytes[at + 4]
  return length <= 32 && (base & ~netmask(length)) === 0 ? { base, length } : undefined
}

/** `index`: the request that was refused, from 0. */
export function writeRefused(
  bytes: Uint8Array,
  key: MacKey,
  nonce: Uint8Array,
  refusal: Refusal,
  index: number,
): number {
  writePreamble(bytes, FrameType.REFUSED, (refusal << 24) | (index << 16))
  bytes.set(nonce, SPOKE_NONCE_AT)
  return key.seal(bytes, REFUSED_BYTES - TAG_BYTES)
}

/** The code of a REFUSED; undefined when this version knows no such code. */
export function readRefusal(bytes: Uint8Array): Refusal | undefined {
  return Object.values(Refusal).find((code) => code === bytes[ARGUMENT_AT])
}

/** The refused request's number in a REFUSED. */
export function readRefusedIndex(bytes: Uint8Array): number {
  return bytes[ARGUMENT_AT + 1]
}

/** A KEEPALIVE or BYE of either direction; `argument` is the counter of a KEEPALIVE, int32, and 0 in a BYE. */
export function writeSessionFrame(
  bytes: Uint8Array,
  key: MacKey,
  type: FrameType,
  session: SessionId,
  argument: number,
): number {
  writePreamble(bytes, type, argument)
  writeWord(bytes, SESSION_AT, session.high)
  writeWord(bytes, SESSION_AT + 4, session.low)
  return key.seal(bytes, SESSION_FRAME_BYTES - TAG_BYTES)
}

/** 64 random bits, as two int32. */
export interface SessionId {
  readonly high: number
  readonly low: number
}

/** Writes the part of a data frame before its packets; returns its length. `sequence` as int32. */
export function writeDataHeader(bytes: Uint8Array, type: FrameType, session: SessionId, sequence: number): number {
  writePreamble(bytes, type, sequence)
  writeWord(bytes, SESSION_AT, session.high)
  writeWord(bytes, SESSION_AT + 4, session.low)
  return DATA_HEADER_BYTES
}
