/**
 * Timers that are late as Linux's are. A timer of Linux waits in a wheel whose levels are the coarser the longer it waits, and
 * fires at the end of its bucket: up to an eighth of its wait late (kernel/time/timer.c, calc_wheel_index). The endpoint's timers
 * are exact. When it is held against a kernel it gets the kernel's, tick for tick, and no line of it knows.
 */
import { TimerWheel } from '../../tcpip/base/timer-wheel.ts'

/** A kernel's tick. */
export interface Ticks {
  /** Length of a tick, microseconds: 1 s / HZ. */
  readonly length: number
  /** Time by ticks (jiffies times the length of a tick) when the clock said 0, microseconds. */
  readonly offset: number
}

/** Buckets of a level but one, and how many times coarser each level is than the one before, as a shift. */
const LEVEL_BUCKETS = 63
const LEVEL_SHIFT = 3
const LEVELS = 9

/** When Linux fires a timer that is armed at `now` for `deadline`. All in microseconds of one clock. */
export function expiry({ length, offset }: Ticks, now: number, deadline: number): number {
  const tick = Math.floor((now + offset) / length)
  const wait = Math.max(0, Math.ceil((deadline - now) / length))
  let level = 0
  while (level < LEVELS - 1 && wait >= LEVEL_BUCKETS << (LEVEL_SHIFT * level)) level++
  const granularity = 2 ** (LEVEL_SHIFT * level)
  const bucketEnd = (Math.floor((tick + wait) / granularity) + 1) * granularity
  return bucketEnd * length - offset
}

/** Does `play` with every `TimerWheel` as late as Linux's; `clock` is the time of the stack that owns them. */
export function withKernelTimers<Result>(ticks: Ticks, clock: () => number, play: () => Result): Result {
  const { arm, deadlineOf } = TimerWheel.prototype
  const asked = new WeakMap<TimerWheel, Map<number, number>>()
  TimerWheel.prototype.arm = function (id, deadline): void {
    const deadlines = asked.get(this) ?? new Map<number, number>()
    asked.set(this, deadlines.set(id, deadline))
    arm.call(this, id, expiry(ticks, clock(), deadline))
  }
  // Linux too knows when a timer was to fire, not when it will (icsk_timeout).
  TimerWheel.prototype.deadlineOf = function (id): number {
    return this.isArmed(id) ? (asked.get(this)?.get(id) ?? deadlineOf.call(this, id)) : deadlineOf.call(this, id)
  }
  try {
    return play()
  } finally {
    Object.assign(TimerWheel.prototype, { arm, deadlineOf })
  }
}
