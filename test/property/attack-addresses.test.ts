/**
 * What no attack may ever do: send a packet that claims to come from, or goes to, anybody outside the lab. Every kind, with
 * parameters at random within their ranges, against a real server in virtual time; every packet that leaves the attacker is
 * looked at.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TraceReplay } from '../../attacker/trace/replay.ts'
import { makeTrace } from '../../attacker/trace/trace.ts'
import {
  ATTACK_CATALOGUE,
  ATTACK_KINDS,
  type AttackKind,
  type AttackKindEntry,
  type AttackParameter,
  parametersOf,
} from '../../attacker/traffic/attack-catalogue.ts'
import { ATTACK_RATE_MIN } from '../../attacker/traffic/caps.ts'
import { DropReason } from '../../tcpip/base/drop-reason.ts'
import { NEVER } from '../../tcpip/base/time.ts'
import { PacketRing } from '../../tcpip/link/packet-ring.ts'
import { formatPrefix, type Prefix, prefixContains } from '../../tcpip/wire/address.ts'
import {
  BOT_ADDRESSES,
  BYSTANDER_ADDRESSES,
  CLIENT_ADDRESSES,
  SERVER_ADDRESS,
  SERVER_PORT,
  SPOOFABLE_ADDRESSES,
} from '../../tcpip/wire/address-plan.ts'
import { parsePacket } from '../../tcpip/wire/codec.ts'
import { describeEndpoints } from '../../tcpip/wire/describe.ts'
import { Segment } from '../../tcpip/wire/segment.ts'
import { packetOf, pcapFile } from '../support/readers/capture-files.ts'
import { AttackLab } from '../support/worlds/attack-lab.ts'

/** Runs per kind, and the most that an attack of a run can send: enough to see every branch, little enough to be quick. */
const RUNS = 12
const PACKETS = 400
const SEED = 4_711

/** What a hub would grant one process among several: neither the whole pools nor the first blocks. */
const CLIENTS: Prefix = { base: CLIENT_ADDRESSES.base + 0x300, length: 24 }
const BOTS: Prefix = { base: BOT_ADDRESSES.base + 0x1400, length: 22 }
const BYSTANDERS: Prefix = { base: (BYSTANDER_ADDRESSES.base + 0x30) | 0, length: 28 }
const OWN = [CLIENTS, BOTS, BYSTANDERS, ...SPOOFABLE_ADDRESSES]

/** A prefix inside the ranges that may be spoofed, as text. */
const sources = fc
  .record({ range: fc.constantFrom(...SPOOFABLE_ADDRESSES), more: fc.nat(17), at: fc.nat(0xffff_ffff) })
  .map(({ range, more, at }) => {
    const length = Math.min(32, range.length + more)
    const hostMask = length === 0 ? -1 : -1 << (32 - length)
    const base = (range.base | (at & ~(range.length === 0 ? 0 : -1 << (32 - range.length)))) & hostMask
    return formatPrefix({ base, length })
  })

function drawnFrom(parameter: AttackParameter): fc.Arbitrary<unknown> {
  switch (parameter.type) {
    case 'integer':
      return fc.integer({ min: parameter.min, max: parameter.max })
    case 'number':
      return fc.double({ min: parameter.min, max: parameter.max, noNaN: true })
    case 'choice':
      return fc.constantFrom(...parameter.choices)
    case 'sources':
      return sources
    case 'file':
    case 'victim':
      throw new Error('what is in a file is drawn by a property of its own')
  }
}

/** Requests of a kind: each parameter drawn or left out, but never one that another one's value makes meaningless. */
function requestOf(kind: AttackKind): fc.Arbitrary<Record<string, unknown>> {
  const parameters = parametersOf(kind)
  const { pace } = ATTACK_CATALOGUE[kind] as AttackKindEntry
  const drawn = Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [name, fc.option(drawnFrom(parameter), { nil: undefined })]),
  )
  const duration = fc.double({ min: 0.05, max: 3, noNaN: true })
  return fc
    .record({ ...drawn, duration, packets: fc.double({ min: 1, max: PACKETS, noNaN: true }) })
    .map(({ packets, ...request }) => {
      const all: Record<string, unknown> = { ...request }
      for (const [name, { onlyWith }] of Object.entries(parameters)) {
        if (onlyWith === undefined) continue
        const other = parameters[onlyWith.parameter] as { readonly default?: unknown }
        if (!onlyWith.values.includes(String(all[onlyWith.parameter] ?? other.default))) delete all[name]
      }
      // A replay that waits for its cookies to age longer than it lasts sends none of them back.
      if (kind === 'cookie-replay') all.age = Number(all.age ?? 0) % Number(all.duration)
      return {
        ...all,
        kind,
        ...(pace === 'given' ? { rate: Math.max(ATTACK_RATE_MIN, packets / Number(all.duration)) } : {}),
      }
    })
}

/** Looks at every packet on its way to the server. */
class Watch {
  packets = 0
  readonly foreign: string[] = []
  private readonly segment = new Segment()

  packet(
    _interface: number,
    _timestamp: number,
    bytes: Uint8Array,
    at: number,
    length: number,
    inbound: boolean,
  ): void {
    if (!inbound) return
    this.packets++
    const { segment } = this
    const reason = parsePacket(bytes, new DataView(bytes.buffer, bytes.byteOffset), at, length, segment)
    const isAtHome = OWN.some((prefix) => prefixContains(prefix, segment.source))
    const isForServer = segment.destination === SERVER_ADDRESS && segment.destinationPort === SERVER_PORT
    if (reason !== DropReason.ACCEPTED || !isAtHome || !isForServer) this.foreign.push(describeEndpoints(segment))
  }
}

describe('packets of an attack of kind', () => {
  const kinds = ATTACK_KINDS.filter((kind) => !Object.values(parametersOf(kind)).some(({ type }) => type === 'file'))

  it.each(kinds)('%s come from the blocks of the process or from nobody, and go to the server', (kind) => {
    let packets = 0
    fc.assert(
      fc.property(requestOf(kind), fc.integer({ min: 0, max: 2 }), (request, synCookies) => {
        const watch = new Watch()
        const lab = new AttackLab({ tap: watch, config: { synCookies, backlog: 16 }, seed: SEED })
        lab.attacker.setClientAddresses(CLIENTS)
        lab.attacker.setBotAddresses(BOTS, BYSTANDERS)
        lab.clients({ rate: 5 })
        lab.run(0.5)
        lab.attack(request as never)
        lab.run(Number(request.duration) + 1)
        packets += lab.snapshot(1).sent
        expect(watch.foreign).toEqual([])
        expect(watch.packets).toBeGreaterThan(0)
      }),
      { numRuns: RUNS, seed: SEED },
    )
    // A kind that sends nothing would prove nothing.
    expect(packets).toBeGreaterThan(0)
  })

  it('that replays a recording do so whatever addresses were recorded', () => {
    const address = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })
    const port = fc.integer({ min: 0, max: 65_535 })
    const recorded = fc.record({
      source: address,
      sourcePort: port,
      flags: fc.integer({ min: 0, max: 63 }),
      seq: address,
    })
    const victims = { address, port: fc.integer({ min: 1, max: 65_535 }) }
    fc.assert(
      fc.property(fc.record(victims), fc.array(recorded, { minLength: 1, maxLength: 50 }), (victim, all) => {
        const others = all.filter(({ source }) => source !== victim.address)
        fc.pre(others.length > 0)
        const file = pcapFile(
          others.map((fields, index) => ({
            seconds: index,
            nanoseconds: 0,
            bytes: packetOf({ ...fields, destination: victim.address, destinationPort: victim.port }),
          })),
        )
        const trace = makeTrace(file, victim)
        if (typeof trace === 'string') throw new Error(trace)
        const ring = new PacketRing(1)
        const segment = new Segment()
        for (const replay = new TraceReplay(trace, 0, 1); replay.next !== NEVER; replay.step()) {
          const length = replay.write(ring.bytes, ring.view, 0)
          expect(parsePacket(ring.bytes, ring.view, 0, length, segment)).toBe(DropReason.ACCEPTED)
          expect(SPOOFABLE_ADDRESSES.some((range) => prefixContains(range, segment.source))).toBe(true)
          expect([segment.destination, segment.destinationPort]).toEqual([SERVER_ADDRESS, SERVER_PORT])
        }
      }),
      { numRuns: 100, seed: SEED },
    )
  })
})
