/**
 * What the packets of attacks look like and where they come from, as tshark and packetdrill would print them.
 */
import { describe, expect, test } from 'vitest'
import { AckFlood } from '../../../../attacker/traffic/ack-flood.ts'
import type { PacketWriter } from '../../../../attacker/traffic/attack-action.ts'
import { makeAttack } from '../../../../attacker/traffic/attack-spec.ts'
import { Botnet, FIREWALLED_PORTS, isFirewalled, RAW_PORTS } from '../../../../attacker/traffic/botnet.ts'
import { SequenceSweep, type Victim } from '../../../../attacker/traffic/sequence-sweep.ts'
import { floodSources } from '../../../../attacker/traffic/syn-flood.ts'
import { anyPort, type Fingerprint, SynWriter } from '../../../../attacker/traffic/syn-writer.ts'
import { DropReason } from '../../../../tcpip/base/drop-reason.ts'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { SECRET_BYTES } from '../../../../tcpip/host/endpoint.ts'
import { makeMemoryLink } from '../../../../tcpip/link/memory-link.ts'
import { PacketRing } from '../../../../tcpip/link/packet-ring.ts'
import { type Prefix, prefixContains } from '../../../../tcpip/wire/address.ts'
import {
  BOT_ADDRESSES,
  BYSTANDER_ADDRESSES,
  CLIENT_ADDRESSES,
  SERVER_ADDRESS,
  SERVER_PORT,
  SPOOFABLE_ADDRESSES,
} from '../../../../tcpip/wire/address-plan.ts'
import { parsePacket } from '../../../../tcpip/wire/codec.ts'
import { describeSegment } from '../../../../tcpip/wire/describe.ts'
import { ACK, FIN, RST, Segment } from '../../../../tcpip/wire/segment.ts'
import { testSecret } from '../../../support/worlds/server-lab.ts'

const SILENT = SPOOFABLE_ADDRESSES[0] as Prefix
const PLACES = anyPort(SILENT.base, 2 ** 17)

/** The next `count` packets, parsed with both checksums verified. */
function take(writer: PacketWriter, count: number): Segment[] {
  const ring = new PacketRing(1)
  return Array.from({ length: count }, () => {
    const length = writer.write(ring.bytes, ring.view, 0)
    const segment = new Segment()
    expect(parsePacket(ring.bytes, ring.view, 0, length, segment)).toBe(DropReason.ACCEPTED)
    expect(segment).toMatchObject({ destination: SERVER_ADDRESS, destinationPort: SERVER_PORT })
    return segment
  })
}

/** Control bits, window and options, in packetdrill's notation, numbers that differ each time left out. */
function look(segment: Segment): string {
  return describeSegment(segment)
    .replace(/-?\d+:-?\d+\((\d+)\)/, 'seq($1)')
    .replace(/TS val -?\d+ ecr 0/, 'TS val x ecr 0')
}

const LOOKS: Record<Exclude<Fingerprint, 'mixed'>, string> = {
  'mss-only': 'win 64240 <mss 1460>',
  linux: 'win 64240 <mss 1460,sackOK,TS val x ecr 0,nop,wscale 7>',
  hping3: 'win 512',
}

describe('fingerprints', () => {
  test.each(Object.entries(LOOKS))('%s: %s', (fingerprint, expected) => {
    for (const syn of take(new SynWriter(PLACES, fingerprint as Fingerprint, new Prng(1)), 20)) {
      expect(look(syn)).toMatch(/\bS seq\(0\)/)
      expect(look(syn).endsWith(expected)).toBe(true)
    }
  })

  test('timestamps of Linux differ from SYN to SYN, as those of many hosts do', () => {
    const values = take(new SynWriter(PLACES, 'linux', new Prng(1)), 50).map(({ tsVal }) => tsVal)
    expect(new Set(values).size).toBe(50)
  })

  test('mixed is each of them, a third of the time', () => {
    const seen = take(new SynWriter(PLACES, 'mixed', new Prng(1)), 3000).map(look)
    for (const expected of Object.values(LOOKS)) {
      const share = seen.filter((text) => text.endsWith(expected)).length / seen.length
      expect(Math.abs(share - 1 / 3)).toBeLessThan(0.03)
    }
  })

  test('a SYN with data carries as many zeros as it was told', () => {
    for (const fingerprint of ['mss-only', 'linux', 'hping3', 'mixed'] as const) {
      for (const syn of take(new SynWriter(PLACES, fingerprint, new Prng(1), 1400), 5)) {
        expect(syn.payloadLength).toBe(1400)
        expect(look(syn)).toContain('S seq(1400)')
      }
    }
  })

  test('a guessed cookie is a bare ACK like any client’s', () => {
    for (const ack of take(new AckFlood(PLACES, new Prng(1)), 50)) {
      expect(ack).toMatchObject({ flags: ACK, window: 502, payloadLength: 0, mss: 0, hasTimestamps: false })
      expect(prefixContains(SILENT, ack.source)).toBe(true)
    }
  })
})

describe('the sources of a flood', () => {
  const botnet = new Botnet(makeMemoryLink(8).a, testSecret(SECRET_BYTES))
  const synsOf = (request: Record<string, unknown>, net = botnet) => {
    const spec = makeAttack({ kind: 'syn-flood', rate: 1, duration: 1, ...request })
    return take(new SynWriter(floodSources(spec, net), spec.fingerprint, new Prng(2)), 2000)
  }

  test('silent: the prefix that was asked for', () => {
    const only: Prefix = { base: 0xc633_6400 | 0, length: 24 }
    for (const { source } of synsOf({ sources: '198.51.100.0/24' })) expect(prefixContains(only, source)).toBe(true)
  })

  test('live: all bystanders, and nobody else', () => {
    const sources = synsOf({ origin: 'live' }).map(({ source }) => source)
    expect(sources.every((source) => prefixContains(BYSTANDER_ADDRESSES, source))).toBe(true)
    expect(new Set(sources).size).toBeGreaterThan(250)
  })

  test.each([
    ['bots', RAW_PORTS, false],
    ['bots-firewalled', FIREWALLED_PORTS, true],
  ] as const)(
    '%s: as many bots as were asked for, from ports that their firewall treats so',
    (origin, range, behind) => {
      const syns = synsOf({ origin, bots: 10 })
      expect(new Set(syns.map(({ source }) => source - BOT_ADDRESSES.base))).toEqual(
        new Set(Array.from({ length: 10 }, (_, bot) => bot)),
      )
      for (const { sourcePort } of syns) {
        expect(sourcePort).toBeGreaterThanOrEqual(range.firstPort)
        expect(sourcePort).toBeLessThan(range.firstPort + range.ports)
        expect(isFirewalled(sourcePort)).toBe(behind)
      }
    },
  )

  test('the blocks of an attacker process that shares the lab with others', () => {
    const mine = new Botnet(makeMemoryLink(8).a, testSecret(SECRET_BYTES))
    const bots: Prefix = { base: BOT_ADDRESSES.base + 1024, length: 22 }
    const bystanders: Prefix = { base: (BYSTANDER_ADDRESSES.base + 16) | 0, length: 28 }
    mine.setAddresses(bots, bystanders)
    for (const { source } of synsOf({ origin: 'bots', bots: 1024 }, mine))
      expect(prefixContains(bots, source)).toBe(true)
    for (const { source } of synsOf({ origin: 'live' }, mine)) expect(prefixContains(bystanders, source)).toBe(true)
  })

  test('ports of raw attacks, firewalled or not, are no ports of connections', () => {
    expect(FIREWALLED_PORTS.firstPort + FIREWALLED_PORTS.ports).toBe(RAW_PORTS.firstPort)
    expect(RAW_PORTS.firstPort + RAW_PORTS.ports).toBe(32_768)
    expect([1023, 1024, 16_383, 16_384].map(isFirewalled)).toEqual([false, true, true, false])
  })
})

describe('a sweep', () => {
  const connections: Victim[] = [
    { address: CLIENT_ADDRESSES.base + 1, port: 40_000 },
    { address: CLIENT_ADDRESSES.base + 2, port: 40_001 },
  ]
  const sweepOf = (request: Record<string, unknown>, flags: number, open: () => readonly Victim[]) => {
    const spec = makeAttack({ kind: 'rst-flood', rate: 1, duration: 1, ...request })
    return new SequenceSweep(spec, flags, { open, addresses: CLIENT_ADDRESSES }, new Prng(3))
  }

  test('leaves no window of its step untouched', () => {
    const stride = 2 ** 22 + 1
    const count = Math.ceil(2 ** 32 / stride)
    const segments = take(
      sweepOf({ stride }, RST, () => connections),
      count,
    )
    expect(new Set(segments.map(({ sourcePort }) => sourcePort)).size).toBe(1)
    const numbers = segments.map(({ seq }) => seq >>> 0).sort((a, b) => a - b)
    const gaps = numbers.map((seq, i) => ((numbers[(i + 1) % count] as number) - seq + 2 ** 32) % 2 ** 32)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(stride)
  })

  test('takes connections at random, sweep by sweep', () => {
    const segments = take(
      sweepOf({ stride: 2 ** 30 }, RST, () => connections),
      400,
    )
    const counts = connections.map(
      ({ address, port }) =>
        segments.filter(({ source, sourcePort }) => source === address && sourcePort === port).length,
    )
    expect((counts[0] as number) + (counts[1] as number)).toBe(400)
    // A hundred sweeps of four, each of either: 200 on average, with a deviation of 20.
    expect(Math.abs((counts[0] as number) - 200)).toBeLessThan(80)
  })

  test('asks who is connected once in a thousand packets, not for each', () => {
    let asked = 0
    const sweep = sweepOf({ stride: 2 ** 30 }, RST, () => {
      asked++
      return connections
    })
    take(sweep, 10_240)
    expect(asked).toBe(10)
  })

  test('that knows addresses only guesses among the ports of clients', () => {
    const segments = take(
      sweepOf({ stride: 2 ** 30, victims: 'addresses' }, RST, () => connections),
      4000,
    )
    const ports = segments.map(({ sourcePort }) => sourcePort)
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(32_768)
    expect(Math.max(...ports)).toBeLessThanOrEqual(60_999)
    expect(new Set(ports).size).toBeGreaterThan(950)
    expect(segments.every(({ source }) => connections.some(({ address }) => address === source))).toBe(true)
  })

  test('of FINs has an acknowledgment number that is a guess; RSTs have none', () => {
    const fins = take(
      sweepOf({}, FIN | ACK, () => connections),
      100,
    )
    expect(new Set(fins.map(({ ack }) => ack)).size).toBe(100)
    expect(
      take(
        sweepOf({}, RST, () => []),
        100,
      ).every(({ ack, flags }) => ack === 0 && flags === RST),
    ).toBe(true)
  })
})
