/** The model of a kernel's timers, against what was measured of Linux 6.18.44 and what its source promises. */
import { expect, it } from 'vitest'
import { MILLISECOND, SECOND } from '../../../tcpip/base/time.ts'
import { TimerWheel } from '../../../tcpip/base/timer-wheel.ts'
import { expiry, withKernelTimers } from '../../kernel/kernel-timers.ts'

/** HZ = 250. */
const TICK = 4 * MILLISECOND

function lateness(wait: number, offset: number): number {
  return expiry({ length: TICK, offset }, 0, wait) - wait
}

it.each([
  [10 * MILLISECOND, 1],
  [SECOND, 8],
  [2 * SECOND, 8],
  [4 * SECOND, 64],
  [16 * SECOND, 64],
  [32 * SECOND, 512],
])('a wait of %i us ends up to %i ticks late, never early, by the phase of the clock', (wait, ticks) => {
  const found = Array.from({ length: 4096 }, (_, i) => lateness(wait, i * TICK + 1000))
  expect(Math.min(...found)).toBeGreaterThan(0)
  expect(Math.max(...found)).toBeGreaterThan((ticks - 1) * TICK)
  expect(Math.max(...found)).toBeLessThanOrEqual((ticks + 1) * TICK)
})

it('a half-open entry lives for 63 s, and up to 67.4 s as measured 64.4', () => {
  const lives = Array.from({ length: 1024 }, (_, phase) => {
    let now = 0
    for (const wait of [1, 2, 4, 8, 16, 32])
      now = expiry({ length: TICK, offset: phase * TICK }, now, now + wait * SECOND)
    return now / SECOND
  })
  expect(Math.min(...lives)).toBeGreaterThan(63)
  expect(Math.max(...lives)).toBeLessThan(66)
  expect(lives.some((life) => Math.abs(life - 64.4) < 0.1)).toBe(true)
})

it('makes every wheel late while it plays, and none after', () => {
  const fireTime = (): number => {
    const wheel = new TimerWheel(1)
    wheel.arm(0, SECOND)
    expect(wheel.deadlineOf(0)).toBe(SECOND)
    return wheel.nextDeadline()
  }
  const exact = fireTime()
  const late = withKernelTimers({ length: TICK, offset: 0 }, () => 0, fireTime)
  expect([exact <= SECOND, late > SECOND - 256 * MILLISECOND, fireTime()]).toEqual([true, true, exact])
  expect(() => withKernelTimers({ length: TICK, offset: 0 }, () => 0, failing)).toThrow('failed')
  expect(fireTime()).toBe(exact)
})

function failing(): never {
  throw new Error('failed')
}
