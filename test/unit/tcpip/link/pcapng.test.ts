/**
 * Captures, byte for byte and through a strict reader.
 */
import { describe, expect, it } from 'vitest'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { PcapngWriter } from '../../../../tcpip/link/pcapng.ts'
import { readPcapng } from '../../../support/readers/pcapng-reader.ts'

/** A writer and the file it has written so far, chunks counted. */
function capture(): { writer: PcapngWriter; chunks: Uint8Array[]; file: () => Uint8Array } {
  const chunks: Uint8Array[] = []
  const writer = new PcapngWriter((chunk) => chunks.push(chunk.slice()))
  const file = (): Uint8Array => {
    writer.flush()
    return Uint8Array.from(Buffer.concat(chunks))
  }
  return { writer, chunks, file }
}

function hex(text: string): number[] {
  return text
    .split(/\s+/)
    .filter(Boolean)
    .map((byte) => Number.parseInt(byte, 16))
}

describe('PcapngWriter', () => {
  it('writes section, interface and packet byte for byte as the format says', () => {
    const { writer, file } = capture()
    const id = writer.addInterface('srv0', 'server')
    writer.packet(id, 0x1_0000_0002, Uint8Array.of(9, 0x45, 1, 2, 3, 4, 9), 1, 5, true)
    expect([...file()]).toEqual([
      // Section header: type, length, byte order, version 1.0, length unknown, length.
      ...hex('0a 0d 0d 0a  1c 00 00 00  4d 3c 2b 1a  01 00 00 00  ff ff ff ff  ff ff ff ff  1c 00 00 00'),
      // Interface: type, length, raw IP, no snapshot length.
      ...hex('01 00 00 00  34 00 00 00  65 00 00 00  00 00 00 00'),
      // if_name "srv0", if_description "server", if_tsresol 6, end of options, length.
      ...hex('02 00 04 00  73 72 76 30  03 00 06 00  73 65 72 76  65 72 00 00  09 00 01 00  06 00 00 00'),
      ...hex('00 00 00 00  34 00 00 00'),
      // Packet: type, length, interface, timestamp high and low, both lengths.
      ...hex('06 00 00 00  34 00 00 00  00 00 00 00  01 00 00 00  02 00 00 00  05 00 00 00  05 00 00 00'),
      // Data, padded; epb_flags inbound, end of options, length.
      ...hex('45 01 02 03  04 00 00 00  02 00 04 00  01 00 00 00  00 00 00 00  34 00 00 00'),
    ])
  })

  it('starts every file with the section header, even an empty one', () => {
    const { file } = capture()
    expect(readPcapng(file())).toEqual({ interfaces: [], packets: [] })
  })

  it('numbers interfaces in the order in which they are added', () => {
    const { writer, file } = capture()
    expect([writer.addInterface('a', ''), writer.addInterface('b', 'the second')]).toEqual([0, 1])
    const common = { linkType: 101, snapLength: 0, timestampResolution: 6 }
    expect(readPcapng(file()).interfaces).toEqual([
      { ...common, name: 'a', description: '' },
      { ...common, name: 'b', description: 'the second' },
    ])
  })

  it('keeps packets of every length, with time, interface and direction, over many chunks', () => {
    const { writer, chunks, file } = capture()
    const prng = new Prng(101)
    writer.addInterface('a', 'x')
    writer.addInterface('bb', 'yy')
    const source = new Uint8Array(70_000)
    prng.fill(source)
    const expected = []
    for (let i = 0; i < 1_000; i++) {
      const length = i < 200 ? i : prng.below(1_501)
      const packet = {
        interfaceId: i & 1,
        timestamp: i * 3_000_000_000,
        isInbound: prng.chance(1, 2),
        at: prng.below(1_000),
      }
      writer.packet(packet.interfaceId, packet.timestamp, source, packet.at, length, packet.isInbound)
      expected.push({
        interfaceId: packet.interfaceId,
        timestamp: packet.timestamp,
        direction: packet.isInbound ? 'inbound' : 'outbound',
        bytes: source.slice(packet.at, packet.at + length),
      })
    }
    const read = readPcapng(file())
    expect(read.packets).toEqual(expected)
    expect(chunks.length).toBeGreaterThan(5)
    for (const chunk of chunks.slice(0, -1)) expect(chunk.length).toBeGreaterThanOrEqual(65_536)
  })

  it('holds the longest IPv4 packets, one after the other', () => {
    const { writer, file } = capture()
    const id = writer.addInterface('a', 'x')
    const source = new Uint8Array(65_535).fill(7)
    for (let i = 0; i < 3; i++) writer.packet(id, i, source, 0, source.length - (i === 0 ? 70 : 0), false)
    expect(readPcapng(file()).packets.map(({ bytes }) => bytes.length)).toEqual([65_465, 65_535, 65_535])
  })

  it('keeps timestamps up to the largest safe integer', () => {
    const { writer, file } = capture()
    const id = writer.addInterface('a', 'x')
    for (const timestamp of [0, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
      writer.packet(id, timestamp, new Uint8Array(1), 0, 1, true)
    }
    expect(readPcapng(file()).packets.map(({ timestamp }) => timestamp)).toEqual([
      0,
      2 ** 32 - 1,
      2 ** 32,
      Number.MAX_SAFE_INTEGER,
    ])
  })

  it('hands on nothing when flushed with nothing new', () => {
    const { writer, chunks } = capture()
    writer.flush()
    writer.flush()
    expect(chunks.length).toBe(1)
  })

  it('refuses what the format cannot say', () => {
    const { writer } = capture()
    const id = writer.addInterface('a', 'x')
    const bytes = new Uint8Array(70_000)
    expect(() => writer.packet(id + 1, 0, bytes, 0, 1, true)).toThrow(/interface/)
    expect(() => writer.packet(id, -1, bytes, 0, 1, true)).toThrow(/timestamp/)
    expect(() => writer.packet(id, 0.5, bytes, 0, 1, true)).toThrow(/timestamp/)
    expect(() => writer.packet(id, 0, bytes, 0, 65_536, true)).toThrow(/65,535/)
    expect(() => writer.addInterface('ä', 'x')).toThrow(/ASCII/)
    expect(() => writer.addInterface('a', 'x'.repeat(1_025))).toThrow(/1,024/)
  })
})
