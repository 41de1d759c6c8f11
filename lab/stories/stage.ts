/**
 * Where a story plays: a client host and a server host, both real endpoints, on a network in virtual time that delays
 * every packet, loses and doubles the ones the story names, and writes down every segment with the states around it.
 */

import { Listener } from '../../server/listener/listener.ts'
import { LISTENER_DEFAULTS, type ListenerConfig } from '../../server/listener/listener-config.ts'
import { LINUX, type ListenerProfile } from '../../server/listener/profile.ts'
import { COOKIE_SECRET_BYTES } from '../../server/listener/syn-cookies.ts'
import { Counters } from '../../tcpip/base/counters.ts'
import { DROP_REASON_NAMES } from '../../tcpip/base/drop-reason.ts'
import type { Prng } from '../../tcpip/base/prng.ts'
import { MILLISECOND, NEVER, SECOND } from '../../tcpip/base/time.ts'
import type { Tcb } from '../../tcpip/connection/tcb.ts'
import { type ConnectError, Endpoint, SECRET_BYTES } from '../../tcpip/host/endpoint.ts'
import type { PassiveOpen, PassiveOpenHost } from '../../tcpip/host/passive-open.ts'
import { type LinkEnd, makeLinkEnd } from '../../tcpip/link/link.ts'
import { prefixContains } from '../../tcpip/wire/address.ts'
import { CLIENT_ADDRESSES, SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { packetBytes, parsePacket } from '../../tcpip/wire/codec.ts'
import { Segment } from '../../tcpip/wire/segment.ts'
import { type TurnTaker, World } from '../world/world.ts'
import { NOBODY } from './fate.ts'
import { type Sighting, StateBook, stateChange } from './sighting.ts'
import type { SceneTap } from './story-capture.ts'
import { StoryProgram } from './story-program.ts'

export type HostName = 'client' | 'server'

/** What the network does to one packet; nothing of it by default. */
export interface Fate {
  /** Why the packet never arrives. */
  readonly lost?: string
  /** A second copy of the packet arrives this much later, microseconds. */
  readonly copyAfter?: number
}

/** A listener whose connections a story can accept. */
export interface StoryListener extends PassiveOpen {
  accept(): Tcb | undefined
}

export interface StageOptions {
  readonly prng: Prng
  readonly tap: SceneTap
  /** First of the client's ports: each scene has its own, so that tools keep the scenes apart. */
  readonly firstPort: number
  /** Delay of every packet in either direction, microseconds; 20 ms by default. */
  readonly latency?: number
  /** Length of TIME-WAIT at the client, microseconds. */
  readonly clientTimeWait?: number
  readonly config?: Partial<ListenerConfig>
  readonly profile?: ListenerProfile
  /** Another listener in place of the real one. */
  readonly makeListener?: (host: PassiveOpenHost) => StoryListener
  /** Whether segments are written down one by one; false for scenes of thousands. */
  readonly annotated?: boolean
}

/** Most connections of either host at a time. */
const MAX_CONNECTIONS = 4096
const RING_PACKETS = 256
/** Packets come to a host as they arrive: none wait. */
const NO_PACKETS = { size: 0 }
export const DEFAULT_LATENCY = 20 * MILLISECOND

interface Flight {
  readonly due: number
  readonly bytes: Uint8Array
  readonly sighting: Sighting | undefined
  /** A copy that the network made, which nobody has seen leave. */
  readonly isCopy: boolean
}

export class Stage {
  /** First of the scene's ports, of forged SYNs too. */
  readonly firstPort: number
  readonly client: Endpoint
  readonly server: Endpoint
  readonly listener: StoryListener
  /** Segments in the order in which they left, copies in the order in which they arrived. */
  readonly sightings: Sighting[] = []
  /** Every program that accepted a connection at the server, with its connection. */
  readonly accepted: { readonly tcb: Tcb; readonly app: StoryProgram }[] = []
  /** Packets seen, copies included. */
  packets = 0
  /** What becomes of a packet. */
  fate: (segment: Segment) => Fate = () => ({})
  /** A middlebox on the way, which may change a segment. */
  mangle: ((segment: Segment) => void) | undefined = undefined
  /** What the server's program does with a connection that it has just accepted. */
  onAccept: (app: StoryProgram, tcb: Tcb) => void = () => {}
  readonly tap: SceneTap
  private readonly ends: Record<HostName, LinkEnd> = {
    client: makeLinkEnd(RING_PACKETS),
    server: makeLinkEnd(RING_PACKETS),
  }
  /** Packets under way, by the time of their arrival. */
  private readonly flights: Flight[] = []
  /** The hosts as the world sees them, which has only their timers to think of: packets come one by one, see `arrivals`. */
  private readonly timers: Record<HostName, TurnTaker>
  private readonly network: TurnTaker = {
    poll: (now) => this.arrivals(now),
    nextDeadline: () => this.flights[0]?.due ?? NEVER,
  }
  private readonly world: World
  private readonly book = new StateBook()
  private readonly latency: number
  private readonly annotated: boolean
  private nextPort: number

  constructor(options: StageOptions) {
    const { prng } = options
    this.tap = options.tap
    this.latency = options.latency ?? DEFAULT_LATENCY
    this.annotated = options.annotated ?? true
    this.firstPort = options.firstPort
    this.nextPort = options.firstPort
    const host = (name: HostName, base: number, length: number, timeWaitLength?: number): Endpoint =>
      new Endpoint({
        link: this.ends[name],
        addresses: { base, length },
        secret: secret(prng, SECRET_BYTES),
        counters: new Counters(),
        maxConnections: MAX_CONNECTIONS,
        ...(timeWaitLength === undefined ? {} : { timeWaitLength }),
      })
    this.client = host('client', CLIENT_ADDRESSES.base, CLIENT_ADDRESSES.length, options.clientTimeWait)
    this.server = host('server', SERVER_ADDRESS, 32)
    this.listener =
      options.makeListener?.(this.server) ??
      new Listener({
        host: this.server,
        config: { ...LISTENER_DEFAULTS, ...options.config },
        profile: options.profile ?? LINUX,
        cookieSecret: secret(prng, COOKIE_SECRET_BYTES),
      })
    this.server.listen(SERVER_PORT, this.listener)
    this.timers = { client: this.timersOf('client'), server: this.timersOf('server') }
    this.world = new World(
      [this.timers.client, this.timers.server, this.network].map((host) => ({ host, rx: NO_PACKETS })),
      [],
    )
  }

  /** Microseconds. */
  get now(): number {
    return this.world.now
  }

  set now(now: number) {
    this.world.now = now
  }

  /** The real listener's half-open entries; 0 for a listener that has none. */
  get halfOpen(): number {
    return this.listener instanceof Listener ? this.listener.synQueue.length : 0
  }

  /** Opens a connection from the client's first address; `port` to use one again. */
  connect(port = this.nextPort++): { tcb: Tcb; app: StoryProgram } | ConnectError {
    const app = new StoryProgram(this.client)
    const tcb = this.act('client', () =>
      this.client.connect(CLIENT_ADDRESSES.base, port, SERVER_ADDRESS, SERVER_PORT, app, this.now),
    )
    return typeof tcb === 'string' ? tcb : { tcb, app }
  }

  /** As `connect`, for a port that is known to be free. */
  open(port?: number): { tcb: Tcb; app: StoryProgram } {
    const opened = this.connect(port)
    if (typeof opened === 'string') throw new Error(`the client's port is free, but connect gave ${opened}`)
    return opened
  }

  /** Something a program does at a host now; what the host sends goes on its way. */
  act<T>(name: HostName, action: () => T): T {
    const before = this.states(name)
    const result = action()
    this.world.wake(this.timers[name])
    this.collect(name, before)
    return result
  }

  /** A packet from somewhere else on the network, under whatever source address it bears. */
  inject(segment: Segment): void {
    this.launch(packetBytes(segment), 'stranger', undefined, undefined)
  }

  /** Lets time pass up to `seconds`, whole turns of both hosts included. */
  runUntil(seconds: number): void {
    this.world.runThrough(Math.round(seconds * SECOND))
  }

  /** Lets `seconds` pass. */
  pass(seconds: number): void {
    this.runUntil(this.now / SECOND + seconds)
  }

  /** A host in the world without its packets. */
  private timersOf(name: HostName): TurnTaker {
    const host = name === 'client' ? this.client : this.server
    return {
      poll: (now) => this.act(name, () => host.advance(now)),
      nextDeadline: () => host.nextDeadline(),
    }
  }

  private arrivals(now: number): void {
    for (let next = this.flights[0]; next !== undefined && next.due <= now; next = this.flights[0]) {
      this.flights.shift()
      this.arrive(next)
    }
  }

  private states(name: HostName): StateBook | undefined {
    return this.annotated ? this.book.snapshot(name === 'client' ? this.client : this.server, this.listener) : undefined
  }

  /** Takes what a host has sent. `before` are its states before it did. */
  private collect(name: HostName, before: StateBook | undefined): void {
    const { tx } = this.ends[name]
    if (tx.peek() < 0) return
    const after = this.states(name)
    for (let at = tx.peek(); at >= 0; at = tx.peek()) {
      const bytes = tx.bytes.slice(at, at + tx.peekLength())
      tx.release()
      this.launch(bytes, name, before, after)
    }
  }

  private launch(
    sent: Uint8Array,
    from: HostName | 'stranger',
    before: StateBook | undefined,
    after: StateBook | undefined,
  ): void {
    const bytes = this.mangled(sent)
    const segment = parsed(bytes)
    const sighting = this.see(segment, from, bytes)
    if (sighting !== undefined && before !== undefined && after !== undefined) {
      sighting.sender = stateChange(before.of(segment, 'sender'), after.of(segment, 'sender'))
    }
    const { lost, copyAfter } = this.fate(segment)
    if (copyAfter !== undefined)
      this.fly({ due: this.now + this.latency + copyAfter, bytes, sighting: undefined, isCopy: true })
    if (lost === undefined) this.fly({ due: this.now + this.latency, bytes, sighting, isCopy: false })
    else if (sighting !== undefined) sighting.fate = lost
  }

  private mangled(bytes: Uint8Array): Uint8Array {
    if (this.mangle === undefined) return bytes
    const segment = parsed(bytes)
    this.mangle(segment)
    return packetBytes(segment)
  }

  private see(segment: Segment, from: Sighting['from'], bytes: Uint8Array): Sighting | undefined {
    this.packets++
    this.tap.packet(this.now, bytes, segment.destination === SERVER_ADDRESS)
    if (!this.annotated) return undefined
    const sighting = this.book.sight(this.sightings.length + 1, segment, from, this.now)
    this.sightings.push(sighting)
    return sighting
  }

  private fly(flight: Flight): void {
    const { flights } = this
    let at = flights.length
    while (at > 0 && (flights[at - 1] as Flight).due > flight.due) at--
    flights.splice(at, 0, flight)
    this.world.wake(this.network)
  }

  private arrive(flight: Flight): void {
    const segment = parsed(flight.bytes)
    const sighting = flight.isCopy ? this.see(segment, 'network', flight.bytes) : flight.sighting
    const name = hostOf(segment.destination)
    if (name === undefined) {
      if (sighting !== undefined) sighting.fate = NOBODY
      return
    }
    const host = name === 'client' ? this.client : this.server
    const outcomes = host.counters.outcomes.slice()
    const before = this.states(name)
    this.ends[name].rx.push(flight.bytes, 0, flight.bytes.length)
    host.poll(this.now)
    this.world.wake(this.timers[name])
    if (sighting !== undefined && before !== undefined) {
      sighting.arrivedAt = this.now
      const after = this.states(name) as StateBook
      sighting.receiver = stateChange(before.of(segment, 'receiver'), after.of(segment, 'receiver'))
      const outcome = host.counters.outcomes.findIndex((count, index) => count !== outcomes[index])
      sighting.fate = DROP_REASON_NAMES[outcome] ?? 'not counted'
    }
    this.collect(name, before)
    if (name === 'server') this.acceptAll()
  }

  /** The server's program: it waits in accept() all the time. */
  private acceptAll(): void {
    this.act('server', () => {
      for (let tcb = this.listener.accept(); tcb !== undefined; tcb = this.listener.accept()) {
        const app = new StoryProgram(this.server)
        tcb.owner = app
        this.accepted.push({ tcb, app })
        this.onAccept(app, tcb)
        if (tcb.receiveQueue.length > 0 || tcb.finReceived) app.onReadable(tcb, this.now)
      }
    })
  }
}

/** Whose address it is; undefined for nobody's. */
export function hostOf(address: number): HostName | undefined {
  if (address === SERVER_ADDRESS) return 'server'
  return prefixContains(CLIENT_ADDRESSES, address) ? 'client' : undefined
}

function parsed(bytes: Uint8Array): Segment {
  const segment = new Segment()
  parsePacket(bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length, segment)
  return segment
}

function secret(prng: Prng, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  prng.fill(bytes)
  return bytes
}
