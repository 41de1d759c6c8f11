/**
 * Two hosts whose connections are Node streams, on a link that may be faulty, in virtual time: the clock stands still
 * while packets or streams have something to do, and then jumps to the next timer. The loop is not World's: streams go on in
 * Node's event loop, so that an instant is over only when that has nothing more to bring.
 */
import { Listener } from '../../../server/listener/listener.ts'
import { LISTENER_DEFAULTS } from '../../../server/listener/listener-config.ts'
import { LINUX } from '../../../server/listener/profile.ts'
import { COOKIE_SECRET_BYTES } from '../../../server/listener/syn-cookies.ts'
import type { WebApp } from '../../../server/web/web-app.ts'
import { WebApplication } from '../../../server/web/web-application.ts'
import { Counters } from '../../../tcpip/base/counters.ts'
import { Prng } from '../../../tcpip/base/prng.ts'
import { NEVER, SECOND } from '../../../tcpip/base/time.ts'
import { Endpoint, SECRET_BYTES } from '../../../tcpip/host/endpoint.ts'
import { FaultLink } from '../../../tcpip/link/fault-link.ts'
import type { FaultOptions } from '../../../tcpip/link/fault-path.ts'
import { makeLinkEnd } from '../../../tcpip/link/link.ts'
import type { EndpointDuplex } from '../../../tcpip/net/endpoint-duplex.ts'
import { EndpointNet } from '../../../tcpip/net/endpoint-net.ts'
import { CLIENT_ADDRESSES, SERVER_ADDRESS, SERVER_PORT } from '../../../tcpip/wire/address-plan.ts'
import { ManualScheduler } from './manual-scheduler.ts'
import { testSecret } from './server-lab.ts'

export interface DuplexLabOptions {
  readonly faults?: Partial<FaultOptions>
  readonly maxConnections?: number
  /** Packets per ring. */
  readonly ring?: number
  /** Serves the connections; without it they wait for `accept`. */
  readonly app?: WebApp
}

/** Rounds of Node's event loop without anything new after which only time can bring something. */
const QUIET_ROUNDS = 4

export class DuplexLab {
  readonly scheduler = new ManualScheduler(SECOND)
  readonly client: Endpoint
  readonly server: Endpoint
  readonly listener: Listener
  readonly clientNet: EndpointNet
  readonly serverNet: EndpointNet
  readonly link: FaultLink
  private readonly near: ReturnType<typeof makeLinkEnd>
  private readonly far: ReturnType<typeof makeLinkEnd>
  private readonly web: WebApplication | undefined
  private isWoken = false

  constructor({ faults = {}, maxConnections = 256, ring = 1024, app }: DuplexLabOptions = {}) {
    this.near = makeLinkEnd(ring)
    this.far = makeLinkEnd(ring)
    this.link = new FaultLink(this.near, this.far, new Prng(1), { toFar: faults, toNear: faults, capacity: ring })
    this.client = this.makeHost(this.near, CLIENT_ADDRESSES.base, CLIENT_ADDRESSES.length, maxConnections)
    this.server = this.makeHost(this.far, SERVER_ADDRESS, 32, maxConnections)
    const queue = { backlog: maxConnections, somaxconn: maxConnections, maxSynBacklog: 2 * maxConnections }
    this.listener = new Listener({
      host: this.server,
      config: { ...LISTENER_DEFAULTS, ...queue },
      profile: LINUX,
      cookieSecret: testSecret(COOKIE_SECRET_BYTES),
    })
    this.server.listen(SERVER_PORT, this.listener)
    this.clientNet = this.makeNet(this.client, CLIENT_ADDRESSES.base)
    this.serverNet = this.makeNet(this.server, SERVER_ADDRESS)
    this.web = app === undefined ? undefined : new WebApplication(app, this.serverNet, this.listener)
  }

  /** A stream to the server, or to a port of it. */
  connect(remotePort = SERVER_PORT, allowHalfOpen = false): EndpointDuplex {
    return this.clientNet.connect({ remote: SERVER_ADDRESS, remotePort, allowHalfOpen })
  }

  /** Both ends of a new connection. */
  async pair(allowHalfOpen = false): Promise<{ near: EndpointDuplex; far: EndpointDuplex }> {
    const near = this.connect(SERVER_PORT, allowHalfOpen)
    await this.until(() => !near.connecting)
    const far = this.serverNet.accept(this.listener)
    if (far === undefined) throw new Error('nothing to accept')
    return { near, far }
  }

  /** Lets everything happen until `isDone`; `seconds` of virtual time at most. */
  async until(isDone: () => boolean, seconds = 1000): Promise<void> {
    const end = this.scheduler.now + seconds * SECOND
    let quiet = 0
    while (!isDone()) {
      const isBusy = this.turn()
      quiet = isBusy ? 0 : quiet + 1
      await new Promise((resolve) => setImmediate(resolve))
      if (quiet < QUIET_ROUNDS) continue
      if (!this.jump(end)) throw new Error('nothing happens any more')
      quiet = 0
    }
  }

  /** Lets `seconds` of virtual time pass. */
  async pass(seconds: number): Promise<void> {
    const end = this.scheduler.now + seconds * SECOND
    const timer = this.scheduler.setTimeout(() => {}, seconds * 1000)
    await this.until(() => this.scheduler.now >= end, seconds)
    this.scheduler.clearTimeout(timer)
    for (let i = 0; i < QUIET_ROUNDS; i++) await this.until(() => !this.turn())
  }

  /** Releases what holds the process. */
  close(): void {
    this.web?.close()
  }

  /** One round of both hosts; whether there was anything to do. */
  private turn(): boolean {
    const { near, far, scheduler } = this
    let isBusy = this.isWoken
    this.isWoken = false
    do {
      this.link.transfer(scheduler.now)
      isBusy ||= near.rx.size + far.rx.size > 0
      this.client.poll(scheduler.now)
      this.server.poll(scheduler.now)
      this.web?.poll()
    } while (near.tx.size + far.tx.size + near.rx.size + far.rx.size > 0)
    return isBusy
  }

  /** Goes to the next timer; false when there is none before `end`. */
  private jump(end: number): boolean {
    const { scheduler } = this
    const timeouts = [...scheduler.timeouts].map(({ at }) => at)
    const hosts = [this.link, this.client, this.server].map((part) => part.nextDeadline())
    const next = Math.min(
      NEVER,
      ...hosts,
      timeouts.reduce((least, at) => Math.min(least, at), NEVER),
    )
    if (next === NEVER || next > end) return false
    scheduler.now = Math.max(scheduler.now, next)
    for (const timeout of [...scheduler.timeouts]) {
      if (timeout.at > scheduler.now) continue
      scheduler.timeouts.delete(timeout)
      timeout.callback()
    }
    return true
  }

  private makeHost(link: DuplexLab['near'], base: number, length: number, maxConnections: number): Endpoint {
    return new Endpoint({
      link,
      addresses: { base, length },
      secret: testSecret(SECRET_BYTES, length),
      counters: new Counters(),
      maxConnections,
    })
  }

  private makeNet(endpoint: Endpoint, address: number): EndpointNet {
    const wake = (): void => {
      this.isWoken = true
    }
    return new EndpointNet({ endpoint, address, clock: this.scheduler.clock, wake, scheduler: this.scheduler })
  }
}
