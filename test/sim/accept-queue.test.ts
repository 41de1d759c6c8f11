/**
 * A program that accepts slowly, against what theory says: the queue holds one more than its limit, the program serves
 * 1 / interval, a wait is the queue's length over that rate (Little's law), and SYN cookies have nothing to do with it.
 */
import { describe, expect, it } from 'vitest'
import type { ConnectionRecord } from '../../attacker/clients/attempt.ts'
import { makeResult } from '../../lab/bundle/result.ts'
import type { Result } from '../../lab/bundle/result-format.ts'
import { readScenario } from '../../lab/files/scenario-source.ts'
import { loadScenario } from '../../lab/scenario/load.ts'
import { resolveScenario } from '../../lab/scenario/resolve.ts'
import { parseOverride } from '../../lab/scenario/set.ts'
import type { ArmRun } from '../../lab/simulator/arm-run.ts'
import { simulateScenario } from '../../lab/simulator/scenario-run.ts'
import { APPLICATION_DEFAULTS } from '../../server/app/application-config.ts'
import { LISTENER_DEFAULTS } from '../../server/listener/listener-config.ts'
import { MILLISECOND, SECOND } from '../../tcpip/base/time.ts'

/** The network of both scenarios, microseconds. */
const ROUND_TRIP = 20 * MILLISECOND

interface Simulated {
  readonly result: Result
  readonly runs: Record<string, ArmRun>
}

async function simulate(name: string, ...set: string[]): Promise<Simulated> {
  const scenario = resolveScenario(loadScenario(readScenario(name), set.map(parseOverride)))
  const runs = await simulateScenario(scenario)
  if (runs === undefined) throw new Error('the run was aborted')
  const byName = Object.fromEntries(runs.map((run) => [run.arm.name, run]))
  return { result: makeResult(scenario, runs, '', ''), runs: byName }
}

/** When each connection that was served had its answer, microseconds, in order. */
function answers(run: ArmRun | undefined): number[] {
  const served = (run?.attempts ?? []).filter(({ outcome }) => outcome === 'ok')
  return served.map(({ startedAt, totalUs }) => startedAt + totalUs).sort((a, b) => a - b)
}

describe('20 connections a second for a program that accepts 10, backlog 64', async () => {
  const { result } = await simulate('accept-queue', 'seed=7')
  const off = result.arms['cookies-off'].phases
  const on = result.arms['cookies-on'].phases
  const fast = result.arms['fast-accept'].phases

  it('is the same with SYN cookies and without, to the last counter', () => {
    expect(on).toEqual(off)
    expect(on.attack.counters.SyncookiesSent).toBe(0)
  })

  it('keeps the accept queue at backlog + 1', () => {
    expect(off.attack.accept_queue).toMatchObject({ limit: 64, max: 65 })
    expect(off.attack.accept_queue.mean).toBeGreaterThan(0.9 * 65)
  })

  it('serves 10 a second, no more and no fewer', () => {
    // Half of 60 s x 20: the program is never idle in the attack phase.
    expect(Math.abs(off.attack.counters.Accepted - 600)).toBeLessThanOrEqual(1)
    expect(Math.abs(fast.attack.counters.Accepted - fast.attack.legit.attempted)).toBeLessThanOrEqual(2)
  })

  it('counts what the kernel drops as ListenOverflows and ListenDrops alike, and nothing as a full SYN queue', () => {
    const { ListenOverflows, ListenDrops, TCPReqQFullDrop } = off.attack.counters
    expect(ListenOverflows).toBeGreaterThan(1000)
    expect(ListenDrops).toBe(ListenOverflows)
    expect(TCPReqQFullDrop).toBe(0)
    expect(off.attack.syn_queue.max).toBeLessThanOrEqual(64)
  })

  it('turns away what is beyond capacity, and does not show it in the median connect time', () => {
    const { succeeded, attempted, connect_ms } = off.attack.legit
    // What was accepted in the phase, and what waited in either queue at its end.
    expect(succeeded).toBeLessThanOrEqual(600 + 65 + 65)
    expect(succeeded / attempted).toBeGreaterThan(0.45)
    expect(connect_ms.p50).toBe(20)
  })

  it('says in the result what the program of each arm did, apart from the listener', () => {
    const { listener, application } = result.arms['fast-accept']
    expect(application).toEqual({ ...APPLICATION_DEFAULTS, acceptInterval: 0 })
    expect(result.arms['cookies-on'].application).toEqual({ ...APPLICATION_DEFAULTS, acceptInterval: 100 })
    expect(listener).toEqual({ ...LISTENER_DEFAULTS, backlog: 64 })
  })

  it('is no trouble for a program that accepts at once', () => {
    expect(fast.attack.legit.success_ratio).toBe(1)
    expect(fast.attack.counters).toMatchObject({ ListenOverflows: 0, ListenDrops: 0 })
    expect(fast.attack.accept_queue.max).toBe(0)
  })
})

describe('1000 clients within a second for a Node server that accepts 100 a second', async () => {
  const { result, runs } = await simulate('node-default-511', 'seed=7')
  const node = result.arms['backlog-511'].phases.attack
  const long = result.arms['backlog-4096'].phases.attack

  it('has 512 places for backlog 511', () => {
    expect(node.accept_queue).toMatchObject({ limit: 511, max: 512 })
  })

  it('has fewer when somaxconn is smaller: the lesser of both, and one', async () => {
    const { result: capped } = await simulate('node-default-511', 'listener.somaxconn=128', 'phases.recovery=1')
    expect(capped.arms['backlog-511'].phases.attack.accept_queue).toMatchObject({ limit: 128, max: 129 })
    expect(capped.arms['backlog-4096'].phases.attack.accept_queue).toMatchObject({ limit: 128, max: 129 })
  })

  it('holds everybody with a backlog of 4096: all who come, less what is accepted meanwhile', () => {
    expect(long.counters.ListenOverflows).toBe(0)
    // A second of arrivals, of which 100 are accepted within it.
    expect(Math.abs(long.accept_queue.max - (long.legit.attempted - 100))).toBeLessThanOrEqual(2)
  })

  it('answers every 10 ms exactly while anybody waits', () => {
    const times = answers(runs['backlog-4096'])
    expect(times).toHaveLength(long.legit.attempted)
    for (const [i, time] of times.slice(1).entries()) expect(time - times[i]).toBe(10 * MILLISECOND)
  })

  it('keeps Little’s law: all waits together are the area under the accept queue', () => {
    const { attempts, recording } = runs['backlog-4096']
    const wait = ({ totalUs, connectUs = totalUs }: ConnectionRecord): number => totalUs - connectUs - ROUND_TRIP
    const waits = attempts.reduce((sum, attempt) => sum + wait(attempt), 0)
    const area = recording.acceptQueue.mean.reduce((sum, mean) => sum + mean * SECOND, 0)
    expect(waits / area).toBeCloseTo(1, 9)
    // L = lambda W, with lambda = 100 a second while it lasts.
    const meanWait = waits / attempts.length / SECOND
    const meanLength = area / (attempts.length * 10 * MILLISECOND)
    expect(meanLength / meanWait).toBeCloseTo(100, 6)
  })

  it('is done at the same time whatever the backlog: a longer queue is no quicker', () => {
    const [short, patient] = [runs['backlog-511'], runs['backlog-4096']].map((run) => answers(run).at(-1) ?? 0)
    expect(node.legit.success_ratio).toBe(1)
    expect(Math.abs(short - patient) / SECOND).toBeLessThan(1)
  })

  it.each([
    ['linux', [0, 1, 2, 3, 4, 5, 7], [0, 1, 2, 3]],
    ['linux-old', [0, 1, 3, 7], [0, 1, 3]],
  ])('shows the SYN schedule of %s as steps of connect time', (population, possible, certain) => {
    const { attempts } = runs['backlog-511']
    const late = attempts
      .filter((attempt) => attempt.population === population)
      .map(({ connectUs = 0 }) => connectUs - ROUND_TRIP)
    const steps = new Set(late.map((delay) => Math.floor(delay / SECOND)))
    expect(possible).toEqual(expect.arrayContaining([...steps]))
    expect([...steps]).toEqual(expect.arrayContaining(certain))
    // Nobody connects between two steps: timers run to the millisecond.
    for (const delay of late) expect(delay % SECOND).toBeLessThan(MILLISECOND)
  })

  it('shows no step with a backlog of 4096', () => {
    expect(long.legit.connect_ms).toEqual({ p50: 20, p90: 20, p99: 20, max: 20 })
  })
})

describe('a server that speaks first', async () => {
  const speaks = ['application.greeting=true', 'traffic.regulars.speaks=server', 'traffic.surge.speaks=server']
  const { result } = await simulate('accept-queue', 'seed=7', ...speaks)

  it('greets everybody, one round trip after the handshake', () => {
    const { legit } = result.arms['fast-accept'].phases.attack
    expect(legit).toMatchObject({ success_ratio: 1, connect_ms: { max: 20 }, first_byte_ms: { p50: 40, max: 40 } })
  })

  it('keeps whoever connected waiting for the line when it accepts slowly', () => {
    const { legit, accept_queue } = result.arms['cookies-off'].phases.attack
    expect(accept_queue.max).toBe(65)
    expect(legit.success_ratio).toBeLessThan(0.7)
    // A full queue is 65 accepts long.
    expect(legit.first_byte_ms.p50).toBeGreaterThan(6000)
  })
})
