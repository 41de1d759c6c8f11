/**
 * ICMP errors about TCP segments: what is read from a good one, and that everything else is refused untouched.
 */
import { describe, expect, it } from 'vitest'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { addBytes, finishChecksum } from '../../../../tcpip/wire/checksum.ts'
import { packetBytes } from '../../../../tcpip/wire/codec.ts'
import {
  ICMP_PARAMETER_PROBLEM,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  IcmpError,
  icmpErrorBytes,
  parseIcmpError,
} from '../../../../tcpip/wire/icmp.ts'
import { makeSegment, SYN } from '../../../../tcpip/wire/segment.ts'

const CLIENT = 0xc0000201 | 0
const SERVER = 0xc0000202 | 0
const ROUTER = 0xc00002fe | 0
const SEGMENT = { source: CLIENT, destination: SERVER, sourcePort: 40_000, destinationPort: 80, seq: -2, flags: SYN }
const OFFENDING = packetBytes(makeSegment(SEGMENT))

/** Offsets in the packet that `icmpErrorBytes` writes. */
const ICMP = 20
const EMBEDDED = 28

function hostUnreachable(): Uint8Array {
  return icmpErrorBytes(ROUTER, ICMP_UNREACHABLE, 1, OFFENDING)
}

/** Parses bytes inside larger ones; undefined when refused. */
function parse(packet: Uint8Array): IcmpError | undefined {
  const bytes = new Uint8Array(packet.length + 100).fill(0x45)
  bytes.set(packet, 50)
  const into = new IcmpError()
  const isUsable = parseIcmpError(new DataView(bytes.buffer), 50, packet.length, into)
  if (!isUsable) expect(into).toEqual(new IcmpError())
  return isUsable ? into : undefined
}

/** An error with one byte replaced and both checksums right, cut to `length` if told. */
function patched(at: number, value: number, length = 56): Uint8Array {
  const packet = hostUnreachable().slice(0, length)
  const view = new DataView(packet.buffer)
  packet[at] = value
  view.setUint16(10, 0)
  view.setUint16(10, finishChecksum(addBytes(0, view, 0, 20)))
  const icmpLength = Math.max(0, Math.min(view.getUint16(2), packet.length) - ICMP)
  view.setUint16(ICMP + 2, 0)
  view.setUint16(ICMP + 2, finishChecksum(addBytes(0, view, ICMP, icmpLength)))
  return packet
}

describe('parseIcmpError', () => {
  it.each([
    ['unreachable', ICMP_UNREACHABLE, 1],
    ['unreachable, fragmentation needed', ICMP_UNREACHABLE, 4],
    ['time exceeded', ICMP_TIME_EXCEEDED, 0],
    ['parameter problem', ICMP_PARAMETER_PROBLEM, 0],
  ])('reads kind and segment of: %s', (_title, type, code) => {
    const { flags: _flags, ...segment } = SEGMENT
    expect(parse(icmpErrorBytes(ROUTER, type, code, OFFENDING))).toEqual({ type, code, ...segment })
  })

  it('is addressed to the sender of the segment, and comes from the reporter', () => {
    const view = new DataView(hostUnreachable().buffer)
    expect([view.getInt32(12), view.getInt32(16)]).toEqual([ROUTER, CLIENT])
  })

  it('finds the ports behind the options of the embedded header', () => {
    const offending = new Uint8Array(OFFENDING.length + 4)
    offending.set(OFFENDING.subarray(0, 20))
    offending.set([1, 1, 1, 0], 20)
    offending.set(OFFENDING.subarray(20), 24)
    offending[0] = 0x46
    expect(parse(icmpErrorBytes(ROUTER, 3, 3, offending))).toMatchObject({ sourcePort: 40_000, destinationPort: 80 })
  })

  it('does not mind what routers did to the embedded header', () => {
    expect(parse(patched(EMBEDDED + 8, 1))?.seq).toBe(-2)
    expect(parse(patched(EMBEDDED + 2, 0xff))?.seq).toBe(-2)
  })

  const refused: [string, Uint8Array][] = [
    ['another protocol', patched(9, 6)],
    ['an echo request', patched(ICMP, 8)],
    ['a source quench', patched(ICMP, 4)],
    ['a redirect', patched(ICMP, 5)],
    ['an embedded packet of another version', patched(EMBEDDED, 0x65)],
    ['an embedded header length below 5', patched(EMBEDDED, 0x44)],
    ['an embedded header that leaves no room for the ports', patched(EMBEDDED, 0x46)],
    ['an embedded packet of another protocol', patched(EMBEDDED + 9, 17)],
    ['an embedded later fragment', patched(EMBEDDED + 7, 1)],
    ['a total length that cuts the ports off', patched(3, 20 + 8 + 20 + 7)],
    ['a total length that cuts the embedded header off', patched(3, 20 + 8 + 19)],
    ['nothing but an IPv4 header', patched(3, 20)],
    ['a segment instead of an error', OFFENDING],
  ]
  it.each(refused)('refuses %s', (_title, packet) => {
    expect(parse(packet)).toBeUndefined()
  })

  it('refuses an error with any single bit flipped', () => {
    const packet = hostUnreachable()
    for (let bit = 0; bit < packet.length * 8; bit++) {
      packet[bit >> 3] ^= 1 << (bit & 7)
      expect(parse(packet)).toBeUndefined()
      packet[bit >> 3] ^= 1 << (bit & 7)
    }
    expect(parse(packet)).toBeDefined()
  })

  it('refuses every error cut short, at the end of memory too', () => {
    const packet = hostUnreachable()
    for (let length = 0; length < packet.length; length++) {
      const view = new DataView(packet.slice(0, length).buffer)
      expect(parseIcmpError(view, 0, length, new IcmpError())).toBe(false)
      if (length < 24) continue
      // The same with a total length and checksums that fit.
      const honest = new DataView(patched(3, length, length).buffer)
      expect(parseIcmpError(honest, 0, length, new IcmpError())).toBe(false)
    }
  })

  it('survives 50,000 mutated errors', () => {
    const prng = new Prng(792)
    let usable = 0
    for (let i = 0; i < 50_000; i++) {
      const packet = patched(prng.below(56), prng.next() >>> 24).slice(0, 40 + prng.below(17))
      if (parseIcmpError(new DataView(packet.buffer), 0, packet.length, new IcmpError())) usable++
    }
    expect(usable).toBeGreaterThan(100)
    expect(usable).toBeLessThan(50_000)
  })
})
