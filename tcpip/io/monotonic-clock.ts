/**
 * The clock of live processes: microseconds since the thread started, whole, never going back. Engines read it once per
 * turn and hand the value on; nothing below them reads a clock.
 */
export function monotonicMicroseconds(): number {
  return Math.floor(performance.now() * 1_000)
}
