/**
 * Where an exchange stands: so many of its steps are shown, at a moment of its time, from which timers are reckoned. It
 * follows the lab while it is live, stands still, or goes on by itself at a chosen speed.
 */
import { computed, type ReadonlySignal, signal } from '@preact/signals'
import type { Exchange, Step } from './exchange.ts'

export const SPEEDS = [0.1, 0.5, 1, 2, 10] as const

/** Two steps are played at least and at most so far apart, milliseconds of the watcher's time. */
const PAUSE_MIN_MS = 150
const PAUSE_MAX_MS = 3000

export class Player {
  readonly exchange: ReadonlySignal<Exchange | undefined>
  /** The moment that is shown; undefined: now, or the end. */
  readonly playhead = signal<number | undefined>(undefined)
  readonly isPlaying = signal(false)
  readonly speed = signal<number>(1)
  /** Steps that are shown; undefined for all there are. */
  private readonly position = signal<number | undefined>(undefined)
  readonly shown = computed(() => Math.min(this.position.value ?? Number.POSITIVE_INFINITY, this.steps.length))

  constructor(exchange: ReadonlySignal<Exchange | undefined>) {
    this.exchange = exchange
  }

  toStart(): void {
    this.isPlaying.value = false
    this.show(1)
  }

  /** To now, or to the end. */
  toEnd(): void {
    this.isPlaying.value = false
    this.position.value = undefined
    this.playhead.value = undefined
  }

  step(by: 1 | -1): void {
    this.isPlaying.value = false
    this.show(this.shown.value + by)
  }

  togglePlay(): void {
    if (!this.isPlaying.value && this.shown.value >= this.steps.length) this.show(1)
    this.isPlaying.value = !this.isPlaying.value
  }

  /** Lets `elapsedMs` of the watcher's time pass. */
  advance(elapsedMs: number): void {
    const at = this.playhead.value
    if (!this.isPlaying.value || at === undefined) return
    const last = this.steps[this.shown.value - 1]
    const next = this.steps[this.shown.value]
    if (last === undefined || next === undefined) {
      this.isPlaying.value = false
      return
    }
    // Steps of one instant are shown one after the other, and a minute of TIME-WAIT does not send the class to sleep.
    const pause = Math.min(PAUSE_MAX_MS, Math.max(PAUSE_MIN_MS, (next.at - last.at) / this.speed.value))
    this.waited += elapsedMs
    if (this.waited >= pause) this.show(this.shown.value + 1)
    else this.playhead.value = last.at + ((next.at - last.at) * this.waited) / pause
  }

  /** The watcher's time since the last step was shown, milliseconds. */
  private waited = 0

  private get steps(): readonly Step[] {
    return this.exchange.value?.steps ?? []
  }

  private show(count: number): void {
    const step = this.steps[count - 1]
    if (step === undefined) return
    this.position.value = count
    this.playhead.value = step.at
    this.waited = 0
  }
}
