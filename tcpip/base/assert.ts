/**
 * Assertions for programmer errors only. What a remote peer sends is never asserted: it is parsed, and dropped with a
 * counted reason when it is wrong.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`)
}
