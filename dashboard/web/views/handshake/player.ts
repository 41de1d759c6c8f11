/**
 * The playhead over an exchange: a moment of its time. It follows the lab while it is live, stands still, or moves by
 * itself at a chosen speed.
 */
import { computed, type ReadonlySignal, signal } from '@preact/signals'
import { type Exchange, stepAt } from './exchange.ts'

export const SPEEDS = [0.1, 0.5, 1, 2, 10] as const

/** A pause in the exchange is played no longer than this, milliseconds of the watcher's time. */
const PAUSE_MAX_MS = 3000

/** Milliseconds after a step until it is fully seen. */
const SETTLE_MS = 150

export class Player {
  readonly exchange: ReadonlySignal<Exchange | undefined>
  /** The moment that is shown; undefined: now, or the end. */
  readonly playhead = signal<number | undefined>(undefined)
  readonly isPlaying = signal(false)
  readonly speed = signal<number>(1)
  /** Steps that are shown. */
  readonly shown = computed(() => {
    const exchange = this.exchange.value
    if (exchange === undefined) return 0
    const at = this.playhead.value
    return at === undefined ? exchange.steps.length : stepAt(exchange, at) + 1
  })

  constructor(exchange: ReadonlySignal<Exchange | undefined>) {
    this.exchange = exchange
  }

  toStart(): void {
    const first = this.exchange.value?.steps[0]
    this.isPlaying.value = false
    if (first !== undefined) this.playhead.value = first.at
  }

  /** To now, or to the end. */
  toEnd(): void {
    this.isPlaying.value = false
    this.playhead.value = undefined
  }

  step(by: 1 | -1): void {
    const steps = this.exchange.value?.steps ?? []
    this.isPlaying.value = false
    const target = steps[this.shown.value - 1 + by]
    if (target !== undefined) this.playhead.value = target.at
  }

  togglePlay(): void {
    if (!this.isPlaying.value && this.shown.value >= (this.exchange.value?.steps.length ?? 0)) this.toStart()
    this.isPlaying.value = !this.isPlaying.value
  }

  /** Lets `elapsedMs` of the watcher's time pass. */
  advance(elapsedMs: number): void {
    const steps = this.exchange.value?.steps ?? []
    const at = this.playhead.value
    if (!this.isPlaying.value || at === undefined) return
    const next = steps[this.shown.value]
    if (next === undefined) {
      const last = steps.at(-1)
      if (last === undefined || at > last.at + SETTLE_MS) this.isPlaying.value = false
      else this.playhead.value = at + elapsedMs * this.speed.value
      return
    }
    // Long pauses are shortened, so that a minute of TIME-WAIT does not send the class to sleep.
    const previous = steps[this.shown.value - 1]?.at ?? at
    const haste = Math.max(1, (next.at - previous) / this.speed.value / PAUSE_MAX_MS)
    this.playhead.value = Math.min(next.at, at + elapsedMs * this.speed.value * haste)
  }
}
