/**
 * The codec against random and mutated bytes. Goal: parsing is total (no throw, no look outside the packet) and writing
 * is its inverse. Method: every packet lies between guard bytes; parsing again with other guard bytes must give the same
 * answer, or the parser has read what is not its own.
 */
import { describe, expect, it } from 'vitest'
import { DROP_REASON_NAMES, DropReason } from '../../tcpip/base/drop-reason.ts'
import { Prng } from '../../tcpip/base/prng.ts'
import { addBytes, finishChecksum, pseudoHeaderSum } from '../../tcpip/wire/checksum.ts'
import { packetLength, parsePacket, writePacket } from '../../tcpip/wire/codec.ts'
import { makeSegment, Segment, SYN } from '../../tcpip/wire/segment.ts'

const PACKETS = 200_000
const GUARD_BYTES = 80
const PACKET_BYTES_MAX = 140

const bytes = new Uint8Array(GUARD_BYTES + PACKET_BYTES_MAX + GUARD_BYTES)
const view = new DataView(bytes.buffer)

function randomSegment(prng: Prng): Segment {
  const flags = prng.below(256)
  const onSyn = (flags & SYN) !== 0
  const hasTimestamps = prng.chance(1, 2)
  // A SYN has no room for blocks beside everything else.
  const sackBlocks = onSyn ? 0 : prng.below(hasTimestamps ? 4 : 5)
  const sackEdges = new Int32Array(8)
  for (let i = 0; i < 2 * sackBlocks; i++) sackEdges[i] = prng.next()
  const payload = new Uint8Array(prng.below(60))
  prng.fill(payload)
  const payloadAt = prng.below(payload.length + 1)
  return makeSegment({
    source: prng.next(),
    destination: prng.next(),
    sourcePort: prng.below(65_536),
    destinationPort: prng.below(65_536),
    seq: prng.next(),
    ack: prng.next(),
    flags,
    window: prng.below(65_536),
    mss: onSyn ? prng.below(65_536) : 0,
    windowScale: onSyn ? prng.below(16) - 1 : -1,
    sackPermitted: onSyn && prng.chance(1, 2),
    hasTimestamps,
    tsVal: hasTimestamps ? prng.next() : 0,
    tsEcr: hasTimestamps ? prng.next() : 0,
    sackBlocks,
    sackEdges,
    payload,
    payloadAt,
    payloadLength: prng.below(payload.length - payloadAt + 1),
  })
}

/** Makes the checksums right for whatever the lengths claim, so that mutations get past them. */
function repairChecksums(at: number, length: number): void {
  const headerLength = (bytes[at] & 15) * 4
  if (length < 20 || headerLength > length || headerLength < 20) return
  view.setUint16(at + 10, 0)
  view.setUint16(at + 10, finishChecksum(addBytes(0, view, at, headerLength)))
  const tcpLength = view.getUint16(at + 2) - headerLength
  if (tcpLength < 20 || headerLength + tcpLength > length) return
  const tcp = at + headerLength
  view.setUint16(tcp + 16, 0)
  const pseudoHeader = pseudoHeaderSum(view.getInt32(at + 12), view.getInt32(at + 16), 6, tcpLength)
  view.setUint16(tcp + 16, finishChecksum(addBytes(pseudoHeader, view, tcp, tcpLength)))
}

/** Puts the next hostile packet between the guards: noise, or a good packet with a few bytes changed. */
function placeHostilePacket(prng: Prng): number {
  const at = GUARD_BYTES
  if (prng.chance(1, 8)) {
    const length = prng.below(PACKET_BYTES_MAX + 1)
    for (let i = 0; i < length; i++) bytes[at + i] = prng.next() >>> 24
    if (prng.chance(3, 4)) bytes[at] = 0x40 | (bytes[at] & 15)
    return length
  }
  let length = writePacket(bytes, view, at, randomSegment(prng))
  for (let n = prng.below(4); n > 0; n--) bytes[at + prng.below(length)] = prng.next() >>> 24
  // Half of all changes go where the structure is: lengths, data offset, options.
  if (prng.chance(1, 2)) bytes[at + [0, 2, 3, 6, 9, 32][prng.below(6)]] = prng.next() >>> 24
  if (prng.chance(1, 2)) for (let i = 40; i < Math.min(length, 60); i++) bytes[at + i] = prng.next() >>> 28
  if (prng.chance(1, 8)) length = prng.below(length + 1)
  if (prng.chance(7, 8)) repairChecksums(at, length)
  return length
}

function fillGuards(value: number, length: number): void {
  bytes.fill(value, 0, GUARD_BYTES)
  bytes.fill(value, GUARD_BYTES + length)
}

/** Everything a parse says, as one comparable value. */
function answer(reason: number, segment: Segment): string {
  if (reason !== DropReason.ACCEPTED) return DROP_REASON_NAMES[reason]
  return JSON.stringify({ ...segment, payload: 0 })
}

describe('codec, over random packets', () => {
  it(`parses ${PACKETS} random and mutated packets without a throw or a look outside`, () => {
    const prng = new Prng(791)
    const outcomes = new Array<number>(DROP_REASON_NAMES.length).fill(0)
    const first = new Segment()
    const second = new Segment()
    for (let i = 0; i < PACKETS; i++) {
      const length = placeHostilePacket(prng)
      fillGuards(0x00, length)
      const reason = parsePacket(bytes, view, GUARD_BYTES, length, first)
      fillGuards(0x02, length)
      const again = parsePacket(bytes, view, GUARD_BYTES, length, second)
      outcomes[reason]++
      if (answer(reason, first) !== answer(again, second)) expect.fail(`packet ${i} depends on bytes outside it`)
      if (reason === DropReason.ACCEPTED) {
        const inside =
          first.payloadAt >= GUARD_BYTES + 40 && first.payloadAt + first.payloadLength <= GUARD_BYTES + length
        if (!inside || first.payloadLength < 0) expect.fail(`packet ${i} has a payload outside it`)
      }
    }
    // The packets were hostile in every way the codec knows, and good ones were among them.
    const reached = DROP_REASON_NAMES.filter((_, reason) => outcomes[reason] > 100)
    expect(reached).toEqual([
      'accepted',
      'ip_truncated',
      'ip_bad_version',
      'ip_bad_header_length',
      'ip_bad_checksum',
      'ip_fragment',
      'ip_not_tcp',
      'tcp_truncated',
      'tcp_bad_data_offset',
      'tcp_bad_checksum',
    ])
  })

  it('never throws when a packet ends where memory ends', () => {
    const prng = new Prng(792)
    const into = new Segment()
    for (let i = 0; i < 20_000; i++) {
      const length = placeHostilePacket(prng)
      const exact = bytes.slice(GUARD_BYTES, GUARD_BYTES + length)
      const reason = parsePacket(exact, new DataView(exact.buffer), 0, length, into)
      if (DROP_REASON_NAMES[reason] === undefined) expect.fail(`packet ${i} has no outcome`)
    }
  })

  it('reads back 20,000 random segments exactly as they were written', () => {
    const prng = new Prng(793)
    const into = new Segment()
    for (let i = 0; i < 20_000; i++) {
      const segment = randomSegment(prng)
      const length = writePacket(bytes, view, GUARD_BYTES, segment)
      if (length !== packetLength(segment)) expect.fail(`segment ${i} has another length than announced`)
      expect(parsePacket(bytes, view, GUARD_BYTES, length, into)).toBe(DropReason.ACCEPTED)
      const sent = segment.payload.subarray(segment.payloadAt, segment.payloadAt + segment.payloadLength)
      const received = into.payload.subarray(into.payloadAt, into.payloadAt + into.payloadLength)
      const edges = 2 * segment.sackBlocks
      expect({ ...into, payload: [...received], payloadAt: 0, sackEdges: into.sackEdges.slice(0, edges) }).toEqual({
        ...segment,
        payload: [...sent],
        payloadAt: 0,
        sackEdges: segment.sackEdges.slice(0, edges),
      })
    }
  })
})
