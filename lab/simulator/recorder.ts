/**
 * What one arm of a run looked like, second by second: the length of both queues (exact time-weighted means, for lengths
 * only change at the instants the recorder is told about) and how far every counter of the server went.
 */
import { assert } from '../../tcpip/base/assert.ts'
import { type Counters, MIB_NAMES } from '../../tcpip/base/counters.ts'
import { DROP_REASON_COUNT } from '../../tcpip/base/drop-reason.ts'
import { NEVER, SECOND } from '../../tcpip/base/time.ts'

/** The length of one queue over time. */
export class QueueSeries {
  /** Per second. */
  readonly mean: Float64Array
  readonly max: Float64Array
  private length = 0
  private since = 0
  private area = 0
  private longest = 0

  constructor(seconds: number) {
    this.mean = new Float64Array(seconds)
    this.max = new Float64Array(seconds)
  }

  /** The queue has this length from `now` on, microseconds. */
  note(length: number, now: number): void {
    this.area += this.length * (now - this.since)
    this.since = now
    this.length = length
    if (length > this.longest) this.longest = length
  }

  /** Ends the second that ends at `now`. */
  endSecond(second: number, now: number): void {
    this.note(this.length, now)
    this.mean[second] = this.area / SECOND
    this.max[second] = this.longest
    this.area = 0
    this.longest = this.length
  }
}

export class Recorder {
  readonly synQueue: QueueSeries
  readonly acceptQueue: QueueSeries
  /** What each counter gained: `seconds` rows of one column per `MIB_NAMES`. */
  readonly counters: Float64Array
  /** Packets by outcome: `seconds` rows of one column per drop reason, ACCEPTED first. */
  readonly outcomes: Float64Array
  readonly seconds: number
  private second = 0
  private readonly source: Counters
  private readonly lastCounters: Float64Array
  private readonly lastOutcomes: Float64Array

  constructor(seconds: number, source: Counters) {
    this.seconds = seconds
    this.source = source
    this.synQueue = new QueueSeries(seconds)
    this.acceptQueue = new QueueSeries(seconds)
    this.counters = new Float64Array(seconds * MIB_NAMES.length)
    this.outcomes = new Float64Array(seconds * DROP_REASON_COUNT)
    this.lastCounters = source.mib.slice()
    this.lastOutcomes = source.outcomes.slice()
  }

  /** Both queues have these lengths from `now` on. */
  note(synQueueLength: number, acceptQueueLength: number, now: number): void {
    this.synQueue.note(synQueueLength, now)
    this.acceptQueue.note(acceptQueueLength, now)
  }

  /** Whether every second has ended. */
  get isComplete(): boolean {
    return this.second === this.seconds
  }

  /** The end of the second under way, microseconds; what happens then belongs to the next one. */
  get secondEnd(): number {
    return this.isComplete ? NEVER : (this.second + 1) * SECOND
  }

  /** Ends the second under way, at its end and before anything that happens then. */
  endSecond(): void {
    assert(!this.isComplete, 'a second is left')
    const now = this.secondEnd
    this.synQueue.endSecond(this.second, now)
    this.acceptQueue.endSecond(this.second, now)
    takeDeltas(this.source.mib, this.lastCounters, this.counters, this.second)
    takeDeltas(this.source.outcomes, this.lastOutcomes, this.outcomes, this.second)
    this.second++
  }
}

/** Writes `current - last` into row `row` of `table`, and makes `last` the current. */
function takeDeltas(current: Float64Array, last: Float64Array, table: Float64Array, row: number): void {
  const base = row * current.length
  for (const [column, value] of current.entries()) {
    table[base + column] = value - (last[column] ?? 0)
    last[column] = value
  }
}
