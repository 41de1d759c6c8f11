/**
 * Live figures against the simulation: what chance and a busy machine explain passes, what they cannot is named.
 */
import { describe, expect, it } from 'vitest'
import { unlikelyFigure } from '../../../../lab/grade/live-figures.ts'

const SIMULATED = {
  'a.syn_queue.limit': 40,
  'a.syn_queue.max': 41,
  'a.legit.percent': 20,
  'a.counters.ListenDrops': 3000,
  'a.counters.SyncookiesSent': 0,
  'a.word': 'ListenDrops',
}

describe('a live figure', () => {
  it.each([
    ['a.syn_queue.limit', 40],
    ['a.syn_queue.max', 39],
    ['a.syn_queue.max', 41],
    ['a.legit.percent', 50],
    ['a.counters.ListenDrops', 1000],
    ['a.counters.ListenDrops', 9000],
    ['a.counters.SyncookiesSent', 30],
  ])('%s may be %d', (name, value) => {
    expect(unlikelyFigure({ [name]: value }, SIMULATED)).toBeUndefined()
  })

  it.each([
    ['a.syn_queue.limit', 41],
    ['a.syn_queue.max', 42],
    ['a.legit.percent', 51],
    ['a.counters.ListenDrops', 999],
    ['a.counters.ListenDrops', 9001],
    ['a.counters.ListenDrops', 3000.5],
    ['a.counters.SyncookiesSent', 31],
    ['a.counters.SyncookiesSent', -1],
    ['a.word', 1],
    ['a.nothing', 1],
  ])('%s cannot be %d', (name, value) => {
    expect(unlikelyFigure({ [name]: value }, SIMULATED)).toBe(name)
  })
})
