/**
 * One phase of one arm in figures: sums and extremes over its seconds, and the fate of the connections begun in it.
 */
import type { ConnectionRecord } from '../../attacker/clients/attempt.ts'
import { OUTCOMES, type Outcome } from '../../attacker/clients/client-counters.ts'
import { MIB_NAMES } from '../../tcpip/base/counters.ts'
import { DROP_REASON_COUNT, DROP_REASON_NAMES, DropReason } from '../../tcpip/base/drop-reason.ts'
import { MILLISECOND, SECOND } from '../../tcpip/base/time.ts'
import type { Phase } from '../scenario/resolve.ts'
import type { ArmRun } from '../simulator/arm-run.ts'
import type { QueueSeries } from '../simulator/recorder.ts'
import { percentile } from './percentile.ts'
import type { Durations, LegitResult, PhaseResult, QueueResult, ShareResult } from './result-format.ts'

/** Decimals of the figures in a bundle: milliseconds and queue lengths; ratios. */
const DECIMALS = 3
const RATIO_DECIMALS = 6

export function summarizePhase(run: ArmRun, phase: Phase): PhaseResult {
  const { recording } = run
  const outcomes = sumRows(recording.outcomes, DROP_REASON_COUNT, phase)
  const dropped: Record<string, number> = {}
  for (const [reason, name] of DROP_REASON_NAMES.entries()) {
    if (reason !== DropReason.ACCEPTED) dropped[name] = outcomes[reason] ?? 0
  }
  const attempts = attemptsOf(run, phase)
  return {
    start_s: phase.start,
    end_s: phase.end,
    legit: summarizeAttempts(attempts),
    populations: Object.fromEntries(
      run.populations.map((name) => [name, summarizeAttempts(ofPopulation(attempts, name))]),
    ),
    syn_queue: summarizeQueue(recording.synQueue, run.synQueueLimit, phase),
    accept_queue: summarizeQueue(recording.acceptQueue, run.acceptQueueLimit, phase),
    counters: nameColumns(sumRows(recording.counters, MIB_NAMES.length, phase)),
    packets: {
      in: outcomes.reduce((sum, n) => sum + n, 0),
      accepted: outcomes[DropReason.ACCEPTED] ?? 0,
      dropped,
    },
    memory_bytes: run.synQueueBytes,
  }
}

function ofPopulation(attempts: readonly ConnectionRecord[], name: string): ConnectionRecord[] {
  return attempts.filter(({ population }) => population === name)
}

/** The attempts whose start lies in the phase. */
function attemptsOf(run: ArmRun, phase: Phase): ConnectionRecord[] {
  return run.attempts.filter(({ startedAt }) => startedAt >= phase.start * SECOND && startedAt < phase.end * SECOND)
}

/** Counts attempts by outcome and measures how long the successful ones took. */
export function summarizeAttempts(attempts: readonly ConnectionRecord[]): LegitResult {
  const outcomes = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>
  for (const { outcome } of attempts) outcomes[outcome]++
  const { attempted, succeeded, success_ratio } = summarizeShare(attempts)
  return {
    attempted,
    succeeded,
    failed: attempted - succeeded,
    success_ratio,
    connect_ms: summarizeDurations(attempts, ({ connectUs }) => connectUs),
    first_byte_ms: summarizeDurations(attempts, ({ firstByteUs }) => firstByteUs),
    requests_answered: attempts.reduce((sum, { answered }) => sum + answered, 0),
    new: summarizeShare(attempts.filter(({ isReturning }) => !isReturning)),
    returning: summarizeShare(attempts.filter(({ isReturning }) => isReturning)),
    outcomes,
  }
}

function summarizeShare(attempts: readonly ConnectionRecord[]): ShareResult {
  const attempted = attempts.length
  const succeeded = attempts.filter(({ outcome }) => outcome === 'ok').length
  return {
    attempted,
    succeeded,
    success_ratio: attempted === 0 ? null : round(succeeded / attempted, RATIO_DECIMALS),
  }
}

function summarizeDurations(
  attempts: readonly ConnectionRecord[],
  pick: (attempt: ConnectionRecord) => number | undefined,
): Durations {
  const sorted = attempts
    .flatMap((attempt) => (attempt.outcome === 'ok' ? (pick(attempt) ?? []) : []))
    .map((duration) => duration / MILLISECOND)
    .sort((a, b) => a - b)
  const at = (percent: number): number | null => {
    const value = percentile(sorted, percent)
    return value === undefined ? null : round(value, DECIMALS)
  }
  return { p50: at(50), p90: at(90), p99: at(99), max: at(100) }
}

function summarizeQueue(series: QueueSeries, limit: number, phase: Phase): QueueResult {
  const means = series.mean.subarray(phase.start, phase.end)
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length
  const max = series.max.subarray(phase.start, phase.end).reduce((a, b) => Math.max(a, b), 0)
  return { limit, mean: round(mean, DECIMALS), max }
}

/** The sums of the columns of a table with one row per second, over the seconds of a phase. */
function sumRows(table: Float64Array, columns: number, phase: Phase): Float64Array {
  const sums = new Float64Array(columns)
  for (let second = phase.start; second < phase.end; second++) {
    for (let column = 0; column < columns; column++) {
      sums[column] = (sums[column] ?? 0) + (table[second * columns + column] ?? 0)
    }
  }
  return sums
}

function nameColumns(values: Float64Array): Record<string, number> {
  return Object.fromEntries(MIB_NAMES.map((name, column) => [name, values[column] ?? 0]))
}

/** `value` with at most `decimals` decimals. A share of nearly 1 does not become 1: it is rounded towards 0. */
function round(value: number, decimals: number): number {
  const scale = 10 ** decimals
  return decimals === RATIO_DECIMALS ? Math.floor(value * scale) / scale : Math.round(value * scale) / scale
}
