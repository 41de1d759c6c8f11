/**
 * A million wrong, half-right and right datagrams into the hub of the UDP link, in whatever state it is in, and fewer into
 * a spoke: nothing throws, every datagram and every packet has exactly one outcome, and every outcome occurs.
 */
import { describe, expect, it } from 'vitest'
import { Prng } from '../../tcpip/base/prng.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { type PacketRing, SLOT_BYTES } from '../../tcpip/link/packet-ring.ts'
import { LINK_TICK } from '../../tcpip/udp-link/liveness.ts'
import { exactly } from '../../tcpip/udp-link/prefix-request.ts'
import {
  FRAME_OUTCOME_NAMES,
  FrameOutcome,
  PACKET_IN_NAMES,
  PacketIn,
  type UdpCounters,
} from '../../tcpip/udp-link/udp-counters.ts'
import { FrameType } from '../../tcpip/udp-link/udp-frame.ts'
import { ipPacket, LAB_KEY, prefix, push, VirtualHub, VirtualNet, VirtualSpoke } from '../support/worlds/virtual-udp.ts'

const HUB_DATAGRAMS = 1_000_000
const SPOKE_DATAGRAMS = 200_000
const SEED = 20_241
/** Frames kept for mutation. */
const CORPUS = 400

const TYPE_AT = 3
const DATA_HEADER = 16
const CONTROL_TAG = 16

function sum(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0)
}

/** An independent count of the packets of a data frame that was accepted. */
function packetsOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let packets = 0
  for (let at = DATA_HEADER; at < bytes.length; at += 2 + view.getUint16(at)) packets++
  return packets
}

/** Changes a frame in one of the ways that networks and enemies do; one in three control frames is sealed again. */
function mutate(frame: Uint8Array, other: Uint8Array, random: Prng): Uint8Array {
  let bytes = frame.slice()
  switch (random.below(8)) {
    case 0:
      break
    case 1:
      bytes[random.below(bytes.length)] ^= 1 << random.below(8)
      break
    case 2:
      for (let i = random.below(6); i >= 0; i--) bytes[random.below(bytes.length)] = random.next()
      break
    case 3:
      bytes = bytes.slice(0, random.below(bytes.length + 1))
      break
    case 4: {
      const longer = new Uint8Array(bytes.length + 1 + random.below(8))
      longer.set(bytes)
      bytes = longer
      break
    }
    case 5: {
      const cut = random.below(Math.min(bytes.length, other.length) + 1)
      bytes.set(other.subarray(0, cut))
      break
    }
    case 6:
      bytes[TYPE_AT] = random.below(7) | (random.below(2) << 7)
      break
    default:
      random.fill(bytes)
      if (random.chance(1, 2) && bytes.length > 4) bytes.set([0x53, 0x4c, 1, 1 + random.below(6)])
  }
  if (bytes.length > CONTROL_TAG + 4 && random.chance(1, 3)) LAB_KEY.seal(bytes, bytes.length - CONTROL_TAG)
  return bytes
}

/** Packets of many sizes, from declared and undeclared sources. */
function somePacket(random: Prng): Uint8Array {
  const sources = ['10.9.16.1', '10.9.17.1', '198.18.7.7', '8.8.8.8']
  return ipPacket(sources[random.below(4)], '10.9.0.5', 20 + random.below(200))
}

/** Adds a packet that no sender of ours would pack: one without a whole header, or longer than any slot. */
function withOddPacket(frame: Uint8Array, random: Prng): Uint8Array {
  const length = random.chance(1, 2) ? 1 + random.below(19) : SLOT_BYTES + 1
  const bytes = new Uint8Array(frame.length + 2 + length)
  bytes.set(frame)
  bytes[frame.length] = length >> 8
  bytes[frame.length + 1] = length
  // Where its source would be: that of the frame's first packet.
  const source = frame.subarray(DATA_HEADER + 14, DATA_HEADER + 18)
  if (length > 20) bytes.set(source, frame.length + 14)
  return bytes
}

/** Counts what goes into one end of the link, and reads the packets that come out, without a look at its counters. */
class Witness {
  datagrams = 0
  packets = 0
  /** Packets taken out of the receive ring. */
  read = 0
  private readonly counters: UdpCounters
  private readonly dataType: number

  constructor(counters: UdpCounters, dataType: number) {
    this.counters = counters
    this.dataType = dataType
  }

  see(bytes: Uint8Array, receive: () => void): void {
    const accepted = this.counters.datagramsIn[FrameOutcome.ACCEPTED]
    receive()
    this.datagrams++
    const isAccepted = this.counters.datagramsIn[FrameOutcome.ACCEPTED] > accepted
    if (isAccepted && bytes[TYPE_AT] === this.dataType) this.packets += packetsOf(bytes)
  }

  /** Reads some of what arrived, and that seldom: the ring is full now and then. */
  readSome(ring: PacketRing, random: Prng): void {
    if (!random.chance(1, 40)) return
    for (let i = random.below(100); i > 0 && ring.size > 0; i--) {
      ring.release()
      this.read++
    }
  }

  expectConservation(ring: PacketRing): void {
    const { datagramsIn, packetsIn } = this.counters
    expect(sum(datagramsIn)).toBe(this.datagrams)
    expect(sum(packetsIn)).toBe(this.packets)
    expect(packetsIn[PacketIn.DELIVERED]).toBe(this.read + ring.size)
  }
}

class WatchedHub extends VirtualHub {
  readonly witness = new Witness(this.counters, FrameType.DATA)

  override receive(bytes: Uint8Array, from: { address: string; port: number }): void {
    this.witness.see(bytes, () => super.receive(bytes, from))
  }
}

class WatchedSpoke extends VirtualSpoke {
  readonly witness = new Witness(this.counters, FrameType.HUB_DATA)

  override receive(bytes: Uint8Array): void {
    this.witness.see(bytes, () => super.receive(bytes))
  }
}

/** Frames of the past, to be mutated: some are recent, some belong to sessions and nonces that are long over. */
class Corpus {
  private readonly frames: Uint8Array[] = []
  private readonly random: Prng

  constructor(random: Prng) {
    this.random = random
  }

  add(frame: Uint8Array): void {
    this.frames[this.frames.length < CORPUS ? this.frames.length : this.random.below(CORPUS)] = frame
  }

  mutant(): Uint8Array {
    const pick = () => this.frames[this.random.below(this.frames.length)]
    return mutate(pick(), pick(), this.random)
  }
}

/** A hub with three places and four spokes that want in, two of them with the same addresses. */
class Lab {
  readonly random = new Prng(SEED)
  readonly hub = new WatchedHub({ maxSessions: 3 }, SEED)
  readonly spokes: WatchedSpoke[]
  readonly net: VirtualNet
  readonly toHub = new Corpus(this.random)
  readonly toSpokes = new Corpus(this.random)
  /** Packets given to the hub to send, and packets that its datagrams carried. */
  offered = 0
  carried = 0

  constructor() {
    this.spokes = [5000, 5001, 5002, 5003].map((port, i) => {
      return new WatchedSpoke(port, [exactly(prefix(`10.9.${16 + (i >> 1)}.0/24`)), exactly(prefix('198.18.0.0/15'))])
    })
    this.net = new VirtualNet(this.hub, ...this.spokes)
    this.net.lose = (datagram, fromHub) => {
      const corpus = fromHub ? this.toSpokes : this.toHub
      corpus.add(datagram.bytes)
      if (datagram.packets > 0) corpus.add(withOddPacket(datagram.bytes, this.random))
      if (fromHub) this.carried += datagram.packets
      return this.random.chance(1, 20)
    }
  }

  /** Some traffic and some time; now and then a session ends, or all do. */
  live(): void {
    const { hub, net, random, spokes } = this
    for (const spoke of spokes) {
      if (spoke.end.tx.size < 32) push(spoke.end.tx, somePacket(random))
      spoke.session.transmit()
      if (random.chance(1, 100)) spoke.session.unreachable('gone')
      spoke.witness.readSome(spoke.end.rx, random)
    }
    for (const destination of ['10.9.16.1', '10.9.17.1', '10.9.18.1', '198.18.0.1']) {
      push(hub.end.tx, ipPacket('10.9.0.5', destination, 20 + random.below(100)))
      this.offered++
    }
    hub.sessions.transmit()
    hub.witness.readSome(hub.end.rx, random)
    if (random.chance(1, 500)) hub.sessions.close()
    net.run(random.chance(1, 200) ? 2 * SECOND : LINK_TICK)
    hub.sessions.assertInvariants()
  }
}

describe('the UDP link', () => {
  const lab = new Lab()
  lab.net.run(SECOND)

  it(`gives each of ${HUB_DATAGRAMS} random and mutated datagrams one outcome at the hub`, () => {
    const { hub, random, spokes } = lab
    for (let i = 0; i < HUB_DATAGRAMS; i++) {
      if (i % 64 === 0) lab.live()
      const stranger = { address: '10.1.2.3', port: 5000 + random.below(4) }
      hub.receive(lab.toHub.mutant(), random.chance(1, 10) ? stranger : spokes[random.below(spokes.length)])
      // What the hub answers is lost, so that its answers to mutants do not look like traffic.
      for (const answer of hub.output.take()) lab.carried += answer.packets
    }
    lab.live()
    hub.witness.expectConservation(hub.end.rx)
    const { datagramsIn, packetsIn, packetsOut } = hub.counters
    expect(sum(packetsOut) + lab.carried).toBe(lab.offered)
    // Ticks come often enough here that nobody is over a budget.
    expect(FRAME_OUTCOME_NAMES.filter((_name, outcome) => datagramsIn[outcome] === 0)).toEqual(['over_budget'])
    expect(PACKET_IN_NAMES.filter((_name, outcome) => packetsIn[outcome] === 0)).toEqual([])
    expect(hub.changes.length).toBeGreaterThan(500)
  })

  it(`gives each of ${SPOKE_DATAGRAMS} random and mutated datagrams one outcome at a spoke`, () => {
    const { random } = lab
    const spoke = lab.spokes[0]
    for (let i = 0; i < SPOKE_DATAGRAMS; i++) {
      if (i % 64 === 0) lab.live()
      spoke.receive(lab.toSpokes.mutant())
      spoke.witness.readSome(spoke.end.rx, random)
    }
    spoke.witness.expectConservation(spoke.end.rx)
    const { datagramsIn } = spoke.counters
    // A spoke's socket is connected: nobody else can be heard, so it has no wrong peer, and no strangers.
    expect(FRAME_OUTCOME_NAMES.filter((_name, outcome) => datagramsIn[outcome] === 0)).toEqual([
      'wrong_peer',
      'over_budget',
    ])
  })
})
