/**
 * The honest connections that have ended, newest last, as many as are kept: when each meant to start, how long it waited,
 * how it ended. Plain columns of numbers: ten thousand of them are drawn at once.
 */
import type { FinishedConnection } from '../../contract/stream.ts'

export const OUTCOME_NAMES = [
  'ok',
  'timeout',
  'refused',
  'reset',
  'local',
] as const satisfies FinishedConnection['outcome'][]

/** Index of an outcome: `OUTCOME_NAMES[outcome]`. */
export const OK = 0

/** Connections kept: ten minutes of 54 a second. */
const CAPACITY = 32_768

export interface WaitFigures {
  /** Connections that got in, of those that were told. */
  readonly count: number
  /** Milliseconds; NaN without any. */
  readonly p50: number
  readonly p99: number
}

export class Connections {
  private readonly capacity: number
  private readonly startedAts: Float64Array
  private readonly connectMs: Float64Array
  private readonly totalMs: Float64Array
  private readonly outcomes: Uint8Array
  /** Connections ever pushed: one that is drawn remembers how far it was. */
  pushed = 0
  /** Connections before this one were overwritten by some that have been forgotten since. */
  private floor = 0
  /** Rises whenever everything was forgotten. */
  generation = 0

  constructor(capacity = CAPACITY) {
    this.capacity = capacity
    this.startedAts = new Float64Array(capacity)
    this.connectMs = new Float64Array(capacity)
    this.totalMs = new Float64Array(capacity)
    this.outcomes = new Uint8Array(capacity)
  }

  /** The oldest connection that is still kept, counted as `pushed` is. */
  get first(): number {
    return Math.max(this.floor, this.pushed - this.capacity)
  }

  push(connection: FinishedConnection): void {
    const slot = this.pushed % this.capacity
    this.startedAts[slot] = connection.startedAt
    this.connectMs[slot] = connection.connectMs ?? Number.NaN
    this.totalMs[slot] = connection.totalMs
    this.outcomes[slot] = OUTCOME_NAMES.indexOf(connection.outcome)
    this.pushed++
  }

  startedAt(index: number): number {
    return this.startedAts[index % this.capacity] ?? Number.NaN
  }

  /** Milliseconds until ESTABLISHED; NaN for one that never was. */
  connect(index: number): number {
    return this.connectMs[index % this.capacity] ?? Number.NaN
  }

  endedAt(index: number): number {
    return this.startedAt(index) + (this.totalMs[index % this.capacity] ?? Number.NaN)
  }

  outcome(index: number): number {
    return this.outcomes[index % this.capacity] ?? OK
  }

  /** Times to ESTABLISHED of those that ended well in `(from, to]`. */
  waits(from: number, to: number): WaitFigures {
    const waits: number[] = []
    for (let index = this.pushed - 1; index >= this.first; index--) {
      const endedAt = this.endedAt(index)
      // They arrive in the order of their ends, give or take the batches of several attackers.
      if (endedAt < from - BATCH_MS) break
      if (endedAt > from && endedAt <= to && this.outcome(index) === OK) waits.push(this.connect(index))
    }
    waits.sort((a, b) => a - b)
    const at = (share: number): number => waits[Math.max(0, Math.ceil(share * waits.length) - 1)] ?? Number.NaN
    return { count: waits.length, p50: at(0.5), p99: at(0.99) }
  }

  /** Forgets those that ended later than `at`, milliseconds. They were told in the order of their ends, but for a batch. */
  rewind(at: number): void {
    this.floor = this.first
    while (this.pushed > this.first && this.endedAt(this.pushed - 1) > at) this.pushed--
    this.generation++
  }

  clear(): void {
    this.pushed = 0
    this.floor = 0
    this.generation++
  }
}

/** Two attackers' batches may be so far out of order, milliseconds. */
const BATCH_MS = 2000
