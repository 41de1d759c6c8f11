/**
 * The lab's time as the page reckons it: axes move by the clock, four times a second, not by data, so that silence is seen
 * as silence. Between two messages of a lab on the wall clock its time goes on; virtual time moves only with what is told.
 */
import { signal } from '@preact/signals'
import type { LabStore } from '../store/lab-store.ts'

/** Milliseconds between two ticks. */
export const TICK_MS = 250

export class LabClock {
  /** Milliseconds of the lab's clock; undefined before the first message. Ticks four times a second while the page is seen. */
  readonly now = signal<number | undefined>(undefined)
  private readonly store: LabStore
  /** How far the lab's clock was ahead of the page's when the newest message came. */
  private ahead = Number.NEGATIVE_INFINITY
  private lastTold: number | undefined

  constructor(store: LabStore) {
    this.store = store
  }

  /** Begins to tick; returns the function that ends it. */
  start(): () => void {
    const stopWatching = this.store.now.subscribe((told) => {
      if (told === undefined || told === this.lastTold) return
      // A message that was quick on its way tells best how the clocks stand; a clock that began anew tells it again.
      const ahead = told - performance.now()
      const began = this.lastTold === undefined || told < this.lastTold
      this.ahead = began ? ahead : Math.max(ahead, this.ahead - DRIFT_MS)
      this.lastTold = told
      if (this.isVirtual) this.tick()
    })
    const timer = setInterval(() => {
      if (!document.hidden) this.tick()
    }, TICK_MS)
    const onVisible = (): void => this.tick()
    document.addEventListener('visibilitychange', onVisible)
    return () => {
      stopWatching()
      clearInterval(timer)
      document.removeEventListener('visibilitychange', onVisible)
    }
  }

  private tick(): void {
    if (this.lastTold === undefined) return
    this.now.value = this.isVirtual ? this.lastTold : performance.now() + this.ahead
  }

  private get isVirtual(): boolean {
    return this.store.hello.peek()?.clock === 'virtual'
  }
}

/** The two clocks may drift so far apart between two messages, milliseconds. */
const DRIFT_MS = 1
