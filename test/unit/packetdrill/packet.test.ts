/**
 * The interpreter's own packet codec, held to the one of the stack, which was written apart from it.
 */
import { describe, expect, it } from 'vitest'
import { DropReason } from '../../../tcpip/base/drop-reason.ts'
import { Prng } from '../../../tcpip/base/prng.ts'
import { packetBytes, parsePacket } from '../../../tcpip/wire/codec.ts'
import { IcmpError, parseIcmpError } from '../../../tcpip/wire/icmp.ts'
import { makeSegment, Segment } from '../../../tcpip/wire/segment.ts'
import { decodePacket, encodeIcmp, encodePacket, type Packet } from '../../packetdrill/runner/packet.ts'

const PLAIN: Packet = {
  source: 0xc0a8_0001 | 0,
  destination: 0xc000_0201 | 0,
  sourcePort: 8080,
  destinationPort: 50_000,
  tos: 0,
  ttl: 64,
  seq: 0xffff_fff0,
  ack: 17,
  flags: 0x12,
  window: 65_160,
  urgent: 0,
  options: [],
  payload: new Uint8Array(0),
}

describe('packets', () => {
  it('come back from bytes as they went, every option in its place', () => {
    const packet: Packet = {
      ...PLAIN,
      tos: 2,
      ttl: 255,
      flags: 0x1d8,
      urgent: 3,
      options: [
        { kind: 'sackOK' },
        { kind: 'TS', val: 0xffff_ffff, ecr: 1 },
        { kind: 'nop' },
        { kind: 'wscale', value: 14 },
        { kind: 'sack', blocks: [[0xffff_ffff, 5]] },
        { kind: 'nop' },
        { kind: 'eol' },
      ],
      payload: Uint8Array.of(1, 2, 3),
    }
    expect(decodePacket(encodePacket(packet))).toEqual(packet)
  })

  it('mean the same to the stack', () => {
    const packet: Packet = {
      ...PLAIN,
      options: [
        { kind: 'mss', value: 1000 },
        { kind: 'sackOK' },
        { kind: 'TS', val: 5, ecr: 6 },
        { kind: 'nop' },
        { kind: 'wscale', value: 9 },
      ],
      payload: Uint8Array.of(9, 8, 7),
    }
    const bytes = encodePacket(packet)
    const segment = new Segment()
    expect(parsePacket(bytes, new DataView(bytes.buffer), 0, bytes.length, segment)).toBe(DropReason.ACCEPTED)
    expect(segment).toMatchObject({ mss: 1000, windowScale: 9, sackPermitted: true, tsVal: 5, tsEcr: 6 })
    expect(segment).toMatchObject({ source: packet.source, seq: -16, ack: 17, window: 65_160, payloadLength: 3 })
  })

  it('of the stack are understood', () => {
    const prng = new Prng(7)
    for (let i = 0; i < 200; i++) {
      const payload = Uint8Array.from({ length: prng.below(50) }, () => prng.below(256))
      const fields = { seq: prng.next(), ack: prng.next(), window: prng.below(65_536), flags: prng.below(64), payload }
      const { seq, ack, window, flags, payload: decoded } = decodePacket(packetBytes(makeSegment(fields)))
      expect([seq | 0, ack | 0, window, flags]).toEqual([fields.seq, fields.ack, fields.window, fields.flags])
      expect(decoded).toEqual(payload)
    }
  })

  it.each([
    ['a wrong TCP checksum', 36, 'TCP checksum'],
    ['a wrong IPv4 checksum', 10, 'IPv4 checksum'],
    ['another protocol', 9, 'not TCP'],
    ['a wrong length', 3, 'length'],
  ])('with %s are refused', (_name, at, message) => {
    const bytes = encodePacket(PLAIN)
    bytes[at] ^= 1
    expect(() => decodePacket(bytes)).toThrow(message)
  })
})

it('an ICMP error quotes the segment it is about', () => {
  const { source, destination, sourcePort, destinationPort, seq } = PLAIN
  const offending = { source, destination, sourcePort, destinationPort, seq }
  const bytes = encodeIcmp({ type: 3, code: 1, mtu: 0, offending })
  const error = new IcmpError()
  expect(parseIcmpError(new DataView(bytes.buffer), 0, bytes.length, error)).toBe(true)
  expect(error).toMatchObject({ type: 3, code: 1, source, destination, sourcePort, destinationPort, seq: seq | 0 })
})
