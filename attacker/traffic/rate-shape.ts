/**
 * Arrivals whose rate changes over time: ramps, pulses, stairs. The events of a process with rate 1 are laid out along the
 * area under the rate: the k-th constant event is due when k packets should have been sent, and Poisson events stay
 * independent of each other. Owns no clock.
 */

import type { Prng } from '../../tcpip/base/prng.ts'
import { NEVER, SECOND } from '../../tcpip/base/time.ts'
import { Arrivals } from '../clients/arrivals.ts'
import type { AttackPace } from './attack-spec.ts'

/** When the next event is due, and on to the one after it. */
export interface Schedule {
  /** Microseconds, an integer; NEVER when there are no more. */
  readonly next: number
  step(): void
}

/** A span of time in which the rate goes linearly from one value to another; times in seconds, rates per second. */
export interface Span {
  /** From the beginning of the attack. */
  readonly start: number
  readonly length: number
  readonly from: number
  readonly to: number
  /** Area under the rate before this span: events due until it begins, fractions included. */
  readonly before: number
}

/**
 * Shares of an event, and of a microsecond, that are taken for rounding errors. An event that falls due at the very end of
 * a span belongs to the next one, and one that falls due at a whole microsecond is due then and not one earlier.
 */
const EVENT_TOLERANCE = 1e-6
const TIME_TOLERANCE = 1e-3

/** The schedule of an attack that begins at `start`, microseconds. */
export function makeSchedule(pace: AttackPace, start: number, prng: Prng): Schedule {
  const { arrivals, rate, shape } = pace
  if (shape === 'flat') return new Arrivals(arrivals, rate, start, prng)
  return new ShapedArrivals(pace, start, prng)
}

/** Span number `index`, from 0, of the rate over the duration of an attack; undefined when the shape has no more. */
export function spanAt(pace: AttackPace, index: number): Span | undefined {
  const { rate, duration, shape } = pace
  switch (shape) {
    case 'flat':
      return index > 0 ? undefined : { start: 0, length: duration, from: rate, to: rate, before: 0 }
    case 'ramp':
      return index > 0 ? undefined : { start: 0, length: duration, from: rate * pace.rampFrom, to: rate, before: 0 }
    case 'step': {
      const { steps } = pace
      const length = duration / steps
      const level = (rate * (index + 1)) / steps
      // 1 + 2 + ... + index stairs of the first one's height.
      const before = ((rate * length) / steps) * ((index * (index + 1)) / 2)
      return index >= steps ? undefined : { start: index * length, length, from: level, to: level, before }
    }
    case 'pulse': {
      const { pulseOn, pulseOff } = pace
      const pulse = index >> 1
      const isOn = (index & 1) === 0
      const start = pulse * (pulseOn + pulseOff) + (isOn ? 0 : pulseOn)
      const length = isOn ? pulseOn : pulseOff
      const level = isOn ? rate : 0
      const before = (isOn ? pulse : pulse + 1) * rate * pulseOn
      return start >= duration ? undefined : { start, length, from: level, to: level, before }
    }
  }
}

class ShapedArrivals implements Schedule {
  next = 0
  private readonly isPoisson: boolean
  private readonly pace: AttackPace
  private readonly start: number
  private readonly prng: Prng
  /** The span that the next event lies in, and its number; undefined after the last one. */
  private span: Span | undefined
  private index = 0
  /** Events that are due before the next one, fractions of an event included. */
  private due = 0

  constructor(pace: AttackPace, start: number, prng: Prng) {
    this.isPoisson = pace.arrivals === 'poisson'
    this.pace = pace
    this.start = start
    this.prng = prng
    this.span = spanAt(pace, 0)
    if (this.isPoisson) this.due = prng.exponential(1)
    this.place()
  }

  step(): void {
    this.due += this.isPoisson ? this.prng.exponential(1) : 1
    this.place()
  }

  /** Finds the time at which `due` events have fallen due. */
  private place(): void {
    for (; this.span !== undefined; this.span = spanAt(this.pace, ++this.index)) {
      const { start, length, from, to, before } = this.span
      const rest = Math.max(0, this.due - before)
      if (rest > ((from + to) / 2) * length - EVENT_TOLERANCE) continue
      // rest = from * t + (to - from) / (2 * length) * t^2, solved for t without cancellation.
      const root = Math.sqrt(from * from + (2 * (to - from) * rest) / length)
      const seconds = start + (rest === 0 ? 0 : (2 * rest) / (from + root))
      this.next = this.start + Math.floor(seconds * SECOND + TIME_TOLERANCE)
      return
    }
    this.next = NEVER
  }
}
