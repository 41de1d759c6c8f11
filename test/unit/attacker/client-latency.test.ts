import { describe, expect, test } from 'vitest'
import type { ConnectionRecord } from '../../../attacker/clients/attempt.ts'
import { ClientLatency } from '../../../attacker/engine/client-latency.ts'

function record(more: Partial<ConnectionRecord>): ConnectionRecord {
  return {
    population: 'clients',
    startedAt: 0,
    connectUs: 1000,
    firstByteUs: 2000,
    totalUs: 3000,
    outcome: 'ok',
    answered: 1,
    isReturning: false,
    ...more,
  }
}

const NOTHING = { p50: null, p90: null, p99: null, p999: null, max: null }

describe('the latency of clients', () => {
  test('is nothing before the first good outcome', () => {
    expect(new ClientLatency().view()).toEqual({ connectMs: NOTHING, firstByteMs: NOTHING, count: 0 })
  })

  test('is right within a thousandth at every percentile, from a microsecond to minutes', () => {
    const latency = new ClientLatency()
    // 1, 2, ... 10000 times 13 us: the percentile p is p / 100 of 130 ms.
    for (let i = 1; i <= 10_000; i++) latency.record(record({ connectUs: 13 * i, firstByteUs: 26 * i }))
    const { connectMs, firstByteMs, count } = latency.view()
    expect(count).toBe(10_000)
    const truth = { p50: 65, p90: 117, p99: 128.7, p999: 129.87, max: 130 }
    for (const key of ['p50', 'p90', 'p99', 'p999', 'max'] as const) {
      expect(Math.abs((connectMs[key] ?? 0) / truth[key] - 1)).toBeLessThan(0.001)
      expect(Math.abs((firstByteMs[key] ?? 0) / (2 * truth[key]) - 1)).toBeLessThan(0.001)
    }
    latency.record(record({ connectUs: 131_000_000, firstByteUs: 262_000_000 }))
    expect(Math.abs((latency.view().connectMs.max ?? 0) / 131_000 - 1)).toBeLessThan(0.001)
  })

  test('counts good outcomes only', () => {
    const latency = new ClientLatency()
    latency.record(record({ outcome: 'timeout' }))
    latency.record(record({ outcome: 'reset' }))
    latency.record(record({ outcome: 'refused', connectUs: undefined, firstByteUs: undefined }))
    expect(latency.view().count).toBe(0)
  })

  test('takes what is longer than it can tell apart for the longest', () => {
    const latency = new ClientLatency()
    latency.record(record({ connectUs: 5_000_000_000, firstByteUs: 5_000_000_000 }))
    expect(Math.abs((latency.view().connectMs.max ?? 0) / 1_000_000 - 1)).toBeLessThan(0.001)
  })

  test('begins anew with a reset', () => {
    const latency = new ClientLatency()
    latency.record(record({}))
    latency.reset()
    expect(latency.view()).toEqual({ connectMs: NOTHING, firstByteMs: NOTHING, count: 0 })
  })
})
