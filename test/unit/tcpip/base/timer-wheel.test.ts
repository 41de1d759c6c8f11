import { describe, expect, test } from 'vitest'
import { MILLISECOND, NEVER, SECOND } from '../../../../tcpip/base/time.ts'
import { TimerWheel } from '../../../../tcpip/base/timer-wheel.ts'

const HOUR = 3_600 * SECOND
const ALL = Number.POSITIVE_INFINITY

interface Firing {
  readonly id: number
  readonly now: number
}

/** Advances and returns what fired, `ids` only. */
function firedIds(wheel: TimerWheel, now: number, limit = ALL): number[] {
  const ids: number[] = []
  const fired = wheel.advance(now, { fire: (id) => ids.push(id) }, limit)
  expect(fired).toBe(ids.length)
  wheel.assertInvariants()
  return ids
}

describe('firing time', () => {
  test('is the first tick at or after the deadline, never early', () => {
    const wheel = new TimerWheel(3)
    wheel.arm(0, 5_000)
    wheel.arm(1, 5_001)
    wheel.arm(2, 4_999)
    expect(firedIds(wheel, 4_999)).toEqual([])
    expect(firedIds(wheel, 5_000)).toEqual([0, 2])
    expect(firedIds(wheel, 5_999)).toEqual([])
    expect(firedIds(wheel, 6_000)).toEqual([1])
  })

  test('is exact for the instants of a SYN-ACK backoff, whatever the step of time', () => {
    for (const step of [MILLISECOND, 7_777, SECOND, 64 * SECOND]) {
      const wheel = new TimerWheel(6)
      const seconds = [1, 3, 7, 15, 31, 63]
      seconds.forEach((deadline, id) => {
        wheel.arm(id, deadline * SECOND)
      })
      const firings: Firing[] = []
      for (let now = step; wheel.armed > 0; now += step) {
        wheel.advance(now, { fire: (id) => firings.push({ id, now }) }, ALL)
      }
      expect(firings).toEqual(seconds.map((s, id) => ({ id, now: Math.ceil((s * SECOND) / step) * step })))
    }
  })

  test('is exact for one timer that doubles its own timeout', () => {
    const wheel = new TimerWheel(1)
    const firings: number[] = []
    let timeout = SECOND
    wheel.arm(0, timeout)
    while (wheel.armed > 0) {
      const target = {
        fire(id: number, now: number): void {
          firings.push(now / SECOND)
          timeout *= 2
          if (firings.length < 6) wheel.arm(id, now + timeout)
        },
      }
      wheel.advance(wheel.nextDeadline(), target, ALL)
    }
    expect(firings).toEqual([1, 3, 7, 15, 31, 63])
  })

  test('is exact on both sides of every level boundary', () => {
    const ticks = [8, 14, 20, 26, 30].flatMap((bits) => [2 ** bits - 1, 2 ** bits, 2 ** bits + 1])
    ticks.push(2 ** 31 - 2)
    const wheel = new TimerWheel(ticks.length)
    ticks.forEach((tick, id) => {
      wheel.arm(id, tick * MILLISECOND)
    })
    ticks.forEach((tick, id) => {
      expect(firedIds(wheel, tick * MILLISECOND - 1)).toEqual([])
      expect(firedIds(wheel, tick * MILLISECOND)).toEqual([id])
    })
  })
})

describe('order', () => {
  test('is by tick, and by order of arming within a tick', () => {
    const wheel = new TimerWheel(6)
    wheel.arm(4, 2 * SECOND)
    wheel.arm(1, SECOND)
    wheel.arm(3, 2 * SECOND - 1)
    wheel.arm(0, 2 * SECOND)
    wheel.arm(5, SECOND)
    expect(firedIds(wheel, HOUR)).toEqual([1, 5, 4, 3, 0])
  })

  test('of timers of one tick does not depend on how long before it they were armed', () => {
    const wheel = new TimerWheel(4)
    const deadline = 20 * SECOND
    wheel.arm(3, deadline)
    firedIds(wheel, 10 * SECOND)
    wheel.arm(2, deadline)
    firedIds(wheel, deadline - 200 * MILLISECOND)
    wheel.arm(1, deadline)
    firedIds(wheel, deadline - MILLISECOND)
    wheel.arm(0, deadline)
    expect(firedIds(wheel, deadline)).toEqual([3, 2, 1, 0])
  })

  test('arming again moves a timer behind the others of its tick', () => {
    const wheel = new TimerWheel(3)
    for (const id of [0, 1, 2, 0]) wheel.arm(id, SECOND)
    expect(wheel.armed).toBe(3)
    expect(firedIds(wheel, SECOND)).toEqual([1, 2, 0])
  })
})

describe('arming and disarming', () => {
  test('a timer armed again fires once, at its new deadline, earlier or later', () => {
    const wheel = new TimerWheel(2)
    wheel.arm(0, SECOND)
    wheel.arm(0, HOUR)
    wheel.arm(1, HOUR)
    wheel.arm(1, SECOND)
    expect(firedIds(wheel, SECOND)).toEqual([1])
    expect(firedIds(wheel, HOUR)).toEqual([0])
  })

  test('a disarmed timer does not fire, and disarming twice is harmless', () => {
    const wheel = new TimerWheel(3)
    for (const id of [0, 1, 2]) wheel.arm(id, SECOND)
    wheel.disarm(1)
    wheel.disarm(1)
    expect(wheel.armed).toBe(2)
    expect([0, 1, 2].map((id) => wheel.isArmed(id))).toEqual([true, false, true])
    expect(firedIds(wheel, SECOND)).toEqual([0, 2])
    wheel.disarm(0)
    expect(wheel.armed).toBe(0)
  })

  test('a deadline that has passed is due at the next advance, even in the same millisecond', () => {
    const wheel = new TimerWheel(2)
    firedIds(wheel, 10 * SECOND)
    wheel.arm(0, SECOND)
    wheel.arm(1, -SECOND)
    expect(wheel.nextDeadline()).toBe(10 * SECOND)
    expect(firedIds(wheel, 10 * SECOND + 1)).toEqual([0, 1])
  })

  test('deadlineOf is the time of firing, rounded up to the tick, and NEVER when not armed', () => {
    const wheel = new TimerWheel(1)
    expect(wheel.deadlineOf(0)).toBe(NEVER)
    wheel.arm(0, 63 * SECOND + 1)
    expect(wheel.deadlineOf(0)).toBe(63 * SECOND + MILLISECOND)
    wheel.disarm(0)
    expect(wheel.deadlineOf(0)).toBe(NEVER)
  })

  test('asserts ids out of range, and deadlines that are no times', () => {
    const wheel = new TimerWheel(2)
    for (const id of [-1, 2]) {
      expect(() => wheel.arm(id, SECOND)).toThrow('assertion failed')
      expect(() => wheel.disarm(id)).toThrow('assertion failed')
    }
    for (const deadline of [NEVER, Number.NaN]) {
      expect(() => wheel.arm(0, deadline)).toThrow('assertion failed')
    }
    expect(wheel.armed).toBe(0)
    wheel.assertInvariants()
  })
})

describe('inside fire', () => {
  test('the firing timer is not armed, and may arm itself', () => {
    const wheel = new TimerWheel(1)
    const firings: number[] = []
    const target = {
      fire(id: number, now: number): void {
        expect(wheel.isArmed(id)).toBe(false)
        expect(wheel.armed).toBe(0)
        firings.push(now)
        wheel.arm(id, now + SECOND)
      },
    }
    wheel.arm(0, SECOND)
    for (let now = SECOND; now <= 3 * SECOND; now += SECOND) wheel.advance(now, target, ALL)
    expect(firings).toEqual([SECOND, 2 * SECOND, 3 * SECOND])
  })

  test('a timer that keeps arming itself for now fires once per tick and lets advance end', () => {
    const wheel = new TimerWheel(1)
    const firings: number[] = []
    const target = {
      fire(id: number, now: number): void {
        firings.push(now)
        wheel.arm(id, now)
      },
    }
    wheel.arm(0, MILLISECOND)
    wheel.advance(MILLISECOND, target, ALL)
    expect(firings).toEqual([MILLISECOND])
    expect(wheel.advance(MILLISECOND, target, ALL)).toBe(0)
    expect(wheel.nextDeadline()).toBe(2 * MILLISECOND)
    wheel.advance(2 * MILLISECOND, target, ALL)
    expect(firings).toEqual([MILLISECOND, 2 * MILLISECOND])
  })

  test('a timer armed for a tick that advance has still to reach fires in the same call, in order', () => {
    const wheel = new TimerWheel(3)
    const order: number[] = []
    const target = {
      fire(id: number): void {
        order.push(id)
        if (id === 0) wheel.arm(2, 2 * SECOND)
      },
    }
    wheel.arm(0, SECOND)
    wheel.arm(1, 3 * SECOND)
    expect(wheel.advance(4 * SECOND, target, ALL)).toBe(3)
    expect(order).toEqual([0, 2, 1])
  })

  test('disarming the next timer of the same tick stops it', () => {
    const wheel = new TimerWheel(3)
    const order: number[] = []
    const target = {
      fire(id: number): void {
        order.push(id)
        if (id === 0) wheel.disarm(1)
      },
    }
    for (const id of [0, 1, 2]) wheel.arm(id, SECOND)
    expect(wheel.advance(SECOND, target, ALL)).toBe(2)
    expect(order).toEqual([0, 2])
    wheel.assertInvariants()
  })

  test('advance asserts that it is not called again, and works after an exception', () => {
    const wheel = new TimerWheel(1)
    wheel.arm(0, SECOND)
    const target = { fire: (): void => void wheel.advance(SECOND, target, ALL) }
    expect(() => wheel.advance(SECOND, target, ALL)).toThrow('assertion failed: advance is not called by fire')
    wheel.arm(0, 2 * SECOND)
    expect(firedIds(wheel, 2 * SECOND)).toEqual([0])
  })
})

describe('limit', () => {
  test('bounds a call, and the next call goes on where it ended', () => {
    const wheel = new TimerWheel(10)
    for (let id = 0; id < 10; id++) wheel.arm(id, SECOND + (id >> 2) * MILLISECOND)
    expect(firedIds(wheel, HOUR, 0)).toEqual([])
    expect(firedIds(wheel, HOUR, 3)).toEqual([0, 1, 2])
    expect(wheel.nextDeadline()).toBe(SECOND)
    expect(firedIds(wheel, HOUR, 3)).toEqual([3, 4, 5])
    expect(firedIds(wheel, HOUR, 4)).toEqual([6, 7, 8, 9])
    expect(firedIds(wheel, HOUR, 4)).toEqual([])
  })
})

describe('nextDeadline', () => {
  test('is NEVER when nothing is armed', () => {
    const wheel = new TimerWheel(1)
    expect(wheel.nextDeadline()).toBe(NEVER)
    wheel.arm(0, SECOND)
    wheel.disarm(0)
    expect(wheel.nextDeadline()).toBe(NEVER)
  })

  test('leads to every firing in at most five calls, never past it', () => {
    for (const tick of [1, 255, 256, 300, 20_000, 1_100_000, 70_000_000, 2 ** 30]) {
      const wheel = new TimerWheel(1)
      wheel.arm(0, tick * MILLISECOND)
      let calls = 0
      let now = 0
      while (wheel.armed > 0) {
        now = wheel.nextDeadline()
        wheel.advance(now, { fire: () => undefined }, ALL)
        calls++
      }
      expect(now).toBe(tick * MILLISECOND)
      expect(calls).toBeLessThanOrEqual(5)
    }
  })
})

test('memory is 16 bytes per timer and less than 4 KB more', () => {
  const fixed = new TimerWheel(1).bytes - 16
  expect(fixed).toBeLessThan(4_096)
  expect(new TimerWheel(1_000_000).bytes).toBe(16_000_000 + fixed)
})

test('asserts that time does not go back', () => {
  const wheel = new TimerWheel(1)
  firedIds(wheel, SECOND)
  expect(() => wheel.advance(SECOND - 1, { fire: () => undefined }, ALL)).toThrow('assertion failed')
})

describe('after the range of int32 ticks', () => {
  const DAY = 24 * HOUR

  test('a wheel that was idle for a year goes on as before', () => {
    const wheel = new TimerWheel(2)
    expect(firedIds(wheel, 365 * DAY)).toEqual([])
    wheel.arm(0, 365 * DAY + SECOND)
    wheel.arm(1, 371 * DAY)
    expect([wheel.deadlineOf(0), wheel.deadlineOf(1)]).toEqual([365 * DAY + SECOND, 371 * DAY])
    expect(firedIds(wheel, 365 * DAY + SECOND - 1)).toEqual([])
    expect(firedIds(wheel, 365 * DAY + SECOND)).toEqual([0])
    expect(firedIds(wheel, 371 * DAY)).toEqual([1])
  })

  test('timers armed before the origin moves fire on time after it, in their order', () => {
    const wheel = new TimerWheel(5)
    let now = 12 * DAY
    firedIds(wheel, now)
    const deadlines = [now + 6 * DAY, now + 2 * DAY, now + 6 * DAY, now + DAY, now + SECOND]
    deadlines.forEach((deadline, id) => {
      wheel.arm(id, deadline)
    })
    now = 13 * DAY - 1
    expect(firedIds(wheel, now)).toEqual([4])
    expect(deadlines.slice(0, 4).map((_, id) => wheel.deadlineOf(id))).toEqual(deadlines.slice(0, 4))
    expect(firedIds(wheel, 13 * DAY)).toEqual([3])
    expect(firedIds(wheel, 18 * DAY)).toEqual([1, 0, 2])
  })

  test('a timer that keeps arming itself fires every hour of ten years', () => {
    const wheel = new TimerWheel(1)
    wheel.arm(0, HOUR)
    let firings = 0
    const target = {
      fire(id: number, now: number): void {
        expect(now).toBe(++firings * HOUR)
        wheel.arm(id, now + HOUR)
      },
    }
    while (firings < 10 * 365 * 24) wheel.advance(wheel.nextDeadline(), target, ALL)
    expect(firings).toBe(10 * 365 * 24)
  })

  test.each([0, 1, 25, 50, 10_000])(
    'after %d days in which nobody told the time, timers are armed and fire',
    (days) => {
      const wheel = new TimerWheel(3)
      const now = days * DAY
      wheel.arm(0, now + SECOND)
      wheel.arm(1, now + 6 * DAY)
      wheel.arm(2, now)
      expect([0, 1, 2].map((id) => wheel.deadlineOf(id))).toEqual([now + SECOND, now + 6 * DAY, now])
      expect(firedIds(wheel, now)).toEqual([2])
      expect(firedIds(wheel, now + SECOND - 1)).toEqual([])
      expect(firedIds(wheel, now + 6 * DAY)).toEqual([0, 1])
      wheel.assertInvariants()
    },
  )

  test.each([1, 7, 25, 50, 10_000])(
    'a host that was stopped for %d days finds every timer due, in their order',
    (days) => {
      const wheel = new TimerWheel(4)
      const deadlines = [3 * DAY, SECOND, 6 * DAY, SECOND]
      deadlines.forEach((deadline, id) => {
        wheel.arm(id, deadline)
      })
      const now = days * DAY
      const due = deadlines.filter((deadline) => deadline <= now).length
      expect(firedIds(wheel, now)).toEqual([1, 3, 0, 2].slice(0, due))
      wheel.arm(1, now + SECOND)
      expect(firedIds(wheel, now + SECOND)).toEqual([1])
      wheel.assertInvariants()
    },
  )

  test('a timer that arms itself again for later does so after any time', () => {
    const wheel = new TimerWheel(1)
    wheel.arm(0, SECOND)
    const target = { fire: (id: number, now: number) => wheel.arm(id, now + HOUR) }
    wheel.advance(50 * DAY, target, ALL)
    expect(wheel.deadlineOf(0)).toBe(50 * DAY + HOUR)
  })

  test('asserts that a deadline is not further away than ticks can say', () => {
    const wheel = new TimerWheel(2)
    wheel.arm(0, SECOND)
    expect(() => wheel.arm(1, 25 * DAY)).toThrow('at most 6 days ahead')
  })
})
