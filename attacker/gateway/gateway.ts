/**
 * The gateway: a real TCP port of this machine, behind which the simulated server stands. Each connection that it accepts
 * becomes an active open through the lab's link, and bytes go both ways from then on, so that curl, a browser or a load
 * generator feel what an honest client of the lab feels. It speaks to the lab's server and to nobody else.
 *
 * The kernel has accepted a connection before the gateway hears of it: a client of the gateway never sees its connect()
 * fail. It sees what is left to see: silence as long as the handshake in the lab is under way, and a reset when it failed.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { setImmediate as nextRound } from 'node:timers/promises'
import type { EndpointDuplex } from '../../tcpip/net/endpoint-duplex.ts'
import type { EndpointNet } from '../../tcpip/net/endpoint-net.ts'
import { type Prefix, prefixSize } from '../../tcpip/wire/address.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import type { GatewayCounters, GatewayOutcome } from './gateway-counters.ts'
import { Relay } from './relay.ts'

/** What the gateway needs of the host that it sends through. */
export interface GatewayLab {
  readonly net: EndpointNet
  /** Whether there is a link to a server. */
  readonly isReady: () => boolean
  /** Addresses of the lab that connections are opened from, in turn. */
  readonly addresses: () => Prefix
}

export interface GatewayOptions {
  /** Where to listen; port 0 takes any free one. */
  readonly host: string
  readonly port: number
  /** Connections at a time; further ones are reset at once. */
  readonly maxConnections: number
}

export class Gateway {
  private readonly server: Server
  private readonly lab: GatewayLab
  private readonly counters: GatewayCounters
  private readonly maxConnections: number
  private readonly open = new Set<Relay>()
  private nextAddress = 0

  /** Listens. Rejects with the error of `listen` when the address cannot be bound. */
  static async open(options: GatewayOptions, lab: GatewayLab, counters: GatewayCounters): Promise<Gateway> {
    const gateway = new Gateway(options, lab, counters)
    const listening = once(gateway.server, 'listening')
    const { host, port, maxConnections } = options
    // A burst of clients is to meet the lab's queues, not that of this machine's kernel.
    gateway.server.listen({ host, port, backlog: maxConnections })
    await listening
    // A connection that cannot be accepted, because this process has no descriptor left, is the kernel's to end.
    gateway.server.on('error', () => {})
    return gateway
  }

  private constructor({ maxConnections }: GatewayOptions, lab: GatewayLab, counters: GatewayCounters) {
    this.lab = lab
    this.counters = counters
    this.maxConnections = maxConnections
    // Both sides are closed when their peers close them: a half-closed connection stays one.
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.accept(client))
  }

  /** The address and port that were bound. */
  get address(): AddressInfo {
    return this.server.address() as AddressInfo
  }

  /** Resets what is open, on both sides, and gives the port back. The host has to go on turning meanwhile. */
  async close(): Promise<void> {
    const closed = once(this.server, 'close')
    this.server.close()
    for (const relay of this.open) relay.abort('unavailable')
    await closed
    // The host's turn, in which the resets are sent, was asked for in this round of the event loop.
    await nextRound()
  }

  private accept(client: Socket): void {
    const { counters, open } = this
    counters.countAccepted()
    // A client that breaks off is told apart by what happens to the lab's side; its own error says nothing more.
    client.on('error', () => {})
    const hindrance = this.hindrance()
    if (hindrance !== undefined) {
      counters.countOutcome(hindrance)
      client.resetAndDestroy()
      return
    }
    const relay = new Relay(client, this.connect(), (outcome) => {
      open.delete(relay)
      counters.countOutcome(outcome)
    })
    open.add(relay)
  }

  /** Why a connection cannot even be tried. */
  private hindrance(): GatewayOutcome | undefined {
    if (this.open.size >= this.maxConnections) return 'limit'
    return this.lab.isReady() ? undefined : 'unavailable'
  }

  private connect(): EndpointDuplex {
    const addresses = this.lab.addresses()
    const address = (addresses.base + (this.nextAddress++ % prefixSize(addresses))) | 0
    const target = { address, remote: SERVER_ADDRESS, remotePort: SERVER_PORT, allowHalfOpen: true }
    return this.lab.net.connect(target)
  }
}
