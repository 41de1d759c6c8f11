/**
 * The axes of charts: round values, enough room, nothing outside.
 */
import { describe, expect, it } from 'vitest'
import { Dots } from '../../../../lab/report/dots.ts'
import { durationScale, durationTicks, formatDuration, placeDuration } from '../../../../lab/report/duration-axis.ts'
import { countScale, maxSteps, meanSteps, secondsPerStep, stepLine } from '../../../../lab/report/linear-axis.ts'
import { timeScale, timeTicks } from '../../../../lab/report/time-frame.ts'
import type { Scenario } from '../../../../lab/scenario/resolve.ts'

const seconds = (duration: number): Scenario => ({ duration }) as Scenario

describe('the axis of durations', () => {
  it.each([
    [
      [40, 2040],
      [20, 5000],
      ['20 ms', '50 ms', '100 ms', '200 ms', '500 ms', '1 s', '2 s', '5 s'],
    ],
    [[40], [20, 200], ['20 ms', '50 ms', '100 ms', '200 ms']],
    [[], [1, 1000], ['1 ms', '2 ms', '5 ms', '10 ms', '20 ms', '50 ms', '100 ms', '200 ms', '500 ms', '1 s']],
    [
      [0.02, 90_000],
      [0.01, 200_000],
      ['0.01 ms', '0.1 ms', '1 ms', '10 ms', '100 ms', '1 s', '10 s', '100 s'],
    ],
  ])('of %j ends at %j and has round labels', (durations, domain, labels) => {
    const scale = durationScale(durations, 300, 0)
    expect(scale.domain()).toEqual(domain)
    expect(durationTicks(scale).map(formatDuration)).toEqual(labels)
    for (const duration of durations) {
      expect(placeDuration(scale, duration)).toBeGreaterThan(0)
      expect(placeDuration(scale, duration)).toBeLessThan(300)
    }
  })

  it('has a place for a duration of 0: at the resolution of the clock', () => {
    const scale = durationScale([0, 10], 300, 0)
    expect(placeDuration(scale, 0)).toBe(placeDuration(scale, 0.001))
    expect(placeDuration(scale, 0)).toBeLessThanOrEqual(300)
  })
})

describe('the axis of time', () => {
  it.each([
    [3, [0, 1, 2, 3]],
    [240, [0, 30, 60, 90, 120, 150, 180, 210, 240]],
    [780, [0, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 660, 720, 780]],
    [10_800, [0, 900, 1800, 2700, 3600, 4500, 5400, 6300, 7200, 8100, 9000, 9900, 10_800]],
  ])('of %d s has ticks at whole steps', (duration, ticks) => {
    expect(timeTicks(timeScale(seconds(duration), 0, 850))).toEqual(ticks)
  })
})

describe('steps over time', () => {
  it('are seconds in a short run, and as few as can be seen in a long one', () => {
    expect([9, 240, 780, 10_800].map(secondsPerStep)).toEqual([1, 1, 2, 30])
  })

  it('hold the mean, or the largest, of their seconds; the last one of those that are left', () => {
    expect(meanSteps([1, 3, 5, 7, 9], 2)).toEqual([2, 6, 9])
    expect(maxSteps([1, 3, 5, 7, 9], 2)).toEqual([3, 7, 9])
  })

  it('are drawn flat until the next one and to the end', () => {
    const x = timeScale(seconds(4), 0, 40)
    const y = countScale(10, 100, 0)
    expect(stepLine([0, 10, 10, 5], 1, 4, x, y)).toBe('M0,100L10,100L10,0L30,0L30,50L40,50L40,50')
  })
})

describe('dots', () => {
  it('are all drawn, also when they cover each other', () => {
    const dots = new Dots('h0', false)
    for (let i = 0; i < 3; i++) dots.add(1, 2.04)
    expect([dots.asked, dots.drawn, dots.data]).toEqual([3, 3, 'M1 2h0M1 2h0M1 2h0'])
  })

  it('that share are drawn once a pixel, and counted', () => {
    const dots = new Dots('h0', true)
    dots.add(1.1, 2)
    dots.add(1.2, 2)
    dots.add(2.1, 2)
    expect([dots.asked, dots.drawn, dots.data]).toEqual([3, 2, 'M1.1 2h0M2.1 2h0'])
  })
})
