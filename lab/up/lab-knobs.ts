/**
 * Knobs that a live lab begins with where they differ from the catalogue's defaults.
 */

/** Linux has SYN cookies on; without them there is something to see first, and something that saves it. */
export const LAB_KNOBS = { synCookies: 0 } as const
