/**
 * Sequence number arithmetic modulo 2^32 (RFC 9293 3.4), on int32: V8 keeps those unboxed. Two numbers compare by the
 * sign of their difference, which is right as long as they are less than 2^31 apart.
 */

/** `a + n`, wrapped. */
export function seqAdd(a: number, n: number): number {
  return (a + n) | 0
}

/** Signed distance from `b` to `a`: positive when `a` is later. */
export function seqDiff(a: number, b: number): number {
  return (a - b) | 0
}

/** `a` is before `b`. */
export function seqLess(a: number, b: number): boolean {
  return ((a - b) | 0) < 0
}

/** `a` is before `b`, or is `b`. */
export function seqLessOrEqual(a: number, b: number): boolean {
  return ((a - b) | 0) <= 0
}
