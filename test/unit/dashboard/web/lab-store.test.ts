import { describe, expect, it } from 'vitest'
import type { FinishedConnection, SlotsMessage } from '../../../../dashboard/contract/stream.ts'
import { Connections } from '../../../../dashboard/web/store/connections.ts'
import { Frames } from '../../../../dashboard/web/store/frames.ts'
import { holesBetween } from '../../../../dashboard/web/store/holes.ts'
import { HISTORY_MS, LabStore } from '../../../../dashboard/web/store/lab-store.ts'
import { situationAt } from '../../../../dashboard/web/store/situation.ts'
import { attackerMessage, connectionsMessage, hello, serverMessage } from '../../../support/page/lab-messages.ts'

const ok = (startedAt: number, connectMs: number): FinishedConnection => ({
  startedAt,
  connectMs,
  totalMs: connectMs + 1,
  outcome: 'ok',
  population: 'default',
})

describe('the store', () => {
  it('turns counters into rates and outcomes into success', () => {
    const store = new LabStore()
    for (let i = 0; i <= 20; i++) {
      store.apply(serverMessage(i * 500, { counters: { SynReceived: i * 50 } }))
      store.apply(attackerMessage(i * 500, { outcomes: { ok: i * 3, timeout: i } }))
    }
    const { server, honest } = situationAt(store, 10_000)
    expect(server?.rates.syn).toBe(100)
    expect(honest).toMatchObject({ ok: 60, ended: 80, rate: 10 })
  })

  it('says nothing of a moment that is long after the last message, or before the first', () => {
    const store = new LabStore()
    store.apply(serverMessage(1000))
    store.apply(attackerMessage(1000))
    expect(situationAt(store, 999)).toMatchObject({ server: undefined, honest: undefined })
    expect(situationAt(store, 3000).server).toBeDefined()
    expect(situationAt(store, 9000)).toMatchObject({ server: undefined, honest: undefined })
  })

  it('adds attackers up, and does not take the totals of one that joins for growth', () => {
    const store = new LabStore()
    for (let i = 0; i < 4; i++) store.apply(attackerMessage(i * 500, { outcomes: { ok: i } }))
    store.apply(attackerMessage(2000, { attacker: 'b', outcomes: { ok: 900 } }))
    for (let i = 5; i < 8; i++) {
      store.apply(attackerMessage(i * 500, { outcomes: { ok: i } }))
      store.apply(attackerMessage(i * 500 + 10, { attacker: 'b', outcomes: { ok: 900 } }))
    }
    const { honest } = situationAt(store, 3600)
    expect(honest?.rate).toBe(20)
    expect(honest?.ok).toBeLessThanOrEqual(8)
  })

  it('remembers when which attack ran', () => {
    const store = new LabStore()
    store.apply(attackerMessage(10_000, { attacks: [{ id: 3, elapsed: 2 }] }))
    store.apply(attackerMessage(10_500, { attacks: [{ id: 3, elapsed: 2.6 }] }))
    expect(store.attacks.value).toMatchObject([{ id: 3, from: 8000, to: undefined }])
    store.apply(attackerMessage(11_000, { attacks: [{ id: 3, elapsed: 2.9, state: 'stopped' }] }))
    store.apply(attackerMessage(13_000, { attacks: [{ id: 3, elapsed: 2.9, state: 'stopped' }] }))
    expect(store.attacks.value).toMatchObject([{ id: 3, from: 8000, to: 10_900 }])
    expect(situationAt(store, 10_800).attacks).toHaveLength(1)
    expect(situationAt(store, 11_000).attacks).toHaveLength(0)
  })

  it('tells an attack of a process that began anew from the old one of the same number', () => {
    const store = new LabStore()
    store.apply(attackerMessage(10_000, { attacks: [{ id: 1, elapsed: 5 }] }))
    store.apply(attackerMessage(20_000, { attacks: [{ id: 1, elapsed: 1 }] }))
    expect(store.attacks.value).toMatchObject([
      { from: 5000, to: 20_000 },
      { from: 19_000, to: undefined },
    ])
  })

  it('ends the attacks of an attacker that is gone', () => {
    const store = new LabStore()
    store.apply(attackerMessage(10_000, { attacks: [{ elapsed: 5 }] }))
    store.apply({ type: 'presence', at: 11_000, who: 'a', isThere: false, detail: 'gone' })
    expect(store.attacks.value).toMatchObject([{ from: 5000, to: 11_000 }])
    expect(store.attackers.value.size).toBe(0)
  })

  it('grows no further after a day of messages', () => {
    const store = new LabStore()
    for (let at = 0; at < 86_400_000; at += 30_000) {
      store.apply(serverMessage(at))
      store.apply(attackerMessage(at, { attacks: [{ id: 1 + at / 30_000, state: 'finished', elapsed: 1 }] }))
      store.apply({ type: 'mark', mark: { at, kind: 'reset', who: 'server' } })
      store.apply({ type: 'gap', at, from: at - 10, to: at, who: 'server' })
      store.apply(slots(at))
    }
    expect(store.serverHistory.length).toBe(1200)
    expect(store.marks.value.length).toBeLessThanOrEqual(HISTORY_MS / 30_000 + 1)
    expect(store.attacks.value.length).toBeLessThanOrEqual(HISTORY_MS / 30_000 + 1)
    expect(store.gaps.value.length).toBe(100)
    expect(store.frames.length).toBeLessThanOrEqual(HISTORY_MS / 30_000 + 1)
  })

  it('forgets the past of a virtual clock that begins anew, and keeps that of a wall clock', () => {
    for (const [clock, kept] of [
      ['virtual', 0],
      ['wall', 1],
    ] as const) {
      const store = new LabStore()
      store.apply(hello(0, 'one', clock))
      store.apply(serverMessage(10))
      store.apply(hello(20, 'two', clock))
      expect(store.serverHistory.length, clock).toBe(kept)
    }
  })

  it('does not list a mark twice that the greeting tells again', () => {
    const store = new LabStore()
    const mark = { at: 5, kind: 'reset', who: 'server' } as const
    store.apply({ type: 'mark', mark })
    store.apply({ ...hello(9), marks: [mark, { ...mark, at: 6 }] } as ReturnType<typeof hello>)
    expect(store.marks.value.map(({ at }) => at)).toEqual([5, 6])
  })
})

function slots(at: number, places = 'AAAA'): SlotsMessage {
  const frame = { kind: 'places', length: 0, limit: 2, places } as const
  return { type: 'slots', at, syn: frame, accept: frame }
}

describe('holes', () => {
  it('are where the server told nothing for more than two seconds, up to now', () => {
    const store = new LabStore()
    for (const at of [0, 500, 1000, 6000, 6500]) store.apply(serverMessage(at))
    expect(holesBetween(store, 0, 7000)).toEqual([{ from: 1000, to: 6000 }])
    expect(holesBetween(store, 0, 9000)).toEqual([
      { from: 1000, to: 6000 },
      { from: 6500, to: 9000 },
    ])
  })
})

describe('finished connections', () => {
  it('give the waits of those that ended in a stretch of time', () => {
    const connections = new Connections()
    for (let i = 0; i < 100; i++) connections.push(ok(i * 100, i + 1))
    connections.push({ ...ok(5000, 3), outcome: 'timeout', connectMs: null })
    const { count, p50, p99 } = connections.waits(0, 100_000)
    expect([count, p50, p99]).toEqual([100, 50, 99])
    expect(connections.waits(200_000, 300_000)).toMatchObject({ count: 0, p50: Number.NaN })
  })

  it('keep the newest', () => {
    const connections = new Connections(3)
    for (let i = 0; i < 5; i++) connections.push(ok(i, 1))
    expect(connections.first).toBe(2)
    expect([2, 3, 4].map((index) => connections.startedAt(index))).toEqual([2, 3, 4])
  })

  it('come into the store, with the number of those left out', () => {
    const store = new LabStore()
    store.apply({ ...connectionsMessage(10, ok(1, 2)), ended: 8 })
    expect(store.connections.pushed).toBe(1)
    expect(store.untold.value).toBe(7)
  })
})

describe('frames of the past', () => {
  it('are kept one a second, and given for the moment they were so', () => {
    const frames = new Frames()
    for (let at = 0; at <= 10_000; at += 100) frames.push(slots(at), 0)
    expect(frames.length).toBe(11)
    expect(frames.at(4500)?.at).toBe(4000)
    expect(frames.at(99_000)).toBeUndefined()
  })

  it('reach less far back when they are long', () => {
    const frames = new Frames()
    const long = 'A'.repeat(1_000_000)
    for (let at = 0; at < 100_000; at += 1000) frames.push(slots(at, long), 0)
    expect(frames.length).toBeLessThanOrEqual(5)
    expect(frames.at(99_000)).toBeDefined()
  })
})
