/**
 * The eviction orders against models too simple to be wrong, over many random insertions and removals.
 */
import { describe, expect, it } from 'vitest'
import { AgeBuckets } from '../../../../server/listener/eviction/age-buckets.ts'
import { makeEvictionOrder } from '../../../../server/listener/eviction/orders.ts'
import { RandomVictim } from '../../../../server/listener/eviction/random-victim.ts'
import { Prng } from '../../../../tcpip/base/prng.ts'

const RECORDS = 64

describe('age', () => {
  it.each([1, 4])('%i buckets name the same victim as lists do', (bucketCount) => {
    const order = new AgeBuckets(bucketCount, 10, RECORDS)
    const lists: number[][] = Array.from({ length: bucketCount }, () => [])
    const hashes = new Map<number, number>()
    const prng = new Prng(1)
    const listOf = (hash: number): number[] => lists[hash & (bucketCount - 1)] as number[]
    for (let i = 0; i < 4000; i++) {
      const entry = prng.below(RECORDS)
      const known = hashes.get(entry)
      if (known === undefined) {
        const hash = prng.next()
        hashes.set(entry, hash)
        order.added(entry, hash)
        listOf(hash).push(entry)
      } else {
        hashes.delete(entry)
        order.removed(entry, known)
        listOf(known).splice(listOf(known).indexOf(entry), 1)
      }
      for (let bucket = 0; bucket < bucketCount; bucket++) {
        expect(order.victim(bucket)).toBe(lists[bucket]?.[0] ?? -1)
        expect(order.isFull(bucket)).toBe((lists[bucket]?.length ?? 0) >= 10)
      }
    }
  })
})

describe('chance', () => {
  it('names only entries that are there, and -1 when none is', () => {
    const order = new RandomVictim(RECORDS)
    const there = new Set<number>()
    const prng = new Prng(2)
    for (let i = 0; i < 4000; i++) {
      const entry = prng.below(RECORDS)
      if (there.delete(entry)) {
        order.removed(entry, 0)
      } else {
        order.added(entry, 0)
        there.add(entry)
      }
      const victim = order.victim(prng.next())
      expect(there.size === 0 ? victim === -1 : there.has(victim)).toBe(true)
    }
  })

  it('spares nobody: 64,000 draws among 64 name each about a thousand times', () => {
    const order = new RandomVictim(RECORDS)
    for (let entry = 0; entry < RECORDS; entry++) order.added(entry, 0)
    const prng = new Prng(3)
    const named = new Array<number>(RECORDS).fill(0)
    for (let i = 0; i < 64_000; i++) {
      const victim = order.victim(prng.next())
      named[victim] = (named[victim] ?? 0) + 1
    }
    // Five standard deviations of a Poisson variable of 1000.
    for (const count of named) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000))
  })
})

it.each([
  [1, 1],
  [30, 1],
  [31, 2],
  [129, 8],
  [240, 8],
  [241, 16],
])('%i places take %i buckets of 30', (places, buckets) => {
  const order = makeEvictionOrder('bucket', places, places)
  // A bucket is three words, an entry two.
  expect(order?.bytes).toBe(4 * (3 * buckets + 2 * places))
})

it('Linux’s has no order and no memory', () => {
  expect(makeEvictionOrder('none', 129, 137)).toBeUndefined()
})
