/**
 * The seeded generator. The vectors are of our own run: they guard every recorded seed against a change of the
 * generator. The other tests would notice a generator that is broken, not one that is subtly poor.
 */
import { describe, expect, it } from 'vitest'
import { Prng } from '../../../../tcpip/base/prng.ts'

function draws(prng: Prng, count: number): number[] {
  return Array.from({ length: count }, () => prng.next())
}

describe('Prng', () => {
  it('repeats itself for a seed, and for no other', () => {
    expect(draws(new Prng(7), 100)).toEqual(draws(new Prng(7), 100))
    const firsts = new Set<number>()
    for (let seed = 0; seed < 1_000; seed++) firsts.add(new Prng(seed).next())
    expect(firsts.size).toBeGreaterThan(995)
  })

  it('gives int32 values', () => {
    for (const value of draws(new Prng(8), 1_000)) expect(value).toBe(value | 0)
  })

  it('uses all 53 bits of a seed', () => {
    const first = new Prng(1).next()
    expect(new Prng(2 ** 32 + 1).next()).not.toBe(first)
    expect(new Prng(Number.MAX_SAFE_INTEGER).next()).not.toBe(new Prng(2 ** 32 - 1).next())
  })

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses the seed %d', (seed) => {
    expect(() => new Prng(seed)).toThrow(/seed/)
  })

  it('sets each bit in half of the values', () => {
    const ones = new Array<number>(32).fill(0)
    for (const value of draws(new Prng(9), 20_000)) for (let bit = 0; bit < 32; bit++) ones[bit] += (value >>> bit) & 1
    for (const count of ones) expect(Math.abs(count - 10_000)).toBeLessThan(400)
  })

  it('draws integers below n evenly, and each of them', () => {
    const prng = new Prng(10)
    const counts = new Array<number>(10).fill(0)
    for (let i = 0; i < 100_000; i++) counts[prng.below(10)]++
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
    expect(prng.below(1)).toBe(0)
  })

  it('draws from [0, 1)', () => {
    const prng = new Prng(11)
    let sum = 0
    for (let i = 0; i < 10_000; i++) {
      const value = prng.uniform()
      if (value < 0 || value >= 1) expect.fail(`${value} is outside`)
      sum += value
    }
    expect(sum / 10_000).toBeCloseTo(0.5, 1)
  })

  it('takes chances as often as told, never at 0 and always at 1', () => {
    const prng = new Prng(12)
    let hits = 0
    for (let i = 0; i < 100_000; i++) if (prng.chance(3, 10)) hits++
    expect(Math.abs(hits - 30_000)).toBeLessThan(600)
    for (let i = 0; i < 1_000; i++) expect([prng.chance(0, 10), prng.chance(10, 10)]).toEqual([false, true])
  })

  it('draws exponential gaps of the mean told', () => {
    const prng = new Prng(13)
    let sum = 0
    for (let i = 0; i < 100_000; i++) sum += prng.exponential(250)
    expect(sum / 100_000).toBeGreaterThan(245)
    expect(sum / 100_000).toBeLessThan(255)
  })

  it('forks generators that differ by purpose and leave each other alone', () => {
    const fork = (purpose: string): Prng => new Prng(14).fork(purpose)
    expect(draws(fork('loss'), 5)).toEqual(draws(fork('loss'), 5))
    expect(draws(fork('loss'), 5)).not.toEqual(draws(fork('delay'), 5))
    const parent = new Prng(14)
    const child = parent.fork('loss')
    const untouched = new Prng(14)
    untouched.fork('loss')
    draws(child, 100)
    expect(draws(parent, 5)).toEqual(draws(untouched, 5))
  })

  it('fills every byte', () => {
    const bytes = new Uint8Array(4_096)
    new Prng(15).fill(bytes)
    expect(new Set(bytes).size).toBe(256)
  })

  it('keeps the sequence that recorded seeds rely on', () => {
    expect(draws(new Prng(0), 4)).toEqual([1789933344, 44971166, -1773574492, -458031943])
    expect(draws(new Prng(20_240_607), 4)).toEqual([592043187, 1566248108, -1548414669, -4028269])
    expect(draws(new Prng(1).fork('attack'), 2)).toEqual([1950264456, 2130907752])
  })
})
