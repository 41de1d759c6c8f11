/**
 * The logarithmic axis of durations: from microseconds to minutes every order of magnitude gets the same room.
 */
import { type ScaleLogarithmic, scaleLog } from 'd3-scale'

/** Milliseconds to pixels. */
export type DurationScale = ScaleLogarithmic<number, number>

/** The shortest duration that has a place on the axis, milliseconds: the resolution of the simulator's clock. */
const SHORTEST = 0.001
/** Room between the data and the ends of the axis, as a factor. */
const SLACK = 1.15
/** Powers of ten up to which 2 and 5 have ticks of their own. */
const FINE_DECADES = 3.2

/** A scale that holds all of `durations` (milliseconds; none is fine), ends at round values and spans a decade or more. */
export function durationScale(durations: Iterable<number>, bottom: number, top: number): DurationScale {
  let least = Number.POSITIVE_INFINITY
  let most = 0
  for (const duration of durations) {
    const value = Math.max(SHORTEST, duration)
    if (value < least) least = value
    if (value > most) most = value
  }
  if (most === 0) return scaleLog([1, 1000], [bottom, top])
  const low = roundDown(least / SLACK)
  const high = Math.max(roundUp(most * SLACK), multiply(low, 10))
  return scaleLog([low, high], [bottom, top])
}

/** Where a duration lies, pixels. */
export function placeDuration(scale: DurationScale, milliseconds: number): number {
  return scale(Math.max(SHORTEST, milliseconds))
}

/** Durations that deserve a line and a label, ascending, milliseconds. */
export function durationTicks(scale: DurationScale): number[] {
  const [low = 1, high = 10] = scale.domain()
  const digits = Math.log10(high / low) <= FINE_DECADES ? [1, 2, 5] : [1]
  const ticks: number[] = []
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const digit of digits) {
      const value = decimal(digit, power)
      if (value >= low && value <= high) ticks.push(value)
    }
  }
  return ticks
}

/** Such as "20 ms" or "1.5 s". */
export function formatDuration(milliseconds: number): string {
  return milliseconds >= 1000 ? `${milliseconds / 1000} s` : `${milliseconds} ms`
}

function roundDown(value: number): number {
  const power = Math.floor(Math.log10(value))
  const digit = [5, 2, 1].find((candidate) => decimal(candidate, power) <= value) ?? 1
  return decimal(digit, power)
}

function roundUp(value: number): number {
  const power = Math.floor(Math.log10(value))
  const digit = [1, 2, 5, 10].find((candidate) => decimal(candidate, power) >= value) ?? 10
  return decimal(digit, power)
}

/** digit * 10^power, the double nearest to its decimal form. */
function decimal(digit: number, power: number): number {
  return Number(`${digit}e${power}`)
}

function multiply(value: number, factor: number): number {
  return Number((value * factor).toPrecision(6))
}
