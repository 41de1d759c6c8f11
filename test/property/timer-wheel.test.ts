/**
 * The timer wheel against a sorted array: a million seeded operations, the same ones applied to both, firings that arm
 * and disarm timers included. The two must agree on every result and on every firing.
 */
import { expect, test } from 'vitest'
import { Prng } from '../../tcpip/base/prng.ts'
import { MILLISECOND, NEVER, SECOND } from '../../tcpip/base/time.ts'
import { type TimerTarget, TimerWheel } from '../../tcpip/base/timer-wheel.ts'

const HOUR = 3_600 * SECOND
const DAY = 24 * HOUR

type Timers = Pick<TimerWheel, 'arm' | 'disarm' | 'isArmed' | 'deadlineOf' | 'advance' | 'nextDeadline' | 'armed'>

interface Entry {
  readonly id: number
  readonly tick: number
}

/** What a timer wheel does, in the plainest way: an array ordered by tick, then by arming. */
class SortedTimers implements Timers {
  private entries: Entry[] = []
  private current = 0
  private firing = false

  get armed(): number {
    return this.entries.length
  }

  isArmed(id: number): boolean {
    return this.entries.some((entry) => entry.id === id)
  }

  deadlineOf(id: number): number {
    const entry = this.entries.find((candidate) => candidate.id === id)
    return entry === undefined ? NEVER : entry.tick * MILLISECOND
  }

  arm(id: number, deadline: number): void {
    this.disarm(id)
    const earliest = this.firing ? this.current + 1 : this.current
    const tick = Math.max(Math.ceil(deadline / MILLISECOND), earliest)
    const later = this.entries.findIndex((entry) => entry.tick > tick)
    this.entries.splice(later < 0 ? this.entries.length : later, 0, { id, tick })
  }

  disarm(id: number): void {
    const index = this.entries.findIndex((entry) => entry.id === id)
    if (index >= 0) this.entries.splice(index, 1)
  }

  advance(now: number, target: TimerTarget, limit: number): number {
    const until = Math.floor(now / MILLISECOND)
    for (let fired = 0; fired < limit; fired++) {
      const first = this.entries[0]
      if (first === undefined || first.tick > until) {
        this.current = until
        return fired
      }
      this.current = first.tick
      this.entries.shift()
      this.firing = true
      target.fire(first.id, now)
      this.firing = false
    }
    return limit
  }

  nextDeadline(): number {
    return this.entries[0] === undefined ? NEVER : this.entries[0].tick * MILLISECOND
  }
}

const DELAYS = [MILLISECOND, 20 * MILLISECOND, 300 * MILLISECOND, 17 * SECOND, 0.4 * HOUR, 30 * HOUR]
const BACKOFFS = [1, 3, 7, 15, 31, 63].map((seconds) => seconds * SECOND)

/** A deadline in every distance from the past to days ahead, often one that others share. */
function drawDeadline(prng: Prng, now: number): number {
  const kind = prng.below(10)
  if (kind === 0) return now - prng.below(SECOND)
  if (kind === 1) return now
  if (kind === 2) return now + BACKOFFS[prng.below(BACKOFFS.length)]
  if (kind === 3) return (Math.floor(now / SECOND) + 1 + prng.below(3)) * SECOND
  return now + prng.below(DELAYS[prng.below(DELAYS.length)])
}

function drawJump(prng: Prng): number {
  const kind = prng.below(1_000)
  if (kind < 150) return 0
  if (kind < 500) return prng.below(3 * MILLISECOND)
  if (kind < 800) return prng.below(500 * MILLISECOND)
  if (kind < 970) return prng.below(20 * SECOND)
  if (kind < 998) return prng.below(1_200 * SECOND)
  return prng.below(4 * HOUR)
}

/** Applies one stream of operations to timers; two of the same seed make the same operations of the same firings. */
class Workload implements TimerTarget {
  /** Results and firings since last asked. */
  trace: number[] = []
  now: number
  private readonly timers: Timers
  private readonly capacity: number
  private readonly prng: Prng
  /** Times as much time passes between operations. */
  private readonly haste: number

  constructor(timers: Timers, capacity: number, seed: number, start: number, haste: number) {
    this.timers = timers
    this.capacity = capacity
    this.prng = new Prng(seed)
    this.now = start
    this.haste = haste
    timers.advance(start, this, 1)
  }

  step(): void {
    const { prng, timers } = this
    const id = prng.below(this.capacity)
    const kind = prng.below(10)
    if (kind < 5) timers.arm(id, drawDeadline(prng, this.now))
    else if (kind < 7) timers.disarm(id)
    else {
      this.now += this.haste * drawJump(prng)
      const limit = prng.chance(1, 3) ? prng.below(4) : Number.POSITIVE_INFINITY
      this.trace.push(timers.advance(this.now, this, limit))
    }
    this.trace.push(timers.armed, timers.isArmed(id) ? 1 : 0, timers.deadlineOf(id))
  }

  fire(id: number, now: number): void {
    const { prng, timers } = this
    this.trace.push(-1, id, now, timers.isArmed(id) ? 1 : 0)
    const kind = prng.below(10)
    const other = prng.below(this.capacity)
    if (kind === 0) timers.arm(id, now)
    else if (kind === 1) timers.arm(id, drawDeadline(prng, now))
    else if (kind === 2) timers.arm(other, drawDeadline(prng, now))
    else if (kind === 3) timers.disarm(other)
  }
}

function run(capacity: number, operations: number, seed: number, start: number, haste = 1): number {
  const wheel = new TimerWheel(capacity)
  const oracle = new SortedTimers()
  const tested = new Workload(wheel, capacity, seed, start, haste)
  const expected = new Workload(oracle, capacity, seed, start, haste)
  let firings = 0
  for (let i = 0; i < operations; i++) {
    tested.step()
    expected.step()
    for (let j = 0; j < Math.max(expected.trace.length, tested.trace.length); j++) {
      if (tested.trace[j] !== expected.trace[j]) {
        throw new Error(`seed ${seed}, operation ${i}: ${tested.trace} instead of ${expected.trace}`)
      }
      if (expected.trace[j] === -1) firings++
    }
    tested.trace.length = 0
    expected.trace.length = 0
    const next = wheel.nextDeadline()
    if (next > oracle.nextDeadline() || (next === NEVER) !== (oracle.armed === 0)) {
      throw new Error(`seed ${seed}, operation ${i}: next deadline ${next}, but ${oracle.nextDeadline()}`)
    }
    if (i % 1_000 === 0) wheel.assertInvariants()
  }
  return firings
}

const STARTS: [string, number][] = [
  ['the start', 0],
  ['just before the second turn of level 1', 2 ** 14 * MILLISECOND - SECOND],
  ['just before the second turn of level 2', 2 ** 20 * MILLISECOND - SECOND],
  ['just before the second turn of level 3', 2 ** 26 * MILLISECOND - 10 * SECOND],
  ['half of the range, where the origin moves', 2 ** 30 * MILLISECOND - 100 * SECOND],
  ['the end of int32 ticks', 2 ** 31 * MILLISECOND - 100 * SECOND],
  ['a hundred years', 36_525 * DAY],
]

test.each(STARTS)('agrees with a sorted array from %s', (_, start) => {
  let firings = 0
  for (const [seed, capacity] of [
    [1, 1],
    [2, 2],
    [3, 7],
    [4, 30],
    [5, 100],
  ] as const) {
    firings += run(capacity, 40_000, seed + start, start)
  }
  expect(firings).toBeGreaterThan(40_000)
})

test('agrees with a sorted array for many timers over many days', () => {
  expect(run(1_000, 40_000, 6, 10 * DAY)).toBeGreaterThan(5_000)
})

test('agrees with a sorted array over years, in leaps of up to six days', () => {
  expect(run(200, 40_000, 7, 0, 36)).toBeGreaterThan(5_000)
})
