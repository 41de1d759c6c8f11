/**
 * IPv4 and TCP packets to `Segment` records and back: the hot path. Read RFC 791 3.1, RFC 9293 3.1, Linux `ip_rcv_core`
 * and `tcp_v4_rcv` first.
 *
 * Contract: `parsePacket` is total. For any bytes it returns a reason, throws nothing and looks at nothing outside the
 * range it was given; after ACCEPTED every field is set and the payload lies inside that range. `writePacket` only fails
 * by the caller's fault, when there is no room for `packetLength(segment)` bytes, and leaves no byte of that length as
 * it found it. Neither allocates. Whether the addresses are acceptable is the endpoint's question.
 */
import { DropReason } from '../base/drop-reason.ts'
import { addBytes, addBytesCopying, finishChecksum, halves, isIntact, pseudoHeaderSum } from './checksum.ts'
import {
  checkIpv4,
  destinationOf,
  headerLengthOf,
  IPV4_HEADER_BYTES,
  PROTOCOL_TCP,
  protocolOf,
  sourceOf,
  totalLengthOf,
  writeIpv4Header,
} from './ipv4.ts'
import { OPTIONS_BYTES_MAX, optionsLength, parseOptions, writeOptions } from './options.ts'
import type { Segment } from './segment.ts'
import {
  dataOffsetIn,
  flagsIn,
  makeFlagsWord,
  TCP_ACK,
  TCP_HEADER_BYTES,
  TCP_SEQ,
  TCP_WORD_CHECKSUM,
  TCP_WORD_FLAGS,
  TCP_WORD_PORTS,
} from './tcp.ts'

/** Local copies: constants of this module cost nothing, those of an imported object a load and a check each. */
const { ACCEPTED, IP_NOT_TCP, TCP_BAD_CHECKSUM, TCP_BAD_DATA_OFFSET, TCP_TRUNCATED } = DropReason

/** Most bytes of headers in a packet that `writePacket` writes: what is left of a slot is room for payload. */
export const HEADER_BYTES_MAX = IPV4_HEADER_BYTES + TCP_HEADER_BYTES + OPTIONS_BYTES_MAX

/**
 * Parses the packet in `[at, at + length)` of `bytes` and of `view` (two views of the same memory) into `into`, both
 * checksums verified. On any reason but ACCEPTED the contents of `into` are undefined. The payload is not copied: it is
 * good for as long as the bytes are. The urgent pointer is ignored.
 */
export function parsePacket(bytes: Uint8Array, view: DataView, at: number, length: number, into: Segment): DropReason {
  const reason = checkIpv4(view, at, length)
  if (reason !== ACCEPTED) return reason
  if (protocolOf(view, at) !== PROTOCOL_TCP) return IP_NOT_TCP

  const tcp = at + headerLengthOf(view, at)
  const tcpLength = at + totalLengthOf(view, at) - tcp
  if (tcpLength < TCP_HEADER_BYTES) return TCP_TRUNCATED
  const flagsWord = view.getInt32(tcp + TCP_WORD_FLAGS)
  const dataOffset = dataOffsetIn(flagsWord)
  if (dataOffset < TCP_HEADER_BYTES) return TCP_BAD_DATA_OFFSET
  if (tcpLength < dataOffset) return TCP_TRUNCATED

  const source = sourceOf(view, at)
  const destination = destinationOf(view, at)
  const ports = view.getInt32(tcp + TCP_WORD_PORTS)
  const seq = view.getInt32(tcp + TCP_SEQ)
  const ack = view.getInt32(tcp + TCP_ACK)
  let sum = pseudoHeaderSum(source, destination, PROTOCOL_TCP, tcpLength)
  sum += halves(ports) + halves(seq) + halves(ack) + halves(flagsWord) + halves(view.getInt32(tcp + TCP_WORD_CHECKSUM))
  if (tcpLength > TCP_HEADER_BYTES) sum = addBytes(sum, view, tcp + TCP_HEADER_BYTES, tcpLength - TCP_HEADER_BYTES)
  if (!isIntact(sum)) return TCP_BAD_CHECKSUM

  into.source = source
  into.destination = destination
  into.sourcePort = ports >>> 16
  into.destinationPort = ports & 0xffff
  into.seq = seq
  into.ack = ack
  into.flags = flagsIn(flagsWord)
  into.window = flagsWord & 0xffff
  into.clearOptions()
  if (dataOffset > TCP_HEADER_BYTES) parseOptions(view, tcp + TCP_HEADER_BYTES, tcp + dataOffset, into)
  into.payload = bytes
  into.payloadAt = tcp + dataOffset
  into.payloadLength = tcpLength - dataOffset
  return ACCEPTED
}

/** Bytes of the packet that `writePacket` writes for a segment. */
export function packetLength(segment: Segment): number {
  return IPV4_HEADER_BYTES + TCP_HEADER_BYTES + optionsLength(segment) + segment.payloadLength
}

/**
 * Writes the packet of a segment at `at` of `bytes` and of `view` (two views of the same memory), both checksums
 * included, and returns its total length. The caller provides `packetLength(segment)` bytes of room, at most
 * `IPV4_PACKET_BYTES_MAX`, and a payload that does not overlap them.
 */
export function writePacket(bytes: Uint8Array, view: DataView, at: number, segment: Segment): number {
  const { source, destination, seq, ack, payloadLength } = segment
  const tcp = at + IPV4_HEADER_BYTES
  const optionBytes = writeOptions(view, tcp + TCP_HEADER_BYTES, segment)
  const headerLength = TCP_HEADER_BYTES + optionBytes
  const tcpLength = headerLength + payloadLength
  writeIpv4Header(view, at, PROTOCOL_TCP, source, destination, IPV4_HEADER_BYTES + tcpLength)

  const ports = (segment.sourcePort << 16) | segment.destinationPort
  const flagsWord = makeFlagsWord(headerLength, segment.flags, segment.window)
  let sum = pseudoHeaderSum(source, destination, PROTOCOL_TCP, tcpLength)
  sum += halves(ports) + halves(seq) + halves(ack) + halves(flagsWord)
  if (optionBytes > 0) sum = addBytes(sum, view, tcp + TCP_HEADER_BYTES, optionBytes)
  if (payloadLength > 0) {
    sum = addBytesCopying(sum, segment.payload, segment.payloadAt, payloadLength, bytes, tcp + headerLength)
  }
  view.setInt32(tcp + TCP_WORD_PORTS, ports)
  view.setInt32(tcp + TCP_SEQ, seq)
  view.setInt32(tcp + TCP_ACK, ack)
  view.setInt32(tcp + TCP_WORD_FLAGS, flagsWord)
  // The urgent pointer, the other half of this word, is 0.
  view.setInt32(tcp + TCP_WORD_CHECKSUM, finishChecksum(sum) << 16)
  return IPV4_HEADER_BYTES + tcpLength
}

/** The packet of a segment in fresh bytes: for tests and cold paths. */
export function packetBytes(segment: Segment): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(packetLength(segment))
  writePacket(bytes, new DataView(bytes.buffer), 0, segment)
  return bytes
}
