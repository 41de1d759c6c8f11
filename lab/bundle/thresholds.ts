/**
 * Thresholds: conditions on the figures of one phase of one arm that a scenario promises to hold.
 */
import type { Threshold } from '../scenario/schema.ts'
import type { ArmResult, PhaseResult, ThresholdResult } from './result-format.ts'

export function judgeThresholds(
  thresholds: readonly Threshold[],
  arms: Readonly<Record<string, ArmResult>>,
): ThresholdResult[] {
  return thresholds.map((threshold) => {
    const phase = arms[threshold.arm]?.phases[threshold.phase]
    const actual = phase === undefined ? null : metricOf(phase, threshold)
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = threshold
    return { ...threshold, actual, passed: actual !== null && actual >= min && actual <= max }
  })
}

/** The figure that a metric's name stands for; see `METRICS`. */
function metricOf(phase: PhaseResult, { metric, population }: Threshold): number | null {
  const { legit, ...others } = phase
  let value: unknown = population === undefined ? { ...legit, ...others } : phase.populations[population]
  for (const key of metric.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[key]
  return typeof value === 'number' ? value : null
}
