/**
 * The hold rate: the fewest SYNs per second that keep a SYN queue full, which is its places divided by how long an entry
 * holds one. Read first: Linux reqsk_timer_handler().
 */

/** Shortest timeout of a SYN-ACK, seconds; it doubles with each retry. */
const INITIAL_TIMEOUT = 1

/** Retries that a crowded queue leaves: Linux cuts no further. */
const RETRIES_GUARANTEED = 2

/** Retries up to which a crowded queue leaves no more than those that are guaranteed. */
const RETRIES_CUT_TO_GUARANTEED = 4

/**
 * How long an entry lives in a crowded queue with `tcp_synack_retries` 5, Linux's default, seconds. An entry is young for
 * its first second, so that one in eight is young when entries live for 8 s. With more than an eighth Linux grants a third
 * retry (a life of 15 s), with less only two (7 s): an eighth is where it settles. It is a little more than 8 s, because a
 * cut takes effect only at the next timeout.
 */
const LIFETIME_AT_5 = 8.6

/** Highest `tcp_synack_retries` that this arithmetic covers: Linux's default, which nobody has reason to raise. */
export const HOLD_RETRIES_MAX = 5

/**
 * How long an entry that nobody answers holds its place in a full queue, seconds. `synAckRetries` from 0 to
 * HOLD_RETRIES_MAX.
 *
 * With up to two retries it is what it is in an empty queue: 1, 3 or 7 s. With 3 and 4 retries it is 7 s as well: one
 * entry in seven is young then, less than the half (the quarter) that the third retry would take.
 */
export function halfOpenLifetime(synAckRetries: number): number {
  if (synAckRetries > RETRIES_CUT_TO_GUARANTEED) return LIFETIME_AT_5
  return INITIAL_TIMEOUT * (2 ** (Math.min(synAckRetries, RETRIES_GUARANTEED) + 1) - 1)
}

/** SYN per second that keep the queue of a listener full; it has one place more than its backlog. */
export function holdRate(backlog: number, synAckRetries: number): number {
  return (backlog + 1) / halfOpenLifetime(synAckRetries)
}
