/**
 * The flow table against a Map of Sets: a million seeded operations, under hash distributions from harmless to the
 * worst that an attacker without a keyed hash in his way could send.
 */
import { expect, test } from 'vitest'
import { FlowTable } from '../../tcpip/base/flow-table.ts'
import { Prng } from '../../tcpip/base/prng.ts'

const OPERATIONS = 125_000
const CHECK_EVERY = 5_000

/** Compares the entries of one hash. Returns how many there are. */
function compare(table: FlowTable, oracle: Map<number, Set<number>>, hash: number): number {
  const expected = oracle.get(hash)
  let found = 0
  for (let at = table.find(hash); at >= 0; at = table.findNext(at)) {
    if (!expected?.has(table.handleAt(at))) throw new Error(`entry ${hash} ${table.handleAt(at)} should not be there`)
    found++
  }
  if (found !== (expected?.size ?? 0)) throw new Error(`${found} entries of hash ${hash}, not ${expected?.size ?? 0}`)
  return found
}

function run(capacity: number, seed: number, draw: (prng: Prng) => number): void {
  const prng = new Prng(seed)
  const table = new FlowTable(capacity)
  const oracle = new Map<number, Set<number>>()
  const live: { hash: number; handle: number }[] = []
  let nextHandle = 0
  // The fill level drifts between empty and full.
  let isFilling = true
  for (let i = 0; i < OPERATIONS; i++) {
    if (live.length === 0) isFilling = true
    if (live.length === capacity) isFilling = false
    const isInsert = live.length < capacity && (live.length === 0 || prng.chance(isFilling ? 6 : 4, 10))
    if (isInsert) {
      const entry = { hash: draw(prng), handle: nextHandle++ }
      table.insert(entry.hash, entry.handle)
      live.push(entry)
      oracle.set(entry.hash, (oracle.get(entry.hash) ?? new Set()).add(entry.handle))
      compare(table, oracle, entry.hash)
    } else {
      const index = prng.below(live.length)
      const { hash, handle } = live[index]
      live[index] = live[live.length - 1]
      live.length--
      oracle.get(hash)?.delete(handle)
      if (!table.remove(hash, handle)) throw new Error(`entry ${hash} ${handle} is lost`)
      if (table.remove(hash, handle)) throw new Error(`entry ${hash} ${handle} was there twice`)
      compare(table, oracle, hash)
    }
    compare(table, oracle, draw(prng))
    if (i % CHECK_EVERY === 0) {
      table.assertInvariants()
      let total = 0
      for (const hash of oracle.keys()) total += compare(table, oracle, hash)
      expect(total).toBe(live.length)
    }
    if (table.size !== live.length) throw new Error('size is not the number of entries')
  }
}

const DISTRIBUTIONS: [string, number, (prng: Prng) => number][] = [
  ['random hashes, smallest table', 5, (prng) => prng.next()],
  ['random hashes, table two thirds full', 85, (prng) => prng.next()],
  ['random hashes, a thousand entries', 1_000, (prng) => prng.next()],
  ['few distinct hashes', 200, (prng) => prng.below(20) - 10],
  ['different hashes with one home slot', 100, (prng) => prng.below(1_000) << 8],
  ['homes just before the end of the table', 60, (prng) => (prng.below(50) << 7) | (124 + prng.below(4))],
  ['one run of neighbouring homes', 300, (prng) => (prng.next() & ~0x1ff) | prng.below(64)],
  ['one hash', 40, () => -7],
]

test.each(DISTRIBUTIONS)('agrees with a Map: %s', (_, capacity, draw) => {
  run(capacity, 2026 + capacity, draw)
})
