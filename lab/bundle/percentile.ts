/**
 * Percentiles by nearest rank: always a value that was measured, never one in between.
 */
import { assert } from '../../tcpip/base/assert.ts'

/**
 * The smallest value such that at least `percent` % of all values are not above it (nearest-rank definition).
 * `sorted` is ascending; `percent` is in (0, 100]. Undefined when there are no values.
 */
export function percentile(sorted: readonly number[], percent: number): number | undefined {
  assert(percent > 0 && percent <= 100, 'a percentile is above 0 and at most 100')
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]
}
