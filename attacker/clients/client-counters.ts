/**
 * What honest clients count: one Float64Array, over shared memory if another thread reads it. Attempts = in flight +
 * outcomes, at every moment.
 */

/**
 * How an attempt ended:
 * `ok` the whole response was read; `timeout` the client gave up connecting or waiting; `refused` a RST answered the SYN;
 * `reset` the server ended the connection before the response was whole; `local` the client could not even begin: no free
 * slot, no free port, or its own process was more than a second late.
 */
export const OUTCOMES = ['ok', 'timeout', 'refused', 'reset', 'local'] as const

export type Outcome = (typeof OUTCOMES)[number]

/**
 * Upper bounds of the buckets of connect duration, seconds. From 0.9 s up they lie between the times at which Linux
 * repeats a SYN (1, 2, 3, 4, 5, 7, 11, 19, 35 and 67 s), so that each bucket holds what one repeat has won.
 */
export const CONNECT_BUCKETS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.9, 1.9, 2.9, 3.9, 4.9, 6.9, 10.9, 18.9, 34.9, 66.9, 131.9,
]

/** Buckets per outcome, the one without upper bound included. */
const BUCKET_COUNT = CONNECT_BUCKETS.length + 1
const ATTEMPTED = 0
const STARTED = 1
const OUTCOMES_AT = 2
const SUMS_AT = OUTCOMES_AT + OUTCOMES.length
const BUCKETS_AT = SUMS_AT + OUTCOMES.length
const SLOTS = BUCKETS_AT + OUTCOMES.length * BUCKET_COUNT

const BOUNDS_MICROSECONDS = Float64Array.from(CONNECT_BUCKETS, (seconds) => Math.round(seconds * 1_000_000))

export class ClientCounters {
  /** Bytes of the buffer that the counters need. */
  static readonly BYTES = SLOTS * Float64Array.BYTES_PER_ELEMENT
  private readonly slots: Float64Array

  constructor(buffer: ArrayBufferLike = new ArrayBuffer(ClientCounters.BYTES), byteOffset = 0) {
    this.slots = new Float64Array(buffer, byteOffset, SLOTS)
  }

  /** Intended arrivals. */
  get attempted(): number {
    return this.slots[ATTEMPTED]
  }

  /** Attempts that sent a SYN. */
  get started(): number {
    return this.slots[STARTED]
  }

  get inFlight(): number {
    return this.attempted - this.ended
  }

  /** Attempts that have an outcome. */
  get ended(): number {
    let sum = 0
    for (let i = 0; i < OUTCOMES.length; i++) sum += this.slots[OUTCOMES_AT + i]
    return sum
  }

  count(outcome: Outcome): number {
    return this.slots[OUTCOMES_AT + OUTCOMES.indexOf(outcome)]
  }

  /** Sum of the connect durations of one outcome, microseconds. */
  connectSum(outcome: Outcome): number {
    return this.slots[SUMS_AT + OUTCOMES.indexOf(outcome)]
  }

  /**
   * Attempts of one outcome by connect duration: one count per bound of `CONNECT_BUCKETS` (a bound belongs to its bucket)
   * and one for what is longer. Not cumulative. The counts add up to `count(outcome)`.
   */
  connectBuckets(outcome: Outcome): Float64Array {
    const at = BUCKETS_AT + OUTCOMES.indexOf(outcome) * BUCKET_COUNT
    return this.slots.subarray(at, at + BUCKET_COUNT)
  }

  countAttempt(): void {
    this.slots[ATTEMPTED]++
  }

  countStart(): void {
    this.slots[STARTED]++
  }

  /** `connectUs`: from the intended start to ESTABLISHED, or to the end of an attempt that never got there. */
  countOutcome(outcome: Outcome, connectUs: number): void {
    const { slots } = this
    const index = OUTCOMES.indexOf(outcome)
    slots[OUTCOMES_AT + index]++
    slots[SUMS_AT + index] += connectUs
    let bucket = 0
    while (bucket < BOUNDS_MICROSECONDS.length && connectUs > BOUNDS_MICROSECONDS[bucket]) bucket++
    slots[BUCKETS_AT + index * BUCKET_COUNT + bucket]++
  }

  /** Everything to zero, except that attempts under way count as attempted and started anew. */
  reset(): void {
    const { inFlight } = this
    this.slots.fill(0)
    this.slots[ATTEMPTED] = inFlight
    this.slots[STARTED] = inFlight
  }
}
