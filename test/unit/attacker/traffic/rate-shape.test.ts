import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AttackPace } from '../../../../attacker/traffic/attack-spec.ts'
import { makeSchedule, spanAt } from '../../../../attacker/traffic/rate-shape.ts'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { NEVER, SECOND } from '../../../../tcpip/base/time.ts'

const START = 7 * SECOND

function pace(more: Partial<AttackPace>): AttackPace {
  const flat = { arrivals: 'constant', shape: 'flat', rampFrom: 0, pulseOn: 5, pulseOff: 5, steps: 5 } as const
  return { rate: 100, duration: 10, ...flat, ...more }
}

/** When the events of an attack are due, microseconds after its start, as far as they lie within its duration. */
function times(spec: AttackPace, seed = 1): number[] {
  const schedule = makeSchedule(spec, START, new Prng(seed))
  const due: number[] = []
  for (; schedule.next < START + spec.duration * SECOND; schedule.step()) due.push(schedule.next - START)
  return due
}

/** Area under the rate up to `seconds`: how many events should have been due until then. */
function area(spec: AttackPace, seconds: number): number {
  let sum = 0
  for (let index = 0; ; index++) {
    const span = spanAt(spec, index)
    if (span === undefined || span.start >= seconds) return sum
    const part = Math.min(span.length, seconds - span.start)
    const until = span.from + ((span.to - span.from) * part) / span.length
    sum += ((span.from + until) / 2) * part
  }
}

function countsPerSecond(spec: AttackPace): number[] {
  const counts = new Array<number>(spec.duration).fill(0)
  for (const time of times(spec)) counts[Math.floor(time / SECOND)] = (counts[Math.floor(time / SECOND)] ?? 0) + 1
  return counts
}

describe('constant arrivals', () => {
  test('of a flat attack are evenly spaced from the first instant on', () => {
    expect(times(pace({ rate: 4, duration: 1 }))).toEqual([0, 250_000, 500_000, 750_000])
  })

  test('of a ramp from 0 follow the square root: event k at sqrt(2 k T / R)', () => {
    const due = times(pace({ shape: 'ramp', rate: 100, duration: 10 }))
    expect(due).toEqual(
      Array.from({ length: 500 }, (_, k) => Math.floor(Math.sqrt((2 * k * 10) / 100) * SECOND + 1e-3)),
    )
  })

  test('of a ramp from a half go from half the rate to the whole', () => {
    const counts = countsPerSecond(pace({ shape: 'ramp', rampFrom: 0.5 }))
    // 50 + 5 t per second: 52.5, 57.5, ... 97.5.
    expect(counts.map((count, second) => Math.abs(count - (52.5 + 5 * second)) <= 1)).not.toContain(false)
    expect(counts.reduce((a, b) => a + b)).toBe(750)
  })

  test('of stairs are a fifth of the rate more on each', () => {
    expect(countsPerSecond(pace({ shape: 'step', steps: 5 }))).toEqual([20, 20, 40, 40, 60, 60, 80, 80, 100, 100])
  })

  test('of pulses come at the whole rate and then not at all', () => {
    const spec = pace({ shape: 'pulse', pulseOn: 2, pulseOff: 1 })
    expect(countsPerSecond(spec)).toEqual([100, 100, 0, 100, 100, 0, 100, 100, 0, 100])
    expect(times(spec).slice(199, 201)).toEqual([1_990_000, 3_000_000])
  })

  test('fall on whole microseconds where arithmetic says so, however it rounds', () => {
    // 1.1 s at 1000/s: event 1001 is due at 1.001 s, which times 10^6 is 1000999.9999999999; 1.1 x 1000 is above 1100.
    const due = times(pace({ shape: 'pulse', rate: 1000, pulseOn: 1.1, pulseOff: 0.9, duration: 4 }))
    const pulse = Array.from({ length: 1100 }, (_, k) => k * 1000)
    expect(due).toEqual([...pulse, ...pulse.map((time) => time + 2 * SECOND)])
  })
})

const shapes = fc
  .record({
    shape: fc.constantFrom('flat', 'ramp', 'pulse', 'step'),
    rate: fc.integer({ min: 1, max: 2000 }),
    duration: fc.integer({ min: 1, max: 20 }),
    rampFrom: fc.double({ min: 0, max: 1, noNaN: true }),
    pulseOn: fc.double({ min: 0.01, max: 5, noNaN: true }),
    pulseOff: fc.double({ min: 0.01, max: 5, noNaN: true }),
    steps: fc.integer({ min: 2, max: 100 }),
  })
  .map((more) => pace(more as Partial<AttackPace>))

test('by any time as many events have been due as the area under the rate has begun', () => {
  fc.assert(
    fc.property(shapes, fc.double({ min: 0, max: 1, noNaN: true }), (spec, share) => {
      const until = Math.floor(spec.duration * SECOND * share)
      const due = times(spec).filter((time) => time < until).length
      // The first event is due at 0, event k when k have fallen due: as many as the area, rounded up.
      const expected = area(spec, until / SECOND)
      expect(due).toBeGreaterThanOrEqual(Math.ceil(expected - 0.01))
      expect(due).toBeLessThanOrEqual(Math.ceil(expected + 0.01))
    }),
    { seed: 4, numRuns: 300 },
  )
})

test('events come in order, on whole microseconds, and spans join without a gap', () => {
  fc.assert(
    fc.property(shapes, fc.constantFrom('constant', 'poisson'), (spec, arrivals) => {
      const due = times({ ...spec, arrivals } as AttackPace)
      expect(due.filter((time, i) => !Number.isInteger(time) || time < (due[i - 1] ?? 0))).toEqual([])
      for (let index = 1; index < 200; index++) {
        const [before, span] = [spanAt(spec, index - 1), spanAt(spec, index)]
        if (before === undefined || span === undefined) break
        expect(span.start).toBeCloseTo(before.start + before.length, 6)
        expect(span.before).toBeCloseTo(before.before + ((before.from + before.to) / 2) * before.length, 6)
      }
    }),
    { seed: 5, numRuns: 100 },
  )
})

test.each(['constant', 'poisson'] as const)('no %s event falls outside the pulses', (arrivals) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 10, max: 300 }),
      fc.integer({ min: 10, max: 300 }),
      fc.integer({ min: 1, max: 5000 }),
      (on, off, rate) => {
        const spec = pace({ shape: 'pulse', arrivals, rate, pulseOn: on / 1000, pulseOff: off / 1000, duration: 3 })
        expect(times(spec, rate).filter((time) => time % ((on + off) * 1000) >= on * 1000)).toEqual([])
      },
    ),
    { seed: 6, numRuns: 100 },
  )
})

describe('Poisson arrivals', () => {
  test.each(['flat', 'ramp', 'pulse', 'step'] as const)(
    'of shape %s are as many as the area says, to chance',
    (shape) => {
      const spec = pace({ shape, arrivals: 'poisson', rate: 1000, duration: 20 })
      const expected = area(spec, spec.duration)
      const due = times(spec)
      expect(Math.abs(due.length - expected)).toBeLessThan(4 * Math.sqrt(expected))
      // And so they are in each half of it.
      const half = due.filter((time) => time < 10 * SECOND).length
      expect(Math.abs(half - area(spec, 10))).toBeLessThan(4 * Math.sqrt(area(spec, 10)))
    },
  )

  test('have a variance like their mean, second by second', () => {
    const counts = countsPerSecond(pace({ shape: 'step', steps: 2, arrivals: 'poisson', rate: 400, duration: 400 }))
    const upper = counts.slice(200)
    const mean = upper.reduce((a, b) => a + b) / upper.length
    const variance = upper.reduce((sum, count) => sum + (count - mean) ** 2, 0) / upper.length
    // The estimate of a variance from 200 counts has a relative error of a tenth.
    expect(Math.abs(variance / mean - 1)).toBeLessThan(0.4)
  })

  test('with one seed are the same, with another not', () => {
    const spec = pace({ shape: 'ramp', arrivals: 'poisson' })
    expect(times(spec, 3)).toEqual(times(spec, 3))
    expect(times(spec, 3)).not.toEqual(times(spec, 4))
  })
})

test('a schedule whose shape is over has nothing more to say', () => {
  const schedule = makeSchedule(pace({ shape: 'step', rate: 10, duration: 1, steps: 2 }), START, new Prng(1))
  for (let event = 0; event < 100; event++) schedule.step()
  expect(schedule.next).toBe(NEVER)
})

test('the shortest pulses for an hour cost no memory: spans are made one at a time', () => {
  const spec = pace({ shape: 'pulse', rate: 0.001, pulseOn: 0.01, pulseOff: 0.01, duration: 3600 })
  expect(spanAt(spec, 359_998)).toMatchObject({ start: 179_999 * 0.02, from: 0.001 })
  expect(spanAt(spec, 360_000)).toBeUndefined()
  // 1.8 events are due in an hour: the first at once, the second after 1000 s of pulses.
  expect(times(spec)).toHaveLength(2)
})
