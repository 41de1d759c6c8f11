import { describe, expect, test } from 'vitest'
import { Arrivals } from '../../../../attacker/clients/arrivals.ts'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { SECOND } from '../../../../tcpip/base/time.ts'

/** Times of the arrivals before `end`, microseconds. */
function* timesBefore(arrivals: Arrivals, end: number): Generator<number> {
  for (; arrivals.next < end; arrivals.step()) yield arrivals.next
}

function countBefore(arrivals: Arrivals, end: number): number {
  let count = 0
  for (; arrivals.next < end; arrivals.step()) count++
  return count
}

describe('constant arrivals', () => {
  test('begin at the start itself and are evenly spaced to the microsecond', () => {
    const arrivals = new Arrivals('constant', 3, 5 * SECOND, new Prng(1))
    expect([...timesBefore(arrivals, 7 * SECOND)]).toEqual([
      5_000_000, 5_333_333, 5_666_666, 6_000_000, 6_333_333, 6_666_666,
    ])
  })

  test.each([1, 7, 16, 500, 5000, 99_991, 333_333, 1_000_000])(
    '%i per second are exactly that many each second',
    (rate) => {
      const arrivals = new Arrivals('constant', rate, 0, new Prng(1))
      expect(countBefore(arrivals, SECOND)).toBe(rate)
      expect(countBefore(arrivals, 2 * SECOND)).toBe(rate)
    },
  )

  test('do not drift over ten hours', () => {
    const arrivals = new Arrivals('constant', 333, 0, new Prng(1))
    const hours = 10
    expect(countBefore(arrivals, hours * 3600 * SECOND)).toBe(333 * hours * 3600)
    expect(arrivals.next).toBe(hours * 3600 * SECOND)
  })

  test('take rates of thousandths', () => {
    const arrivals = new Arrivals('constant', 0.003, 0, new Prng(1))
    expect([...timesBefore(arrivals, 1001 * SECOND)]).toEqual([0, 333_333_333, 666_666_666, 1_000_000_000])
  })

  test('draw nothing from the generator', () => {
    const prng = new Prng(9)
    const arrivals = new Arrivals('constant', 10, 0, prng)
    countBefore(arrivals, SECOND)
    expect(prng.next()).toBe(new Prng(9).next())
  })
})

describe('Poisson arrivals', () => {
  const rate = 200
  const seconds = 500

  test('have the mean and the variance of a Poisson process', () => {
    const arrivals = new Arrivals('poisson', rate, 0, new Prng(5))
    const counts: number[] = []
    for (let second = 1; second <= seconds; second++) counts.push(countBefore(arrivals, second * SECOND))
    const mean = counts.reduce((sum, count) => sum + count, 0) / seconds
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (seconds - 1)
    // Four standard errors: sqrt(rate / seconds) of the mean, rate * sqrt(2 / seconds) of the variance.
    expect(Math.abs(mean - rate)).toBeLessThan(4 * Math.sqrt(rate / seconds))
    expect(Math.abs(variance - rate)).toBeLessThan(4 * rate * Math.sqrt(2 / seconds))
  })

  test('have exponential gaps', () => {
    const times = [...timesBefore(new Arrivals('poisson', rate, 0, new Prng(6)), seconds * SECOND)]
    const gaps = times.slice(1).map((time, i) => time - (times[i] as number))
    const longer = (limit: number) => gaps.filter((gap) => gap > limit).length / gaps.length
    for (const means of [0.5, 1, 2, 3]) {
      const share = Math.exp(-means)
      const error = Math.sqrt((share * (1 - share)) / gaps.length)
      expect(Math.abs(longer((means * SECOND) / rate) - share)).toBeLessThan(4 * error)
    }
  })

  test('never step back and are whole microseconds, also at the highest rate', () => {
    let previous = 0
    for (const time of timesBefore(new Arrivals('poisson', 1_000_000, 0, new Prng(7)), SECOND / 10)) {
      if (time < previous || !Number.isInteger(time)) throw new Error(`arrival at ${time} after ${previous}`)
      previous = time
    }
    expect(previous).toBeGreaterThan(0)
  })

  test('are the same for the same seed and others for another', () => {
    const times = (seed: number) => [...timesBefore(new Arrivals('poisson', rate, 0, new Prng(seed)), SECOND)]
    expect(times(3)).toEqual(times(3))
    expect(times(3)).not.toEqual(times(4))
  })
})

test.each([0, -1, Number.NaN, 1_000_001, Number.POSITIVE_INFINITY])('a rate of %d is the caller’s error', (rate) => {
  expect(() => new Arrivals('constant', rate, 0, new Prng(1))).toThrow('arrival rate')
})
