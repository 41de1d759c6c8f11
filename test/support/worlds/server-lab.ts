/**
 * A server under the microscope: one endpoint with one listener on a memory link, in manual time. The test plays every
 * peer: it sends segments and sees each segment that comes back, with its time.
 */
import { expect } from 'vitest'
import { World } from '../../../lab/world/world.ts'
import { Listener } from '../../../server/listener/listener.ts'
import { LISTENER_DEFAULTS, type ListenerConfig } from '../../../server/listener/listener-config.ts'
import { LINUX, type ListenerProfile } from '../../../server/listener/profile.ts'
import { COOKIE_SECRET_BYTES } from '../../../server/listener/syn-cookies.ts'
import { Counters, MIB_NAMES, Mib } from '../../../tcpip/base/counters.ts'
import { DropReason } from '../../../tcpip/base/drop-reason.ts'
import { MILLISECOND, SECOND } from '../../../tcpip/base/time.ts'
import { Endpoint, SECRET_BYTES } from '../../../tcpip/host/endpoint.ts'
import type { LinkEnd } from '../../../tcpip/link/link.ts'
import { makeMemoryLink } from '../../../tcpip/link/memory-link.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../../tcpip/wire/address-plan.ts'
import { packetBytes, parsePacket } from '../../../tcpip/wire/codec.ts'
import { ACK, makeSegment, RST, Segment, SYN } from '../../../tcpip/wire/segment.ts'

export interface Sent {
  /** Seconds since the lab began. */
  readonly at: number
  readonly segment: Segment
}

type Fields = Parameters<typeof makeSegment>[0]

/** Counters that move with every packet: left out of `changed()` so that its result names only decisions. */
const VOLUME: ReadonlySet<string> = new Set([
  'InSegs',
  'OutSegs',
  'PacketsIn',
  'PacketsOut',
  'SynReceived',
  'SynAckSent',
  'HalfOpenCreated',
])

/** Secret bytes for tests: any fixed values do. */
export function testSecret(length: number, first = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (first + i) & 0xff)
}

/** Well after 0, as a machine's clock, so that "120 s ago" exists; microseconds. */
const START = 1000 * SECOND

export class ServerLab {
  readonly counters = new Counters()
  readonly endpoint: Endpoint
  readonly listener: Listener
  readonly floodWarnings: boolean[] = []
  private readonly wire: LinkEnd
  private readonly began = START
  private readonly world: World
  private marked: number[] = []

  constructor(config: Partial<ListenerConfig> = {}, profile: ListenerProfile = LINUX, maxConnections = 4096) {
    const link = makeMemoryLink(1024)
    this.wire = link.b
    this.endpoint = new Endpoint({
      link: link.a,
      addresses: { base: SERVER_ADDRESS, length: 32 },
      secret: testSecret(SECRET_BYTES),
      counters: this.counters,
      maxConnections,
    })
    this.listener = new Listener({
      host: this.endpoint,
      config: { ...LISTENER_DEFAULTS, maxSynBacklog: 65_536, ...config },
      profile,
      cookieSecret: testSecret(COOKIE_SECRET_BYTES),
      onFlood: (sendingCookies) => this.floodWarnings.push(sendingCookies),
    })
    this.endpoint.listen(SERVER_PORT, this.listener)
    this.world = new World([{ host: this.endpoint, rx: link.a.rx }], [], { start: START })
    this.mark()
  }

  /** Microseconds. */
  get now(): number {
    return this.world.now
  }

  set now(now: number) {
    this.world.now = now
  }

  /** Seconds since the lab began. */
  get seconds(): number {
    return (this.now - this.began) / SECOND
  }

  /** Half-open entries stored. */
  get halfOpen(): number {
    return this.listener.synQueue.length
  }

  /** Sends one segment to the server and returns what it answers at once. */
  send(fields: Fields): Segment[] {
    const packet = packetBytes(makeSegment({ destination: SERVER_ADDRESS, destinationPort: SERVER_PORT, ...fields }))
    return this.sendBytes(packet)
  }

  sendBytes(packet: Uint8Array): Segment[] {
    this.wire.tx.push(packet, 0, packet.length)
    this.endpoint.poll(this.now)
    return this.drain()
  }

  /** Lets the time pass that lies before `seconds` since the beginning; returns everything sent meanwhile. */
  runUntil(seconds: number): Sent[] {
    const end = this.began + Math.round(seconds * SECOND)
    const sent: Sent[] = []
    this.world.runThrough(end, () => {
      for (const segment of this.drain()) sent.push({ at: this.seconds, segment })
    })
    return sent
  }

  /** Lets `milliseconds` pass. */
  pass(milliseconds: number): Sent[] {
    return this.runUntil(this.seconds + (milliseconds * MILLISECOND) / SECOND)
  }

  /** What the server has sent and nobody has looked at yet. */
  drain(): Segment[] {
    const segments: Segment[] = []
    for (let at = this.wire.rx.peek(); at >= 0; at = this.wire.rx.peek()) {
      const { rx } = this.wire
      const length = rx.peekLength()
      const bytes = rx.bytes.slice(at, at + length)
      const segment = new Segment()
      expect(parsePacket(bytes, new DataView(bytes.buffer), 0, length, segment)).toBe(DropReason.ACCEPTED)
      segments.push(segment)
      rx.release()
    }
    return segments
  }

  /** Counters that changed since the last `mark()`, by name; those of plain packet volume left out. */
  changed(): Record<string, number> {
    const changes: Record<string, number> = {}
    MIB_NAMES.forEach((name, index) => {
      const delta = this.counters.mib[index] - this.marked[index]
      if (delta !== 0 && !VOLUME.has(name)) changes[name] = delta
    })
    return changes
  }

  /** How far one counter went since the last `mark()`. */
  delta(counter: Mib): number {
    return this.counters.mib[counter] - this.marked[counter]
  }

  /** Forgets what the server has sent. */
  discard(): void {
    this.wire.rx.clear()
  }

  mark(): void {
    this.marked = [...this.counters.mib]
  }

  count(counter: Mib): number {
    return this.counters.mib[counter]
  }

  /** Packets in = accepted + dropped by reason. */
  expectConservation(): void {
    const outcomes = this.counters.outcomes.reduce((sum, n) => sum + n, 0)
    expect(outcomes).toBe(this.count(Mib.PacketsIn))
  }
}

/** A remote host's side of one connection, driven by hand. */
export class Peer {
  readonly address: number
  readonly port: number
  /** The peer's ISN. */
  readonly isn: number
  /** The server's ISN, once a SYN-ACK was seen. */
  serverIsn = 0
  private readonly lab: ServerLab

  constructor(lab: ServerLab, index: number, isn = 50) {
    this.lab = lab
    this.address = (0xc612_0000 + index) | 0
    this.port = 40_000
    this.isn = isn
  }

  /** Sends a SYN and remembers the server's ISN from the SYN-ACK, if one comes. */
  syn(fields: Fields = {}): Segment[] {
    const replies = this.send({ flags: SYN, seq: this.isn, window: 64_240, mss: 1460, ...fields })
    const synAck = replies.find((reply) => reply.flags === (SYN | ACK))
    if (synAck !== undefined) this.serverIsn = synAck.seq
    return replies
  }

  /** Sends the ACK that completes the handshake, or a variant of it. */
  ack(fields: Fields = {}): Segment[] {
    return this.send({ flags: ACK, seq: (this.isn + 1) | 0, ack: (this.serverIsn + 1) | 0, window: 64_240, ...fields })
  }

  /** Sends the RST that a real host sends to a SYN-ACK it did not ask for. */
  rst(fields: Fields = {}): Segment[] {
    return this.send({ flags: RST, seq: (this.isn + 1) | 0, ...fields })
  }

  send(fields: Fields): Segment[] {
    return this.lab.send({ source: this.address, sourcePort: this.port, ...fields })
  }
}

/** Sends `count` SYNs, each from a source of its own, and returns the SYN-ACKs. */
export function floodOnce(lab: ServerLab, count: number, firstIndex = 1000): Segment[] {
  const answers: Segment[] = []
  for (let i = 0; i < count; i++) answers.push(...new Peer(lab, firstIndex + i).syn())
  return answers
}

/** Completes `count` handshakes that nobody accepts. */
export function establish(lab: ServerLab, count: number, firstIndex = 5000): Peer[] {
  return Array.from({ length: count }, (_, i) => {
    const peer = new Peer(lab, firstIndex + i)
    peer.syn()
    peer.ack()
    return peer
  })
}
