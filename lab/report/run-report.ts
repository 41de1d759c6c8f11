/**
 * The result of a run for people: one table with a row per arm and phase, the thresholds, nothing else.
 */
import type { PhaseResult, Result, ThresholdResult } from '../bundle/result-format.ts'
import { type Column, formatTable } from './text-table.ts'

/** Columns of the table of phases, arm and phase first. */
export const COLUMNS: readonly Column[] = [
  { title: 'arm', align: 'left' },
  { title: 'phase', align: 'left' },
  { title: 'success', align: 'right' },
  { title: 'p50', align: 'right', group: 'connect time, ms' },
  { title: 'p90', align: 'right', group: 'connect time, ms' },
  { title: 'p99', align: 'right', group: 'connect time, ms' },
  { title: 'max', align: 'right', group: 'connect time, ms' },
  { title: 'mean', align: 'right', group: 'SYN queue' },
  { title: 'max', align: 'right', group: 'SYN queue' },
  { title: 'limit', align: 'right', group: 'SYN queue' },
  { title: 'in', align: 'right', group: 'SYNs' },
  { title: 'cookies', align: 'right', group: 'SYNs' },
  { title: 'dropped', align: 'right', group: 'SYNs' },
]

/** What stands for a figure that does not exist, such as the connect time of no connection. */
const NOTHING = '-'

/** The lines of the table. */
export function formatResult(result: Result): string[] {
  const rows = Object.entries(result.arms).flatMap(([arm, { phases }]) =>
    Object.entries(phases).map(([phase, figures], index) => [index === 0 ? arm : '', phase, ...formatPhase(figures)]),
  )
  return formatTable(COLUMNS, rows)
}

/** The figures of a phase, one cell for each column after arm and phase. */
export function formatPhase({ legit, syn_queue, counters }: PhaseResult): string[] {
  const { p50, p90, p99, max } = legit.connect_ms
  return [
    formatShare(legit.success_ratio),
    ...[p50, p90, p99, max].map((value) => value?.toFixed(1) ?? NOTHING),
    syn_queue.mean.toFixed(1),
    String(syn_queue.max),
    String(syn_queue.limit),
    String(counters.SynReceived),
    String(counters.SyncookiesSent),
    String(counters.ListenDrops),
  ]
}

/** Which arms' accept queue was full at some time, which the table does not show; no line when none was. */
export function formatAcceptQueues(result: Result): string[] {
  const full = Object.entries(result.arms).flatMap(([arm, { phases }]) => {
    const queues = Object.values(phases).map(({ accept_queue }) => accept_queue)
    const max = Math.max(...queues.map((queue) => queue.max))
    return queues.some((queue) => queue.max > queue.limit) ? [`${arm} (${max})`] : []
  })
  return full.length === 0 ? [] : [`The accept queue was full in: ${full.join(', ')}.`]
}

/** One line per recording that was replayed: what of it, to whom, and what not and why. */
export function formatReplays({ scenario: { definition } }: Result): string[] {
  return definition.attacks.flatMap(({ name, trace, recording }) =>
    recording === undefined ? [] : [`${name} replays ${trace}: ${recording.summary}.`],
  )
}

/** A share as a percentage. 100.00 means all and 0.00 means none: what lies between is never rounded to either. */
export function formatShare(share: number | null): string {
  if (share === null) return NOTHING
  if (share === 0 || share === 1) return `${(share * 100).toFixed(2)} %`
  const percent = Math.floor(share * 10_000) / 100
  return `${Math.max(0.01, percent).toFixed(2)} %`
}

/** One line per threshold. */
export function formatThresholds(thresholds: readonly ThresholdResult[]): string[] {
  return thresholds.map((threshold) => {
    const { arm, phase, metric, actual, passed } = threshold
    const verdict = passed ? 'pass' : 'FAIL'
    return `${verdict}  ${arm} ${phase} ${metric} ${formatBounds(threshold)} (is ${actual ?? 'not measurable'})`
  })
}

/** What a threshold asks for, such as ">= 0.1 and <= 0.3". */
export function formatBounds({ min, max }: Pick<ThresholdResult, 'min' | 'max'>): string {
  const bounds = [min === undefined ? '' : `>= ${min}`, max === undefined ? '' : `<= ${max}`]
  return bounds.filter((text) => text !== '').join(' and ')
}
