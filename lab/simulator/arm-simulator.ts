/**
 * One arm of a scenario in virtual time: server, network, attacker and clients in one world. It runs as far as it is told,
 * down to a single instant, and takes switches by hand on its way: the same switches at the same times give the same run.
 */
import type { ConnectionRecord } from '../../attacker/clients/attempt.ts'
import { attemptTimeMax } from '../../attacker/clients/client-spec.ts'
import { AttackerHost } from '../../attacker/traffic/attacker-host.ts'
import { SERVER_SECRET_BYTES, ServerHost } from '../../server/app/server-host.ts'
import { assert } from '../../tcpip/base/assert.ts'
import { Counters, Mib } from '../../tcpip/base/counters.ts'
import { Prng } from '../../tcpip/base/prng.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { SECRET_BYTES } from '../../tcpip/host/endpoint.ts'
import type { LinkEnd } from '../../tcpip/link/link.ts'
import type { Arm, Scenario } from '../scenario/resolve.ts'
import { NO_TRACES, type Traces } from '../scenario/traces.ts'
import { type TurnTaker, World } from '../world/world.ts'
import type { ArmRun } from './arm-run.ts'
import { makeNetwork, type Network, type NetworkTap } from './network.ts'
import { Recorder } from './recorder.ts'
import { type Switch, SwitchPlan, type TimedSwitch } from './switches.ts'
import { planTraffic } from './traffic-plan.ts'

/** Longer than any attempt lasts beyond its timeouts, seconds: the clock of the timers is a millisecond coarse. */
const MARGIN = 1

export interface ArmSimulatorOptions {
  /** What the scenario replays. */
  readonly traces?: Traces | undefined
  /** Sees every packet that comes to or leaves the server. */
  readonly tap?: NetworkTap | undefined
  /** Told of each attempt of an honest client when it ends. */
  readonly onConnection?: (record: ConnectionRecord) => void
  /** Whether every attempt is kept for `finish`; true by default. A run that goes on for hours keeps none, and has no end. */
  readonly keepsAttempts?: boolean
  /** Names of traffic that the scenario has but does not start: it waits for `throwEntry`. None by default. */
  readonly byHand?: readonly string[]
  /** Takes the server's turns in its place; itself by default. For those who look at every packet. */
  readonly serverTurns?: (server: ServerHost, link: LinkEnd) => TurnTaker
  /** Switches besides those of the scenario, such as the `thrown` of another run. */
  readonly switches?: readonly TimedSwitch[]
}

export class ArmSimulator {
  readonly server: ServerHost
  readonly attacker: AttackerHost
  readonly network: Network
  /** Every switch that was thrown by hand, with its time: a run that is given these from the start is the same. */
  readonly thrown: TimedSwitch[] = []
  private readonly scenario: Scenario
  private readonly arm: Arm
  private readonly traces: Traces
  private readonly world: World
  private readonly serverTurns: TurnTaker
  private readonly recorder: Recorder
  private readonly attempts: ConnectionRecord[] = []
  private readonly keepsAttempts: boolean
  /** What the scenario does with each entry of its traffic. */
  private readonly traffic: ReadonlyMap<string, readonly TimedSwitch[]>
  private readonly plan: SwitchPlan
  /** Ids of the latest attacks, by the names of their switches. */
  private readonly attackIds = new Map<string, number>()
  /** The last instant at which everything has happened; before the start when there was none. */
  private playedUntil = -1

  /** Everything random comes from the scenario's seed, and from nothing that differs between arms. */
  constructor(scenario: Scenario, arm: Arm, options: ArmSimulatorOptions = {}) {
    const {
      traces = NO_TRACES,
      tap,
      onConnection = () => {},
      keepsAttempts = true,
      byHand = [],
      switches = [],
    } = options
    this.keepsAttempts = keepsAttempts
    this.scenario = scenario
    this.arm = arm
    this.traces = traces
    const prng = new Prng(scenario.seed)
    const counters = new Counters()
    this.network = makeNetwork(scenario.link, prng.fork('network'), tap)
    this.server = new ServerHost({
      link: this.network.server,
      config: { ...arm.listener, ...arm.application },
      secret: secret(prng.fork('server secret'), SERVER_SECRET_BYTES),
      counters,
    })
    const names = scenario.populations.map(({ name }) => name)
    this.attacker = new AttackerHost({
      link: this.network.attacker,
      prng: prng.fork('traffic'),
      secret: secret(prng.fork('attacker secret'), SECRET_BYTES),
      onConnection: (record) => {
        if (keepsAttempts) this.attempts.push(record)
        onConnection(record)
      },
      ...(names.length === 0 ? {} : { populations: names }),
    })
    this.recorder = new Recorder(scenario.duration, counters)
    this.traffic = planTraffic(scenario, prng)
    const planned = [...this.traffic].flatMap(([name, entry]) => (byHand.includes(name) ? [] : entry))
    this.plan = new SwitchPlan([...planned, ...switches], (thrown, now) => this.run(thrown, now))
    this.serverTurns = options.serverTurns?.(this.server, this.network.server) ?? this.server
    this.world = new World(
      [
        { host: this.serverTurns, rx: this.network.server.rx },
        { host: this.attacker, rx: this.network.attacker.rx },
      ],
      [this.network.wire],
      { agenda: this },
    )
  }

  /** Microseconds of virtual time. */
  get now(): number {
    return this.world.now
  }

  /** When something happens next, microseconds; NEVER for not at all. */
  nextEvent(): number {
    return this.world.nextEvent()
  }

  /** Lets everything happen that happens before `until`, microseconds. */
  runTo(until: number): void {
    for (let next = this.nextEvent(); next < until; next = this.nextEvent()) this.enter(next)
    this.world.now = until
  }

  /** Plays the next instant at which something happens, if it is before `until`; false when there is none. */
  step(until: number): boolean {
    const next = this.nextEvent()
    if (next < until) this.enter(next)
    else this.world.now = until
    return next < until
  }

  /**
   * Plays up to the next instant before `until` at which a packet came to the server or left it; false when there is none.
   * Packets of one microsecond are taken in one turn, as a kernel does, and come together: the tap has them in order.
   */
  stepPacket(until: number): boolean {
    const { mib } = this.server.counters
    const packets = (): number => (mib[Mib.PacketsIn] as number) + (mib[Mib.PacketsOut] as number)
    for (const before = packets(); this.step(until); ) if (packets() !== before) return true
    return false
  }

  /**
   * Throws a switch now, before anything that happens at this time; if that has happened already, a microsecond later.
   * Returns when, microseconds.
   */
  throwSwitch(thrown: Switch): number {
    const at = this.playedUntil === this.now ? this.now + 1 : this.now
    const timed = { at, thrown }
    this.thrown.push(timed)
    this.plan.add(timed)
    return at
  }

  /**
   * Throws the first switch of an entry of the scenario's traffic (see `byHand`): it starts now, as it would have by itself.
   * Returns when, microseconds.
   */
  throwEntry(name: string): number {
    const first = this.traffic.get(name)?.[0]
    if (first === undefined) throw new RangeError(`the scenario has no traffic "${name}"`)
    return this.throwSwitch(first.thrown)
  }

  /** Whether the phases are over and every honest attempt has come to its end. */
  get isOver(): boolean {
    return this.recorder.isComplete && this.attacker.clientCounters.inFlight === 0
  }

  /** The latest time at which `isOver` is true, microseconds, when nothing was switched by hand. */
  get latestEnd(): number {
    const { duration, populations } = this.scenario
    return (duration + Math.max(0, ...populations.map(attemptTimeMax)) + MARGIN) * SECOND
  }

  /** What the run has shown. */
  finish(): ArmRun {
    assert(this.isOver && this.keepsAttempts, 'the run is over and was kept')
    return {
      arm: this.arm,
      recording: this.recorder,
      populations: this.scenario.populations.map(({ name }) => name),
      attempts: this.attempts.toSorted((a, b) => a.startedAt - b.startedAt),
      synQueueLimit: this.server.listener.synLimit,
      acceptQueueLimit: this.server.listener.limit,
      synQueueBytes: this.server.listener.synQueue.bytes,
      paths: { toServer: this.network.faults.toNear, toClients: this.network.faults.toFar },
    }
  }

  /** The end of a second comes before what happens then, and switches before the hosts' turns (see `Agenda`). */
  advance(now: number): void {
    if (now === this.recorder.secondEnd) this.recorder.endSecond()
    this.plan.advance(now)
  }

  /** See `Agenda`. */
  nextDeadline(): number {
    return Math.min(this.plan.nextDeadline(), this.recorder.secondEnd)
  }

  /** One instant. */
  private enter(now: number): void {
    this.world.enter(now)
    this.playedUntil = now
    const { synQueue, acceptQueue } = this.server.listener
    this.recorder.note(synQueue.length, acceptQueue.length, now)
  }

  private run(thrown: Switch, now: number): void {
    const { attacker, server } = this
    switch (thrown.kind) {
      case 'configure':
        server.configure({ ...server.config, ...thrown.patch })
        this.world.wake(this.serverTurns)
        return
      case 'start-attack':
        this.attackIds.set(thrown.name, attacker.startAttack(thrown.spec, now, this.traces.get(thrown.name)))
        break
      case 'stop-attack': {
        const id = this.attackIds.get(thrown.name)
        if (id !== undefined) attacker.stopAttack(id, now)
        break
      }
      case 'stop-attack-id':
        attacker.stopAttack(thrown.id, now)
        break
      case 'clients':
        attacker.setClients(thrown.spec, now, thrown.population)
        break
    }
    this.world.wake(attacker)
  }
}

function secret(prng: Prng, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  prng.fill(bytes)
  return bytes
}
