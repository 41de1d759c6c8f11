/**
 * What a result bundle says about honest clients: all of them together, each population, new and returning ones.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { connectionsCsv } from '../../../lab/bundle/csv.ts'
import { makeResult } from '../../../lab/bundle/result.ts'
import type { LegitResult, Result } from '../../../lab/bundle/result-format.ts'
import { loadScenario } from '../../../lab/scenario/load.ts'
import { resolveScenario } from '../../../lab/scenario/resolve.ts'
import type { ArmRun } from '../../../lab/simulator/arm-run.ts'
import { simulateScenario } from '../../../lab/simulator/scenario-run.ts'

const TEXT = `
name: mixed
description: Three populations, two of which know what to do.
phases: { baseline: 10, attack: 10, recovery: 10 }
link: { rttMs: 20 }
arms:
  plain: {}
traffic:
  - { name: people, kind: clients, rate: 10, arrivals: constant, returning: 0.5 }
  - { name: browsers, kind: clients, mode: closed, concurrency: 2, thinkTime: 1, requests: 3, pause: 0.1 }
  - { name: lost, kind: clients, rate: 1, arrivals: constant, speaks: server, responseTimeout: 1, start: 10, stop: 20 }
thresholds:
  - { arm: plain, phase: attack, population: people, metric: success_ratio, min: 1 }
  - { arm: plain, phase: attack, population: lost, metric: success_ratio, max: 0 }
  - { arm: plain, phase: attack, metric: success_ratio, min: 0.5, max: 0.99 }
  - { arm: plain, phase: attack, population: browsers, metric: first_byte_ms.p50, min: 40, max: 40 }
  - { arm: plain, phase: recovery, metric: returning.success_ratio, min: 1 }
`

let result: Result
let runs: readonly ArmRun[] = []

beforeAll(async () => {
  const scenario = resolveScenario(loadScenario({ label: 'mixed.yaml', text: TEXT }))
  runs = (await simulateScenario(scenario)) ?? []
  result = makeResult(scenario, runs, 'command', '0')
})

function phase(name: 'baseline' | 'attack' | 'recovery'): {
  legit: LegitResult
  populations: Record<string, LegitResult>
} {
  const found = result.arms.plain?.phases[name]
  if (found === undefined) throw new Error(`no phase ${name}`)
  return found
}

describe('the figures of honest clients', () => {
  it('are those of all populations together, and of each', () => {
    const { legit, populations } = phase('attack')
    expect(Object.keys(populations)).toEqual(['people', 'browsers', 'lost'])
    const sum = (pick: (figures: LegitResult) => number): number =>
      Object.values(populations).reduce((total, figures) => total + pick(figures), 0)
    expect(legit.attempted).toBe(sum(({ attempted }) => attempted))
    expect(legit.succeeded).toBe(sum(({ succeeded }) => succeeded))
    expect(legit.requests_answered).toBe(sum(({ requests_answered }) => requests_answered))
    expect(legit.outcomes.timeout).toBe(10)
    expect(populations.people).toMatchObject({ attempted: 100, succeeded: 100, requests_answered: 100 })
    expect(populations.lost).toMatchObject({ attempted: 10, succeeded: 0, requests_answered: 0 })
    expect(populations.lost?.connect_ms.p50).toBeNull()
  })

  it('count the requests of kept connections', () => {
    const { succeeded = 0, requests_answered } = phase('baseline').populations.browsers ?? {}
    // Each user: three requests and two pauses of 0.1 s, a handshake, one second of thinking, in 10 s.
    expect(succeeded).toBeGreaterThanOrEqual(2 * Math.floor(10 / 1.29))
    expect(requests_answered).toBe(3 * succeeded)
  })

  it('tell new clients from returning ones', () => {
    const { people } = phase('recovery').populations
    expect((people?.new.attempted ?? 0) + (people?.returning.attempted ?? 0)).toBe(100)
    expect(people?.returning.attempted).toBeGreaterThan(30)
    expect(people?.new.attempted).toBeGreaterThan(30)
    expect(phase('attack').populations.lost?.returning).toEqual({ attempted: 0, succeeded: 0, success_ratio: null })
  })

  it('have a time to first byte: one round trip after the handshake', () => {
    expect(phase('baseline').populations.people).toMatchObject({
      connect_ms: { p50: 20, max: 20 },
      first_byte_ms: { p50: 40, p90: 40, p99: 40, max: 40 },
    })
  })

  it('can be promised by population', () => {
    expect(result.thresholds.map(({ passed }) => passed)).toEqual([true, true, true, true, true])
  })
})

describe('connections.csv', () => {
  it('says of each connection when its first byte came, whether the client returned, and whose it is', () => {
    const [header, ...lines] = connectionsCsv(runs).trimEnd().split('\n')
    expect(header).toBe('start_s,duration_ms,outcome,arm,connect_ms,first_byte_ms,returning,population')
    expect(lines[0]).toBe('0.000000,40.000,ok,plain,20.000,40.000,0,people')
    expect(lines.filter((line) => line.endsWith(',lost'))).toHaveLength(10)
    expect(lines).toContain('10.000000,1020.000,timeout,plain,20.000,,0,lost')
    expect(lines.some((line) => /,ok,plain,20\.000,40\.000,1,people$/.test(line))).toBe(true)
  })
})
