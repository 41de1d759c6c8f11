import { describe, expect, it } from 'vitest'
import type { ConnectionRecord } from '../../../attacker/clients/attempt.ts'
import { FinishedConnections, TOLD_MAX } from '../../../attacker/engine/finished-connections.ts'
import { Prng } from '../../../tcpip/base/prng.ts'

function record(startedAt: number): ConnectionRecord {
  return {
    population: 'clients',
    startedAt,
    connectUs: 1,
    firstByteUs: 2,
    totalUs: 3,
    outcome: 'ok',
    answered: 1,
    isReturning: false,
  }
}

describe('the connections that have ended', () => {
  it('are told once, each, in their order, as long as they are few', () => {
    const finished = new FinishedConnections(new Prng(1))
    for (let i = 0; i < TOLD_MAX; i++) finished.record(record(i))
    const { ended, records } = finished.take()
    expect(ended).toBe(TOLD_MAX)
    expect(records.map(({ startedAt }) => startedAt)).toEqual(Array.from({ length: TOLD_MAX }, (_, i) => i))
    expect(finished.take()).toEqual({ ended: 0, records: [] })
  })

  it('are sampled when they are many, all counted, early and late ones alike', () => {
    const finished = new FinishedConnections(new Prng(2))
    const count = 10 * TOLD_MAX
    let early = 0
    for (let round = 0; round < 50; round++) {
      for (let i = 0; i < count; i++) finished.record(record(i))
      const { ended, records } = finished.take()
      expect(ended).toBe(count)
      expect(new Set(records.map(({ startedAt }) => startedAt)).size).toBe(TOLD_MAX)
      early += records.filter(({ startedAt }) => startedAt < count / 2).length
    }
    // 10,000 draws with chance one half: four standard deviations are 200.
    expect(Math.abs(early - 50 * (TOLD_MAX / 2))).toBeLessThan(200)
  })
})
