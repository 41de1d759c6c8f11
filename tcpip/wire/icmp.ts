/**
 * ICMPv4 errors about TCP segments (RFC 792), as far as a host needs them to give up an attempt: what kind, and about
 * which segment. Read Linux `icmp_rcv`, `icmp_unreach` and `tcp_v4_err` first. Whether the embedded sequence number is
 * one that was sent, and what to do about it (RFC 5927), is the endpoint's question. Not a hot path.
 */
import { DropReason } from '../base/drop-reason.ts'
import { addBytes, finishChecksum, isIntact } from './checksum.ts'
import {
  checkIpv4,
  destinationOf,
  headerLengthOf,
  IPV4_HEADER_BYTES,
  isLaterFragment,
  PROTOCOL_ICMP,
  PROTOCOL_TCP,
  protocolOf,
  sourceOf,
  totalLengthOf,
  versionOf,
  writeIpv4Header,
} from './ipv4.ts'
import { destinationPortOf, seqOf, sourcePortOf } from './tcp.ts'

/** Error types (RFC 792). Source quench is ignored (RFC 6633 3), and a redirect is no error. */
export const ICMP_UNREACHABLE = 3
export const ICMP_TIME_EXCEEDED = 11
export const ICMP_PARAMETER_PROBLEM = 12

/** Bytes before the embedded packet. */
const ICMP_HEADER_BYTES = 8
/** Bytes of the offending packet's payload that every error carries: for TCP the ports and the sequence number. */
const EMBEDDED_PAYLOAD_BYTES = 8

/** Byte offsets from the start of the ICMP header. */
const TYPE = 0
const CODE = 1
const CHECKSUM = 2

/** An error and the segment it is about; a record to be reused. Addresses and `seq` are int32. */
export class IcmpError {
  type = 0
  code = 0
  /** The offending segment as it was sent: the source is the host that gets the error. */
  source = 0
  destination = 0
  sourcePort = 0
  destinationPort = 0
  seq = 0
}

/**
 * Reads the packet in `[at, at + length)` into `into`. Total: returns false, with `into` untouched, for anything that is
 * not a whole ICMP error of one of the three types, with good checksums, about a TCP segment. The embedded header's own
 * checksum and total length are not looked at: routers on the way may have changed them.
 */
export function parseIcmpError(view: DataView, at: number, length: number, into: IcmpError): boolean {
  if (checkIpv4(view, at, length) !== DropReason.ACCEPTED || protocolOf(view, at) !== PROTOCOL_ICMP) return false
  const icmp = at + headerLengthOf(view, at)
  const end = at + totalLengthOf(view, at)
  const embedded = icmp + ICMP_HEADER_BYTES
  if (embedded + IPV4_HEADER_BYTES > end || !isIntact(addBytes(0, view, icmp, end - icmp))) return false
  const type = view.getUint8(icmp + TYPE)
  if (type !== ICMP_UNREACHABLE && type !== ICMP_TIME_EXCEEDED && type !== ICMP_PARAMETER_PROBLEM) return false

  const headerLength = headerLengthOf(view, embedded)
  if (versionOf(view, embedded) !== 4 || headerLength < IPV4_HEADER_BYTES) return false
  if (protocolOf(view, embedded) !== PROTOCOL_TCP || isLaterFragment(view, embedded)) return false
  const tcp = embedded + headerLength
  if (tcp + EMBEDDED_PAYLOAD_BYTES > end) return false
  into.type = type
  into.code = view.getUint8(icmp + CODE)
  into.source = sourceOf(view, embedded)
  into.destination = destinationOf(view, embedded)
  into.sourcePort = sourcePortOf(view, tcp)
  into.destinationPort = destinationPortOf(view, tcp)
  into.seq = seqOf(view, tcp)
  return true
}

/**
 * The error that the router or host `reporter` sends about a good packet, in fresh bytes: header and first eight bytes
 * of payload are quoted, the least RFC 792 asks for. For tests and cold paths.
 */
export function icmpErrorBytes(reporter: number, type: number, code: number, offending: Uint8Array): Uint8Array {
  const offendingView = new DataView(offending.buffer, offending.byteOffset, offending.byteLength)
  const quotedLength = headerLengthOf(offendingView, 0) + EMBEDDED_PAYLOAD_BYTES
  const icmpLength = ICMP_HEADER_BYTES + quotedLength
  const bytes = new Uint8Array(IPV4_HEADER_BYTES + icmpLength)
  const view = new DataView(bytes.buffer)
  writeIpv4Header(view, 0, PROTOCOL_ICMP, reporter, sourceOf(offendingView, 0), bytes.length)
  view.setUint8(IPV4_HEADER_BYTES + TYPE, type)
  view.setUint8(IPV4_HEADER_BYTES + CODE, code)
  bytes.set(offending.subarray(0, quotedLength), IPV4_HEADER_BYTES + ICMP_HEADER_BYTES)
  const sum = addBytes(0, view, IPV4_HEADER_BYTES, icmpLength)
  view.setUint16(IPV4_HEADER_BYTES + CHECKSUM, finishChecksum(sum))
  return bytes
}
