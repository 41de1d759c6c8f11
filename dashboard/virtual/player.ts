/**
 * How fast the time of labs in the browser passes, and how often the page is told: their own time stands still while nobody
 * calls `tick`, and falls behind rather than keep the page waiting. All labs are at the same moment after every tick.
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

/** The same in virtual time, microseconds: time that flies leaves no holes in the page's history. */
const STATE_SPAN = SECOND / 2

/** Mementos that are taken per second of the page's time, at most: each costs some 30 ms. */
const MEMENTOS_PER_SECOND = 2

export class Player {
  /** 0 while it is paused. */
  speed = 0
  /** Where it stops by itself, microseconds of virtual time. */
  until = Number.POSITIVE_INFINITY
  private readonly labs: readonly VirtualLab[]
  /** Milliseconds, of any clock that goes forward. */
  private readonly clock: () => number
  /** Virtual seconds per second of the last tick. */
  private pace = 1
  private sinceState = 0
  private sinceQueues = 0
  /** When the state was told last, microseconds of virtual time. */
  private toldState = 0

  constructor(labs: readonly VirtualLab[], clock: () => number) {
    this.labs = labs
    this.clock = clock
  }

  /** Microseconds of virtual time. */
  get now(): number {
    return this.labs[0]?.now ?? 0
  }

  /**
   * Plays what `elapsed` milliseconds of the page's time are worth, but for no longer than `budget` milliseconds. Tells what is
   * due to be told.
   */
  tick(elapsed: number, budget: number): void {
    const { labs, speed, clock } = this
    if (speed === 0 || labs.length === 0) return
    const begin = clock()
    const target = Math.min(this.until, Math.round(this.now + elapsed * MILLISECOND * speed))
    // As fast as it goes, which may be less than it is told to.
    const spacing = Math.max(1, Math.min(speed, this.pace) / MEMENTOS_PER_SECOND) * SECOND
    const from = this.now
    while (this.now < target && clock() - begin < budget) {
      const until = Math.min(target, this.now + SLICE)
      for (const lab of labs) lab.advance(until, spacing)
      if (Math.abs(this.now - this.toldState) >= STATE_SPAN) this.tellState()
    }
    if (elapsed > 0) this.pace = (this.now - from) / (elapsed * MILLISECOND)
    this.sinceState += elapsed
    this.sinceQueues += elapsed
    if (this.sinceState >= STATE_EVERY) this.tellState()
    if (this.sinceQueues >= QUEUES_EVERY) this.tellQueues()
  }

  private tellState(): void {
    this.sinceState = 0
    this.toldState = this.now
    for (const lab of this.labs) {
      lab.tellFinished()
      lab.tellState()
    }
  }

  private tellQueues(): void {
    this.sinceQueues = 0
    for (const lab of this.labs) {
      lab.tellFinished()
      lab.tellQueues()
    }
  }
}
