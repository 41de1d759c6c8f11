/**
 * A lab that plays in virtual time: one arm of a scenario with what the page is told of it. Everything here goes back in
 * time with it (see TimeLine): what must not belongs into VirtualLab.
 */

import type { ClientSpec } from '../../attacker/clients/client-spec.ts'
import type { AttackerState, AttackView } from '../../attacker/contract.ts'
import { ClientLatency } from '../../attacker/engine/client-latency.ts'
import { FinishedConnections } from '../../attacker/engine/finished-connections.ts'
import { viewAttack, viewClients, viewGateway } from '../../attacker/engine/views.ts'
import { GatewayCounters } from '../../attacker/gateway/gateway-counters.ts'
import type { Arm, Scenario } from '../../lab/scenario/resolve.ts'
import type { Traces } from '../../lab/scenario/traces.ts'
import { ArmSimulator } from '../../lab/simulator/arm-simulator.ts'
import type { Switch } from '../../lab/simulator/switches.ts'
import type { TapEvent } from '../../server/app/tap-event.ts'
import type { TapTarget } from '../../server/app/tap-target.ts'
import type { CookieAnatomy, ServerConfig, ServerState } from '../../server/contract.ts'
import { viewCookie } from '../../server/engine/cookie-view.ts'
import { FullnessWatch } from '../../server/engine/fullness-watch.ts'
import { fillGauges } from '../../server/engine/gauges.ts'
import { ServerStats } from '../../server/engine/published-stats.ts'
import { describeState } from '../../server/engine/server-state.ts'
import { Prng } from '../../tcpip/base/prng.ts'
import { MILLISECOND, SECOND } from '../../tcpip/base/time.ts'
import { formatPrefix } from '../../tcpip/wire/address.ts'
import { CLIENT_ADDRESSES } from '../../tcpip/wire/address-plan.ts'
import type { ConnectionsMessage, Mark } from '../contract/stream.ts'
import { TappedServer } from './tapped-server.ts'

/** The one attacker of a lab in the browser. */
export const ATTACKER = 'attacker'

const NOWHERE = { linkHost: 'this page', linkPort: 0 }

export class VirtualRun {
  readonly simulator: ArmSimulator
  private tapped: TappedServer | undefined = undefined
  /** What happened since somebody last took it, oldest first. */
  private marks: Mark[] = []
  private readonly synQueueWatch = new FullnessWatch()
  private readonly acceptQueueWatch = new FullnessWatch()
  private readonly latency = new ClientLatency()
  private readonly finished: FinishedConnections
  private readonly stats = new ServerStats()
  private readonly gateway = new GatewayCounters()
  /** States of the attacks that are known, by id. */
  private readonly attackStates = new Map<number, string>()

  constructor(scenario: Scenario, arm: Arm, traces: Traces, byHand: readonly string[]) {
    this.finished = new FinishedConnections(new Prng(scenario.seed))
    this.simulator = new ArmSimulator(scenario, arm, {
      traces,
      byHand,
      keepsAttempts: false,
      serverTurns: (server, link) => {
        this.tapped = new TappedServer(server, link)
        return this.tapped
      },
      onConnection: (record) => {
        this.latency.record(record)
        this.finished.record(record)
      },
    })
  }

  /** Microseconds. */
  get now(): number {
    return this.simulator.now
  }

  /** Milliseconds, as the page has its times. */
  get at(): number {
    return this.now / MILLISECOND
  }

  /** Lets everything happen before `until`, microseconds. */
  advance(until: number): void {
    while (this.simulator.step(until)) this.watchQueues()
  }

  /** Plays the next instant at which something happens, or a packet passes; nothing from `until` on. */
  step(by: 'packet' | 'event', until: number): void {
    if (by === 'packet') this.simulator.stepPacket(until)
    else this.simulator.step(until)
    this.watchQueues()
  }

  /** Throws a switch now, or a microsecond later if this one is over. Returns when, microseconds. */
  throwSwitch(thrown: Switch): number {
    const before = this.simulator.server.config
    const at = this.simulator.throwSwitch(thrown)
    const moment = at / MILLISECOND
    if (thrown.kind === 'configure') {
      const keys = Object.keys(thrown.patch) as (keyof ServerConfig)[]
      const changes = Object.fromEntries(keys.map((key) => [key, [before[key], thrown.patch[key]] as const]))
      this.marks.push({ at: moment, kind: 'config', changes })
    } else if (thrown.kind === 'clients') {
      const rate = thrown.spec?.mode === 'open' ? thrown.spec.rate : 0
      this.marks.push({ at: moment, kind: 'clients', attacker: ATTACKER, rate })
    }
    return at
  }

  serverState(): ServerState {
    const { server } = this.simulator
    const { stats } = this
    fillGauges(server, stats.gauges)
    stats.counters.mib.set(server.counters.mib)
    stats.counters.outcomes.set(server.counters.outcomes)
    stats.counters.transitions.set(server.counters.transitions)
    const runner = { pid: 0, uptimeSeconds: this.now / SECOND, cpuSeconds: null }
    return describeState(stats, { config: server.config, peers: [] }, NOWHERE, runner)
  }

  attackerState(): AttackerState {
    const { attacker } = this.simulator
    const { attacks, clients, backscatter } = attacker.snapshot()
    return {
      time: this.now / SECOND,
      cpuSeconds: null,
      link: {
        state: 'ready',
        detail: 'in this page',
        hub: 'this page',
        clientAddresses: formatPrefix(CLIENT_ADDRESSES),
      },
      attacks: attacks.map((attack) => viewAttack(attack, this.now)),
      clients: viewClients(clients.spec, clients, attacker.clientCounters, this.latency.view()),
      backscatter,
      gateway: viewGateway(this.gateway),
    }
  }

  attack(id: number): AttackView | undefined {
    return this.attackerState().attacks.find((attack) => attack.id === id)
  }

  get clientSpec(): ClientSpec | undefined {
    return this.simulator.attacker.snapshot().clients.spec
  }

  /** Follows another connection from now on, as tap number `id`, or none. */
  follow(target: TapTarget | undefined, id: number): void {
    this.tapped?.follow(target, id, this.now)
  }

  /** What happened on the followed connection since the last call. */
  takeTapEvents(): readonly TapEvent[] {
    return this.tapped?.takeEvents() ?? []
  }

  /** Takes the last cookie apart, and judges `cookie`, or it. */
  cookie(cookie: number | undefined): CookieAnatomy {
    const parts = this.simulator.server.listener.cookies.inspect(cookie, this.now)
    return viewCookie(parts, (moment) => moment / MILLISECOND, this.now)
  }

  /** The honest connections that have ended since the last call. */
  takeFinished(): ConnectionsMessage {
    const { ended, records } = this.finished.take()
    return {
      type: 'connections',
      at: this.at,
      attacker: ATTACKER,
      ended,
      connections: records.map(({ startedAt, connectUs, totalUs, outcome, population }) => ({
        startedAt: startedAt / MILLISECOND,
        connectMs: connectUs === undefined ? null : connectUs / MILLISECOND,
        totalMs: totalUs / MILLISECOND,
        outcome,
        population,
      })),
    }
  }

  /** What happened since the last call. */
  takeMarks(): readonly Mark[] {
    this.noteAttacks()
    const { marks } = this
    this.marks = []
    return marks.toSorted((a, b) => a.at - b.at)
  }

  private noteAttacks(): void {
    for (const { id, spec, state, startedAt, stopsAt } of this.simulator.attacker.snapshot().attacks) {
      const known = this.attackStates.get(id)
      if (known === state) continue
      this.attackStates.set(id, state)
      const what = { kind: 'attack', attacker: ATTACKER, id, attack: spec.kind, rate: spec.rate } as const
      if (known === undefined) this.marks.push({ ...what, at: startedAt / MILLISECOND, state: 'started' })
      if (state !== 'running') this.marks.push({ ...what, at: stopsAt / MILLISECOND, state: 'ended' })
    }
  }

  private watchQueues(): void {
    const { limit, synQueue, acceptQueue } = this.simulator.server.listener
    this.watch('syn_queue', this.synQueueWatch, synQueue.length, limit)
    this.watch('accept_queue', this.acceptQueueWatch, acceptQueue.length, limit)
  }

  private watch(queue: 'syn_queue' | 'accept_queue', watch: FullnessWatch, length: number, limit: number): void {
    if (watch.check(length, limit, this.now)) {
      this.marks.push({ at: this.at, kind: 'threshold', queue, isFull: watch.isFull, length, limit })
    }
  }
}
