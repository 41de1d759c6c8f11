/**
 * The tables of a bundle as comma-separated values: every connection, and every second. Numbers have a fixed number of
 * decimals and a point, whatever the locale.
 */
import type { ConnectionRecord } from '../../attacker/clients/attempt.ts'
import { MIB_NAMES } from '../../tcpip/base/counters.ts'
import { MILLISECOND, SECOND } from '../../tcpip/base/time.ts'
import type { Scenario } from '../scenario/resolve.ts'
import type { ArmRun } from '../simulator/arm-run.ts'

const START_DECIMALS = 6
const DURATION_DECIMALS = 3

/**
 * One line per honest connection, arms one after the other, by start: `duration_ms` from there to the last whole answer (or
 * to the failure), `connect_ms` to ESTABLISHED, `first_byte_ms` to the first byte of an answer (both empty when it never
 * came); `returning` is 1 for clients that had been served before.
 */
export function connectionsCsv(runs: readonly ArmRun[]): string {
  const lines = ['start_s,duration_ms,outcome,arm,connect_ms,first_byte_ms,returning,population']
  for (const { arm, attempts } of runs) {
    for (const { startedAt, totalUs, outcome, connectUs, firstByteUs, isReturning, population } of attempts) {
      const start = (startedAt / SECOND).toFixed(START_DECIMALS)
      const [duration, connect, firstByte] = [totalUs, connectUs, firstByteUs].map(milliseconds)
      const returning = isReturning ? 1 : 0
      lines.push(`${start},${duration},${outcome},${arm.name},${connect},${firstByte},${returning},${population}`)
    }
  }
  return `${lines.join('\n')}\n`
}

function milliseconds(duration: number | undefined): string {
  return duration === undefined ? '' : (duration / MILLISECOND).toFixed(DURATION_DECIMALS)
}

/** One line per second and arm: the queues, the honest connections begun in it, and what each counter gained. */
export function seriesCsv(scenario: Scenario, runs: readonly ArmRun[]): string {
  const columns = ['second', 'arm', 'phase', 'syn_queue_mean', 'syn_queue_max', 'accept_queue_mean', 'accept_queue_max']
  const lines = [[...columns, 'legit_attempted', 'legit_succeeded', ...MIB_NAMES].join(',')]
  for (const { arm, attempts, recording } of runs) {
    const begun = countBySecond(attempts, recording.seconds)
    const succeeded = countBySecond(
      attempts.filter(({ outcome }) => outcome === 'ok'),
      recording.seconds,
    )
    for (let second = 0; second < recording.seconds; second++) {
      const phase = scenario.phases.find(({ end }) => second < end)
      lines.push(
        [
          second,
          arm.name,
          phase?.name,
          recording.synQueue.mean[second]?.toFixed(DURATION_DECIMALS),
          recording.synQueue.max[second],
          recording.acceptQueue.mean[second]?.toFixed(DURATION_DECIMALS),
          recording.acceptQueue.max[second],
          begun[second],
          succeeded[second],
          ...recording.counters.subarray(second * MIB_NAMES.length, (second + 1) * MIB_NAMES.length),
        ].join(','),
      )
    }
  }
  return `${lines.join('\n')}\n`
}

/** Attempts by the second of their intended start. */
function countBySecond(attempts: readonly ConnectionRecord[], seconds: number): Float64Array {
  const counts = new Float64Array(seconds)
  for (const { startedAt } of attempts) {
    const second = Math.floor(startedAt / SECOND)
    counts[second] = (counts[second] ?? 0) + 1
  }
  return counts
}
