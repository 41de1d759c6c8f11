/**
 * How fast the time of a lab in the browser passes, and how often the page is told: the lab's own time stands still while
 * nobody calls `tick`, and falls behind rather than keep the page waiting.
 */
import { MILLISECOND, SECOND } from '../../tcpip/base/time.ts'
import type { VirtualLab } from './virtual-lab.ts'

/** Virtual seconds per second. */
export const SPEED_MIN = 0.01
export const SPEED_MAX = 1000

/** What is played in one go before the clock is looked at again, microseconds of virtual time. */
const SLICE = SECOND / 20

/** Between two tellings of the same, milliseconds of the page's time. */
const STATE_EVERY = 250
const QUEUES_EVERY = 100

/** Mementos that are taken per second of the page's time, at most: each costs some 30 ms. */
const MEMENTOS_PER_SECOND = 2

export class Player {
  /** 0 while it is paused. */
  speed = 0
  private readonly lab: VirtualLab
  /** Milliseconds, of any clock that goes forward. */
  private readonly clock: () => number
  private sinceState = 0
  private sinceQueues = 0

  constructor(lab: VirtualLab, clock: () => number) {
    this.lab = lab
    this.clock = clock
  }

  /**
   * Plays what `elapsed` milliseconds of the page's time are worth, but for no longer than `budget` milliseconds. Tells what is
   * due to be told.
   */
  tick(elapsed: number, budget: number): void {
    const { lab, speed, clock } = this
    if (speed === 0) return
    const begin = clock()
    const target = Math.round(lab.now + elapsed * MILLISECOND * speed)
    const spacing = Math.max(1, speed / MEMENTOS_PER_SECOND) * SECOND
    while (lab.now < target && clock() - begin < budget) lab.advance(Math.min(target, lab.now + SLICE), spacing)
    this.tell(elapsed)
  }

  private tell(elapsed: number): void {
    this.sinceState += elapsed
    this.sinceQueues += elapsed
    if (this.sinceQueues >= QUEUES_EVERY) {
      this.sinceQueues = 0
      this.lab.tellFinished()
      this.lab.tellQueues()
    }
    if (this.sinceState >= STATE_EVERY) {
      this.sinceState = 0
      this.lab.tellState()
    }
  }
}
