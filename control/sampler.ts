/**
 * Looks at an engine again and again while somebody wants to see it: one question at a time, because an engine that is
 * slow to answer gets no second one, and no timer while nobody looks.
 */

import { ThreadError } from './thread.ts'

export interface SamplerOptions<T> {
  /** From one question to the next, milliseconds. */
  readonly interval: number
  readonly isWanted: () => boolean
  readonly ask: () => Promise<T>
  readonly tell: (answer: T) => void
  /** There is no answer; the next question is asked all the same. */
  readonly onFailure: (error: unknown) => void
  /** How long to leave the engine alone after an answer that was expensive, milliseconds; default not at all. */
  readonly rest?: (answer: T) => number
}

export class Sampler<T> {
  private readonly options: SamplerOptions<T>
  private timer: NodeJS.Timeout | undefined
  private isAsking = false
  /** No question before, milliseconds of the process. */
  private restsUntil = 0

  constructor(options: SamplerOptions<T>) {
    this.options = options
  }

  /** Somebody has come who may want to see. Cheap to repeat. */
  wake(): void {
    if (this.timer !== undefined || !this.options.isWanted()) return
    this.timer = setInterval(() => this.tick(), this.options.interval)
    this.timer.unref()
  }

  close(): void {
    clearInterval(this.timer)
    this.timer = undefined
  }

  private tick(): void {
    const { isWanted, ask, tell, onFailure, rest } = this.options
    if (!isWanted()) {
      this.close()
      return
    }
    if (this.isAsking || performance.now() < this.restsUntil) return
    this.isAsking = true
    ask()
      .then((answer) => {
        if (rest !== undefined) this.restsUntil = performance.now() + rest(answer)
        tell(answer)
      })
      .catch((error: unknown) => {
        // An engine that is closed has nothing more to say, and nothing is wrong with that.
        if (error instanceof ThreadError && error.code === 'THREAD_CLOSED') this.close()
        else onFailure(error)
      })
      .finally(() => {
        this.isAsking = false
      })
  }
}
