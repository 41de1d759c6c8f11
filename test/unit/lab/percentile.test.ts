/**
 * Nearest-rank percentiles against their definition.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { percentile } from '../../../lab/bundle/percentile.ts'

describe('a percentile', () => {
  it.each([
    [5, 15],
    [30, 20],
    [40, 20],
    [50, 35],
    [100, 50],
  ])('%i of 15 20 35 40 50 is %i', (percent, expected) => {
    expect(percentile([15, 20, 35, 40, 50], percent)).toBe(expected)
  })

  it('of one value is that value, and of none does not exist', () => {
    expect(percentile([7], 1)).toBe(7)
    expect(percentile([7], 99)).toBe(7)
    expect(percentile([], 50)).toBeUndefined()
  })

  it('of 0 % or of more than 100 % is refused', () => {
    expect(() => percentile([1], 0)).toThrow('percentile')
    expect(() => percentile([1], 101)).toThrow('percentile')
  })

  it('is the smallest value that enough values do not exceed', () => {
    const values = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (unsorted, percent) => {
        const sorted = unsorted.toSorted((a, b) => a - b)
        const enough = (bound: number): boolean =>
          sorted.filter((value) => value <= bound).length * 100 >= percent * sorted.length
        expect(percentile(sorted, percent)).toBe(sorted.find(enough))
      }),
      { seed: 1 },
    )
  })
})
