/**
 * The attacker as a host on a link: attacks write their spoofed packets, honest clients connect, and what comes back is
 * sorted. The live engine and the virtual-time simulator run this same class. Owns no clock and no randomness: everything
 * follows from `now`, the generator and the secret it is given.
 */

import { assert } from '../../tcpip/base/assert.ts'
import { Counters } from '../../tcpip/base/counters.ts'
import { DropReason } from '../../tcpip/base/drop-reason.ts'
import type { Prng } from '../../tcpip/base/prng.ts'
import { State } from '../../tcpip/base/states.ts'
import { NEVER } from '../../tcpip/base/time.ts'
import { BATCH, Endpoint } from '../../tcpip/host/endpoint.ts'
import type { LinkEnd } from '../../tcpip/link/link.ts'
import { type Prefix, prefixContains, prefixCovers } from '../../tcpip/wire/address.ts'
import { CLIENT_ADDRESSES, GATEWAY_ADDRESSES } from '../../tcpip/wire/address-plan.ts'
import { parsePacket } from '../../tcpip/wire/codec.ts'
import { destinationOf, IPV4_HEADER_BYTES } from '../../tcpip/wire/ipv4.ts'
import { Segment } from '../../tcpip/wire/segment.ts'
import type { ConnectionRecord } from '../clients/attempt.ts'
import { ClientCounters, OUTCOMES, type Outcome } from '../clients/client-counters.ts'
import { ClientPopulations } from '../clients/client-populations.ts'
import type { ClientSpec } from '../clients/client-spec.ts'
import type { Timeline } from '../trace/timeline.ts'
import type { AttackSnapshot } from './attack.ts'
import { AttackCounters } from './attack-counters.ts'
import { AttackList } from './attack-list.ts'
import type { AttackSpec } from './attack-spec.ts'
import { Botnet, isFirewalled } from './botnet.ts'
import type { Victim } from './sequence-sweep.ts'

/** Connections of all clients at a time: those under way, and a minute of TIME-WAIT at the highest client rate. */
const CONNECTIONS_MAX = 131_072

export interface AttackerHostOptions {
  readonly link: LinkEnd
  readonly prng: Prng
  /** `SECRET_BYTES` bytes nobody else knows, for the clients' TCP. */
  readonly secret: Uint8Array
  /** Of the clients' TCP. */
  readonly counters?: Counters
  readonly clientCounters?: ClientCounters
  readonly attackCounters?: AttackCounters
  /** Addresses the clients connect from, inside CLIENT_ADDRESSES; default: all of them. */
  readonly clientAddresses?: Prefix
  /** Names of the populations of clients, see ClientPopulationsOptions. */
  readonly populations?: readonly string[]
  /** Called once per attempt of a client, when it ends. */
  readonly onConnection?: (record: ConnectionRecord) => void
  /** Called when an attack is over, whether it ran its full length or was stopped. */
  readonly onAttackEnd?: (attack: AttackSnapshot) => void
}

export interface ClientsSnapshot {
  /** What the first population is told to do; undefined for nothing. */
  readonly spec: ClientSpec | undefined
  /** Intended arrivals = in flight + outcomes. */
  readonly attempted: number
  readonly inFlight: number
  readonly outcomes: Readonly<Record<Outcome, number>>
}

export interface AttackerSnapshot {
  /** Attacks under way and the latest that are over, in the order of their ids. */
  readonly attacks: readonly AttackSnapshot[]
  readonly clients: ClientsSnapshot
  /** Packets that came in and reached no TCP: a bot's firewall dropped them, or nobody here has their address. */
  readonly backscatter: number
}

export class AttackerHost {
  readonly counters: Counters
  readonly clientCounters: ClientCounters
  readonly attackCounters: AttackCounters
  private readonly link: LinkEnd
  private readonly endpoint: Endpoint
  private readonly clients: ClientPopulations
  private readonly botnet: Botnet
  private gatewayEndpoint: Endpoint | undefined = undefined
  private readonly attacks: AttackList
  /** What came for a raw port of a bot. */
  private readonly answer = new Segment()

  constructor(options: AttackerHostOptions) {
    const { link, prng, secret, clientAddresses = CLIENT_ADDRESSES } = options
    this.link = link
    this.counters = options.counters ?? new Counters()
    this.clientCounters = options.clientCounters ?? new ClientCounters()
    this.attackCounters = options.attackCounters ?? new AttackCounters()
    // Two generators, so that the clients of two runs with one seed are the same whatever the attacks do.
    const clientPrng = prng.fork('clients')
    const attackPrng = prng.fork('attacks')
    this.endpoint = new Endpoint({
      link,
      addresses: CLIENT_ADDRESSES,
      secret,
      counters: this.counters,
      maxConnections: CONNECTIONS_MAX,
    })
    this.clients = new ClientPopulations({
      names: options.populations,
      endpoint: this.endpoint,
      addresses: clientAddresses,
      prng: clientPrng,
      counters: this.clientCounters,
      onConnection: options.onConnection,
    })
    this.setClientAddresses(clientAddresses)
    this.botnet = new Botnet(link, secret)
    const { clients } = this
    const victims = {
      open: () => this.openConnections(),
      get addresses() {
        return clients.addresses
      },
    }
    this.attacks = new AttackList(
      { tx: link.tx, botnet: this.botnet, victims },
      attackPrng,
      this.attackCounters,
      options.onAttackEnd ?? (() => {}),
    )
  }

  /** Clients connect from `addresses`, inside CLIENT_ADDRESSES, from now on. */
  setClientAddresses(addresses: Prefix): void {
    assert(prefixCovers(CLIENT_ADDRESSES, addresses), 'clients live inside CLIENT_ADDRESSES')
    this.clients.addresses = addresses
  }

  /** Where bots and bystanders live from now on: see Botnet. */
  setBotAddresses(bots: Prefix, bystanders: Prefix): void {
    this.botnet.setAddresses(bots, bystanders)
  }

  /** The TCP of a gateway's connections, which come from GATEWAY_ADDRESSES. `secret`: see EndpointOptions. */
  openGateway(secret: Uint8Array): Endpoint {
    this.gatewayEndpoint ??= new Endpoint({
      link: this.link,
      addresses: GATEWAY_ADDRESSES,
      secret,
      counters: new Counters(),
      maxConnections: CONNECTIONS_MAX,
      maxTimeWait: CONNECTIONS_MAX / 2,
    })
    return this.gatewayEndpoint
  }

  /** The TCP that has an address of this host: the clients', the gateway's or the bots'; undefined for a silent one. */
  endpointOf(address: number): Endpoint | undefined {
    return [this.endpoint, this.gatewayEndpoint, this.botnet.endpoint].find((endpoint) => endpoint?.isLocal(address))
  }

  /** Connections of the clients by `State` (tcpip/base/states.ts). */
  get connections(): Float64Array {
    return this.endpoint.tcbs.counts
  }

  /** Why an attack may not start, in one line; undefined when it may. */
  attackRefusal(spec: AttackSpec): string | undefined {
    return this.attacks.refusal(spec)
  }

  /**
   * Starts an attack and returns its id. The caller has made sure that `attackRefusal` has nothing against it; a replay
   * comes with its trace.
   */
  startAttack(spec: AttackSpec, now: number, trace?: Timeline): number {
    return this.attacks.start(spec, now, trace)
  }

  /** Stops an attack; false when there is none with this id, or it is over. */
  stopAttack(id: number, now: number): boolean {
    return this.attacks.stop(id, now)
  }

  /** Stops all attacks; the clients go on. */
  stopAll(now: number): void {
    this.attacks.stopAll(now)
  }

  /** From `now` on a population, the first unless named, does what `spec` says, or nothing. Attempts under way go on. */
  setClients(spec: ClientSpec | undefined, now: number, population?: string): void {
    this.clients.setSpec(spec, now, population)
  }

  /** Stops all attacks, forgets those that are over, and sets the counters to zero. The clients go on. */
  reset(now: number): void {
    this.attacks.stopAll(now)
    this.attacks.forgetEnded()
    this.counters.reset()
    this.clientCounters.reset()
    this.attackCounters.reset()
  }

  /**
   * One turn, of bounded work: packets that came in, clients, attacks. Call again at once while `link.rx` holds packets or
   * `nextDeadline()` is not in the future.
   */
  poll(now: number): void {
    this.drain(now)
    this.clients.advance(now)
    // After the clients: one that gives up now sends no further SYN.
    this.endpoint.advance(now)
    this.botnet.endpoint.advance(now)
    this.gatewayEndpoint?.advance(now)
    this.attacks.run(now)
  }

  /** The time of the next event, microseconds; NEVER when nothing is waiting. */
  nextDeadline(): number {
    const own = Math.min(this.clients.nextDeadline(), this.endpoint.nextDeadline())
    const others = Math.min(this.botnet.endpoint.nextDeadline(), this.gatewayEndpoint?.nextDeadline() ?? NEVER)
    return Math.min(own, others, this.attacks.nextDeadline())
  }

  snapshot(): AttackerSnapshot {
    const { clientCounters } = this
    const outcomes = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, clientCounters.count(outcome)]))
    return {
      attacks: this.attacks.snapshots(),
      clients: {
        spec: this.clients.spec,
        attempted: clientCounters.attempted,
        inFlight: clientCounters.inFlight,
        outcomes: outcomes as Record<Outcome, number>,
      },
      backscatter: this.attackCounters.backscatter,
    }
  }

  /** Takes at most `BATCH` packets. */
  private drain(now: number): void {
    const { rx } = this.link
    for (let taken = 0; taken < BATCH; taken++) {
      const at = rx.peek()
      if (at < 0) return
      this.receive(rx.bytes, rx.view, at, rx.peekLength(), now)
      rx.release()
    }
  }

  /** A packet goes to the TCP of its destination; what is for an address that nobody here has answers a spoofed one. */
  private receive(bytes: Uint8Array, view: DataView, at: number, length: number, now: number): void {
    const destination = length < IPV4_HEADER_BYTES ? undefined : destinationOf(view, at)
    if (destination === undefined || prefixContains(CLIENT_ADDRESSES, destination)) {
      this.endpoint.receive(bytes, view, at, length, now)
      return
    }
    const isGateways = prefixContains(GATEWAY_ADDRESSES, destination)
    const endpoint = isGateways ? this.gatewayEndpoint : this.botnet.endpointOf(destination)
    if (endpoint === undefined) this.attackCounters.countBackscatter()
    else if (endpoint !== this.botnet.endpoint || !this.isDropped(bytes, view, at, length, now)) {
      endpoint.receive(bytes, view, at, length, now)
    }
  }

  /** Whether a bot's firewall drops the packet; the raw attacks behind it see it all the same. */
  private isDropped(bytes: Uint8Array, view: DataView, at: number, length: number, now: number): boolean {
    const { answer } = this
    if (parsePacket(bytes, view, at, length, answer) !== DropReason.ACCEPTED) return false
    if (!isFirewalled(answer.destinationPort)) return false
    this.attackCounters.countBackscatter()
    this.attacks.onAnswer(answer, now)
    return true
  }

  /** The honest connections that are open now. */
  private openConnections(): Victim[] {
    const open: Victim[] = []
    this.endpoint.tcbs.forEach(({ state, localAddress, localPort }) => {
      if (state === State.ESTABLISHED) open.push({ address: localAddress, port: localPort })
    })
    return open
  }
}
