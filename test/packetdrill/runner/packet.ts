/**
 * IPv4/TCP packets with every field a script can name, options in their order: bytes to record and back. Written apart
 * from tcpip/wire on purpose, which is part of what the scripts test. Read first: RFC 791 3.1, RFC 9293 3.1.
 */
import type { TcpOption } from '../language/ast.ts'

export interface Packet {
  /** IPv4 addresses, int32 in host order. */
  readonly source: number
  readonly destination: number
  readonly sourcePort: number
  readonly destinationPort: number
  readonly tos: number
  readonly ttl: number
  /** Sequence numbers, 0..2^32-1. */
  readonly seq: number
  readonly ack: number
  /** Control bits as `FLAG_LETTERS` numbers them, AE as bit 8. */
  readonly flags: number
  readonly window: number
  readonly urgent: number
  readonly options: readonly TcpOption[]
  readonly payload: Uint8Array
}

const IP_BYTES = 20
const TCP_BYTES = 20
const ICMP_BYTES = 8
const PROTOCOL_ICMP = 1
const PROTOCOL_TCP = 6

/** Bytes of the offending TCP header that an ICMP error quotes: ports and sequence number. */
const QUOTED_TCP_BYTES = 8

/** Fields of a quoted segment that nobody looks at. */
const QUOTED_REST = { tos: 0, ttl: 64, ack: 0, flags: 0, window: 0, urgent: 0, options: [], payload: new Uint8Array(0) }

/** RFC 6994 experiment identifier of Fast Open (RFC 7413 4.1.1). */
const FAST_OPEN_EXPERIMENT = 0xf989

/** Option kinds by name (IANA "TCP Option Kind Numbers"). */
const KINDS = { eol: 0, nop: 1, mss: 2, wscale: 3, sackOK: 4, sack: 5, TS: 8, md5: 19, FO: 34, FOEXP: 254 } as const

/** The bytes of `packet`, checksums included. */
export function encodePacket(packet: Packet): Uint8Array<ArrayBuffer> {
  const options = packet.options.flatMap(encodeOption)
  while (options.length % 4 !== 0) options.push(KINDS.eol)
  const tcpLength = TCP_BYTES + options.length + packet.payload.length
  const bytes = new Uint8Array(IP_BYTES + tcpLength)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, 0x45)
  view.setUint8(1, packet.tos)
  view.setUint16(2, bytes.length)
  view.setUint8(8, packet.ttl)
  view.setUint8(9, PROTOCOL_TCP)
  view.setInt32(12, packet.source)
  view.setInt32(16, packet.destination)
  view.setUint16(10, checksum(bytes.subarray(0, IP_BYTES), 0))
  view.setUint16(20, packet.sourcePort)
  view.setUint16(22, packet.destinationPort)
  view.setUint32(24, packet.seq)
  view.setUint32(28, packet.ack)
  view.setUint16(32, ((TCP_BYTES + options.length) << 10) | packet.flags)
  view.setUint16(34, packet.window)
  view.setUint16(38, packet.urgent)
  bytes.set(options, IP_BYTES + TCP_BYTES)
  bytes.set(packet.payload, IP_BYTES + TCP_BYTES + options.length)
  view.setUint16(36, checksum(bytes.subarray(IP_BYTES), pseudoHeader(view, tcpLength)))
  return bytes
}

/** The packet in `bytes`; throws when they are not one well-formed IPv4/TCP packet with good checksums. */
export function decodePacket(bytes: Uint8Array): Packet {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  require(bytes.length >= IP_BYTES + TCP_BYTES, 'shorter than its headers')
  require(view.getUint8(0) === 0x45, 'not IPv4 with a 20-byte header')
  require(view.getUint16(2) === bytes.length, 'IPv4 total length is not the packet length')
  require(view.getUint8(9) === PROTOCOL_TCP, 'not TCP')
  require(checksum(bytes.subarray(0, IP_BYTES), 0) === 0, 'bad IPv4 checksum')
  const tcpLength = bytes.length - IP_BYTES
  require(checksum(bytes.subarray(IP_BYTES), pseudoHeader(view, tcpLength)) === 0, 'bad TCP checksum')
  const headerLength = (view.getUint16(32) >>> 12) * 4
  require(headerLength >= TCP_BYTES && headerLength <= tcpLength, 'bad data offset')
  return {
    source: view.getInt32(12),
    destination: view.getInt32(16),
    sourcePort: view.getUint16(20),
    destinationPort: view.getUint16(22),
    tos: view.getUint8(1),
    ttl: view.getUint8(8),
    seq: view.getUint32(24),
    ack: view.getUint32(28),
    flags: view.getUint16(32) & 0x1ff,
    window: view.getUint16(34),
    urgent: view.getUint16(38),
    options: decodeOptions(bytes.subarray(IP_BYTES + TCP_BYTES, IP_BYTES + headerLength)),
    payload: bytes.slice(IP_BYTES + headerLength),
  }
}

/** What an ICMP error says (RFC 792), and about which segment of the host that gets it. */
export interface IcmpFields {
  readonly type: number
  readonly code: number
  readonly mtu: number
  /** The offending segment, as the host sent it. */
  readonly offending: Pick<Packet, 'source' | 'destination' | 'sourcePort' | 'destinationPort' | 'seq'>
}

/** The bytes of an ICMP error that the far end of a connection sends; it quotes a header and eight bytes. */
export function encodeIcmp(fields: IcmpFields): Uint8Array<ArrayBuffer> {
  const { offending } = fields
  const quoted = encodePacket({ ...offending, ...QUOTED_REST }).subarray(0, IP_BYTES + QUOTED_TCP_BYTES)
  const bytes = new Uint8Array(IP_BYTES + ICMP_BYTES + quoted.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, 0x45)
  view.setUint16(2, bytes.length)
  view.setUint8(8, QUOTED_REST.ttl)
  view.setUint8(9, PROTOCOL_ICMP)
  view.setInt32(12, offending.destination)
  view.setInt32(16, offending.source)
  view.setUint16(10, checksum(bytes.subarray(0, IP_BYTES), 0))
  view.setUint8(20, fields.type)
  view.setUint8(21, fields.code)
  view.setUint16(26, fields.mtu)
  bytes.set(quoted, IP_BYTES + ICMP_BYTES)
  view.setUint16(22, checksum(bytes.subarray(IP_BYTES), 0))
  return bytes
}

function require(condition: boolean, message: string): void {
  if (!condition) throw new Error(message)
}

function pseudoHeader(view: DataView, tcpLength: number): number {
  let sum = PROTOCOL_TCP + tcpLength
  for (let at = 12; at < 20; at += 2) sum += view.getUint16(at)
  return sum
}

/** RFC 1071, over `bytes` and a partial sum. */
function checksum(bytes: Uint8Array, partial: number): number {
  let sum = partial
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] << 8) | (bytes[i + 1] ?? 0)
  while (sum > 0xffff) sum = Math.floor(sum / 0x1_0000) + (sum & 0xffff)
  return ~sum & 0xffff
}

function encodeOption(option: TcpOption): number[] {
  switch (option.kind) {
    case 'nop':
    case 'eol':
      return [KINDS[option.kind]]
    case 'sackOK':
      return [KINDS.sackOK, 2]
    case 'mss':
      return [KINDS.mss, 4, ...wide(option.value, 2)]
    case 'wscale':
      return [KINDS.wscale, 3, option.value]
    case 'TS':
      return [KINDS.TS, 10, ...wide(option.val, 4), ...wide(option.ecr, 4)]
    case 'sack':
      return [KINDS.sack, 2 + 8 * option.blocks.length, ...option.blocks.flat().flatMap((edge) => wide(edge, 4))]
    case 'md5':
    case 'FO':
      return [KINDS[option.kind], 2 + option.hex.length / 2, ...fromHex(option.hex)]
    case 'FOEXP':
      return [KINDS.FOEXP, 4 + option.hex.length / 2, ...wide(FAST_OPEN_EXPERIMENT, 2), ...fromHex(option.hex)]
    case 'other':
      return [option.number, 2 + option.hex.length / 2, ...fromHex(option.hex)]
  }
}

function decodeOptions(bytes: Uint8Array): TcpOption[] {
  const options: TcpOption[] = []
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes[at]
    const length = kind === KINDS.eol || kind === KINDS.nop ? 1 : (bytes[at + 1] ?? 0)
    require(length > 0 && at + length <= bytes.length, 'a TCP option runs out of the header')
    options.push(decodeOption(kind, bytes.subarray(at, at + length)))
    at += length
  }
  return options
}

function decodeOption(kind: number, bytes: Uint8Array): TcpOption {
  const data = bytes.subarray(2)
  const is = (known: number, length: number): boolean => kind === known && bytes.length === length
  if (is(KINDS.eol, 1)) return { kind: 'eol' }
  if (is(KINDS.nop, 1)) return { kind: 'nop' }
  if (is(KINDS.mss, 4)) return { kind: 'mss', value: fromWide(data) }
  if (is(KINDS.wscale, 3)) return { kind: 'wscale', value: data[0] }
  if (is(KINDS.sackOK, 2)) return { kind: 'sackOK' }
  if (is(KINDS.TS, 10)) return { kind: 'TS', val: fromWide(data.subarray(0, 4)), ecr: fromWide(data.subarray(4)) }
  if (kind === KINDS.sack && data.length > 0 && data.length % 8 === 0) {
    const blocks: [number, number][] = []
    for (let at = 0; at < data.length; at += 8) {
      blocks.push([fromWide(data.subarray(at, at + 4)), fromWide(data.subarray(at + 4, at + 8))])
    }
    return { kind: 'sack', blocks }
  }
  if (is(KINDS.md5, 18)) return { kind: 'md5', hex: toHex(data) }
  if (kind === KINDS.FO) return { kind: 'FO', hex: toHex(data) }
  return { kind: 'other', number: kind, hex: toHex(data) }
}

/** `value` as `count` bytes, the most significant first. */
function wide(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor(value / 256 ** (count - 1 - i)) & 0xff)
}

function fromWide(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0)
}

function fromHex(hex: string): number[] {
  return (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
