/** Which of the benchmarks' bounds decide, and what is said of each. */
import { describe, expect, it } from 'vitest'
import { type Bound, judge } from '../../bench/bounds.ts'

const BYTES: Bound = { what: 'bytes', side: 'at most', limit: 96, digits: 1, kind: 'size' }
const RATIO: Bound = { what: 'ratio', side: 'at most', limit: 0.25, digits: 3, kind: 'timing' }
const SPEED: Bound = { what: 'speed', side: 'at least', limit: 100, digits: 0, kind: 'timing' }

describe('a bound', () => {
  it.each<[Bound, number, string, boolean]>([
    [BYTES, 96, 'bytes: 96.0 (within the bound, at most 96)', false],
    [BYTES, 96.1, 'bytes: 96.1 (OVER the bound, at most 96; FAILED)', true],
    [BYTES, Number.NaN, 'bytes: NaN (OVER the bound, at most 96; FAILED)', true],
    [RATIO, 0.2, 'ratio: 0.200 (within the bound, at most 0.25; timing, decides nothing)', false],
    [RATIO, 0.3, 'ratio: 0.300 (OVER the bound, at most 0.25; timing, decides nothing)', false],
    [SPEED, 99, 'speed: 99 (UNDER the bound, at least 100; timing, decides nothing)', false],
    [SPEED, 100, 'speed: 100 (within the bound, at least 100; timing, decides nothing)', false],
  ])('%j of %d says: %s', (bound, value, line, isFailure) => {
    expect(judge(bound, value)).toEqual({ line, isFailure })
  })
})
