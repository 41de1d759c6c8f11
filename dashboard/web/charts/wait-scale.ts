/**
 * The vertical scale of waiting times: logarithmic, from half a millisecond to the longest patience, with ticks where
 * Linux's client repeats its SYN, so that the bands explain themselves.
 */

/** Milliseconds at which the scale begins and ends. */
const SHORTEST = 0.5
const LONGEST = 20_000

/** Milliseconds: decades, and the repeats of a SYN (Linux 6.5 and later: 1, 2, 3, 4, 5, 7, 11 s). */
export const WAIT_TICKS: readonly number[] = [1, 10, 100, 1000, 2000, 3000, 5000, 7000, 11_000]

/** Where a wait lies, 0 at the bottom to 1 at the top. */
export function waitHeight(ms: number): number {
  const share = Math.log(ms / SHORTEST) / Math.log(LONGEST / SHORTEST)
  return Math.min(1, Math.max(0, share))
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
