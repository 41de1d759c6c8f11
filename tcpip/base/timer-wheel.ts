/**
 * Hierarchical timer wheel (Varghese and Lauck, "Hashed and hierarchical timing wheels"; Linux's is
 * kernel/time/timer.c): arming and disarming cost the same however many timers there are. A timer is a small integer
 * of the owner's choice and fires to the tick, never early: unlike Linux's, this wheel does not trade precision for
 * fewer cascades.
 *
 * A timer waits in the bucket that its tick selects at the highest level where its tick and the current one differ.
 * When time enters a bucket above level 0, the bucket's timers are dealt out to lower levels. Two facts follow. Lower
 * levels are earlier throughout, so the first occupied bucket is the next event. And timers of one tick are always in
 * one bucket together, so they fire in the order in which they were armed.
 *
 * Ticks are int32 and counted from an origin that follows time in steps, so that a host may run for years.
 */
import { assert } from './assert.ts'
import { MILLISECOND, NEVER } from './time.ts'

/** Length of a tick, in the unit of `now`. */
const TICK = MILLISECOND

/**
 * Levels: 256 buckets of 1 ms, 64 of 256 ms, 64 of 16.4 s, 64 of 17.5 min and 32 of 18.6 h. Each starts at the bit of
 * the tick where the one below ends. Together they take 31 bits: any int32 tick has a place.
 */
const SHIFT_1 = 8
const SHIFT_2 = 14
const SHIFT_3 = 20
const SHIFT_4 = 26

/** First bucket of each level. Each is a multiple of 32, so that no word of the occupancy bitmap spans two levels. */
const BASE_1 = 256
const BASE_2 = BASE_1 + 64
const BASE_3 = BASE_2 + 64
const BASE_4 = BASE_3 + 64
const BUCKET_COUNT = BASE_4 + 32

/** Last tick: 24.8 days after the origin. */
const TICK_MAX = 0x7fffffff

/**
 * Tick from which the origin is moved: half of the range. The other half is for a step of time of up to a quarter (6 days)
 * and for deadlines that are armed then, another quarter ahead.
 */
const REBASE_TICK = 2 ** 30

/** How far ahead a deadline may be: a quarter of the range, 6 days. */
const AHEAD_MAX = 2 ** 29

/** A timer's record: four words of one Int32Array, so that a timer touches one cache line. */
const RECORD_SHIFT = 2
const RECORD_WORDS = 1 << RECORD_SHIFT
/** Neighbours in the bucket's circular list: timer ids. */
const NEXT = 0
const PREVIOUS = 1
/** Tick at which the timer fires. */
const DUE = 2
/** Bucket that holds the timer, or NONE. */
const BUCKET = 3

const NONE = -1

/** Keeps the index of a record's words within int32. */
const CAPACITY_MAX = 2 ** 28

/** Receives timers as they fire. */
export interface TimerTarget {
  /** Timer `id` is due and no longer armed; `now` is that of `advance`. */
  fire(id: number, now: number): void
}

/** Bucket for a tick that is not before the current one; ticks are int32 >= 0. */
function bucketFor(current: number, tick: number): number {
  const difference = current ^ tick
  if (difference < 1 << SHIFT_1) return tick & 255
  if (difference < 1 << SHIFT_2) return BASE_1 + ((tick >> SHIFT_1) & 63)
  if (difference < 1 << SHIFT_3) return BASE_2 + ((tick >> SHIFT_2) & 63)
  if (difference < 1 << SHIFT_4) return BASE_3 + ((tick >> SHIFT_3) & 63)
  return BASE_4 + (tick >> SHIFT_4)
}

/** First tick of an occupied bucket, which is in the same turn of its level as the current tick. */
function startOf(current: number, bucket: number): number {
  if (bucket < BASE_1) return ((current >> SHIFT_1) << SHIFT_1) | bucket
  if (bucket < BASE_2) return ((current >> SHIFT_2) << SHIFT_2) | ((bucket - BASE_1) << SHIFT_1)
  if (bucket < BASE_3) return ((current >> SHIFT_3) << SHIFT_3) | ((bucket - BASE_2) << SHIFT_2)
  if (bucket < BASE_4) return ((current >> SHIFT_4) << SHIFT_4) | ((bucket - BASE_3) << SHIFT_3)
  return (bucket - BASE_4) << SHIFT_4
}

/** Number of the lowest bit that is set; `bits` is not 0. */
function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}

export class TimerWheel {
  /** Timer ids are 0 .. capacity - 1. */
  readonly capacity: number
  private readonly records: Int32Array
  /** First timer of each bucket, or NONE. */
  private readonly heads = new Int32Array(BUCKET_COUNT).fill(NONE)
  /** One bit per bucket: whether it holds a timer. */
  private readonly occupied = new Int32Array(BUCKET_COUNT >> 5)
  /** One bit per word of `occupied`: whether it is not 0. */
  private occupiedWords = 0
  /** Every tick before this one is done with; this one is done with when its bucket is empty. */
  private current = 0
  /** Tick 0, in ticks since the start. */
  private origin = 0
  private count = 0
  private firing = false

  /** `capacity`: number of timers, 1 .. 2^28. Time starts at 0. */
  constructor(capacity: number) {
    assert(Number.isInteger(capacity) && capacity >= 1 && capacity <= CAPACITY_MAX, 'timer wheel capacity in range')
    this.capacity = capacity
    this.records = new Int32Array(capacity << RECORD_SHIFT)
    for (let at = BUCKET; at < this.records.length; at += RECORD_WORDS) this.records[at] = NONE
  }

  /** Memory of the wheel: 16 bytes per timer, and 1,980 more. */
  get bytes(): number {
    return this.records.byteLength + this.heads.byteLength + this.occupied.byteLength
  }

  /** Number of armed timers. */
  get armed(): number {
    return this.count
  }

  isArmed(id: number): boolean {
    return this.records[(id << RECORD_SHIFT) + BUCKET] !== NONE
  }

  /** Time at which the timer fires, microseconds: its deadline rounded up to the tick. NEVER when it is not armed. */
  deadlineOf(id: number): number {
    const at = id << RECORD_SHIFT
    return this.records[at + BUCKET] === NONE ? NEVER : (this.origin + this.records[at + DUE]) * TICK
  }

  /**
   * Arms a timer, or moves it if it is armed. `deadline`: microseconds, at most 6 days ahead. One that has passed is
   * due at the next `advance`; armed by `fire`, it is due one tick after the tick being fired, so that a timer that
   * keeps arming itself for now cannot hold up time.
   */
  arm(id: number, deadline: number): void {
    assert(id >= 0 && id < this.capacity, 'timer id in range')
    const due = Math.ceil(deadline / TICK)
    assert(Number.isSafeInteger(due), 'timer deadline is a time')
    // While nothing is armed nobody has to tell the wheel the time, for however long. The deadline tells enough of it.
    if (this.count === 0 && due - this.origin > TICK_MAX) this.idleUntil(due - this.origin - AHEAD_MAX)
    const tick = due - this.origin
    assert(tick <= TICK_MAX, 'timer deadline is at most 6 days ahead')
    if (this.records[(id << RECORD_SHIFT) + BUCKET] !== NONE) this.unlink(id)
    else this.count++
    const earliest = this.firing ? this.current + 1 : this.current
    this.link(id, tick < earliest ? earliest : tick | 0)
  }

  /** Disarms a timer; harmless when it is not armed. */
  disarm(id: number): void {
    assert(id >= 0 && id < this.capacity, 'timer id in range')
    if (this.records[(id << RECORD_SHIFT) + BUCKET] === NONE) return
    this.unlink(id)
    this.count--
  }

  /**
   * Fires the timers that are due at `now` (microseconds, never less than before), by tick and then in the order in
   * which they were armed, each disarmed before it fires. `target` may arm and disarm any timer. Returns the number
   * fired, `limit` at most; the next call goes on from there. The limit does not bound the timers that are dealt out
   * to lower levels on the way.
   */
  advance(now: number, target: TimerTarget, limit: number): number {
    const ticks = Math.floor(now / TICK) - this.origin
    assert(ticks >= this.current, 'time does not go back')
    assert(!this.firing, 'advance is not called by fire')
    if (limit <= 0) return 0
    if (this.count === 0) {
      this.idleUntil(ticks)
      return 0
    }
    // A host that was stopped for longer finds every timer overdue. They keep their order, and fire now all the same.
    const lost = ticks > TICK_MAX - AHEAD_MAX ? ticks - this.current - AHEAD_MAX : 0
    this.origin += lost
    const until = (ticks - lost) | 0
    let fired = 0
    while (fired < limit) {
      const bucket = this.firstBucket()
      const start = bucket === NONE ? TICK_MAX : startOf(this.current, bucket)
      if (start > until) {
        this.current = until
        break
      }
      this.current = start
      if (bucket < BASE_1) fired += this.fireBucket(bucket, now, target, limit - fired)
      else this.dealOut(bucket)
    }
    if (this.current >= REBASE_TICK) this.rebase()
    return fired
  }

  /** Lets time pass, any length of it, while no timer is armed. */
  private idleUntil(tick: number): void {
    if (tick <= this.current) return
    if (tick < REBASE_TICK) {
      this.current = tick
      return
    }
    this.current = tick % (1 << SHIFT_4)
    this.origin += tick - this.current
  }

  /**
   * When to call `advance` again, microseconds: the next firing, or an earlier time at which the wheel has to deal out
   * a bucket; at most four of those precede a firing. In the past when timers are overdue; NEVER when none is armed.
   */
  nextDeadline(): number {
    const bucket = this.firstBucket()
    return bucket === NONE ? NEVER : (this.origin + startOf(this.current, bucket)) * TICK
  }

  /**
   * Moves the origin to the bucket of the last level that time is in. Ticks on lower levels keep their low bits, and so
   * their buckets; those of the last level move down as they are. Once in 12 days, at a cost of one pass over all timers.
   */
  private rebase(): void {
    const { records, heads } = this
    const turns = this.current >> SHIFT_4
    const shift = turns << SHIFT_4
    for (let at = 0; at < records.length; at += RECORD_WORDS) {
      if (records[at + BUCKET] === NONE) continue
      records[at + DUE] -= shift
      if (records[at + BUCKET] >= BASE_4) records[at + BUCKET] -= turns
    }
    for (let bucket = BASE_4; bucket < BUCKET_COUNT; bucket++) {
      const head = bucket + turns < BUCKET_COUNT ? heads[bucket + turns] : NONE
      this.empty(bucket)
      if (head !== NONE) this.occupy(bucket, head)
    }
    this.current -= shift
    this.origin += shift
  }

  /** Checks the whole wheel; for tests and the simulator. */
  assertInvariants(): void {
    let armed = 0
    for (let bucket = 0; bucket < BUCKET_COUNT; bucket++) {
      const head = this.heads[bucket]
      const isOccupied = (this.occupied[bucket >> 5] & (1 << (bucket & 31))) !== 0
      assert(isOccupied === (head !== NONE), 'occupancy bit says whether the bucket holds a timer')
      if (head !== NONE) armed += this.assertBucket(bucket, head)
    }
    for (let word = 0; word < this.occupied.length; word++) {
      const isMarked = (this.occupiedWords & (1 << word)) !== 0
      assert(isMarked === (this.occupied[word] !== 0), 'bit of the occupancy word says whether it is not 0')
    }
    assert(armed === this.count, 'armed timers are counted')
    let marked = 0
    for (let id = 0; id < this.capacity; id++) if (this.isArmed(id)) marked++
    assert(marked === armed, 'a timer is armed if and only if a bucket holds it')
  }

  private assertBucket(bucket: number, head: number): number {
    const { records } = this
    let length = 0
    let id = head
    do {
      const at = id << RECORD_SHIFT
      assert(++length <= this.capacity, 'bucket list ends')
      assert(records[at + BUCKET] === bucket, 'timer knows its bucket')
      assert(records[at + DUE] >= this.current, 'no timer is behind the current tick')
      assert(bucketFor(this.current, records[at + DUE]) === bucket, 'timer is in the bucket of its tick')
      assert(records[(records[at + NEXT] << RECORD_SHIFT) + PREVIOUS] === id, 'bucket list is doubly linked')
      id = records[at + NEXT]
    } while (id !== head)
    return length
  }

  /** The occupied bucket that comes first in time, or NONE. */
  private firstBucket(): number {
    const words = this.occupiedWords
    if (words === 0) return NONE
    const word = lowestBit(words)
    return (word << 5) | lowestBit(this.occupied[word])
  }

  /** Fires the timers of the current tick, `limit` at most. */
  private fireBucket(bucket: number, now: number, target: TimerTarget, limit: number): number {
    let fired = 0
    this.firing = true
    try {
      for (let id = this.heads[bucket]; id !== NONE && fired < limit; id = this.heads[bucket]) {
        this.unlink(id)
        this.count--
        fired++
        target.fire(id, now)
      }
    } finally {
      this.firing = false
    }
    return fired
  }

  /** Moves a bucket's timers to lower levels, in their order. */
  private dealOut(bucket: number): void {
    const { records } = this
    const head = this.heads[bucket]
    this.empty(bucket)
    let id = head
    do {
      const at = id << RECORD_SHIFT
      const next = records[at + NEXT]
      this.link(id, records[at + DUE])
      id = next
    } while (id !== head)
  }

  /** Appends a timer to the bucket of `tick`, which is not before the current one. */
  private link(id: number, tick: number): void {
    const { records, heads } = this
    const at = id << RECORD_SHIFT
    const bucket = bucketFor(this.current, tick)
    const head = heads[bucket]
    records[at + DUE] = tick
    records[at + BUCKET] = bucket
    if (head === NONE) {
      records[at + NEXT] = id
      records[at + PREVIOUS] = id
      this.occupy(bucket, id)
      return
    }
    const headAt = head << RECORD_SHIFT
    const tail = records[headAt + PREVIOUS]
    records[at + NEXT] = head
    records[at + PREVIOUS] = tail
    records[(tail << RECORD_SHIFT) + NEXT] = id
    records[headAt + PREVIOUS] = id
  }

  private occupy(bucket: number, head: number): void {
    this.heads[bucket] = head
    this.occupied[bucket >> 5] |= 1 << (bucket & 31)
    this.occupiedWords |= 1 << (bucket >> 5)
  }

  private empty(bucket: number): void {
    const word = bucket >> 5
    this.heads[bucket] = NONE
    this.occupied[word] &= ~(1 << (bucket & 31))
    if (this.occupied[word] === 0) this.occupiedWords &= ~(1 << word)
  }

  /** Takes an armed timer out of its bucket. */
  private unlink(id: number): void {
    const { records } = this
    const at = id << RECORD_SHIFT
    const bucket = records[at + BUCKET]
    const next = records[at + NEXT]
    records[at + BUCKET] = NONE
    if (next === id) {
      this.empty(bucket)
      return
    }
    const previous = records[at + PREVIOUS]
    records[(previous << RECORD_SHIFT) + NEXT] = next
    records[(next << RECORD_SHIFT) + PREVIOUS] = previous
    if (this.heads[bucket] === id) this.heads[bucket] = next
  }
}
