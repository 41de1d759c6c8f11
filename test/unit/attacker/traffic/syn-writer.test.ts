import { expect, test } from 'vitest'
import { anyPort, SynWriter } from '../../../../attacker/traffic/syn-writer.ts'
import { DropReason } from '../../../../tcpip/base/drop-reason.ts'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { PacketRing } from '../../../../tcpip/link/packet-ring.ts'
import { formatPrefix, type Prefix, prefixContains, prefixSize } from '../../../../tcpip/wire/address.ts'
import { SERVER_ADDRESS, SERVER_PORT, SPOOFABLE_ADDRESSES } from '../../../../tcpip/wire/address-plan.ts'
import { parsePacket } from '../../../../tcpip/wire/codec.ts'
import { Segment, SYN } from '../../../../tcpip/wire/segment.ts'

/** The SYNs of a flood, parsed with both checksums verified. */
function* syns(sources: Prefix, count: number, seed = 1): Generator<Segment> {
  const flood = new SynWriter(anyPort(sources.base, prefixSize(sources)), 'mss-only', new Prng(seed))
  const ring = new PacketRing(1)
  for (let i = 0; i < count; i++) {
    const length = flood.write(ring.bytes, ring.view, 0)
    const segment = new Segment()
    expect(parsePacket(ring.bytes, ring.view, 0, length, segment)).toBe(DropReason.ACCEPTED)
    yield segment
  }
}

test.each(SPOOFABLE_ADDRESSES.map((prefix) => [formatPrefix(prefix), prefix] as const))(
  'SYNs come from all over %s and from nowhere else',
  (_, prefix) => {
    const count = 3000
    const sources = new Set<number>()
    for (const { source } of syns(prefix, count)) {
      expect(prefixContains(prefix, source)).toBe(true)
      sources.add(source)
    }
    // Drawn with replacement: n (1 - exp(-count / n)) different ones are to be expected.
    const size = prefixSize(prefix)
    expect(sources.size).toBeGreaterThan(0.97 * size * (1 - Math.exp(-count / size)))
  },
)

test('a single address can be spoofed alone', () => {
  const only: Prefix = { base: 0xc000_0207 | 0, length: 32 }
  for (const { source } of syns(only, 20)) expect(source).toBe(only.base)
})

test('SYNs go to the server and carry an MSS and nothing else', () => {
  for (const syn of syns(SPOOFABLE_ADDRESSES[0] as Prefix, 50)) {
    expect(syn).toMatchObject({
      destination: SERVER_ADDRESS,
      destinationPort: SERVER_PORT,
      flags: SYN,
      ack: 0,
      window: 64_240,
      mss: 1460,
      windowScale: -1,
      sackPermitted: false,
      hasTimestamps: false,
      payloadLength: 0,
    })
  }
})

test('ports and sequence numbers are spread over their whole range', () => {
  const ports: number[] = []
  const seqs: number[] = []
  for (const syn of syns(SPOOFABLE_ADDRESSES[0] as Prefix, 5000)) {
    ports.push(syn.sourcePort)
    seqs.push(syn.seq)
  }
  expect(Math.min(...ports)).toBeGreaterThanOrEqual(1024)
  expect(Math.min(...ports)).toBeLessThan(1200)
  expect(Math.max(...ports)).toBeGreaterThan(65_400)
  expect(Math.max(...ports)).toBeLessThanOrEqual(65_535)
  expect(Math.min(...seqs)).toBeLessThan(-0x7f00_0000)
  expect(Math.max(...seqs)).toBeGreaterThan(0x7f00_0000)
})

test('the same seed gives the same packets, another seed others', () => {
  const packets = (seed: number) => [...syns(SPOOFABLE_ADDRESSES[0] as Prefix, 10, seed)]
  expect(packets(4)).toEqual(packets(4))
  expect(packets(4)).not.toEqual(packets(5))
})
