/**
 * What must hold in every simulation, whatever the network does: packets and half-open entries are conserved, nobody is connected
 * who did not ask, the run comes to an end, and the arms differ in nothing but their configuration.
 */
import { describe, expect, it } from 'vitest'
import { readScenario } from '../../lab/files/scenario-source.ts'
import { loadScenario } from '../../lab/scenario/load.ts'
import { resolveScenario, type Scenario } from '../../lab/scenario/resolve.ts'
import { parseOverride } from '../../lab/scenario/set.ts'
import type { ArmRun } from '../../lab/simulator/arm-run.ts'
import { ArmSimulator } from '../../lab/simulator/arm-simulator.ts'
import { SOCKET_TRANSITIONS, transitionsCounted } from '../../server/app/socket-transitions.ts'
import { MIB_NAMES, Mib } from '../../tcpip/base/counters.ts'
import { STATE_NAMES, State } from '../../tcpip/base/states.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { stayed } from '../support/oracles/transitions.ts'

const SHORT = ['phases.baseline=3', 'phases.attack=20', 'phases.recovery=10', 'thresholds=[]']

function scenarioWith(...set: string[]): Scenario {
  return resolveScenario(loadScenario(readScenario('classic'), [...SHORT, ...set].map(parseOverride)))
}

interface Simulated {
  readonly simulator: ArmSimulator
  readonly run: ArmRun
  /** The server's counters at the end of the phases. */
  readonly counted: Float64Array
}

function simulate(scenario: Scenario, armName: string): Simulated {
  const arm = scenario.arms.find(({ name }) => name === armName)
  if (arm === undefined) throw new Error(`no arm ${armName}`)
  const simulator = new ArmSimulator(scenario, arm)
  simulator.runTo(scenario.duration * SECOND)
  const counted = simulator.server.counters.mib.slice()
  while (!simulator.isOver) {
    expect(simulator.now).toBeLessThanOrEqual(simulator.latestEnd)
    simulator.runTo(simulator.now + SECOND)
  }
  return { simulator, run: simulator.finish(), counted }
}

describe.each([
  ['a perfect network', []],
  ['a network without delay', ['link.rttMs=0']],
  ['loss and jitter', ['link.loss=0.05', 'link.jitterMs=30']],
  ['a network that loses almost everything', ['link.loss=0.9']],
  ['a flood of 20,000 SYN/s', ['traffic.flood.rate=20000', 'phases.attack=3']],
  ['a SYN queue for one', ['listener.backlog=0']],
  ['an accept queue that resets', ['listener.abortOnOverflow=true', 'listener.backlog=1']],
  ['deferred accepts', ['listener.deferAccept=3']],
  ['the oldest making room', ['listener.eviction=oldest']],
  ['chance making room', ['listener.eviction=random']],
  ['buckets', ['listener.eviction=bucket']],
])('with %s', (_what, set) => {
  describe.each(['cookies-off', 'cookies-on'])('%s', (arm) => {
    const { simulator, run, counted } = simulate(scenarioWith(...set, 'seed=5'), arm)
    const { server, attacker, network } = simulator
    const { mib, outcomes } = server.counters

    it('conserves packets: in = accepted + dropped, and on the wire', () => {
      expect(outcomes.reduce((sum, n) => sum + n, 0)).toBe(mib[Mib.PacketsIn])
      expect(mib[Mib.TransmitRingFull]).toBe(0)
      for (const path of [network.faults.toFar, network.faults.toNear]) {
        expect(path.delivered + path.lost + path.overflowed + path.inFlight).toBe(path.offered + path.duplicated)
        expect(path.overflowed).toBe(0)
      }
      expect(network.faults.toNear.delivered).toBe(mib[Mib.PacketsIn])
      expect(network.faults.toFar.offered).toBe(mib[Mib.PacketsOut])
    })

    it('conserves half-open entries: created = established + expired + reset + evicted + stored', () => {
      const throughQueue = mib[Mib.PassiveOpens] - mib[Mib.SyncookiesRecv]
      const gone = throughQueue + mib[Mib.HalfOpenExpired] + mib[Mib.EmbryonicRsts] + mib[Mib.HalfOpenEvicted]
      expect(mib[Mib.HalfOpenCreated]).toBe(gone + server.listener.synQueue.length)
    })

    it('conserves sockets: in each state are those that came less those that went', () => {
      const { counters, endpoint } = server
      const present = new Map(STATE_NAMES.map((name, state) => [name, endpoint.tcbs.counts[state] ?? 0]))
      present.set('SYN-RECEIVED', server.listener.synQueue.length)
      expect(stayed(counters)).toEqual(new Map([...present].filter(([, count]) => count > 0)))
      const listed = SOCKET_TRANSITIONS.reduce((sum, way) => sum + transitionsCounted(counters, way), 0)
      expect(listed).toBe(counters.transitions.reduce((sum, n) => sum + n, 0))
      expect(counters.transitionsOf(State.LISTEN, State.SYN_RECEIVED)).toBe(mib[Mib.HalfOpenCreated])
    })

    it('conserves attempts: each has one outcome', () => {
      const { clients, attacks } = attacker.snapshot()
      expect(clients.inFlight).toBe(0)
      expect(run.attempts).toHaveLength(clients.attempted)
      expect(clients.outcomes.local).toBe(0)
      expect(attacks.map(({ state, sent }) => [state, sent])).toEqual(
        attacks.map(({ offered }) => ['finished', offered]),
      )
    })

    it('establishes no connection that nobody asked for', () => {
      const wanted = run.attempts.filter(({ connectUs }) => connectUs !== undefined).length
      expect(mib[Mib.PassiveOpens]).toBeLessThanOrEqual(wanted)
    })

    it('keeps both queues within their limits', () => {
      expect(Math.max(...run.recording.synQueue.max)).toBeLessThanOrEqual(run.synQueueLimit + 1)
      expect(Math.max(...run.recording.acceptQueue.max)).toBeLessThanOrEqual(run.acceptQueueLimit + 1)
    })

    it('writes down every second: what the seconds gained is what the counters held at the end of the phases', () => {
      const columns = MIB_NAMES.length
      const { counters, seconds } = run.recording
      const sums = new Float64Array(columns)
      for (let i = 0; i < seconds * columns; i++) sums[i % columns] += counters[i]
      expect(sums).toEqual(counted)
      expect(sums[Mib.PacketsIn]).toBeGreaterThan(0)
    })
  })
})

describe('the arms of one seed', () => {
  const starts = (arm: string, ...set: string[]): number[] =>
    simulate(scenarioWith(...set), arm).run.attempts.map(({ startedAt }) => startedAt)

  it('have the same honest clients at the same times, whatever becomes of them', () => {
    const off = starts('cookies-off')
    expect(off.length).toBeGreaterThan(200)
    expect(starts('cookies-on')).toEqual(off)
    expect(starts('cookies-on', 'link.loss=0.2', 'traffic.flood.rate=10')).toEqual(off)
  })

  it('have other clients with another seed', () => {
    expect(starts('cookies-on', 'seed=2')).not.toEqual(starts('cookies-on'))
  })
})
