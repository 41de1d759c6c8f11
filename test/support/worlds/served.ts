/**
 * A ServerHost and a client endpoint on a memory link, in manual time: what the service behind the listener does, seen
 * from the other side of real connections.
 */
import { World } from '../../../lab/world/world.ts'
import { SERVER_DEFAULTS, type ServerConfig } from '../../../server/app/server-config.ts'
import { ServerHost } from '../../../server/app/server-host.ts'
import { Counters } from '../../../tcpip/base/counters.ts'
import { MILLISECOND } from '../../../tcpip/base/time.ts'
import type { CloseReason, ConnectionOwner, Tcb } from '../../../tcpip/connection/tcb.ts'
import { Endpoint, SECRET_BYTES } from '../../../tcpip/host/endpoint.ts'
import type { LinkEnd } from '../../../tcpip/link/link.ts'
import { makeMemoryLink } from '../../../tcpip/link/memory-link.ts'
import { CLIENT_ADDRESSES, SERVER_ADDRESS, SERVER_PORT } from '../../../tcpip/wire/address-plan.ts'
import { testSecret } from './server-lab.ts'

/** A client that reads only when told to, so that a test can stall it. */
export class Visitor implements ConnectionOwner {
  readonly tcb: Tcb
  closed: CloseReason | undefined = undefined
  peerClosed = false
  isReading = true
  text = ''
  private readonly served: Served
  private readonly scratch = new Uint8Array(65_536)

  constructor(served: Served, port: number) {
    this.served = served
    const { client } = served
    const tcb = client.connect(CLIENT_ADDRESSES.base, port, SERVER_ADDRESS, SERVER_PORT, this, served.now)
    if (typeof tcb === 'string') throw new Error(tcb)
    this.tcb = tcb
  }

  /** Queues text for sending; returns how many characters the send queue took. */
  send(text: string): number {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0))
    return this.served.client.write(this.tcb, bytes, 0, bytes.length, this.served.now)
  }

  read(): void {
    const { client, now } = this.served
    const count = client.read(this.tcb, this.scratch, 0, this.scratch.length, now)
    this.text += String.fromCharCode(...this.scratch.subarray(0, count))
  }

  onEstablished(): void {}

  onReadable(tcb: Tcb): void {
    if (this.isReading) this.read()
    this.peerClosed = tcb.finReceived
  }

  onWritable(): void {}

  onClosed(_tcb: Tcb, reason: CloseReason): void {
    this.closed = reason
  }
}

export class Served {
  readonly host: ServerHost
  readonly client: Endpoint
  readonly serverEnd: LinkEnd
  private readonly world: World
  private nextPort = 40_000

  constructor(config: Partial<ServerConfig> = {}) {
    const link = makeMemoryLink(1024)
    this.serverEnd = link.a
    this.host = new ServerHost({
      link: link.a,
      config: { ...SERVER_DEFAULTS, ...config },
      secret: testSecret(56),
    })
    this.client = new Endpoint({
      link: link.b,
      addresses: CLIENT_ADDRESSES,
      secret: testSecret(SECRET_BYTES, 7),
      counters: new Counters(),
      maxConnections: 256,
    })
    const hosts = [
      { host: this.host, rx: link.a.rx },
      { host: this.client, rx: link.b.rx },
    ]
    this.world = new World(hosts, [], { start: 1000 * MILLISECOND })
  }

  /** Microseconds. */
  get now(): number {
    return this.world.now
  }

  set now(now: number) {
    this.world.now = now
  }

  connect(): Visitor {
    const visitor = new Visitor(this, this.nextPort++)
    this.settle()
    return visitor
  }

  /** Both hosts take turns until neither has anything to say at this instant. */
  settle(): void {
    this.world.settle()
  }

  /** Lets `milliseconds` pass, every timer firing on its way. */
  pass(milliseconds: number): void {
    this.world.runThrough(this.now + milliseconds * MILLISECOND)
  }
}
