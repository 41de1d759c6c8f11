/**
 * A client and a server host on one memory link, in manual time: both ends of connections are the code under test. The
 * test may look at, or drop, every segment on its way.
 */
import { World } from '../../../lab/world/world.ts'
import { Listener } from '../../../server/listener/listener.ts'
import { LISTENER_DEFAULTS } from '../../../server/listener/listener-config.ts'
import { LINUX } from '../../../server/listener/profile.ts'
import { COOKIE_SECRET_BYTES } from '../../../server/listener/syn-cookies.ts'
import { Counters } from '../../../tcpip/base/counters.ts'
import { NEVER, SECOND } from '../../../tcpip/base/time.ts'
import type { CloseReason, ConnectionOwner, Tcb } from '../../../tcpip/connection/tcb.ts'
import { Endpoint, SECRET_BYTES } from '../../../tcpip/host/endpoint.ts'
import { type LinkEnd, makeLinkEnd } from '../../../tcpip/link/link.ts'
import type { Wire } from '../../../tcpip/link/wire.ts'
import { CLIENT_ADDRESSES, SERVER_ADDRESS, SERVER_PORT } from '../../../tcpip/wire/address-plan.ts'
import { packetBytes, parsePacket } from '../../../tcpip/wire/codec.ts'
import { Segment } from '../../../tcpip/wire/segment.ts'
import { testSecret } from './server-lab.ts'

/** An application that keeps what it is told and reads everything at once. */
export class Recorder implements ConnectionOwner {
  established = 0
  peerClosed = false
  closed: CloseReason | undefined = undefined
  readonly received: number[] = []
  private readonly endpoint: Endpoint
  private readonly scratch = new Uint8Array(65_536)

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint
  }

  onEstablished(): void {
    this.established++
  }

  onReadable(tcb: Tcb, now: number): void {
    const count = this.endpoint.read(tcb, this.scratch, 0, this.scratch.length, now)
    for (let i = 0; i < count; i++) this.received.push(this.scratch[i])
    this.peerClosed = tcb.finReceived
  }

  onWritable(_tcb: Tcb, _now: number): void {}

  onClosed(_tcb: Tcb, reason: CloseReason): void {
    this.closed = reason
  }
}

export type Direction = 'to server' | 'to client'

export class TwoHosts {
  readonly client: Endpoint
  readonly server: Endpoint
  readonly listener: Listener
  /** Every segment that left a host, in order. */
  readonly trace: { at: number; direction: Direction; segment: Segment }[] = []
  /** Segments for which this returns true are lost. */
  lose: (segment: Segment, direction: Direction) => boolean = () => false
  private readonly clientEnd: LinkEnd = makeLinkEnd(256)
  private readonly serverEnd: LinkEnd = makeLinkEnd(256)
  private readonly world: World
  private nextPort = 40_000

  constructor(maxConnections = 256, options: { rfc1337?: boolean; maxTimeWait?: number } = {}) {
    const host = (link: LinkEnd, base: number, length: number, first: number) =>
      new Endpoint({
        link,
        addresses: { base, length },
        secret: testSecret(SECRET_BYTES, first),
        counters: new Counters(),
        maxConnections,
        ...options,
      })
    this.client = host(this.clientEnd, CLIENT_ADDRESSES.base, CLIENT_ADDRESSES.length, 7)
    this.server = host(this.serverEnd, SERVER_ADDRESS, 32, 99)
    this.listener = new Listener({
      host: this.server,
      config: LISTENER_DEFAULTS,
      profile: LINUX,
      cookieSecret: testSecret(COOKIE_SECRET_BYTES),
    })
    this.server.listen(SERVER_PORT, this.listener)
    const wire: Wire = {
      transfer: () => {
        this.carry(this.clientEnd, this.serverEnd, 'to server')
        this.carry(this.serverEnd, this.clientEnd, 'to client')
      },
      nextDeadline: () => NEVER,
    }
    this.world = new World(
      [
        { host: this.server, rx: this.serverEnd.rx },
        { host: this.client, rx: this.clientEnd.rx },
      ],
      [wire],
    )
  }

  /** Microseconds. */
  get now(): number {
    return this.world.now
  }

  set now(now: number) {
    this.world.now = now
  }

  /** Carries segments to and fro until both hosts are silent at this instant. */
  settle(): void {
    this.world.settle()
  }

  /** Lets time pass up to `seconds`, firing every timer on the way. */
  runUntil(seconds: number): void {
    this.world.runThrough(seconds * SECOND)
  }

  /** A connection from the first client address, and who listens to it at the client. */
  connect(port = SERVER_PORT): { tcb: Tcb; owner: Recorder } {
    const owner = new Recorder(this.client)
    const tcb = this.client.connect(CLIENT_ADDRESSES.base, this.nextPort++, SERVER_ADDRESS, port, owner, this.now)
    if (typeof tcb === 'string') throw new Error(tcb)
    this.settle()
    return { tcb, owner }
  }

  /** Accepts the oldest waiting connection. */
  accept(): { tcb: Tcb; owner: Recorder } {
    const tcb = this.listener.accept()
    if (tcb === undefined) throw new Error('nothing to accept')
    const owner = new Recorder(this.server)
    tcb.owner = owner
    if (tcb.receiveQueue.length > 0 || tcb.finReceived) owner.onReadable(tcb, this.now)
    return { tcb, owner }
  }

  /** Puts a segment of nobody's on the link to the client. */
  inject(segment: Segment): void {
    const bytes = packetBytes(segment)
    this.clientEnd.rx.push(bytes, 0, bytes.length)
    this.client.poll(this.now)
  }

  private carry(from: LinkEnd, to: LinkEnd, direction: Direction): void {
    for (let at = from.tx.peek(); at >= 0; at = from.tx.peek()) {
      const length = from.tx.peekLength()
      const bytes = from.tx.bytes.slice(at, at + length)
      from.tx.release()
      const segment = new Segment()
      parsePacket(bytes, new DataView(bytes.buffer), 0, length, segment)
      this.trace.push({ at: this.now / SECOND, direction, segment })
      if (!this.lose(segment, direction)) to.rx.push(bytes, 0, length)
    }
  }
}
