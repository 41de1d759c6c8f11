/**
 * When a spoke that has no session says hello: at once, then ever more slowly. This bound is a safety rule, not only good
 * manners: hellos are the one thing that leaves before the other end has proven that it is a lab server.
 */
import { MILLISECOND } from '../base/time.ts'

/** Time to the second hello; it doubles from hello to hello up to HELLO_MAX_INTERVAL. Microseconds. */
export const HELLO_MIN_INTERVAL = 100 * MILLISECOND
/** Longest time between two hellos, and the time after which a refused spoke asks again. Microseconds. */
export const HELLO_MAX_INTERVAL = 1_000 * MILLISECOND

export class HelloSchedule {
  private at = 0
  private interval = HELLO_MIN_INTERVAL

  /** Whether a hello is due; if so, the next one is put off. */
  take(now: number): boolean {
    if (now < this.at) return false
    this.at = now + this.interval
    this.interval = Math.min(2 * this.interval, HELLO_MAX_INTERVAL)
    return true
  }

  /** The session was lost: the next hello is due at once. */
  restart(): void {
    this.at = 0
    this.interval = HELLO_MIN_INTERVAL
  }

  /** Somebody said no: the next hello is due after the longest interval. */
  putOff(now: number): void {
    this.at = now + HELLO_MAX_INTERVAL
    this.interval = HELLO_MAX_INTERVAL
  }
}
