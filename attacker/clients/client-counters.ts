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
 * Upper bounds of the buckets of connect duration and of time to first byte, seconds. From 1.1 s up each lies a
 * tenth of a second above a time at which Linux repeats a SYN (1, 2, 3, 4, 5, 7, 11, 19, 35 and 67 s; 131 s: gives up), so
 * that each bucket is one more lost SYN, for round trips up to 100 ms.
 */
export const CONNECT_BUCKETS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.1, 2.1, 3.1, 4.1, 5.1, 7.1, 11.1, 19.1, 35.1, 67.1, 131.1,
]

/** Buckets per outcome, the one without upper bound included. */
const BUCKET_COUNT = CONNECT_BUCKETS.length + 1
const ATTEMPTED = 0
const OUTCOMES_AT = 1
const SUMS_AT = OUTCOMES_AT + OUTCOMES.length
const BUCKETS_AT = SUMS_AT + OUTCOMES.length
const FIRST_BYTE_SUMS_AT = BUCKETS_AT + OUTCOMES.length * BUCKET_COUNT
const FIRST_BYTE_BUCKETS_AT = FIRST_BYTE_SUMS_AT + OUTCOMES.length
const ANSWERED = FIRST_BYTE_BUCKETS_AT + OUTCOMES.length * BUCKET_COUNT
const SLOTS = ANSWERED + 1

const BOUNDS_MICROSECONDS = Float64Array.from(CONNECT_BUCKETS, (seconds) => Math.round(seconds * 1_000_000))

export class ClientCounters {
  /** Bytes of the buffer that the counters need. */
  static readonly BYTES = SLOTS * Float64Array.BYTES_PER_ELEMENT
  private readonly slots: Float64Array

  constructor(buffer: ArrayBufferLike = new ArrayBuffer(ClientCounters.BYTES), byteOffset = 0) {
    this.slots = new Float64Array(buffer, byteOffset, SLOTS)
  }

  /** Intended arrivals, and users of closed loads who began. */
  get attempted(): number {
    return this.slots[ATTEMPTED]
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

  /** Sum of the times to first byte of one outcome, microseconds. */
  firstByteSum(outcome: Outcome): number {
    return this.slots[FIRST_BYTE_SUMS_AT + OUTCOMES.indexOf(outcome)]
  }

  /** Attempts of one outcome by time to first byte, as `connectBuckets`; those that never saw one are in no bucket. */
  firstByteBuckets(outcome: Outcome): Float64Array {
    const at = FIRST_BYTE_BUCKETS_AT + OUTCOMES.indexOf(outcome) * BUCKET_COUNT
    return this.slots.subarray(at, at + BUCKET_COUNT)
  }

  /** Requests answered whole; a greeting counts as one. */
  get answered(): number {
    return this.slots[ANSWERED]
  }

  countAnswer(): void {
    this.slots[ANSWERED]++
  }

  countAttempt(): void {
    this.slots[ATTEMPTED]++
  }

  /**
   * `connectUs`: from the start to ESTABLISHED, or to the end of an attempt that never got there. `firstByteUs`: from the
   * start to the first byte of an answer, if there was one.
   */
  countOutcome(outcome: Outcome, connectUs: number, firstByteUs?: number): void {
    const { slots } = this
    const index = OUTCOMES.indexOf(outcome)
    slots[OUTCOMES_AT + index]++
    slots[SUMS_AT + index] += connectUs
    slots[BUCKETS_AT + index * BUCKET_COUNT + bucketOf(connectUs)]++
    if (firstByteUs === undefined) return
    slots[FIRST_BYTE_SUMS_AT + index] += firstByteUs
    slots[FIRST_BYTE_BUCKETS_AT + index * BUCKET_COUNT + bucketOf(firstByteUs)]++
  }

  /** Everything to zero, except that attempts under way count as attempted anew. */
  reset(): void {
    const { inFlight } = this
    this.slots.fill(0)
    this.slots[ATTEMPTED] = inFlight
  }
}

/** The bucket for a duration, microseconds; a bound belongs to its bucket. */
function bucketOf(duration: number): number {
  let bucket = 0
  while (bucket < BOUNDS_MICROSECONDS.length && duration > BOUNDS_MICROSECONDS[bucket]) bucket++
  return bucket
}
