/**
 * One arm of a scenario in virtual time: server, network, attacker and clients in one process. Time jumps from event to
 * event, and at each instant everything happens that happens then, always in the same order: one seed gives one run.
 */
import type { ConnectionRecord } from '../../attacker/clients/attempt.ts'
import { attemptTimeMax } from '../../attacker/clients/client-spec.ts'
import { AttackerHost } from '../../attacker/traffic/attacker-host.ts'
import { SERVER_SECRET_BYTES, ServerHost } from '../../server/app/server-host.ts'
import { assert } from '../../tcpip/base/assert.ts'
import { Counters } from '../../tcpip/base/counters.ts'
import { Prng } from '../../tcpip/base/prng.ts'
import { NEVER, SECOND } from '../../tcpip/base/time.ts'
import { SECRET_BYTES } from '../../tcpip/host/endpoint.ts'
import { type Arm, attackSpec, type Scenario } from '../scenario/resolve.ts'
import { NO_TRACES, type Traces } from '../scenario/traces.ts'
import type { ArmRun } from './arm-run.ts'
import { makeNetwork, type Network, type NetworkTap } from './network.ts'
import { Recorder } from './recorder.ts'

/** Turns that one instant may take before the simulation is taken to be caught in a loop. */
const TURNS_MAX = 1_000_000

/** Longer than any attempt lasts beyond its timeouts, seconds: the clock of the timers is a millisecond coarse. */
const MARGIN = 1

/** Something the scenario does at a given time, microseconds. */
interface Switch {
  readonly at: number
  readonly run: (now: number) => void
}

export class ArmSimulator {
  readonly server: ServerHost
  readonly attacker: AttackerHost
  readonly network: Network
  /** Microseconds of virtual time. */
  now = 0
  private readonly scenario: Scenario
  private readonly arm: Arm
  private readonly recorder: Recorder
  private readonly attempts: ConnectionRecord[] = []
  /** Ahead of now, in the order of their times. */
  private readonly switches: Switch[]
  /** When each host has something to do without packets, microseconds. */
  private serverDue = 0
  private attackerDue = 0

  /** Everything random comes from the scenario's seed, and from nothing that differs between arms. */
  constructor(scenario: Scenario, arm: Arm, traces: Traces = NO_TRACES, tap?: NetworkTap) {
    this.scenario = scenario
    this.arm = arm
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
      onConnection: (record) => this.attempts.push(record),
      ...(names.length === 0 ? {} : { populations: names }),
    })
    this.recorder = new Recorder(scenario.duration, counters)
    this.switches = this.planSwitches(prng, traces)
  }

  /** Lets everything happen that happens before `until`, microseconds. */
  runTo(until: number): void {
    for (let next = this.nextEvent(); next < until; next = this.nextEvent()) this.enter(next)
    this.now = until
  }

  /** Whether the phases are over and every honest attempt has come to its end. */
  get isOver(): boolean {
    return this.recorder.isComplete && this.attacker.clientCounters.inFlight === 0
  }

  /** The latest time at which `isOver` is true, microseconds. */
  get latestEnd(): number {
    const { duration, populations } = this.scenario
    return (duration + Math.max(0, ...populations.map(attemptTimeMax)) + MARGIN) * SECOND
  }

  /** What the run has shown. */
  finish(): ArmRun {
    assert(this.isOver, 'the run is over')
    return {
      arm: this.arm,
      recording: this.recorder,
      populations: this.scenario.populations.map(({ name }) => name),
      attempts: this.attempts.toSorted((a, b) => a.startedAt - b.startedAt),
      queueLimit: this.server.listener.limit,
      synQueueBytes: this.server.listener.synQueue.bytes,
      paths: { toServer: this.network.faults.toNear, toClients: this.network.faults.toFar },
    }
  }

  private planSwitches(prng: Prng, traces: Traces): Switch[] {
    const { attacks, populations } = this.scenario
    const switches: Switch[] = attacks.map((attack) => {
      const seed = prng.fork(attack.name).next() >>> 0
      return {
        at: attack.start * SECOND,
        run: (now) => this.attacker.startAttack(attackSpec(attack, seed), now, traces.get(attack.name)),
      }
    })
    for (const { name, kind: _kind, start, stop, ...told } of populations) {
      const spec = { ...told, seed: prng.fork(name).next() >>> 0 }
      switches.push({ at: start * SECOND, run: (now) => this.attacker.setClients(spec, now, name) })
      switches.push({ at: stop * SECOND, run: (now) => this.attacker.setClients(undefined, now, name) })
    }
    return switches.map(({ at, run }) => ({ at: Math.round(at), run })).sort((a, b) => a.at - b.at)
  }

  private nextEvent(): number {
    const planned = Math.min(this.switches[0]?.at ?? NEVER, this.recorder.secondEnd)
    return Math.min(planned, this.serverDue, this.attackerDue, this.network.wire.nextDeadline())
  }

  /** One instant. */
  private enter(now: number): void {
    this.now = now
    if (now === this.recorder.secondEnd) this.recorder.endSecond()
    for (let due = this.switches[0]; due !== undefined && due.at <= now; due = this.switches[0]) {
      this.switches.shift()
      due.run(now)
      this.attackerDue = now
    }
    this.settle(now)
    const { synQueue, acceptQueue } = this.server.listener
    this.recorder.note(synQueue.length, acceptQueue.length, now)
  }

  /** Lets the hosts take turns until nothing more happens at this instant. A host with nothing to do is left alone. */
  private settle(now: number): void {
    const { server, attacker, network } = this
    for (let turn = 0; turn < TURNS_MAX; turn++) {
      network.wire.transfer(now)
      const isServersTurn = network.server.rx.size > 0 || this.serverDue <= now
      if (isServersTurn) {
        server.poll(now)
        this.serverDue = server.nextDeadline()
      }
      const isAttackersTurn = network.attacker.rx.size > 0 || this.attackerDue <= now
      if (isAttackersTurn) {
        attacker.poll(now)
        this.attackerDue = attacker.nextDeadline()
      }
      if (!isServersTurn && !isAttackersTurn) return
    }
    throw new Error(`assertion failed: the hosts come to rest at ${now} us`)
  }
}

function secret(prng: Prng, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  prng.fill(bytes)
  return bytes
}
