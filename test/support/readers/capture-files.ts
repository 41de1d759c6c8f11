/**
 * Capture files of every sort, made for tests, and packets under every link layer.
 */
import { packetBytes } from '../../../tcpip/wire/codec.ts'
import { makeSegment, type Segment } from '../../../tcpip/wire/segment.ts'

/** A packet to be put into a file. */
export interface FilePacket {
  /** Seconds and nanoseconds since 1970. */
  readonly seconds: number
  readonly nanoseconds: number
  readonly bytes: Uint8Array
  /** Length on the wire, when it is more than what was captured. */
  readonly originalLength?: number
}

type Fields = Parameters<typeof makeSegment>[0]

/** An IPv4 packet. */
export function packetOf(fields: Fields): Uint8Array {
  return packetBytes(makeSegment(fields) as Segment)
}

/** Collects integers in one byte order. */
export class Bytes {
  private readonly littleEndian: boolean
  private readonly parts: number[] = []

  constructor(littleEndian: boolean) {
    this.littleEndian = littleEndian
  }

  private integer(value: bigint, size: number): this {
    const digits = Array.from({ length: size }, (_, i) =>
      Number((BigInt.asUintN(8 * size, value) >> BigInt(8 * i)) & 255n),
    )
    this.parts.push(...(this.littleEndian ? digits : digits.reverse()))
    return this
  }

  u16(...values: number[]): this {
    for (const value of values) this.integer(BigInt(value), 2)
    return this
  }

  u32(...values: number[]): this {
    for (const value of values) this.integer(BigInt(value), 4)
    return this
  }

  u64(value: bigint): this {
    return this.integer(value, 8)
  }

  raw(bytes: Iterable<number>): this {
    for (const byte of bytes) this.parts.push(byte)
    return this
  }

  pad(): this {
    while (this.parts.length % 4 !== 0) this.parts.push(0)
    return this
  }

  get length(): number {
    return this.parts.length
  }

  done(): Uint8Array {
    return Uint8Array.from(this.parts)
  }
}

export interface PcapOptions {
  readonly littleEndian?: boolean
  readonly nanoseconds?: boolean
  readonly linkType?: number
  /** Default: what `nanoseconds` says. */
  readonly magic?: number
  /** Bytes that stand after the header of each record, as patched systems wrote them. */
  readonly recordExtra?: readonly number[]
}

export function pcapFile(packets: readonly FilePacket[], options: PcapOptions = {}): Uint8Array {
  const { littleEndian = true, nanoseconds = false, linkType = 101, recordExtra = [] } = options
  const out = new Bytes(littleEndian)
  out
    .u32(options.magic ?? (nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4))
    .u16(2, 4)
    .u32(0, 0, 65_535, linkType)
  for (const { seconds, nanoseconds: fraction, bytes, originalLength = bytes.length } of packets) {
    out.u32(seconds, nanoseconds ? fraction : Math.floor(fraction / 1000), bytes.length, originalLength)
    out.raw(recordExtra).raw(bytes)
  }
  return out.done()
}

/** One block of pcapng: its length goes before and after the body. */
export function block(littleEndian: boolean, type: number, body: (out: Bytes) => void): Uint8Array {
  const inner = new Bytes(littleEndian)
  body(inner)
  inner.pad()
  const length = inner.length + 12
  return new Bytes(littleEndian).u32(type, length).raw(inner.done()).u32(length).done()
}

export function sectionHeader(littleEndian: boolean): Uint8Array {
  return block(littleEndian, 0x0a0d0d0a, (out) => out.u32(0x1a2b3c4d).u16(1, 0).u64(-1n))
}

export interface InterfaceOptions {
  readonly linkType?: number
  readonly snapLength?: number
  /** The byte of `if_tsresol`. */
  readonly resolution?: number
  /** Seconds. */
  readonly offset?: bigint
}

export function interfaceBlock(littleEndian: boolean, options: InterfaceOptions = {}): Uint8Array {
  const { linkType = 101, snapLength = 0, resolution, offset } = options
  return block(littleEndian, 1, (out) => {
    out.u16(linkType, 0).u32(snapLength)
    // A name, which a reader has to step over: its length is no multiple of four.
    out.u16(2, 5).raw(Buffer.from('veth0')).pad()
    if (resolution !== undefined) out.u16(9, 1).raw([resolution]).pad()
    if (offset !== undefined) out.u16(14, 8).u64(offset)
    if (resolution !== undefined || offset !== undefined) out.u16(0, 0)
  })
}

/** An enhanced packet block; `ticks` in the unit of its interface. */
export function enhancedPacket(
  littleEndian: boolean,
  ticks: bigint,
  bytes: Uint8Array,
  interfaceId = 0,
  originalLength = bytes.length,
): Uint8Array {
  return block(littleEndian, 6, (out) => {
    out.u32(interfaceId, Number(ticks >> 32n), Number(ticks & 0xffffffffn), bytes.length, originalLength).raw(bytes)
  })
}

/** The obsolete packet block. */
export function obsoletePacket(littleEndian: boolean, ticks: bigint, bytes: Uint8Array): Uint8Array {
  return block(littleEndian, 2, (out) => {
    out
      .u16(0, 0xffff)
      .u32(Number(ticks >> 32n), Number(ticks & 0xffffffffn), bytes.length, bytes.length)
      .raw(bytes)
  })
}

export function simplePacket(littleEndian: boolean, bytes: Uint8Array, originalLength = bytes.length): Uint8Array {
  return block(littleEndian, 3, (out) => out.u32(originalLength).raw(bytes))
}

/** A pcapng file of one section and one interface that counts nanoseconds. */
export function pcapngFile(packets: readonly FilePacket[], littleEndian = true, linkType = 101): Uint8Array {
  return Buffer.concat([
    sectionHeader(littleEndian),
    interfaceBlock(littleEndian, { linkType, resolution: 9 }),
    ...packets.map(({ seconds, nanoseconds, bytes, originalLength = bytes.length }) =>
      enhancedPacket(littleEndian, BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds), bytes, 0, originalLength),
    ),
  ])
}

/** What stands before an IPv4 packet, by link type. */
export const LINK_HEADERS: readonly { name: string; linkType: number; header: readonly number[] }[] = [
  { name: 'raw IP', linkType: 101, header: [] },
  { name: 'raw IP (DLT 12)', linkType: 12, header: [] },
  { name: 'raw IP (DLT 14)', linkType: 14, header: [] },
  { name: 'IPv4', linkType: 228, header: [] },
  { name: 'Ethernet', linkType: 1, header: [...Array(12).fill(0xee), 0x08, 0x00] },
  { name: 'Ethernet with a VLAN tag', linkType: 1, header: [...Array(12).fill(0xee), 0x81, 0, 0, 7, 0x08, 0] },
  {
    name: 'Ethernet with two VLAN tags',
    linkType: 1,
    header: [...Array(12).fill(0xee), 0x88, 0xa8, 0, 7, 0x81, 0, 0, 8, 0x08, 0],
  },
  { name: 'Linux cooked', linkType: 113, header: [0, 4, 0, 1, 0, 6, ...Array(8).fill(0xee), 0x08, 0] },
  { name: 'Linux cooked 2', linkType: 276, header: [0x08, 0, 0, 0, 0, 0, 0, 1, 0, 1, 4, 6, ...Array(8).fill(0xee)] },
  { name: 'null, little-endian', linkType: 0, header: [2, 0, 0, 0] },
  { name: 'null, big-endian', linkType: 0, header: [0, 0, 0, 2] },
  { name: 'loopback', linkType: 108, header: [0, 0, 0, 2] },
  {
    name: 'MPLS with two labels',
    linkType: 1,
    header: [...Array(12).fill(0xee), 0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64],
  },
  { name: 'Cisco HDLC', linkType: 104, header: [0x0f, 0, 0x08, 0] },
  { name: 'PPPoE', linkType: 1, header: [...Array(12).fill(0xee), 0x88, 0x64, 0x11, 0, 0, 1, 0, 62, 0, 0x21] },
  { name: 'PPP in HDLC', linkType: 50, header: [0xff, 0x03, 0x00, 0x21] },
  { name: 'PPP with a short protocol', linkType: 9, header: [0x21] },
]
