/**
 * The engine without its thread and socket: an AttackerHost on a link that comes and goes, turned over by a TurnLoop.
 * Commands come between turns. Owns the rule that nothing attacks without a live link.
 */
import { cpuSeconds } from '../../control/cpu-seconds.ts'
import type { Handlers } from '../../control/thread.ts'
import type { Prng } from '../../tcpip/base/prng.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { type TurnLink, TurnLoop, type TurnScheduler } from '../../tcpip/io/turn-loop.ts'
import { EndpointNet } from '../../tcpip/net/endpoint-net.ts'
import type { SpokeState } from '../../tcpip/udp-link/spoke-session.ts'
import { formatAddress, formatPrefix, type Prefix } from '../../tcpip/wire/address.ts'
import { GATEWAY_ADDRESSES } from '../../tcpip/wire/address-plan.ts'
import type { ClientSpec } from '../clients/client-spec.ts'
import type { AttackerState, AttackView, ClientsView, LinkView } from '../contract.ts'
import type { GatewayLab } from '../gateway/gateway.ts'
import type { HubTarget } from '../guard.ts'
import { AttackerHost, type ClientsSnapshot } from '../traffic/attacker-host.ts'
import { ClientLatency } from './client-latency.ts'
import { type ConnectionBatch, FinishedConnections } from './finished-connections.ts'
import { type ClientName, FollowedClient } from './followed-client.ts'
import type { AttackOrder, CoreEvents, EngineCommands, StartResult } from './protocol.ts'
import type { SharedCounters } from './shared-counters.ts'
import { closeTrace, type TraceOrder, timelineOf } from './trace-spool.ts'
import { viewAttack, viewClients, viewGateway } from './views.ts'

/** What the engine has to know of its link; UdpSpoke is one. */
export interface AttackerLink extends TurnLink {
  readonly state: SpokeState
  readonly detail: string
  /** What the hub granted: the blocks of clients, bots, bystanders and gateway, then the silent prefixes. */
  readonly prefixes: readonly Prefix[]
}

/** Place of the gateway's block among what the hub has granted. */
const GATEWAY_PREFIX = 3

export interface AttackerEngineCoreOptions {
  readonly link: AttackerLink
  readonly hub: HubTarget
  readonly prng: Prng
  /** See AttackerHostOptions. */
  readonly secret: Uint8Array
  readonly counters: SharedCounters
  /** Microseconds, monotonic. */
  readonly clock: () => number
  /** Milliseconds since the Unix epoch at a time of `clock`. */
  readonly momentOf: (now: number) => number
  /** What clients do once the link is ready. */
  readonly clients: ClientSpec | undefined
  readonly emit: <K extends keyof CoreEvents>(event: K, data: CoreEvents[K]) => void
  readonly scheduler?: TurnScheduler
}

export class AttackerEngineCore {
  private readonly options: AttackerEngineCoreOptions
  private readonly host: AttackerHost
  private readonly loop: TurnLoop
  private readonly latency = new ClientLatency()
  private readonly finished: FinishedConnections
  /** What the replays under way play, by the number of the attack. */
  private readonly traces = new Map<number, TraceOrder>()
  private followed: FollowedClient | undefined
  private clientSpec: ClientSpec | undefined
  /** Clients begin with the first live link: before it they have no addresses, and nobody to connect to. */
  private hasBeenReady = false

  /** What the main thread may ask for; what concerns link, gateway or the thread's end is worker.ts's. */
  readonly handlers: Omit<Handlers<EngineCommands>, 'takeFinished' | 'close'> = {
    state: () => this.state(),
    startAttack: (order) => this.startAttack(order),
    stopAttack: (id) => this.stopAttack(id),
    stopAll: () => this.stopAll(),
    setClients: (spec) => this.setClients(spec),
    reset: () => this.reset(),
    follow: (client) => this.follow(client),
  }

  constructor(options: AttackerEngineCoreOptions) {
    const { link, prng, secret, counters, clock, scheduler, emit } = options
    this.options = options
    this.clientSpec = options.clients
    this.finished = new FinishedConnections(prng.fork('finished'))
    this.host = new AttackerHost({
      link: link.end,
      prng,
      secret,
      counters: counters.host,
      clientCounters: counters.clients,
      attackCounters: counters.attacks,
      onConnection: (record) => {
        this.latency.record(record)
        this.finished.record(record)
      },
      onAttackEnd: (attack) => {
        const trace = this.traces.get(attack.id)
        if (trace !== undefined) closeTrace(trace)
        this.traces.delete(attack.id)
        emit('attack', viewAttack(attack, clock()))
      },
    })
    this.loop = new TurnLoop({
      host: this.host,
      link,
      clock,
      afterTurn: () => this.followed?.look(),
      ...(scheduler === undefined ? {} : { scheduler }),
    })
    this.linkChanged()
  }

  /** Packets have arrived. */
  wake(): void {
    this.loop.wake()
  }

  /**
   * The link's state has changed. Attacks end with the link: what they would send goes nowhere. Clients go on, as they do
   * when a server dies: they time out, and that is what they report.
   */
  linkChanged(): void {
    const { link, clock, emit } = this.options
    const [clientAddresses, bots, bystanders] = link.prefixes
    if (link.state !== 'ready') this.host.stopAll(clock())
    else if (clientAddresses !== undefined && bots !== undefined && bystanders !== undefined) {
      this.host.setClientAddresses(clientAddresses)
      this.host.setBotAddresses(bots, bystanders)
      if (!this.hasBeenReady) this.host.setClients(this.clientSpec, clock())
      this.hasBeenReady = true
    }
    emit('link', this.link())
    this.loop.wake()
  }

  state(): AttackerState {
    const now = this.options.clock()
    const { attacks, clients, backscatter } = this.host.snapshot()
    return {
      time: now / SECOND,
      cpuSeconds: cpuSeconds(),
      link: this.link(),
      attacks: attacks.map((attack) => viewAttack(attack, now)),
      clients: this.viewClients(clients),
      backscatter,
      gateway: viewGateway(this.options.counters.gateway),
    }
  }

  link(): LinkView {
    const { link, hub } = this.options
    const [clientAddresses] = link.prefixes
    return {
      state: link.state,
      detail: link.detail,
      hub: `${hub.host}:${hub.port}`,
      ...(clientAddresses === undefined ? {} : { clientAddresses: formatPrefix(clientAddresses) }),
    }
  }

  /** What a gateway sends through. `secret`: see EndpointOptions. */
  openGateway(secret: Uint8Array): GatewayLab {
    const { link, clock } = this.options
    const endpoint = this.host.openGateway(secret)
    const net = new EndpointNet({ endpoint, address: GATEWAY_ADDRESSES.base, clock, wake: () => this.loop.wake() })
    return {
      net,
      isReady: () => link.state === 'ready',
      addresses: () => link.prefixes[GATEWAY_PREFIX] ?? GATEWAY_ADDRESSES,
    }
  }

  /** Starts an attack; a trace is closed when its replay is over, or at once when there is none. */
  startAttack(order: AttackOrder): StartResult {
    const result = this.tryStartAttack(order)
    if ('refusal' in result && order.trace !== undefined) closeTrace(order.trace)
    return result
  }

  private tryStartAttack({ spec, trace }: AttackOrder): StartResult {
    const { link, clock, emit } = this.options
    if (link.state !== 'ready') {
      return { refusal: { code: 'UNAVAILABLE', message: `no link to a lab server: ${link.detail}` } }
    }
    const refusal = this.host.attackRefusal(spec)
    if (refusal !== undefined) return { refusal: { code: 'CONFLICT', message: refusal } }
    const id = this.host.startAttack(spec, clock(), trace && timelineOf(trace))
    if (trace !== undefined) this.traces.set(id, trace)
    const attack = this.findAttack(id) as AttackView
    emit('attack', attack)
    this.loop.wake()
    return { attack }
  }

  /** Stops an attack and says how it went, also when it was over before; undefined when nobody knows it. */
  stopAttack(id: number): AttackView | undefined {
    this.host.stopAttack(id, this.options.clock())
    return this.findAttack(id)
  }

  /** Returns how many attacks were stopped. */
  stopAll(): number {
    const active = this.host.snapshot().attacks.filter((attack) => attack.state === 'running').length
    this.host.stopAll(this.options.clock())
    return active
  }

  setClients(spec: ClientSpec | undefined): ClientsView {
    this.clientSpec = spec
    if (this.hasBeenReady) this.host.setClients(spec, this.options.clock())
    this.loop.wake()
    const clients = this.viewClients(this.host.snapshot().clients)
    this.options.emit('clients', clients)
    return clients
  }

  /** Follows the end of another connection from now on, or of none. False when nobody here has that address. */
  follow(client: ClientName | undefined): boolean {
    const { momentOf, emit } = this.options
    const endpoint = client === undefined ? undefined : this.host.endpointOf(client.address)
    this.followed = undefined
    if (client === undefined || endpoint === undefined) return false
    const name = `${formatAddress(client.address)}:${client.port}`
    this.followed = new FollowedClient(endpoint, client, momentOf, (end) => emit('end', { client: name, end }))
    this.followed.look()
    return true
  }

  /** The honest connections that have ended since the last call. */
  takeFinished(): ConnectionBatch {
    return this.finished.take()
  }

  /** Stops all attacks, forgets those that are over, and sets the counters to zero. */
  reset(): AttackerState {
    this.host.reset(this.options.clock())
    this.options.counters.gateway.reset()
    this.options.counters.udp.reset()
    this.latency.reset()
    const state = this.state()
    this.options.emit('reset', state)
    return state
  }

  /** No turn happens after this. */
  stop(): void {
    this.stopAll()
    this.loop.stop()
  }

  private findAttack(id: number): AttackView | undefined {
    const attack = this.host.snapshot().attacks.find((candidate) => candidate.id === id)
    return attack === undefined ? undefined : viewAttack(attack, this.options.clock())
  }

  private viewClients(snapshot: ClientsSnapshot): ClientsView {
    return viewClients(this.clientSpec, snapshot, this.options.counters.clients, this.latency.view())
  }
}
