/**
 * The vertical scale of waiting times: logarithmic in two parts. What is shorter than a second, a handshake that nothing
 * delayed, has the lower part; the upper one is for waits in which a SYN was repeated, with ticks where Linux's client
 * repeats it, so that the bands explain themselves.
 */

/** Milliseconds at which the parts begin and end. */
const SHORTEST = 0.3
const REPEATED = 1000
const LONGEST = 13_000

/** Height of the lower part, as a share. */
const LOWER = 0.42

/** Milliseconds: decades, and the repeats of a SYN (Linux 6.5 and later: 1, 2, 3, 4, 5, 7, 11 s). */
export const WAIT_TICKS: readonly number[] = [1, 10, 100, 1000, 2000, 3000, 5000, 7000, 11_000]

/** Where a wait lies, 0 at the bottom to 1 at the top. */
export function waitHeight(ms: number): number {
  const height =
    ms < REPEATED ? LOWER * share(ms, SHORTEST, REPEATED) : LOWER + (1 - LOWER) * share(ms, REPEATED, LONGEST)
  return Math.min(1, Math.max(0, height))
}

function share(ms: number, from: number, to: number): number {
  return Math.log(ms / from) / Math.log(to / from)
}

/** The ticks that have room: none nearer than `least` (a share of the height) to the one below it. */
export function spacedTicks(least: number): readonly number[] {
  const kept: number[] = []
  for (const tick of WAIT_TICKS) {
    const below = kept.at(-1)
    if (below === undefined || waitHeight(tick) - waitHeight(below) >= least) kept.push(tick)
  }
  return kept
}
