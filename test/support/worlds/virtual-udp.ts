/**
 * A UDP network in virtual time for one hub and its spokes: datagrams are recorded, and delivered when a test says so.
 */

import { Prng } from '../../../tcpip/base/prng.ts'
import { deriveLabKey } from '../../../tcpip/io/lab-key.ts'
import { makeLinkEnd } from '../../../tcpip/link/link.ts'
import type { PacketRing } from '../../../tcpip/link/packet-ring.ts'
import { Datagram, type DatagramOutput } from '../../../tcpip/udp-link/datagram-pool.ts'
import { HubSessions, type HubSessionsOptions } from '../../../tcpip/udp-link/hub-sessions.ts'
import { LINK_TICK } from '../../../tcpip/udp-link/liveness.ts'
import type { AllowedPrefix } from '../../../tcpip/udp-link/prefix-claims.ts'
import { exactly, type PrefixRequest } from '../../../tcpip/udp-link/prefix-request.ts'
import { SpokeSession, type SpokeState } from '../../../tcpip/udp-link/spoke-session.ts'
import { UdpCounters } from '../../../tcpip/udp-link/udp-counters.ts'
import { type Prefix, parseAddress, parsePrefix } from '../../../tcpip/wire/address.ts'

export const LAB_KEY = deriveLabKey('a key for tests')

/** Longest datagram a recorder can take: a slot-sized packet alone, or the largest limit. */
const RECORDER_BYTES = 16_384

export interface SentDatagram {
  readonly bytes: Uint8Array
  readonly packets: number
  readonly address: string
  readonly port: number
}

/** An output that keeps what was sent; `dataLeft` limits how many data datagrams it hands out. */
export class DatagramRecorder implements DatagramOutput {
  sent: SentDatagram[] = []
  dataLeft = Number.POSITIVE_INFINITY
  private readonly datagrams: Datagram[] = []

  takeData(): Datagram | undefined {
    if (this.dataLeft === 0) return undefined
    this.dataLeft--
    return this.takeControl()
  }

  takeControl(): Datagram | undefined {
    const datagram = this.datagrams.pop() ?? new Datagram(RECORDER_BYTES, () => {})
    datagram.length = 0
    datagram.packets = 0
    return datagram
  }

  send(datagram: Datagram): void {
    const { packets, address, port } = datagram
    this.sent.push({ bytes: Uint8Array.from(datagram.bytes.subarray(0, datagram.length)), packets, address, port })
    this.datagrams.push(datagram)
  }

  /** What was sent since the last call. */
  take(): SentDatagram[] {
    const { sent } = this
    this.sent = []
    return sent
  }
}

export function prefix(text: string): Prefix {
  const parsed = parsePrefix(text)
  if (parsed === undefined) throw new Error(`bad prefix in a test: ${text}`)
  return parsed
}

export function address(text: string): number {
  const parsed = parseAddress(text)
  if (parsed === undefined) throw new Error(`bad address in a test: ${text}`)
  return parsed
}

/** Clients in 10.9.16.0/20 have one owner each; 198.18.0.0/15 is silent. */
export const TEST_ALLOWED: readonly AllowedPrefix[] = [
  { prefix: prefix('10.9.16.0/20'), sharing: 'exclusive' },
  { prefix: prefix('198.18.0.0/15'), sharing: 'silent' },
]

/** An IPv4 header and `length` bytes in all; nothing but the addresses is true. `mark` is its last byte. */
export function ipPacket(source: string, destination: string, length = 40, mark = 0): Uint8Array {
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  bytes[0] = 0x45
  view.setInt32(12, address(source))
  view.setInt32(16, address(destination))
  bytes[length - 1] = mark
  return bytes
}

/** Takes all packets out of a ring. */
export function drain(ring: PacketRing): Uint8Array[] {
  const packets: Uint8Array[] = []
  for (let at = ring.peek(); at >= 0; at = ring.peek()) {
    packets.push(ring.bytes.slice(at, at + ring.peekLength()))
    ring.release()
  }
  return packets
}

export function push(ring: PacketRing, packet: Uint8Array): void {
  if (!ring.push(packet, 0, packet.length)) throw new Error('the ring of a test is full')
}

export class VirtualHub {
  readonly output = new DatagramRecorder()
  readonly counters = new UdpCounters()
  readonly end = makeLinkEnd(64)
  readonly changes: string[] = []
  readonly sessions: HubSessions

  constructor(options: Partial<HubSessionsOptions> = {}, seed = 1, now = 0) {
    const random = new Prng(seed)
    const { output, counters, end } = this
    this.sessions = new HubSessions(
      {
        key: LAB_KEY,
        allowed: TEST_ALLOWED,
        maxSessions: 8,
        maxDatagramBytes: 1400,
        end,
        output,
        counters,
        random: (bytes) => random.fill(bytes),
        nonceKey: deriveLabKey('a secret of this hub'),
        onPeerChange: (change, peer) => this.changes.push(`${change} ${peer.address}:${peer.port}`),
        ...options,
      },
      now,
    )
  }

  receive(bytes: Uint8Array, from: { address: string; port: number }): void {
    this.sessions.receive(bytes, bytes.length, from.address, from.port)
  }
}

export class VirtualSpoke {
  readonly output = new DatagramRecorder()
  readonly counters = new UdpCounters()
  readonly end = makeLinkEnd(64)
  readonly states: SpokeState[] = []
  readonly session: SpokeSession
  readonly address: string
  readonly port: number
  /** Hellos that were due. */
  hellos = 0

  constructor(port: number, requests: readonly PrefixRequest[] = [exactly(prefix('10.9.16.0/24'))], key = LAB_KEY) {
    this.address = '127.0.0.1'
    this.port = port
    const random = new Prng(port)
    const { output, counters, end } = this
    this.session = new SpokeSession(
      {
        key,
        requests,
        maxDatagramBytes: 1400,
        end,
        output,
        counters,
        random: (bytes) => random.fill(bytes),
        onHelloDue: () => {
          this.hellos++
          this.session.sayHello()
        },
        onStateChange: (state) => this.states.push(state),
      },
      0,
    )
  }

  receive(bytes: Uint8Array): void {
    this.session.receive(bytes, bytes.length)
  }
}

export class VirtualNet {
  hub: VirtualHub | undefined
  now = 0
  readonly spokes: VirtualSpoke[]
  /** Return true to lose a datagram. */
  lose: (datagram: SentDatagram, fromHub: boolean) => boolean = () => false

  constructor(hub: VirtualHub, ...spokes: VirtualSpoke[]) {
    this.hub = hub
    this.spokes = spokes
  }

  /** Carries datagrams both ways until nobody says anything. */
  settle(): void {
    for (let isBusy = true; isBusy; ) {
      isBusy = false
      for (const spoke of this.spokes) {
        for (const datagram of spoke.output.take()) {
          isBusy = true
          if (!this.lose(datagram, false)) this.hub?.receive(datagram.bytes, spoke)
        }
      }
      for (const datagram of this.hub?.output.take() ?? []) {
        isBusy = true
        if (this.lose(datagram, true)) continue
        this.spokes.find((spoke) => spoke.port === datagram.port)?.receive(datagram.bytes)
      }
    }
  }

  /** Time passes, tick by tick, and what is sent arrives at once. `duration` in microseconds. */
  run(duration: number): void {
    const end = this.now + duration
    while (this.now < end) {
      this.now += LINK_TICK
      this.hub?.sessions.tick(this.now)
      for (const spoke of this.spokes) spoke.session.tick(this.now)
      this.settle()
    }
  }
}
