/**
 * Time as the person before the page holds it: runs, stands, steps, goes back. One way to a moment is walked at a time, and
 * only the latest wish counts.
 */
import { computed, signal } from '@preact/signals'
import { SPEED_MAX } from '../../virtual/player.ts'
import type { TimeState } from '../../virtual/virtual-labs.ts'
import type { UiState } from '../app/ui-state.ts'
import type { BrowserLab } from '../source/browser-lab.ts'

/** Virtual seconds per second. */
export const SPEEDS = [0.01, 0.1, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] as const

/** The speed that was reached is measured over so much of the page's time, milliseconds. */
const MEASURE_MS = 1000

export class TimeKeeper {
  readonly state = signal<TimeState>({ at: 0, furthest: 0, speed: 0, switches: [] })
  /** The speed that running means. */
  readonly speed = signal<number>(1)
  readonly isRunning = computed(() => this.state.value.speed > 0)
  /** Virtual seconds per second in the last second of the page's time; undefined while nothing is known. */
  readonly reached = signal<number | undefined>(undefined)
  private readonly browser: BrowserLab
  private readonly ui: UiState
  private measuredAt = 0
  private measuredFrom = 0
  private wanted: number | undefined
  private isGoing = false

  constructor(browser: BrowserLab, ui: UiState) {
    this.browser = browser
    this.ui = ui
    browser.onTime((time) => this.take(time))
  }

  run(speed = this.speed.value): void {
    this.look()
    this.speed.value = speed
    this.browser.run(speed)
  }

  pause(): void {
    this.browser.pause()
  }

  toggle(): void {
    if (this.isRunning.value) this.pause()
    else this.run()
  }

  /** Another speed, now or when time runs again. */
  choose(speed: number): void {
    this.speed.value = speed
    if (this.isRunning.value) this.browser.run(speed)
  }

  /** The next speed of the list, faster or slower. */
  shift(by: 1 | -1): void {
    const at = SPEEDS.findIndex((speed) => speed >= this.speed.value)
    this.choose(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + by))] ?? 1)
  }

  step(by: 'packet' | 'event' | 'second'): Promise<void> {
    this.look()
    return this.browser.step(by)
  }

  /** To `at`, milliseconds; what lies outside of what was reached means its nearest end. */
  async goTo(at: number): Promise<void> {
    this.look()
    this.wanted = Math.max(0, Math.min(at, this.state.value.furthest))
    if (this.isGoing) return
    this.isGoing = true
    try {
      for (let to = this.takeWanted(); to !== undefined; to = this.takeWanted()) await this.browser.goTo(to)
    } finally {
      this.isGoing = false
    }
  }

  /** As `goTo`, but a moment that has not been reached is played to, as fast as may be; time stands still there. */
  walkTo(at: number): void {
    if (at <= this.state.peek().furthest) {
      void this.goTo(at)
      return
    }
    this.look()
    this.browser.run(SPEED_MAX, at)
  }

  private takeWanted(): number | undefined {
    const { wanted } = this
    this.wanted = undefined
    return wanted
  }

  /** Whoever moves time looks at the present. */
  private look(): void {
    this.ui.pinned.value = undefined
    this.ui.end.value = undefined
  }

  private take(time: TimeState): void {
    const now = performance.now()
    const before = this.state.peek()
    const isSteady = time.speed > 0 && time.speed === before.speed && time.at >= before.at
    if (!isSteady) {
      this.measuredAt = now
      this.measuredFrom = time.at
      this.reached.value = undefined
    } else if (now - this.measuredAt >= MEASURE_MS) {
      this.reached.value = (time.at - this.measuredFrom) / (now - this.measuredAt)
      this.measuredAt = now
      this.measuredFrom = time.at
    }
    this.state.value = time
  }
}
