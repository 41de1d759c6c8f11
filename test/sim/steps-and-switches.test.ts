/**
 * An arm that is led by hand: in steps of any size it runs as it does in one go, and a switch that is thrown at a time does
 * what the same switch does in the scenario.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import type { ConnectionRecord } from '../../attacker/clients/attempt.ts'
import { makeResult } from '../../lab/bundle/result.ts'
import { readScenario } from '../../lab/files/scenario-source.ts'
import { loadScenario } from '../../lab/scenario/load.ts'
import { resolveScenario, type Scenario } from '../../lab/scenario/resolve.ts'
import { parseOverride } from '../../lab/scenario/set.ts'
import { ArmSimulator, type ArmSimulatorOptions } from '../../lab/simulator/arm-simulator.ts'
import { MIB_NAMES, Mib } from '../../tcpip/base/counters.ts'
import { MILLISECOND, SECOND } from '../../tcpip/base/time.ts'
import type { PacketTap } from '../../tcpip/link/capture-link.ts'

/** Seconds of the run at which the flood begins and ends. */
const [BEGIN, END] = [3, 9]

const SHORT = [`phases.baseline=${BEGIN}`, `phases.attack=${END - BEGIN}`, 'phases.recovery=6', 'thresholds=[]']

let scenario: Scenario

beforeAll(() => {
  const sets = [...SHORT, 'seed=7', 'traffic.flood.rate=400', 'link.jitterMs=4', 'link.loss=0.01']
  scenario = resolveScenario(loadScenario(readScenario('classic'), sets.map(parseOverride)))
})

/** Leads a run as far as `lead` does, and then to its end; everything it has shown, packet for packet. */
function play(lead: (simulator: ArmSimulator) => void, options: ArmSimulatorOptions = {}, of = scenario) {
  const packets: string[] = []
  const tap: PacketTap = {
    packet: (_id, at, bytes, from, length, inbound) =>
      packets.push(`${at} ${inbound} ${Array.from(bytes.subarray(from, from + length)).join()}`),
  }
  const finished: ConnectionRecord[] = []
  const [arm] = of.arms
  if (arm === undefined) throw new Error('the scenario has an arm')
  const simulator = new ArmSimulator(of, arm, {
    ...options,
    tap: { tap, interfaceId: 0 },
    onConnection: (record) => finished.push(record),
  })
  lead(simulator)
  simulator.runTo(simulator.latestEnd)
  const run = simulator.finish()
  return { packets, finished, simulator, run, result: makeResult(of, [run], 'command', '0').arms }
}

/** Leads to nothing: the run goes to its end in one go. */
const inOneGo = (): void => {}

/** Goes on to `seconds` by `step`, and says how many steps it took. */
function walk(simulator: ArmSimulator, seconds: number, step: (until: number) => boolean): number {
  let steps = 0
  while (step(seconds * SECOND)) steps++
  expect(simulator.now).toBe(seconds * SECOND)
  return steps
}

describe('a run in steps', () => {
  it('of one instant is the run in one go', () => {
    const whole = play(inOneGo)
    const stepped = play((simulator) => {
      const steps = walk(simulator, BEGIN + 2, (until) => simulator.step(until))
      expect(steps).toBeGreaterThan(800)
    })
    expect(stepped.packets.length).toBeGreaterThan(3000)
    expect(stepped.packets).toEqual(whole.packets)
    expect(stepped.result).toEqual(whole.result)
    expect(stepped.finished).toEqual(whole.finished)
    expect(stepped.finished).toHaveLength(stepped.run.attempts.length)
  })

  it('of one packet ends each step at an instant with a packet, misses none, and is the run in one go', () => {
    const whole = play(inOneGo)
    const stepped = play((simulator) => {
      const { mib } = simulator.server.counters
      const seen = (): number => mib[Mib.PacketsIn] + mib[Mib.PacketsOut]
      let before = 0
      const steps = walk(simulator, BEGIN + 1, (until) => {
        const found = simulator.stepPacket(until)
        expect(seen() > before).toBe(found)
        before = seen()
        return found
      })
      expect(steps).toBeGreaterThan(400)
      expect(steps).toBeLessThanOrEqual(before)
    })
    expect(stepped.packets).toEqual(whole.packets)
  })

  it('knows when something happens next', () => {
    play((simulator) => {
      for (let i = 0; i < 500; i++) {
        const next = simulator.nextEvent()
        expect(simulator.step(Number.MAX_SAFE_INTEGER)).toBe(true)
        expect(simulator.now).toBe(next)
      }
    })
  })
})

describe('a switch by hand', () => {
  it('that starts and stops an attack when the scenario would have: the same run', () => {
    const byHand = play(
      (simulator) => {
        simulator.runTo(BEGIN * SECOND)
        expect(simulator.throwEntry('flood')).toBe(BEGIN * SECOND)
        simulator.runTo(END * SECOND)
        simulator.throwSwitch({ kind: 'stop-attack', name: 'flood' })
      },
      { byHand: ['flood'] },
    )
    const planned = play(inOneGo)
    expect(planned.simulator.server.counters.mib[Mib.TCPReqQFullDrop]).toBeGreaterThan(500)
    expect(byHand.packets).toEqual(planned.packets)
    expect(byHand.result).toEqual(planned.result)
  })

  it('that changes the clients when the scenario would have: the same run', () => {
    const [clients] = scenario.populations
    if (clients === undefined) throw new Error('the scenario has clients')
    const shorter = { ...scenario, populations: [{ ...clients, stop: 5 }] }
    const byHand = play((simulator) => {
      simulator.runTo(5 * SECOND)
      simulator.throwSwitch({ kind: 'clients', population: clients.name, spec: undefined })
    })
    const planned = play(inOneGo, {}, shorter)
    expect(byHand.packets).toEqual(planned.packets)
    expect(byHand.result).toEqual(planned.result)
    expect(byHand.packets.length).not.toBe(play(inOneGo).packets.length)
  })

  it('gives a run that is played again from its list of switches', () => {
    const first = play((simulator) => {
      simulator.runTo((BEGIN + 1) * SECOND)
      expect(simulator.throwSwitch({ kind: 'configure', patch: { synCookies: 1 } })).toBe((BEGIN + 1) * SECOND)
      walk(simulator, BEGIN + 2, (until) => simulator.step(until))
      simulator.step(END * SECOND)
      const played = simulator.now
      expect(simulator.throwSwitch({ kind: 'configure', patch: { backlog: 16, synCookies: 0 } })).toBe(played + 1)
      expect(simulator.server.config.backlog).not.toBe(16)
      simulator.runTo(END * SECOND + 300 * MILLISECOND)
      expect(simulator.server.config.backlog).toBe(16)
    })
    expect(first.simulator.server.counters.mib[MIB_NAMES.indexOf('SyncookiesSent')]).toBeGreaterThan(100)
    expect(first.simulator.thrown).toHaveLength(2)
    const again = play(inOneGo, { switches: first.simulator.thrown })
    expect(again.packets).toEqual(first.packets)
    expect(again.result).toEqual(first.result)
  })

  it('of traffic that the scenario does not have is refused', () => {
    play((simulator) => {
      expect(() => simulator.throwEntry('flod')).toThrow('the scenario has no traffic "flod"')
      expect(simulator.thrown).toEqual([])
    })
  })
})
