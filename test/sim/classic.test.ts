/**
 * The scenarios that ship with the lab, in full length: what they promise to show, they show.
 */
import { describe, expect, it } from 'vitest'
import { makeResult } from '../../lab/bundle/result.ts'
import type { Result } from '../../lab/bundle/result-format.ts'
import { bundledNames, readScenario } from '../../lab/files/scenario-source.ts'
import { loadScenario } from '../../lab/scenario/load.ts'
import { resolveScenario } from '../../lab/scenario/resolve.ts'
import { parseOverride } from '../../lab/scenario/set.ts'
import { simulateScenario } from '../../lab/simulator/scenario-run.ts'

async function run(name: string, seed: number): Promise<Result> {
  const scenario = resolveScenario(loadScenario(readScenario(name), [parseOverride(`seed=${seed}`)]))
  const runs = await simulateScenario(scenario)
  if (runs === undefined) throw new Error('the run was aborted')
  return makeResult(scenario, runs, '', '')
}

describe('classic', async () => {
  const { arms } = await run('classic', 7)
  const on = arms['cookies-on'].phases
  const off = arms['cookies-off'].phases

  it('meets the same clients in both arms', () => {
    for (const phase of ['baseline', 'attack', 'recovery'] as const) {
      expect(on[phase].legit.attempted).toBe(off[phase].legit.attempted)
      expect(on[phase].legit.attempted).toBeGreaterThan(200)
    }
  })

  it('with cookies loses no honest connection, in any phase', () => {
    for (const { legit } of Object.values(on)) {
      expect(legit.failed).toBe(0)
      expect(legit.success_ratio).toBe(1)
    }
  })

  it('with cookies connects everybody in one round trip while the SYN queue is full', () => {
    const { legit, syn_queue, counters } = on.attack
    expect(legit.connect_ms).toEqual({ p50: 20, p90: 20, p99: 20, max: 20 })
    expect(syn_queue.max).toBe(syn_queue.limit + 1)
    expect(syn_queue.mean).toBeGreaterThan(syn_queue.limit - 1)
    expect(counters.SyncookiesSent).toBeGreaterThan(50_000)
    expect(counters.TCPReqQFullDrop).toBe(0)
  })

  it('without cookies drowns under the flood: far fewer succeed than before', () => {
    expect(off.baseline.legit.success_ratio).toBe(1)
    expect(off.attack.legit.success_ratio).toBeLessThan(0.15)
    expect(off.attack.syn_queue.max).toBe(129)
    expect(off.attack.counters.TCPReqQFullDrop).toBe(off.attack.counters.ListenDrops)
    expect(off.attack.counters.SyncookiesSent).toBe(0)
  })

  it('without cookies recovers when the flood is over', () => {
    expect(off.recovery.legit.success_ratio).toBeGreaterThan(0.95)
    expect(off.recovery.legit.connect_ms.p90).toBe(20)
  })
})

describe.each(bundledNames())('%s', (name) => {
  it.each([1, 2, 3])('holds all its thresholds with seed %i', async (seed) => {
    const { thresholds } = await run(name, seed)
    expect(thresholds.length).toBeGreaterThan(0)
    expect(thresholds.filter(({ passed }) => !passed)).toEqual([])
  })
})
