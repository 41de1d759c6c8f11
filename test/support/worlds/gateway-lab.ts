/**
 * A gateway on a real loopback port, and the lab behind it in one process: the gateway's host and a server on a memory
 * link that can be cut. Time is the real one, plus whatever a test has skipped.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { Gateway } from '../../../attacker/gateway/gateway.ts'
import { GatewayCounters } from '../../../attacker/gateway/gateway-counters.ts'
import { Listener } from '../../../server/listener/listener.ts'
import { LISTENER_DEFAULTS } from '../../../server/listener/listener-config.ts'
import { LINUX } from '../../../server/listener/profile.ts'
import { COOKIE_SECRET_BYTES } from '../../../server/listener/syn-cookies.ts'
import { Counters } from '../../../tcpip/base/counters.ts'
import { MILLISECOND, SECOND } from '../../../tcpip/base/time.ts'
import { Endpoint, SECRET_BYTES } from '../../../tcpip/host/endpoint.ts'
import type { EndpointOptions } from '../../../tcpip/host/endpoint-options.ts'
import { monotonicMicroseconds } from '../../../tcpip/io/monotonic-clock.ts'
import type { LinkEnd } from '../../../tcpip/link/link.ts'
import { makeMemoryLink } from '../../../tcpip/link/memory-link.ts'
import type { PacketRing } from '../../../tcpip/link/packet-ring.ts'
import type { EndpointDuplex } from '../../../tcpip/net/endpoint-duplex.ts'
import { EndpointNet } from '../../../tcpip/net/endpoint-net.ts'
import { GATEWAY_ADDRESSES, SERVER_ADDRESS, SERVER_PORT } from '../../../tcpip/wire/address-plan.ts'
import { testSecret } from './server-lab.ts'

/** Connections of each host, and of the listener's queues. */
const CONNECTIONS = 8192

const RING = 4096

/** Milliseconds within which whatever a test waits for has to happen. */
const PATIENCE_MS = 20_000

type HostLimits = Partial<Pick<EndpointOptions, 'maxConnections' | 'maxTimeWait'>>

interface SkippedTimer {
  readonly at: number
  readonly callback: () => void
}

/** A client of the gateway, and what has become of it. */
export interface GatewayClient {
  readonly socket: Socket
  readonly seen: { bytes: number; text: string; isEnded: boolean; isClosed: boolean; code: string | undefined }
}

export class GatewayLab {
  readonly counters = new GatewayCounters()
  readonly host: Endpoint
  readonly server: Endpoint
  /** Where real clients connect to. */
  port = 0
  /** What the gateway is told about its link. */
  isReady = true
  /** Packets vanish, both ways. */
  isCut = false
  gateway!: Gateway
  private readonly net: EndpointNet
  private readonly serverNet: EndpointNet
  private listener: Listener | undefined
  private readonly rings: readonly PacketRing[]
  private readonly timers = new Set<SkippedTimer>()
  private skipped = 0
  private isOver = false

  /** `limits`: of the gateway's host. */
  static async open(maxConnections = 1000, limits: HostLimits = {}): Promise<GatewayLab> {
    const lab = new GatewayLab(limits)
    const options = { host: '127.0.0.1', port: 0, maxConnections }
    const way = { net: lab.net, isReady: () => lab.isReady, addresses: () => GATEWAY_ADDRESSES }
    lab.gateway = await Gateway.open(options, way, lab.counters)
    lab.port = lab.gateway.address.port
    onTestFinished(() => lab.close())
    return lab
  }

  private constructor(limits: HostLimits) {
    const { a, b } = makeMemoryLink(RING)
    this.rings = [a.rx, b.rx]
    this.host = makeHost(a, GATEWAY_ADDRESSES.base, GATEWAY_ADDRESSES.length, limits)
    this.server = makeHost(b, SERVER_ADDRESS, 32)
    this.net = this.makeNet(this.host, GATEWAY_ADDRESSES.base)
    this.serverNet = this.makeNet(this.server, SERVER_ADDRESS)
    this.listen()
    setImmediate(this.turn)
  }

  readonly clock = (): number => monotonicMicroseconds() + this.skipped

  /** The server has a listener from now on. */
  listen(): void {
    const queues = { backlog: CONNECTIONS, somaxconn: CONNECTIONS, maxSynBacklog: 2 * CONNECTIONS }
    this.listener = new Listener({
      host: this.server,
      config: { ...LISTENER_DEFAULTS, ...queues },
      profile: LINUX,
      cookieSecret: testSecret(COOKIE_SECRET_BYTES),
    })
    this.server.listen(SERVER_PORT, this.listener)
  }

  /** The server's port is closed from now on. */
  unlisten(): void {
    this.server.unlisten(SERVER_PORT)
  }

  /** A real client; one that has not connected yet. */
  client(allowHalfOpen = true): GatewayClient {
    const socket = connect({ port: this.port, host: '127.0.0.1', allowHalfOpen })
    const seen: GatewayClient['seen'] = { bytes: 0, text: '', isEnded: false, isClosed: false, code: undefined }
    socket.on('data', (chunk: Buffer) => {
      seen.bytes += chunk.length
      if (seen.bytes < 1000) seen.text += String(chunk)
    })
    socket.on('end', () => {
      seen.isEnded = true
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      seen.code = error.code
    })
    socket.on('close', () => {
      seen.isClosed = true
    })
    onTestFinished(() => void socket.destroy())
    return { socket, seen }
  }

  /** The server's end of the connection that has waited longest. */
  async accepted(): Promise<EndpointDuplex> {
    let connection: EndpointDuplex | undefined
    await this.until('a connection reaches the server', () => {
      connection = this.listener && this.serverNet.accept(this.listener)
      return connection !== undefined
    })
    const accepted = connection as unknown as EndpointDuplex
    accepted.on('error', () => {})
    return accepted
  }

  /** A client and the server's end of its connection. */
  async pair(): Promise<GatewayClient & { far: EndpointDuplex }> {
    const client = this.client()
    return { ...client, far: await this.accepted() }
  }

  async until(what: string, isDone: () => boolean): Promise<void> {
    const end = performance.now() + PATIENCE_MS
    while (!isDone()) {
      if (performance.now() > end) throw new Error(`it did not happen: ${what}`)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Lets `seconds` pass for the lab, not for the real clients, until `isDone`. */
  async skip(seconds: number, isDone: () => boolean = () => false): Promise<void> {
    const end = this.skipped + seconds * SECOND
    while (this.skipped < end && !isDone()) {
      this.skipped += SECOND / 10
      for (const timer of this.timers) {
        if (timer.at > this.clock()) continue
        this.timers.delete(timer)
        timer.callback()
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Accepted = open + outcomes. */
  get isBalanced(): boolean {
    const { accepted, open } = this.counters
    const outcomes = ['ok', 'timeout', 'refused', 'reset', 'client', 'limit', 'unavailable'] as const
    return accepted === open + outcomes.reduce((sum, outcome) => sum + this.counters.count(outcome), 0)
  }

  private async close(): Promise<void> {
    if (this.gateway.address !== null) await this.gateway.close()
    this.isOver = true
  }

  private readonly turn = (): void => {
    if (this.isOver) return
    for (const ring of this.isCut ? this.rings : []) while (ring.peek() >= 0) ring.release()
    const now = this.clock()
    this.host.poll(now)
    this.server.poll(now)
    setImmediate(this.turn)
  }

  private makeNet(endpoint: Endpoint, address: number): EndpointNet {
    const scheduler = {
      setTimeout: (callback: () => void, milliseconds: number): SkippedTimer => {
        const timer = { at: this.clock() + milliseconds * MILLISECOND, callback }
        this.timers.add(timer)
        return timer
      },
      clearTimeout: (timer: unknown) => void this.timers.delete(timer as SkippedTimer),
    }
    return new EndpointNet({ endpoint, address, clock: this.clock, wake: () => {}, scheduler })
  }
}

function makeHost(link: LinkEnd, base: number, length: number, limits: HostLimits = {}): Endpoint {
  return new Endpoint({
    link,
    addresses: { base, length },
    secret: testSecret(SECRET_BYTES, length),
    counters: new Counters(),
    maxConnections: CONNECTIONS,
    ...limits,
  })
}

/** Resolves when the kernel has made the connection. */
export async function connected({ socket }: GatewayClient): Promise<void> {
  if (socket.connecting) await once(socket, 'connect')
}
