/**
 * The way back: what a memento remembers of objects of each kind, and a simulated arm that goes back and plays on as if it
 * had never been further.
 */
import { describe, expect, it } from 'vitest'
import { readScenario } from '../../../../lab/files/scenario-source.ts'
import { loadScenario } from '../../../../lab/scenario/load.ts'
import { resolveScenario } from '../../../../lab/scenario/resolve.ts'
import { ArmSimulator } from '../../../../lab/simulator/arm-simulator.ts'
import { Memento } from '../../../../lab/world/memento.ts'
import { assert } from '../../../../tcpip/base/assert.ts'
import { SECOND } from '../../../../tcpip/base/time.ts'

describe('a memento', () => {
  it('puts back properties, those that came and those that went', () => {
    const root: Record<string, unknown> = { a: 1, b: { c: 'x' } }
    const { b } = root
    const memento = new Memento(root)
    delete root.a
    root.d = 2
    ;(b as { c: string }).c = 'y'
    memento.restore()
    expect(root).toEqual({ a: 1, b: { c: 'x' } })
    expect(root.b).toBe(b)
  })

  it('puts back arrays, maps and sets into the same objects, in their order', () => {
    const entry = { n: 1 }
    const root = { array: [1, 2, 3], map: new Map([['k', entry]]), set: new Set(['a', 'b']) }
    const { array, map, set } = root
    const memento = new Memento(root)
    array.length = 1
    array.push(9, 9, 9)
    entry.n = 2
    map.set('l', { n: 3 })
    set.delete('a')
    set.add('a')
    root.array = []
    memento.restore()
    expect(root).toEqual({ array: [1, 2, 3], map: new Map([['k', { n: 1 }]]), set: new Set(['a', 'b']) })
    expect([root.array, root.map, root.set]).toEqual([array, map, set])
    expect(root.array).toBe(array)
    expect([...root.set]).toEqual(['a', 'b'])
  })

  it('puts back bytes, whichever view they are reached through', () => {
    const buffer = new ArrayBuffer(10_001)
    const root = { bytes: new Uint8Array(buffer, 1, 5), view: new DataView(buffer) }
    root.view.setUint8(3, 7)
    root.view.setUint8(10_000, 9)
    const memento = new Memento(root)
    new Uint8Array(buffer).fill(255)
    memento.restore()
    expect([...root.bytes]).toEqual([0, 0, 7, 0, 0])
    expect(new Uint8Array(buffer).reduce((sum, byte) => sum + byte, 0)).toBe(16)
  })

  it('shares the pages that have not changed since the last one', () => {
    const bytes = new Uint8Array(64 * 4096).fill(1)
    const first = new Memento({ bytes })
    bytes[5000] = 2
    const second = new Memento({ bytes }, first)
    expect([first.ownBytes, second.ownBytes]).toEqual([bytes.length, 4096])
    bytes.fill(3)
    second.restore()
    expect([bytes[4999], bytes[5000], bytes[5001]]).toEqual([1, 2, 1])
    first.restore()
    expect(bytes[5000]).toBe(1)
  })

  it('follows circles, and takes what is frozen for what never changes', () => {
    const frozen = Object.freeze({ inner: { n: 1 } })
    const root: { self?: unknown; frozen: typeof frozen } = { frozen }
    root.self = root
    const memento = new Memento(root)
    frozen.inner.n = 2
    root.self = undefined
    memento.restore()
    expect(root.self).toBe(root)
    expect(frozen.inner.n).toBe(2)
  })
})

describe.each(['classic', 'connect-flood', 'cookie-replay', 'slow-request', 'flash-crowd'])('scenario %s', (name) => {
  it('goes back and plays on as a run that never went back', () => {
    const scenario = resolveScenario(loadScenario(readScenario(name)))
    const [arm] = scenario.arms
    const [calm] = scenario.phases
    assert(arm !== undefined && calm !== undefined, 'a scenario has an arm and a phase')
    const begin = calm.end + 2
    const wanderer = new ArmSimulator(scenario, arm)
    const straight = new ArmSimulator(scenario, arm)
    wanderer.runTo(begin * SECOND)
    const early = new Memento(wanderer)
    wanderer.runTo((begin + 3) * SECOND)
    const late = new Memento(wanderer, early)
    wanderer.throwSwitch({ kind: 'configure', patch: { synCookies: 2, backlog: 4 } })
    wanderer.runTo((begin + 5) * SECOND)
    late.restore()
    wanderer.runTo((begin + 4) * SECOND)
    early.restore()
    wanderer.runTo((begin + 6) * SECOND)
    straight.runTo((begin + 6) * SECOND)
    expect(figures(wanderer)).toEqual(figures(straight))
  })
})

function figures({ server, attacker, now }: ArmSimulator): unknown {
  const { synQueue, acceptQueue } = server.listener
  const { clientCounters } = attacker
  return {
    now,
    mib: [...server.counters.mib],
    outcomes: [...server.counters.outcomes],
    queues: [synQueue.length, synQueue.young, acceptQueue.length],
    states: [...server.endpoint.tcbs.counts],
    clients: [clientCounters.attempted, clientCounters.ended, clientCounters.answered],
  }
}
