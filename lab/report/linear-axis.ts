/**
 * Axes of counts that begin at 0, and steps over time.
 */
import { type ScaleLinear, scaleLinear } from 'd3-scale'
import { area, curveStepAfter, line } from 'd3-shape'
import { label, rule } from './svg.ts'
import type { TimeScale } from './time-frame.ts'

export type CountScale = ScaleLinear<number, number>

/** From 0 at `bottom` to a little above `most` at `top`. */
export function countScale(most: number, bottom: number, top: number): CountScale {
  return scaleLinear([0, most === 0 ? 1 : most], [bottom, top])
}

/** Lines and labels; about `count` of them, at round values. */
export function countGrid(y: CountScale, x: TimeScale, count: number): string {
  const [left = 0, right = 0] = x.range()
  const ticks = y.ticks(count).map((value) => {
    const at = y(value)
    return rule(left, at, right, at, 'grid') + label(left - 7, at + 4, String(value), 'small muted end')
  })
  return ticks.join('')
}

/** Steps that a line may have. */
const STEPS_MAX = 480
const BINS = [1, 2, 5, 10, 15, 20, 30, 60]

/** How many seconds share a step in a picture of `seconds`. */
export function secondsPerStep(seconds: number): number {
  return BINS.find((bin) => seconds / bin <= STEPS_MAX) ?? 60
}

/** One value per step: the mean of its seconds. */
export function meanSteps(values: ArrayLike<number>, bin: number): number[] {
  return steps(values, bin, (slice) => slice.reduce((sum, value) => sum + value, 0) / slice.length)
}

/** One value per step: the largest of its seconds. */
export function maxSteps(values: ArrayLike<number>, bin: number): number[] {
  return steps(values, bin, (slice) => Math.max(...slice))
}

function steps(values: ArrayLike<number>, bin: number, combine: (slice: number[]) => number): number[] {
  const all = Array.from(values)
  const result: number[] = []
  for (let at = 0; at < all.length; at += bin) result.push(combine(all.slice(at, at + bin)))
  return result
}

/** The `d` of a line that keeps each value for `bin` seconds; `duration` is where it ends. */
export function stepLine(
  values: readonly number[],
  bin: number,
  duration: number,
  x: TimeScale,
  y: CountScale,
): string {
  const path = line<Point>(
    ({ second }) => x(second),
    ({ high }) => y(high),
  ).curve(curveStepAfter)
  return path.digits(1)(corners(values, values, bin, duration)) ?? ''
}

/** The `d` of the area between two such lines. */
export function stepArea(
  low: readonly number[],
  high: readonly number[],
  bin: number,
  duration: number,
  x: TimeScale,
  y: CountScale,
): string {
  const path = area<Point>()
    .x(({ second }) => x(second))
    .y0((point) => y(point.low))
    .y1((point) => y(point.high))
    .curve(curveStepAfter)
  return path.digits(1)(corners(low, high, bin, duration)) ?? ''
}

interface Point {
  readonly second: number
  readonly low: number
  readonly high: number
}

/** The beginnings of steps that differ from the one before, and the end. */
function corners(low: readonly number[], high: readonly number[], bin: number, duration: number): Point[] {
  const points = high.map((value, index) => ({ second: index * bin, low: low[index] ?? 0, high: value }))
  const turns = points.filter((point, index) => {
    const before = points[index - 1]
    return before === undefined || before.low !== point.low || before.high !== point.high
  })
  const last = points.at(-1)
  return last === undefined ? [] : [...turns, { ...last, second: duration }]
}
