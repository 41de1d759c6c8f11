/**
 * One packet at a time through the codec: known bytes, every reason to refuse, and what is tolerated. Random packets
 * are in test/property.
 */
import { describe, expect, it } from 'vitest'
import { DROP_REASON_NAMES, DropReason } from '../../../../tcpip/base/drop-reason.ts'
import { addBytes, finishChecksum, pseudoHeaderSum } from '../../../../tcpip/wire/checksum.ts'
import { HEADER_BYTES_MAX, packetBytes, packetLength, parsePacket, writePacket } from '../../../../tcpip/wire/codec.ts'
import { destinationOf, sourceOf } from '../../../../tcpip/wire/ipv4.ts'
import { ACK, makeSegment, PSH, Segment, SYN, URG } from '../../../../tcpip/wire/segment.ts'

const CLIENT = 0xc0000201 | 0
const SERVER = 0xc0000202 | 0

const SYN_SEGMENT = makeSegment({
  source: CLIENT,
  destination: SERVER,
  sourcePort: 40_000,
  destinationPort: 80,
  seq: 0xfffffff0 | 0,
  flags: SYN,
  window: 64_240,
  mss: 1460,
  sackPermitted: true,
  hasTimestamps: true,
  tsVal: 1,
  windowScale: 7,
})

const DATA_SEGMENT = makeSegment({
  source: SERVER,
  destination: CLIENT,
  sourcePort: 80,
  destinationPort: 40_000,
  seq: 7,
  ack: -9,
  flags: PSH | ACK,
  window: 501,
  payload: Uint8Array.from([104, 101, 108, 108, 111]),
})

/** Parses bytes placed inside larger bytes; the reason by name, so that a failure reads well. */
function parse(packet: Uint8Array, into = new Segment()): string {
  const bytes = new Uint8Array(packet.length + 14).fill(0x45)
  bytes.set(packet, 7)
  return DROP_REASON_NAMES[parsePacket(bytes, new DataView(bytes.buffer), 7, packet.length, into)]
}

/** Puts both checksums right after a test changed a field that it does not want to be noticed by them. */
function withChecksums(packet: Uint8Array): Uint8Array {
  const view = new DataView(packet.buffer)
  const headerLength = Math.min((packet[0] & 15) * 4, packet.length)
  view.setUint16(10, 0)
  view.setUint16(10, finishChecksum(addBytes(0, view, 0, headerLength)))
  const tcpLength = view.getUint16(2) - headerLength
  if (tcpLength < 20 || headerLength + tcpLength > packet.length) return packet
  view.setUint16(headerLength + 16, 0)
  const pseudoHeader = pseudoHeaderSum(view.getInt32(12), view.getInt32(16), 6, tcpLength)
  view.setUint16(headerLength + 16, finishChecksum(addBytes(pseudoHeader, view, headerLength, tcpLength)))
  return packet
}

/** The packet of a segment with bytes overwritten from `at`, checksums right. */
function patched(segment: Segment, at: number, ...values: number[]): Uint8Array {
  const packet = packetBytes(segment)
  packet.set(values, at)
  return withChecksums(packet)
}

describe('writing packets', () => {
  it('writes a SYN byte for byte as Linux would', () => {
    const hex = [...packetBytes(SYN_SEGMENT)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    expect(hex).toBe(
      '4500003c000040004006b6b8c0000201c0000202' +
        '9c400050fffffff000000000a002faf0' +
        '2c890000' +
        '020405b40402080a0000000100000000' +
        '01030307',
    )
  })

  it('says beforehand how long the packet will be', () => {
    for (const segment of [SYN_SEGMENT, DATA_SEGMENT, makeSegment({ flags: ACK })]) {
      expect(packetBytes(segment).length).toBe(packetLength(segment))
    }
    expect(packetLength(makeSegment({ hasTimestamps: true, sackBlocks: 3 }))).toBe(HEADER_BYTES_MAX)
  })

  it('writes at any offset, overwrites every stale byte and touches no other', () => {
    const expected = [...packetBytes(DATA_SEGMENT)]
    for (let at = 0; at < 8; at++) {
      const bytes = new Uint8Array(64).fill(0xff)
      const length = writePacket(bytes, new DataView(bytes.buffer), at, DATA_SEGMENT)
      expect([...bytes.subarray(at, at + length)]).toEqual(expected)
      const others = [...bytes.subarray(0, at), ...bytes.subarray(at + length)]
      expect(others.every((byte) => byte === 0xff)).toBe(true)
    }
  })

  it('sends a window into the payload, even and odd, with a good checksum', () => {
    const payload = Uint8Array.from({ length: 32 }, (_, i) => i * 11)
    for (let payloadLength = 0; payloadLength < 16; payloadLength++) {
      const into = new Segment()
      const packet = packetBytes(makeSegment({ flags: ACK, payload, payloadAt: 3, payloadLength }))
      expect(parse(packet, into)).toBe('accepted')
      const received = into.payload.subarray(into.payloadAt, into.payloadAt + into.payloadLength)
      expect([...received]).toEqual([...payload.subarray(3, 3 + payloadLength)])
    }
  })
})

describe('parsing good packets', () => {
  it('reads back every field of a SYN, leaving nothing of the segment before', () => {
    const into = makeSegment({ tsEcr: 5, payload: new Uint8Array(9), windowScale: 3 })
    expect(parse(packetBytes(SYN_SEGMENT), into)).toBe('accepted')
    expect({ ...into, payload: 0, payloadAt: 0 }).toEqual({ ...SYN_SEGMENT, payload: 0, payloadAt: 0 })
    expect(into.payloadLength).toBe(0)
  })

  it('clears the options of the segment before', () => {
    const into = new Segment()
    parse(packetBytes(SYN_SEGMENT), into)
    parse(packetBytes(DATA_SEGMENT), into)
    expect(into).toMatchObject({ mss: 0, windowScale: -1, sackPermitted: false, hasTimestamps: false, tsVal: 0 })
  })

  it('shows the payload in place, without a copy', () => {
    const bytes = packetBytes(DATA_SEGMENT)
    const into = new Segment()
    expect(parsePacket(bytes, new DataView(bytes.buffer), 0, bytes.length, into)).toBe(DropReason.ACCEPTED)
    expect(into.payload).toBe(bytes)
    expect([into.payloadAt, into.payloadLength]).toEqual([40, 5])
  })

  it('ignores what the link padded the packet with', () => {
    const packet = new Uint8Array(60).fill(0x99)
    packet.set(packetBytes(DATA_SEGMENT))
    const into = new Segment()
    expect(parse(packet, into)).toBe('accepted')
    expect(into.payloadLength).toBe(5)
  })

  it('skips IPv4 options of every length, covered by the header checksum', () => {
    const plain = packetBytes(SYN_SEGMENT)
    for (let optionBytes = 4; optionBytes <= 40; optionBytes += 4) {
      const packet = new Uint8Array(plain.length + optionBytes)
      packet.set(plain.subarray(0, 20))
      for (let i = 0; i < optionBytes; i++) packet[20 + i] = 0x81 + i
      packet.set(plain.subarray(20), 20 + optionBytes)
      packet[0] += optionBytes / 4
      packet[3] += optionBytes
      const into = new Segment()
      expect(parse(withChecksums(packet), into)).toBe('accepted')
      expect(into).toMatchObject({ sourcePort: 40_000, destinationPort: 80, mss: 1460, windowScale: 7 })
      packet[20] ^= 1
      expect(parse(packet)).toBe('ip_bad_checksum')
    }
  })

  it.each([
    ['don’t fragment and the reserved flag', 6, 0xc0],
    ['any type of service', 1, 0xff],
    ['any time to live, 0 included', 8, 0],
  ])('accepts %s', (_title, at, value) => {
    expect(parse(patched(SYN_SEGMENT, at, value))).toBe('accepted')
  })

  it('keeps all eight control bits and ignores the urgent pointer and the reserved bits', () => {
    const into = new Segment()
    const packet = packetBytes(makeSegment({ ...DATA_SEGMENT, flags: 0xff }))
    packet[32] |= 0x0f
    packet.set([0x12, 0x34], 38)
    expect(parse(withChecksums(packet), into)).toBe('accepted')
    expect(into.flags).toBe(0xff)
    expect(into.flags & URG).toBe(URG)
  })

  it('tells source and destination without parsing', () => {
    const view = new DataView(packetBytes(SYN_SEGMENT).buffer)
    expect([sourceOf(view, 0), destinationOf(view, 0)]).toEqual([CLIENT, SERVER])
  })
})

describe('refusing bad packets', () => {
  it('reports each packet cut short as truncated', () => {
    for (const segment of [SYN_SEGMENT, DATA_SEGMENT]) {
      const packet = packetBytes(segment)
      for (let length = 0; length < packet.length; length++) {
        expect(parse(packet.slice(0, length))).toBe('ip_truncated')
      }
    }
  })

  const cases: [string, string, Uint8Array][] = [
    ['ip_bad_version', 'version 6', patched(SYN_SEGMENT, 0, 0x65)],
    ['ip_bad_header_length', 'an IHL below 5', patched(SYN_SEGMENT, 0, 0x44)],
    ['ip_bad_header_length', 'a total length below the header length', patched(SYN_SEGMENT, 2, 0, 19)],
    ['ip_truncated', 'an IHL beyond the packet', patched(makeSegment({ flags: ACK }), 0, 0x4b)],
    ['ip_truncated', 'a total length beyond the packet', patched(SYN_SEGMENT, 2, 0, 61)],
    ['ip_fragment', 'a first fragment', patched(SYN_SEGMENT, 6, 0x20, 0)],
    ['ip_fragment', 'a later fragment', patched(SYN_SEGMENT, 6, 0, 1)],
    ['ip_not_tcp', 'UDP', patched(SYN_SEGMENT, 9, 17)],
    ['tcp_truncated', 'a TCP header of 19 bytes', patched(SYN_SEGMENT, 2, 0, 39)],
    ['tcp_truncated', 'no TCP header at all', patched(SYN_SEGMENT, 2, 0, 20)],
    ['tcp_truncated', 'a data offset beyond the segment', patched(DATA_SEGMENT, 32, 0xb0)],
    ['tcp_bad_data_offset', 'a data offset below 5', patched(DATA_SEGMENT, 32, 0x40)],
  ]
  it.each(cases)('drops as %s: %s', (reason, _title, packet) => {
    expect(parse(packet)).toBe(reason)
  })

  it('notices any single flipped bit', () => {
    const packet = packetBytes(SYN_SEGMENT)
    for (let bit = 0; bit < packet.length * 8; bit++) {
      packet[bit >> 3] ^= 128 >> (bit & 7)
      const reason = parse(packet)
      // A length or a version may be refused before any sum is taken.
      if (bit < 32) expect(reason).toMatch(/^ip_(bad_version|bad_header_length|bad_checksum|truncated)$/)
      else if (bit < 160) expect(reason).toBe('ip_bad_checksum')
      else expect(reason).toMatch(/^tcp_(bad_checksum|bad_data_offset|truncated)$/)
      packet[bit >> 3] ^= 128 >> (bit & 7)
    }
  })

  it('covers the addresses by the TCP checksum, too', () => {
    const packet = packetBytes(SYN_SEGMENT)
    const view = new DataView(packet.buffer)
    view.setUint8(15, 9)
    view.setUint16(10, 0)
    view.setUint16(10, finishChecksum(addBytes(0, view, 0, 20)))
    expect(parse(packet)).toBe('tcp_bad_checksum')
  })
})
