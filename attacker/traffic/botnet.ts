/**
 * The hosts of the lab beside server and honest clients: a botnet, and bystanders whose addresses get spoofed. All of them
 * have a TCP of their own. It answers what it did not ask for with RST, as every host does (RFC 9293 3.10.7.1), and opens
 * the connections of attacks that complete handshakes.
 *
 * Attacks also send packets past that TCP, as raw sockets do. They use ports below those that TCP gives to connections;
 * for half of these ports a firewall rule drops what comes back before TCP sees it, which is what a flooder sets up on a
 * machine whose kernel would spoil the flood.
 */

import { assert } from '../../tcpip/base/assert.ts'
import { Counters } from '../../tcpip/base/counters.ts'
import type { ConnectionOwner, Tcb } from '../../tcpip/connection/tcb.ts'
import { Endpoint } from '../../tcpip/host/endpoint.ts'
import type { LinkEnd } from '../../tcpip/link/link.ts'
import { type Prefix, prefixContains, prefixCovers } from '../../tcpip/wire/address.ts'
import { BOT_ADDRESSES, BYSTANDER_ADDRESSES, SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'

/** Ports that raw attacks send from, and whose answers a bot's firewall drops. */
export const FIREWALLED_PORTS = { firstPort: 1024, ports: 15_360 } as const

/** Ports that raw attacks send from, and whose answers the bot's TCP gets. */
export const RAW_PORTS = { firstPort: 16_384, ports: 16_384 } as const

/** Ports of connections (Linux ip_local_port_range). */
const CONNECTION_PORT_MIN = 32_768
const CONNECTION_PORTS = 60_999 - CONNECTION_PORT_MIN + 1

/** Ports tried for one connection, one after the other, when the 4-tuple is in use. */
const PORT_TRIES = 16

/** Connections of all bots at a time, TIME-WAIT included. */
const CONNECTIONS_MAX = 65_536

export class Botnet {
  /** The bots of this process, a block of BOT_ADDRESSES. */
  addresses = BOT_ADDRESSES
  /** The bystanders at this process's end of the link, a block of BYSTANDER_ADDRESSES. */
  bystanderAddresses = BYSTANDER_ADDRESSES
  /** The bots' TCP. */
  readonly endpoint: Endpoint
  private readonly bystanders: Endpoint
  private nextPort = 0

  /** `secret`: see EndpointOptions. */
  constructor(link: LinkEnd, secret: Uint8Array) {
    const shared = { link, secret }
    this.endpoint = new Endpoint({
      ...shared,
      counters: new Counters(),
      addresses: BOT_ADDRESSES,
      maxConnections: CONNECTIONS_MAX,
    })
    this.bystanders = new Endpoint({
      ...shared,
      counters: new Counters(),
      addresses: BYSTANDER_ADDRESSES,
      maxConnections: 1,
    })
  }

  /** Bots and bystanders live in these blocks from now on. */
  setAddresses(bots: Prefix, bystanders: Prefix): void {
    assert(prefixCovers(BOT_ADDRESSES, bots), 'bots live inside BOT_ADDRESSES')
    assert(prefixCovers(BYSTANDER_ADDRESSES, bystanders), 'bystanders live inside BYSTANDER_ADDRESSES')
    this.addresses = bots
    this.bystanderAddresses = bystanders
  }

  /** Whose TCP takes a packet to `destination`; undefined when nobody here has the address. */
  endpointOf(destination: number): Endpoint | undefined {
    if (prefixContains(BOT_ADDRESSES, destination)) return this.endpoint
    return prefixContains(BYSTANDER_ADDRESSES, destination) ? this.bystanders : undefined
  }

  /** Opens a connection from bot number `bot` to the server; undefined when there is no room or no port for it. */
  connect(bot: number, owner: ConnectionOwner, now: number): Tcb | undefined {
    const address = (this.addresses.base + bot) | 0
    for (let tries = 0; tries < PORT_TRIES; tries++) {
      const port = CONNECTION_PORT_MIN + (this.nextPort++ % CONNECTION_PORTS)
      const tcb = this.endpoint.connect(address, port, SERVER_ADDRESS, SERVER_PORT, owner, now)
      if (typeof tcb !== 'string') return tcb
      if (tcb === 'ENOBUFS') return undefined
    }
    return undefined
  }
}

/** Whether the firewall of a bot drops what comes for `port`. */
export function isFirewalled(port: number): boolean {
  return port >= FIREWALLED_PORTS.firstPort && port < FIREWALLED_PORTS.firstPort + FIREWALLED_PORTS.ports
}
