/**
 * What the recorder makes of lengths that change in the middle of a second, and of counters.
 */
import { describe, expect, it } from 'vitest'
import { QueueSeries, Recorder } from '../../../lab/simulator/recorder.ts'
import { Counters, MIB_NAMES, Mib } from '../../../tcpip/base/counters.ts'
import { DROP_REASON_COUNT, DropReason } from '../../../tcpip/base/drop-reason.ts'
import { MILLISECOND, SECOND } from '../../../tcpip/base/time.ts'

describe('the length of a queue', () => {
  it('is averaged over time, not over changes', () => {
    const series = new QueueSeries(1)
    series.note(10, 0)
    series.note(100, 900 * MILLISECOND)
    series.note(0, 950 * MILLISECOND)
    series.endSecond(0, SECOND)
    expect(series.mean[0]).toBeCloseTo(10 * 0.9 + 100 * 0.05, 9)
    expect(series.max[0]).toBe(100)
  })

  it('carries over into the next second, which it may fill alone', () => {
    const series = new QueueSeries(3)
    series.note(7, 500 * MILLISECOND)
    for (const second of [0, 1, 2]) series.endSecond(second, (second + 1) * SECOND)
    expect([...series.mean]).toEqual([3.5, 7, 7])
    expect([...series.max]).toEqual([7, 7, 7])
  })

  it('does not carry its maximum over', () => {
    const series = new QueueSeries(2)
    series.note(9, 0)
    series.note(2, 100)
    series.endSecond(0, SECOND)
    series.endSecond(1, 2 * SECOND)
    expect([...series.max]).toEqual([9, 2])
  })
})

describe('the recorder', () => {
  it('writes down what each counter gained in each second', () => {
    const counters = new Counters()
    counters.mib[Mib.InSegs] = 1000
    const recorder = new Recorder(2, counters)
    counters.mib[Mib.InSegs] = 1003
    counters.outcome(DropReason.SYN_QUEUE_FULL)
    recorder.endSecond()
    counters.mib[Mib.InSegs] = 1008
    recorder.endSecond()
    expect(recorder.counters[Mib.InSegs]).toBe(3)
    expect(recorder.counters[MIB_NAMES.length + Mib.InSegs]).toBe(5)
    expect(recorder.outcomes[DropReason.SYN_QUEUE_FULL]).toBe(1)
    expect(recorder.outcomes[DROP_REASON_COUNT + DropReason.SYN_QUEUE_FULL]).toBe(0)
  })

  it('has no more seconds to end after the last one', () => {
    const recorder = new Recorder(1, new Counters())
    expect(recorder.secondEnd).toBe(SECOND)
    recorder.endSecond()
    expect(recorder.secondEnd).toBe(Number.POSITIVE_INFINITY)
    expect(() => recorder.endSecond()).toThrow('a second is left')
  })
})
