/**
 * The knobs of the live web service, on a ServerHost in manual time: what the simulator's responder does in virtual time,
 * the Fastify app does over streams.
 */
import { afterEach, describe, expect, it } from 'vitest'
import { GREETING } from '../../../../server/app/application-config.ts'
import { SERVER_DEFAULTS, type ServerConfig } from '../../../../server/app/server-config.ts'
import { ServerHost } from '../../../../server/app/server-host.ts'
import { buildWebApp, type WebApp } from '../../../../server/web/web-app.ts'
import { WebApplication } from '../../../../server/web/web-application.ts'
import { Counters, Mib } from '../../../../tcpip/base/counters.ts'
import { MILLISECOND, SECOND } from '../../../../tcpip/base/time.ts'
import { Endpoint, SECRET_BYTES } from '../../../../tcpip/host/endpoint.ts'
import type { Socket } from '../../../../tcpip/host/socket.ts'
import { Sockets } from '../../../../tcpip/host/sockets.ts'
import { makeMemoryLink } from '../../../../tcpip/link/memory-link.ts'
import { EndpointNet } from '../../../../tcpip/net/endpoint-net.ts'
import { CLIENT_ADDRESSES, SERVER_ADDRESS, SERVER_PORT } from '../../../../tcpip/wire/address-plan.ts'
import { ManualScheduler } from '../../../support/worlds/manual-scheduler.ts'
import { testSecret } from '../../../support/worlds/server-lab.ts'

const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')

/** Rounds of Node's event loop that streams and Fastify take at most between two instants. */
const ROUNDS = 24

/** Its loop is not World's: between two turns streams and Fastify need Node's event loop. */
class WebLab {
  readonly scheduler = new ManualScheduler(SECOND)
  readonly host: ServerHost
  private readonly client: Endpoint
  private readonly sockets: Sockets
  private readonly target = new Uint8Array(4096)

  constructor(app: WebApp, config: Partial<ServerConfig>) {
    const link = makeMemoryLink(256)
    const { scheduler } = this
    this.host = new ServerHost({
      link: link.a,
      config: { ...SERVER_DEFAULTS, ...config },
      secret: testSecret(56),
      application: (endpoint, listener) => {
        const { clock } = scheduler
        const net = new EndpointNet({ endpoint, address: SERVER_ADDRESS, clock, wake: () => {}, scheduler })
        return new WebApplication(app, net, listener)
      },
    })
    this.client = new Endpoint({
      link: link.b,
      addresses: CLIENT_ADDRESSES,
      secret: testSecret(SECRET_BYTES, 7),
      counters: new Counters(),
      maxConnections: 64,
    })
    this.sockets = new Sockets(this.client, CLIENT_ADDRESSES.base)
  }

  connect(): Socket {
    const quiet = { onConnected() {}, onReadable() {}, onWritable() {}, onClosed() {} }
    const socket = this.sockets.connect(SERVER_ADDRESS, SERVER_PORT, quiet, this.scheduler.now)
    if (typeof socket === 'string') throw new Error(socket)
    return socket
  }

  /** `count` connections, begun one after the other. */
  async crowd(count: number): Promise<Socket[]> {
    const sockets = Array.from({ length: count }, () => this.connect())
    await this.settle()
    return sockets
  }

  async ask(socket: Socket): Promise<void> {
    socket.write(REQUEST, 0, REQUEST.length, this.scheduler.now)
    await this.settle()
  }

  /** What the server has said and nobody has read; `null` at the end of the connection. */
  heard(socket: Socket): string | null {
    const length = socket.read(this.target, 0, this.target.length, this.scheduler.now)
    if (typeof length === 'string') return ''
    return length === 0 ? null : Buffer.from(this.target.subarray(0, length)).toString()
  }

  async settle(): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      this.host.poll(this.scheduler.now)
      this.client.poll(this.scheduler.now)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Lets time pass, a step for every timer of a stream or of the server's program. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.scheduler.now + milliseconds * MILLISECOND
    await this.settle()
    for (;;) {
      const timers = [...this.scheduler.timeouts].map(({ at }) => at)
      const next = Math.min(this.host.nextDeadline(), this.client.nextDeadline(), ...timers)
      if (next > end) break
      this.scheduler.pass(Math.max(0, next - this.scheduler.now) / MILLISECOND)
      await this.settle()
    }
    this.scheduler.pass((end - this.scheduler.now) / MILLISECOND)
  }

  get accepted(): number {
    return this.host.counters.mib[Mib.Accepted]
  }

  get waiting(): number {
    return this.host.listener.acceptQueue.length
  }
}

let app: WebApp | undefined
let lab: WebLab

async function serve(config: Partial<ServerConfig>): Promise<void> {
  app = await buildWebApp()
  lab = new WebLab(app, config)
}

afterEach(async () => {
  lab.host.close()
  await app?.close()
})

describe('acceptInterval', () => {
  it('is kept by a crowd after a quiet time: what nobody waited for is not made up for', async () => {
    await serve({ acceptInterval: 100 })
    await lab.crowd(2)
    await lab.pass(600)
    expect(lab.accepted).toBe(2)
    await lab.crowd(4)
    expect(lab.accepted).toBe(3)
    await lab.pass(99)
    expect(lab.accepted).toBe(3)
    await lab.pass(2)
    expect(lab.accepted).toBe(4)
  })

  it('is the time between two accepts', async () => {
    await serve({ acceptInterval: 200 })
    await lab.crowd(3)
    expect([lab.accepted, lab.waiting]).toEqual([1, 2])
    await lab.pass(199)
    expect(lab.accepted).toBe(1)
    await lab.pass(1)
    expect(lab.accepted).toBe(2)
    await lab.pass(200)
    expect([lab.accepted, lab.waiting]).toEqual([3, 0])
  })
})

describe('workers', () => {
  it('serve that many, and take the next when a connection is over', async () => {
    await serve({ workers: 2 })
    const [first, , third] = await lab.crowd(3)
    await lab.ask(third)
    expect([lab.host.openConnections, lab.waiting, lab.heard(third)]).toEqual([2, 1, ''])
    first.close(lab.scheduler.now)
    await lab.settle()
    expect([lab.host.openConnections, lab.waiting]).toEqual([2, 0])
    expect(lab.heard(third)).toMatch(/^HTTP\/1\.1 200 OK/)
  })
})

describe('requestTimeout', () => {
  it('ends a connection that sends no request with 408, and counts it', async () => {
    await serve({ requestTimeout: 5 })
    const [slow] = await lab.crowd(1)
    await lab.pass(4990)
    expect(lab.heard(slow)).toBe('')
    await lab.pass(20)
    expect(lab.heard(slow)).toMatch(/^HTTP\/1\.1 408 /)
    expect(lab.heard(slow)).toBeNull()
    expect(lab.host.counters.mib[Mib.RequestTimeouts]).toBe(1)
    slow.close(lab.scheduler.now)
    await lab.settle()
    expect(lab.host.openConnections).toBe(0)
  })

  it('is for ever at 0, and holds for open connections when it is set', async () => {
    await serve({ requestTimeout: 0 })
    const [slow] = await lab.crowd(1)
    await lab.pass(10_000)
    expect(lab.heard(slow)).toBe('')
    lab.host.configure({ ...lab.host.config, requestTimeout: 50 })
    await lab.pass(39_000)
    expect(lab.heard(slow)).toBe('')
    await lab.pass(2000)
    expect(lab.heard(slow)).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('leaves a head no more than the 60 s that Node gives it', async () => {
    await serve({ requestTimeout: 700 })
    const [slow] = await lab.crowd(1)
    await lab.pass(59_990)
    expect(lab.heard(slow)).toBe('')
    await lab.pass(20)
    expect(lab.heard(slow)).toMatch(/^HTTP\/1\.1 408 /)
  })
})

describe('greeting', () => {
  it('comes first, what the client says is thrown away, and the server closes when the client has', async () => {
    await serve({ greeting: true })
    const [peer] = await lab.crowd(1)
    expect(lab.heard(peer)).toBe(GREETING)
    await lab.ask(peer)
    expect(lab.heard(peer)).toBe('')
    peer.shutdownWrite(lab.scheduler.now)
    await lab.settle()
    expect(lab.heard(peer)).toBeNull()
    expect(lab.host.openConnections).toBe(0)
  })

  it('is not said for ever to a client that does not close', async () => {
    await serve({ greeting: true, requestTimeout: 3 })
    const [peer] = await lab.crowd(1)
    expect(lab.heard(peer)).toBe(GREETING)
    await lab.pass(2990)
    expect(lab.heard(peer)).toBe('')
    await lab.pass(20)
    expect(lab.heard(peer)).toBeNull()
    expect([lab.host.openConnections, lab.host.counters.mib[Mib.RequestTimeouts]]).toEqual([0, 1])
  })

  it('survives a client that resets', async () => {
    await serve({ greeting: true })
    const [peer] = await lab.crowd(1)
    peer.abort(lab.scheduler.now)
    await lab.settle()
    expect(lab.host.openConnections).toBe(0)
  })
})
