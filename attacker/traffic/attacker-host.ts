/**
 * The attacker as a host on a link: attacks write their spoofed packets, honest clients connect, and what comes back is
 * sorted. The live engine and the virtual-time simulator run this same class. Owns no clock and no randomness: everything
 * follows from `now`, the generator and the secret it is given.
 */
import { CLIENT_ADDRESSES } from '../../tcpip/address-plan.ts'
import { assert } from '../../tcpip/assert.ts'
import { Counters } from '../../tcpip/counters.ts'
import { BATCH, Endpoint } from '../../tcpip/endpoint.ts'
import type { LinkEnd } from '../../tcpip/link/link.ts'
import type { Prng } from '../../tcpip/prng.ts'
import { type Prefix, prefixContains, prefixCovers } from '../../tcpip/wire/address.ts'
import { destinationOf, IPV4_HEADER_BYTES } from '../../tcpip/wire/ipv4.ts'
import type { ConnectionRecord } from '../clients/attempt.ts'
import { ClientCounters, OUTCOMES, type Outcome } from '../clients/client-counters.ts'
import { ClientPopulation } from '../clients/client-population.ts'
import type { ClientSpec } from '../clients/client-spec.ts'
import { Attack, type AttackSnapshot } from './attack.ts'
import { AttackCounters } from './attack-counters.ts'
import { type AttackSpec, attackRefusal } from './attack-spec.ts'

/** Connections of all clients at a time: those under way, and a minute of TIME-WAIT at the highest client rate. */
const CONNECTIONS_MAX = 131_072

/** Attacks that are over and still listed. */
const ENDED_ATTACKS_MAX = 32

export interface AttackerHostOptions {
  readonly link: LinkEnd
  readonly prng: Prng
  /** `SECRET_BYTES` bytes nobody else knows, for the clients' TCP. */
  readonly secret: Uint8Array
  /** Of the clients' TCP. */
  readonly counters?: Counters
  readonly clientCounters?: ClientCounters
  readonly attackCounters?: AttackCounters
  /** Addresses the clients connect from, inside CLIENT_ADDRESSES; all of them unless told. */
  readonly clientAddresses?: Prefix
  /** Called once per attempt of a client, when it ends. */
  readonly onConnection?: (record: ConnectionRecord) => void
  /** Called when an attack is over, whether it ran its full length or was stopped. */
  readonly onAttackEnd?: (attack: AttackSnapshot) => void
}

export interface ClientsSnapshot {
  /** What the clients are told to do; undefined for nothing. */
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
  /** Answers to spoofed sources that came back. */
  readonly backscatter: number
}

export class AttackerHost {
  readonly counters: Counters
  readonly clientCounters: ClientCounters
  readonly attackCounters: AttackCounters
  private readonly link: LinkEnd
  private readonly endpoint: Endpoint
  private readonly clients: ClientPopulation
  private readonly attackPrng: Prng
  private readonly onAttackEnd: (attack: AttackSnapshot) => void
  private running: Attack[] = []
  private ended: Attack[] = []
  private lastId = 0

  constructor(options: AttackerHostOptions) {
    const { link, prng, secret, clientAddresses = CLIENT_ADDRESSES } = options
    this.link = link
    this.counters = options.counters ?? new Counters()
    this.clientCounters = options.clientCounters ?? new ClientCounters()
    this.attackCounters = options.attackCounters ?? new AttackCounters()
    // Two generators, so that the clients of two runs with one seed are the same whatever the attacks do.
    const clientPrng = prng.fork('clients')
    this.attackPrng = prng.fork('attacks')
    this.endpoint = new Endpoint({
      link,
      addresses: CLIENT_ADDRESSES,
      secret,
      counters: this.counters,
      maxConnections: CONNECTIONS_MAX,
    })
    this.clients = new ClientPopulation({
      endpoint: this.endpoint,
      addresses: clientAddresses,
      prng: clientPrng,
      counters: this.clientCounters,
      onConnection: options.onConnection,
    })
    this.onAttackEnd = options.onAttackEnd ?? (() => {})
    this.setClientAddresses(clientAddresses)
  }

  /** Clients connect from `addresses`, inside CLIENT_ADDRESSES, from now on. */
  setClientAddresses(addresses: Prefix): void {
    assert(prefixCovers(CLIENT_ADDRESSES, addresses), 'clients live inside CLIENT_ADDRESSES')
    this.clients.addresses = addresses
  }

  /** Connections of the clients by `State` (tcpip/connection/states.ts). */
  get connections(): Float64Array {
    return this.endpoint.tcbs.counts
  }

  /** Why an attack may not start, in one line; undefined when it may. */
  attackRefusal(spec: AttackSpec): string | undefined {
    return attackRefusal(
      spec,
      this.running.map((attack) => attack.spec.rate),
    )
  }

  /** Starts an attack and returns its id. The caller has made sure that `attackRefusal` has nothing against it. */
  startAttack(spec: AttackSpec, now: number): number {
    const refusal = this.attackRefusal(spec)
    assert(refusal === undefined, `an attack within bounds: ${refusal}`)
    const id = ++this.lastId
    this.running.push(new Attack(id, spec, now, this.attackPrng.fork('attack'), this.attackCounters))
    return id
  }

  /** Stops an attack; false when there is none with this id, or it is over. */
  stopAttack(id: number, now: number): boolean {
    const attack = this.running.find((candidate) => candidate.id === id)
    attack?.stop(now)
    this.sweep()
    return attack !== undefined
  }

  /** Stops all attacks; the clients go on. */
  stopAll(now: number): void {
    for (const attack of this.running) attack.stop(now)
    this.sweep()
  }

  /** From `now` on clients arrive as `spec` says, or not at all. Attempts under way go on. */
  setClients(spec: ClientSpec | undefined, now: number): void {
    this.clients.setSpec(spec, now)
  }

  /** Stops all attacks, forgets those that are over, and sets the counters to zero. The clients go on. */
  reset(now: number): void {
    this.stopAll(now)
    this.ended = []
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
    for (const attack of this.running) attack.run(this.link.tx, now)
    this.sweep()
  }

  /** The time of the next event, microseconds; NEVER when nothing is waiting. */
  nextDeadline(): number {
    let next = Math.min(this.clients.nextDeadline(), this.endpoint.nextDeadline())
    for (const attack of this.running) next = Math.min(next, attack.nextDeadline())
    return next
  }

  snapshot(): AttackerSnapshot {
    const { clientCounters } = this
    const outcomes = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, clientCounters.count(outcome)]))
    return {
      attacks: [...this.ended, ...this.running].map((attack) => attack.snapshot()).sort((a, b) => a.id - b.id),
      clients: {
        spec: this.clients.spec,
        attempted: clientCounters.attempted,
        inFlight: clientCounters.inFlight,
        outcomes: outcomes as Record<Outcome, number>,
      },
      backscatter: this.attackCounters.backscatter,
    }
  }

  /** Takes at most `BATCH` packets: the clients' go to their TCP, all others answer somebody who does not exist. */
  private drain(now: number): void {
    const { rx } = this.link
    for (let taken = 0; taken < BATCH; taken++) {
      const at = rx.peek()
      if (at < 0) return
      const length = rx.peekLength()
      const isForNobody = length >= IPV4_HEADER_BYTES && !prefixContains(CLIENT_ADDRESSES, destinationOf(rx.view, at))
      if (isForNobody) this.attackCounters.countBackscatter()
      else this.endpoint.receive(rx.bytes, rx.view, at, length, now)
      rx.release()
    }
  }

  /** Moves attacks that are over to the list of the ended, the oldest of which are forgotten. */
  private sweep(): void {
    if (this.running.every((attack) => attack.state === 'running')) return
    const over = this.running.filter((attack) => attack.state !== 'running')
    this.running = this.running.filter((attack) => attack.state === 'running')
    this.ended = [...this.ended, ...over].slice(-ENDED_ATTACKS_MAX)
    for (const attack of over) this.onAttackEnd(attack.snapshot())
  }
}
