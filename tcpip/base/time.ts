/**
 * Time is a parameter everywhere: `now` is microseconds since the endpoint started, a safe integer in a double.
 * Nothing in the pure parts reads a clock.
 */

/** One millisecond in the unit of `now`. */
export const MILLISECOND = 1_000

/** One second in the unit of `now`. */
export const SECOND = 1_000_000

/** The deadline of something that will never happen. */
export const NEVER = Number.POSITIVE_INFINITY
