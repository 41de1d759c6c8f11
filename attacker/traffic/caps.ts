/**
 * The bounds of every attack. They are part of what makes this a laboratory: an attack that nobody stops stops itself.
 */

/** SYN per second, of one attack and of all attacks of a process together. */
export const ATTACK_RATE_MAX = 1_000_000
/** Slowest attack, SYN per second: one in a quarter of an hour. */
export const ATTACK_RATE_MIN = 0.001
/** Seconds after which an attack stops by itself at the latest. */
export const ATTACK_DURATION_MAX = 3600
/** Attacks under way at a time in one process. */
export const ATTACKS_MAX = 16
