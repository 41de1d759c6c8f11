/**
 * Captures of every format, byte order and resolution; and what is said of those that are wrong.
 */
import { describe, expect, it } from 'vitest'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { WINDOW_BYTES } from '../../../../tcpip/link/capture-reader.ts'
import { readCapture } from '../../../../tcpip/link/pcap.ts'
import { PcapngWriter } from '../../../../tcpip/link/pcapng.ts'
import {
  block,
  enhancedPacket,
  interfaceBlock,
  obsoletePacket,
  pcapFile,
  pcapngFile,
  sectionHeader,
  simplePacket,
} from '../../../support/readers/capture-files.ts'

interface ReadPacket {
  readonly time: number
  readonly hasTime: boolean
  readonly linkType: number
  readonly bytes: number[]
  readonly originalLength: number
}

function read(file: Uint8Array): { packets: ReadPacket[]; problem: { reason: string; offset: number } | undefined } {
  const reader = readCapture(file)
  const packets: ReadPacket[] = []
  while (reader.next()) {
    const { time, hasTime, linkType, at, length, originalLength } = reader.packet
    packets.push({ time, hasTime, linkType, bytes: [...file.subarray(at, at + length)], originalLength })
  }
  expect(reader.next()).toBe(false)
  return { packets, problem: reader.problem }
}

const BYTE_ORDERS = [
  ['little', true],
  ['big', false],
] as const

const PACKETS = [
  { seconds: 1_700_000_000, nanoseconds: 123_456_789, bytes: Uint8Array.of(0x45, 1, 2, 3, 4) },
  { seconds: 1_700_000_001, nanoseconds: 999_999_999, bytes: Uint8Array.of(0x45), originalLength: 1500 },
]
const READ = [
  { time: 1_700_000_000_123_456, hasTime: true, linkType: 101, bytes: [0x45, 1, 2, 3, 4], originalLength: 5 },
  { time: 1_700_000_001_999_999, hasTime: true, linkType: 101, bytes: [0x45], originalLength: 1500 },
]

describe.each(BYTE_ORDERS)('a pcap file, %s-endian', (_, littleEndian) => {
  it.each([false, true])('gives its packets, nanoseconds: %s', (nanoseconds) => {
    expect(read(pcapFile(PACKETS, { littleEndian, nanoseconds }))).toEqual({ packets: READ, problem: undefined })
  })

  it('may be empty', () => {
    expect(read(pcapFile([], { littleEndian }))).toEqual({ packets: [], problem: undefined })
  })

  it('has its link type in the low half of the word', () => {
    const file = pcapFile(PACKETS, { littleEndian, linkType: (0x14000000 | 276) >>> 0 })
    expect(read(file).packets.map(({ linkType }) => linkType)).toEqual([276, 276])
  })

  it('is read from the middle of a buffer as well', () => {
    const file = pcapFile(PACKETS, { littleEndian })
    const buffer = new Uint8Array(file.length + 20)
    buffer.set(file, 7)
    expect(read(buffer.subarray(7, 7 + file.length)).packets).toEqual(READ)
  })

  it('tells where it is cut off, after the packets that are whole', () => {
    const file = pcapFile(PACKETS, { littleEndian })
    expect(read(file.subarray(0, 20)).problem).toEqual({ reason: 'the file ends inside the pcap header', offset: 0 })
    expect(read(file.subarray(0, 24 + 10)).problem).toEqual({
      reason: 'the file ends inside the header of a packet',
      offset: 24,
    })
    const { packets, problem } = read(file.subarray(0, file.length - 1))
    expect(packets).toEqual(READ.slice(0, 1))
    expect(problem).toEqual({ reason: 'the file ends inside a packet', offset: 24 + 16 + 5 })
  })

  it('is refused with another version', () => {
    const file = pcapFile(PACKETS, { littleEndian })
    new DataView(file.buffer).setUint16(6, 3, littleEndian)
    expect(read(file).problem).toEqual({ reason: 'pcap version 2.3; only 2.4 is read', offset: 4 })
  })

  it('is damaged when a packet is longer than any capture', () => {
    const file = pcapFile(PACKETS, { littleEndian })
    new DataView(file.buffer).setUint32(24 + 8, 262_145, littleEndian)
    const reason = 'packet 1 is said to have 262145 captured bytes, more than any capture holds (262144)'
    expect(read(file).problem).toEqual({ reason, offset: 32 })
  })
})

describe.each([
  ['of Red Hat 6.1, under the number of plain pcap', 0xa1b2c3d4, [2, 0, 0, 0, 0x08, 0, 0, 0]],
  ['of a Nokia firewall, under that number', 0xa1b2c3d4, [1, 2, 3, 4]],
  ['of Kuznetzov', 0xa1b2cd34, [2, 0, 0, 0, 0x08, 0, 0, 0]],
  ['of SuSE 6.3, under his number', 0xa1b2cd34, [2, 0, 0, 0, 0x08, 0, 0, 0, 1, 0, 0, 0]],
])('a patched pcap file %s', (_, magic, recordExtra) => {
  it.each(BYTE_ORDERS)('gives its packets, %s-endian, and those before a cut', (_order, littleEndian) => {
    const file = pcapFile([...PACKETS, ...PACKETS], { littleEndian, magic, recordExtra })
    expect(read(file)).toEqual({ packets: [...READ, ...READ], problem: undefined })
    expect(read(file.subarray(0, -1))).toMatchObject({ packets: [...READ, ...READ.slice(0, 1)], problem: {} })
  })
})

it('a plain pcap file whose second record is damaged is still a plain one', () => {
  const file = pcapFile([...PACKETS, ...PACKETS])
  new DataView(file.buffer).setUint32(24 + 16 + 5 + 8, 0xffffffff)
  const { packets, problem } = read(file)
  expect(packets).toEqual(READ.slice(0, 1))
  expect(problem).toMatchObject({ offset: 53, reason: expect.stringMatching(/^packet 2 is said to have 4294967295 /) })
})

describe.each(BYTE_ORDERS)('a pcapng file, %s-endian', (_, littleEndian) => {
  const one = Uint8Array.of(0x45, 6, 7)
  const whole = (...blocks: Uint8Array[]): Uint8Array => Buffer.concat([sectionHeader(littleEndian), ...blocks])
  const timeWith = (options: Parameters<typeof interfaceBlock>[1], ticks: bigint): number | undefined =>
    read(whole(interfaceBlock(littleEndian, options), enhancedPacket(littleEndian, ticks, one))).packets[0]?.time

  it('gives its packets', () => {
    expect(read(pcapngFile(PACKETS, littleEndian))).toEqual({ packets: READ, problem: undefined })
  })

  it.each([
    ['microseconds by default', {}, 1_700_000_000_123_456n, 1_700_000_000_123_456],
    ['seconds', { resolution: 0 }, 17n, 17_000_000],
    ['milliseconds', { resolution: 3 }, 1_700_000_000_123n, 1_700_000_000_123_000],
    ['nanoseconds, rounded down', { resolution: 9 }, 1_700_000_000_123_456_999n, 1_700_000_000_123_456],
    ['nanoseconds near 2^53 microseconds', { resolution: 9 }, 9_007_199_254_740_991_999n, 9_007_199_254_740_991],
    ['nanoseconds beyond 2^53 microseconds', { resolution: 9 }, 9_007_199_254_740_992_000n, undefined],
    ['2^-10 s', { resolution: 0x80 | 10 }, 1025n, 1_000_976],
    ['2^-32 s', { resolution: 0x80 | 32 }, (5n << 32n) | 0x8000_0000n, 5_500_000],
    ['10^-127 s', { resolution: 127 }, 0xffff_ffff_ffff_ffffn, 0],
    ['an offset', { offset: 1_700_000_000n }, 42n, 1_700_000_000_000_042],
    ['a negative offset', { resolution: 9, offset: -2n }, 1_000_000_000n, -1_000_000],
  ])('counts time in %s', (_name, options, ticks, time) => {
    expect(timeWith(options, ticks)).toBe(time)
  })

  it('divides nanoseconds as exactly as big integers do', () => {
    const prng = new Prng(5)
    const ticks = Array.from({ length: 2000 }, () => {
      const [high, low] = [prng.below(2 ** (1 + prng.below(31))), prng.next() >>> 0]
      return (BigInt(high) << 32n) | BigInt(low)
    }).filter((tick) => tick < 9_000_000_000_000_000_000n)
    const packets = ticks.map((tick) => enhancedPacket(littleEndian, tick, one))
    const { packets: got } = read(whole(interfaceBlock(littleEndian, { resolution: 9 }), ...packets))
    expect(got.map(({ time }) => time)).toEqual(ticks.map((tick) => Number(tick / 1000n)))
  })

  it('says so when a time cannot be told exactly', () => {
    const { packets, problem } = read(whole(interfaceBlock(littleEndian), enhancedPacket(littleEndian, 1n << 53n, one)))
    expect(packets).toEqual([])
    expect(problem).toEqual({ reason: 'a time beyond 2^53 microseconds', offset: 28 + 32 + 12 })
    expect(timeWith({}, (1n << 53n) - 1n)).toBe(Number.MAX_SAFE_INTEGER)
    expect(timeWith({ resolution: 0, offset: (1n << 63n) - 1n }, 0n)).toBeUndefined()
  })

  it('takes packets from simple and from obsolete blocks, and steps over blocks it does not know', () => {
    const file = whole(
      block(littleEndian, 0x0bad, (out) => out.raw([1, 2, 3])),
      interfaceBlock(littleEndian, { linkType: 1, snapLength: 2 }),
      obsoletePacket(littleEndian, 7n, one),
      block(littleEndian, 5, (out) => out.u32(0, 0, 0)),
      simplePacket(littleEndian, one.subarray(0, 2), 3),
    )
    expect(read(file)).toEqual({
      packets: [
        { time: 7, hasTime: true, linkType: 1, bytes: [0x45, 6, 7], originalLength: 3 },
        { time: 0, hasTime: false, linkType: 1, bytes: [0x45, 6], originalLength: 3 },
      ],
      problem: undefined,
    })
  })

  it('may have several interfaces, and several sections with interfaces and byte orders of their own', () => {
    const file = whole(
      interfaceBlock(littleEndian, { linkType: 1 }),
      interfaceBlock(littleEndian, { linkType: 101, resolution: 3 }),
      enhancedPacket(littleEndian, 5n, one, 1),
      sectionHeader(!littleEndian),
      interfaceBlock(!littleEndian, { linkType: 113 }),
      enhancedPacket(!littleEndian, 6n, one, 0),
    )
    expect(read(file).packets.map(({ time, linkType }) => [time, linkType])).toEqual([
      [5000, 101],
      [6, 113],
    ])
    const stale = whole(
      interfaceBlock(littleEndian),
      sectionHeader(!littleEndian),
      enhancedPacket(!littleEndian, 6n, one),
    )
    expect(read(stale).problem?.reason).toBe('a packet of interface 0, which is not described')
  })

  it('tells what is wrong, and where', () => {
    const section = sectionHeader(littleEndian)
    const described = interfaceBlock(littleEndian)
    const packet = enhancedPacket(littleEndian, 5n, one)
    const at = section.length + described.length
    const broken = (edit: (view: DataView) => void): string => {
      const file = Uint8Array.from(whole(described, packet))
      edit(new DataView(file.buffer))
      const { reason, offset } = read(file).problem ?? { reason: 'nothing', offset: -1 }
      return `${reason} at ${offset}`
    }
    const set = (offset: number, value: number) => broken((view) => view.setUint32(offset, value, littleEndian))
    expect(set(8, 0)).toBe('a section without a byte order at 8')
    expect(broken((view) => view.setUint16(12, 2, littleEndian))).toBe('pcapng version 2; only 1 is read at 12')
    expect(set(at + 4, 13)).toBe(`a block of 13 bytes at ${at + 4}`)
    expect(set(at + 4, 8)).toBe(`a block of 8 bytes at ${at + 4}`)
    expect(set(at + 4, 4096)).toBe(`the file ends inside a block at ${at}`)
    expect(set(at + packet.length - 4, 16)).toBe(`a block with two different lengths at ${at + packet.length - 4}`)
    expect(set(at + 8, 3)).toBe(`a packet of interface 3, which is not described at ${at + 8}`)
    expect(set(at + 20, 5)).toBe(`a packet beyond its block at ${at + 28}`)
    expect(broken((view) => view.setUint16(section.length + 18, 4000, littleEndian))).toBe(
      `an option beyond its block at ${section.length + 16}`,
    )
    expect(read(whole(described, packet).subarray(0, at + 8)).problem).toEqual({
      reason: 'the file ends inside a block',
      offset: at,
    })
  })

  it.each([
    ['a section header that is too short', block(littleEndian, 0x0a0d0d0a, (out) => out.u32(0x1a2b3c4d))],
    ['an interface description that is too short', block(littleEndian, 1, (out) => out.u32(1))],
    ['if_tsresol of 2 bytes', block(littleEndian, 1, (out) => out.u32(1, 0).u16(9, 2, 0, 0))],
    ['if_tsoffset of 4 bytes', block(littleEndian, 1, (out) => out.u32(1, 0).u16(14, 4).u32(0))],
    ['a packet block that is too short', block(littleEndian, 6, (out) => out.u32(1))],
    ['a packet block that is too short', block(littleEndian, 3, () => {})],
    ['a packet of interface 0, which is not described', simplePacket(littleEndian, one)],
  ])('refuses %s', (reason, wrong) => {
    expect(read(whole(wrong)).problem?.reason).toBe(reason)
  })
})

describe('readCapture', () => {
  it.each([1, 3, 4, 24, 100])('says of %i other bytes that they are no capture', (length) => {
    const reason = 'neither a pcap nor a pcapng file (editcap -F pcap makes a pcap of most other captures)'
    const problem = { reason, offset: 0 }
    expect(read(new Uint8Array(length).fill(0xaa))).toEqual({ packets: [], problem })
  })

  it('reads what the lab itself writes', () => {
    const chunks: Uint8Array[] = []
    const writer = new PcapngWriter((chunk) => chunks.push(chunk.slice()))
    const id = writer.addInterface('srv0', 'server')
    writer.packet(id, 0x1_0000_0002, Uint8Array.of(9, 0x45, 1, 2), 1, 3, true)
    writer.flush()
    expect(read(Buffer.concat(chunks)).packets).toEqual([
      { time: 0x1_0000_0002, hasTime: true, linkType: 101, bytes: [0x45, 1, 2], originalLength: 3 },
    ])
  })
})

describe('a file of another format', () => {
  it.each([
    ['snoop', [...Buffer.from('snoop\0\0\0'), 0, 0, 0, 2], 'a snoop file'],
    ['zstd', [0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
    ['Network Monitor', [...Buffer.from('GMBU'), 0], 'a Network Monitor file'],
    ['Ixia', [0xac, 1, 0, 0x1c, 2, 0, 4, 0], 'an Ixia capture'],
    ['text', [...Buffer.from('10:00:00 IP 10.0.0.1 > 10.9.9.9\n')], 'text'],
  ])('is named: %s', (_, bytes, name) => {
    expect(read(Uint8Array.from(bytes)).problem?.reason).toContain(`neither a pcap nor a pcapng file, but ${name}`)
  })
})

describe('a file that is larger than what is in memory of it', () => {
  /** Packets of 200,000 bytes: five to a window, some across its border. */
  const packets = Array.from({ length: 23 }, (_, i) => ({
    seconds: i,
    nanoseconds: 0,
    bytes: new Uint8Array(200_000 + i).fill(i),
  }))

  /** A pcapng file whose third block is larger than the window, and nothing that is read. */
  const withLargeBlock = (): Uint8Array => {
    const [first, ...rest] = [sectionHeader(true), interfaceBlock(true, { linkType: 101, resolution: 9 })]
    const large = block(true, 0x0bad, (out) => out.raw(new Uint8Array(3 * WINDOW_BYTES)))
    const blocks = packets.map(({ seconds, bytes }) => enhancedPacket(true, BigInt(seconds) * 1_000_000_000n, bytes))
    return Buffer.concat([first as Uint8Array, ...rest, ...blocks.slice(0, 9), large, ...blocks.slice(9)])
  }

  it.each([
    ['pcap', pcapFile(packets)],
    ['pcapng', withLargeBlock()],
  ])('gives the same packets, %s', (_, file) => {
    let largest = 0
    const source = {
      size: file.length,
      read: (into: Uint8Array, offset: number) => {
        largest = Math.max(largest, into.length)
        const part = file.subarray(offset, offset + into.length)
        into.set(part)
        return part.length
      },
    }
    const reader = readCapture(source)
    for (const { seconds, bytes } of packets) {
      expect(reader.next()).toBe(true)
      const { time, at, length } = reader.packet
      expect([time, Buffer.compare(reader.bytes.subarray(at, at + length), bytes)]).toEqual([seconds * 1_000_000, 0])
    }
    expect([reader.next(), reader.problem]).toEqual([false, undefined])
    expect(largest).toBe(WINDOW_BYTES)
  })

  it('tells the place of what is wrong in the file', () => {
    const file = pcapFile(packets)
    const source = (bytes: Uint8Array) => ({
      size: bytes.length,
      read: (into: Uint8Array, offset: number) => {
        const part = bytes.subarray(offset, offset + into.length)
        into.set(part)
        return part.length
      },
    })
    for (const cut of [file.length - 1, file.length - 200_030]) {
      const whole = readCapture(file.subarray(0, cut))
      while (whole.next());
      const piecewise = readCapture(source(file.subarray(0, cut)))
      while (piecewise.next());
      expect(piecewise.problem).toEqual(whole.problem)
      expect(whole.problem).toBeDefined()
    }
  })
})
