/**
 * The IPv4 header (RFC 791 3.1): where its fields lie, its one validity check and its writing. It is handled as five
 * 32-bit words, each read or written once, because a word is as cheap as a byte and sums two checksum terms at a time.
 *
 * An accessor takes a view and the offset of the packet and never checks: it is for packets that `checkIpv4` accepted,
 * or whose first `IPV4_HEADER_BYTES` bytes at least are known to exist.
 */
import { DropReason } from '../base/drop-reason.ts'
import { addBytes, finishChecksum, halves, isIntact } from './checksum.ts'

/** Local copies: constants of this module cost nothing, those of an imported object a load and a check each. */
const { ACCEPTED, IP_BAD_CHECKSUM, IP_BAD_HEADER_LENGTH, IP_BAD_VERSION, IP_FRAGMENT, IP_TRUNCATED } = DropReason

/** Bytes of a header without options (IHL = 5). */
export const IPV4_HEADER_BYTES = 20

/** Most bytes of a packet, header included: the total length has 16 bits. */
export const IPV4_PACKET_BYTES_MAX = 65_535

/** Protocol numbers (RFC 792, RFC 9293 3.1). */
export const PROTOCOL_ICMP = 1
export const PROTOCOL_TCP = 6

/** Time to live of packets sent, hops (Linux `ip_default_ttl`). */
const DEFAULT_TTL = 64

/** Byte offset of version, IHL, type of service and total length. */
const WORD_LENGTH = 0
/** Byte offset of identification, flags and fragment offset. */
const WORD_FRAGMENT = 4
/** Byte offset of time to live, protocol and header checksum. */
const WORD_PROTOCOL = 8
const SOURCE = 12
const DESTINATION = 16

/** Version 4, IHL 5, type of service 0: the high half of the first word of every packet written. */
const VERSION_4_IHL_5 = 0x4500_0000
/** The "don't fragment" flag in its word. */
const DONT_FRAGMENT = 0x4000
/** The fragment offset in its word. */
const FRAGMENT_OFFSET_MASK = 0x1fff
/** "More fragments" and the fragment offset in their word: all zero in a whole packet. */
const FRAGMENT_MASK = 0x3fff

/** Source address of the packet at `at`, int32. */
export function sourceOf(view: DataView, at: number): number {
  return view.getInt32(at + SOURCE)
}

/** Destination address of the packet at `at`, int32. */
export function destinationOf(view: DataView, at: number): number {
  return view.getInt32(at + DESTINATION)
}

/** Protocol number of the packet at `at`. */
export function protocolOf(view: DataView, at: number): number {
  return view.getUint8(at + WORD_PROTOCOL + 1)
}

/** IP version of the packet at `at`: 4 in a packet that was checked. */
export function versionOf(view: DataView, at: number): number {
  return view.getUint8(at + WORD_LENGTH) >> 4
}

/** Whether the packet at `at` is a fragment, the first included; never so in a packet that was checked. */
export function isFragment(view: DataView, at: number): boolean {
  return (view.getUint16(at + WORD_FRAGMENT + 2) & FRAGMENT_MASK) !== 0
}

/** Whether the packet at `at` is a fragment without the start of the payload; never so in a packet that was checked. */
export function isLaterFragment(view: DataView, at: number): boolean {
  return (view.getUint16(at + WORD_FRAGMENT + 2) & FRAGMENT_OFFSET_MASK) !== 0
}

/** Header length in bytes, options included: 20..60 in a packet that was checked. */
export function headerLengthOf(view: DataView, at: number): number {
  return (view.getUint8(at + WORD_LENGTH) & 0x0f) << 2
}

/** Total length in bytes as the header states it: header, options and payload. */
export function totalLengthOf(view: DataView, at: number): number {
  return view.getUint16(at + WORD_LENGTH + 2)
}

/**
 * Checks the header of the packet in `[at, at + length)` in the order of Linux `ip_rcv_core`: ACCEPTED for a whole
 * packet with a good header, whatever its protocol. `length` may exceed the packet's own total length (link padding).
 * Looks at nothing outside the range.
 */
export function checkIpv4(view: DataView, at: number, length: number): DropReason {
  if (length < IPV4_HEADER_BYTES) return IP_TRUNCATED
  const word0 = view.getInt32(at + WORD_LENGTH)
  if (word0 >>> 28 !== 4) return IP_BAD_VERSION
  const headerLength = (word0 >>> 22) & 0x3c
  if (headerLength < IPV4_HEADER_BYTES) return IP_BAD_HEADER_LENGTH
  if (length < headerLength) return IP_TRUNCATED
  const word1 = view.getInt32(at + WORD_FRAGMENT)
  const word2 = view.getInt32(at + WORD_PROTOCOL)
  let sum = halves(word0) + halves(word1) + halves(word2) + halves(sourceOf(view, at)) + halves(destinationOf(view, at))
  const optionBytes = headerLength - IPV4_HEADER_BYTES
  if (optionBytes > 0) sum = addBytes(sum, view, at + IPV4_HEADER_BYTES, optionBytes)
  if (!isIntact(sum)) return IP_BAD_CHECKSUM
  const totalLength = word0 & 0xffff
  if (length < totalLength) return IP_TRUNCATED
  if (totalLength < headerLength) return IP_BAD_HEADER_LENGTH
  return (word1 & FRAGMENT_MASK) === 0 ? ACCEPTED : IP_FRAGMENT
}

/**
 * Writes a header without options, checksum included: DF set, identification 0, as RFC 6864 4.1 allows for a packet that
 * will not be fragmented. `totalLength` in bytes, at most `IPV4_PACKET_BYTES_MAX`.
 */
export function writeIpv4Header(
  view: DataView,
  at: number,
  protocol: number,
  source: number,
  destination: number,
  totalLength: number,
): void {
  const word0 = VERSION_4_IHL_5 | totalLength
  const word2 = (DEFAULT_TTL << 24) | (protocol << 16)
  const sum = halves(word0) + DONT_FRAGMENT + halves(word2) + halves(source) + halves(destination)
  view.setInt32(at + WORD_LENGTH, word0)
  view.setInt32(at + WORD_FRAGMENT, DONT_FRAGMENT)
  view.setInt32(at + WORD_PROTOCOL, word2 | finishChecksum(sum))
  view.setInt32(at + SOURCE, source)
  view.setInt32(at + DESTINATION, destination)
}
