/**
 * Ranges of sequence numbers against a plain set of them, also where numbers wrap.
 */
import { describe, expect, it } from 'vitest'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { RANGES_MAX, SequenceRanges } from '../../../../tcpip/connection/sequence-ranges.ts'

/** Numbers of the ranges, relative to `base`; also checks that ranges are ascending, disjoint and not empty. */
function numbersOf(ranges: SequenceRanges, base: number): number[] {
  const numbers: number[] = []
  let last = -1
  for (let i = 0; i < ranges.count; i++) {
    const start = (ranges.startOf(i) - base) | 0
    const end = (ranges.endOf(i) - base) | 0
    expect(start).toBeGreaterThan(last)
    expect(end).toBeGreaterThan(start)
    for (let n = start; n < end; n++) numbers.push(n)
    last = end
  }
  return numbers
}

const SPAN = 60

describe('sequence ranges', () => {
  it.each([0, 0x7fff_fff0, -20])('are what a set of numbers is, based at %i', (base) => {
    const prng = new Prng(7)
    for (let round = 0; round < 300; round++) {
      const ranges = new SequenceRanges()
      const model = new Set<number>()
      for (let step = 0; step < 12; step++) {
        const from = prng.below(SPAN)
        const to = from + 1 + prng.below(8)
        const kind = prng.below(6)
        if (kind === 0) {
          ranges.discardBefore((base + from) | 0)
          for (const n of model) if (n < from) model.delete(n)
        } else if (kind === 1) {
          let reached = from
          while (model.has(reached)) reached++
          expect((ranges.reach((base + from) | 0) - base) | 0).toBe(reached)
        } else {
          const before = model.size
          for (let n = from; n < to; n++) model.add(n)
          expect(ranges.add((base + from) | 0, (base + to) | 0)).toBe(model.size - before)
        }
        const inside = [...model].filter((n) => n >= 10 && n < 40).length
        expect(ranges.bytesWithin((base + 10) | 0, (base + 40) | 0)).toBe(inside)
        expect(ranges.indexOf((base + from) | 0) >= 0).toBe(model.has(from))
      }
      expect(numbersOf(ranges, base)).toEqual([...model].sort((a, b) => a - b))
    }
  })

  it('refuse a range too many, and still grow those they have', () => {
    const ranges = new SequenceRanges()
    for (let i = 0; i < RANGES_MAX; i++) expect(ranges.add(10 * i, 10 * i + 5)).toBe(5)
    expect(ranges.add(5000, 5001)).toBe(-1)
    expect(ranges.count).toBe(RANGES_MAX)
    expect(ranges.add(5, 10)).toBe(5)
    expect(ranges.count).toBe(RANGES_MAX - 1)
    expect(ranges.add(5000, 5001)).toBe(1)
  })
})
