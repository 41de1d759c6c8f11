/**
 * Arrival processes: when the events of an open-loop load are due, whatever became of the ones before. Used by honest
 * clients and by floods alike. Owns no clock: the caller asks for the next time and steps on.
 */
import { assert } from '../../tcpip/base/assert.ts'
import type { Prng } from '../../tcpip/base/prng.ts'
import { SECOND } from '../../tcpip/base/time.ts'

/** `constant`: evenly spaced; `poisson`: independent of each other, with exponential gaps. */
export type ArrivalKind = 'constant' | 'poisson'

export const ARRIVAL_KINDS: readonly ArrivalKind[] = ['constant', 'poisson']

/** Rates are whole thousandths of an event per second: then even spacing is integer arithmetic, without drift. */
export const RATE_STEP = 0.001
const STEPS_PER_UNIT = 1000

/** Most events per second that one process produces: one per tick of `now`. */
export const ARRIVAL_RATE_MAX = 1_000_000

export class Arrivals {
  /** When the next event is due, microseconds, an integer. */
  next: number
  private readonly isPoisson: boolean
  private readonly prng: Prng
  /** The rate, in thousandths of an event per second. */
  private readonly steps: number
  /** The gap between even events is `gap + remainder / steps` microseconds. */
  private readonly gap: number
  private readonly remainder: number
  /** Fraction of a microsecond that even spacing is behind, in units of 1 / steps. */
  private carry = 0
  /** Poisson: the time of the next event before it is rounded down to a microsecond. */
  private exact: number

  /**
   * `rate` in events per second, RATE_STEP to ARRIVAL_RATE_MAX, taken to the nearest RATE_STEP. Even arrivals begin at
   * `start` (microseconds) itself, Poisson ones a random gap after it. `prng` is drawn from by Poisson arrivals only, once
   * per event.
   */
  constructor(kind: ArrivalKind, rate: number, start: number, prng: Prng) {
    const steps = Math.round(rate * STEPS_PER_UNIT)
    assert(steps >= 1 && rate <= ARRIVAL_RATE_MAX, 'arrival rate in range')
    this.isPoisson = kind === 'poisson'
    this.prng = prng
    this.steps = steps
    this.gap = Math.floor((SECOND * STEPS_PER_UNIT) / steps)
    this.remainder = (SECOND * STEPS_PER_UNIT) % steps
    this.exact = start
    this.next = start
    if (this.isPoisson) this.step()
  }

  /** The event at `next` has been dealt with: on to the one after it. */
  step(): void {
    if (this.isPoisson) {
      this.exact += this.prng.exponential((SECOND * STEPS_PER_UNIT) / this.steps)
      this.next = Math.floor(this.exact)
      return
    }
    this.next += this.gap
    this.carry += this.remainder
    if (this.carry >= this.steps) {
      this.carry -= this.steps
      this.next++
    }
  }
}
