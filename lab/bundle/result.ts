/**
 * The content of result.json: what one run of a scenario showed, as plain data in a fixed order. Nothing in it depends on
 * the machine, the time of day or the speed of the run, so that one seed gives one result, byte for byte.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Scenario } from '../scenario/resolve.ts'
import type { PhaseName } from '../scenario/schema.ts'
import type { ArmRun } from '../simulator/arm-run.ts'
import { canonicalJson } from './canonical-json.ts'
import { summarizePhase } from './phase-summary.ts'
import {
  type ArmResult,
  FORMAT_VERSION,
  type PathResult,
  type PhaseResult,
  type Result,
  type ScenarioDefinition,
} from './result-format.ts'
import { judgeThresholds } from './thresholds.ts'

const PERCENTILES =
  'nearest-rank on the exact durations of successful connections, in milliseconds from the start: in mode open the intended one'

/** The result of a scenario from its arms' runs, which are in the scenario's order. */
export function makeResult(scenario: Scenario, runs: readonly ArmRun[], command: string, version: string): Result {
  const arms: Record<string, ArmResult> = {}
  for (const run of runs) {
    const phases = Object.fromEntries(scenario.phases.map((phase) => [phase.name, summarizePhase(run, phase)]))
    arms[run.arm.name] = {
      listener: run.arm.listener,
      application: run.arm.application,
      link: { to_server: pathResult(run.paths.toServer), to_clients: pathResult(run.paths.toClients) },
      phases: phases as Record<PhaseName, PhaseResult>,
    }
  }
  const thresholds = judgeThresholds(scenario.thresholds, arms)
  const { seed, ...definition } = scenario
  return {
    format_version: FORMAT_VERSION,
    synlab_version: version,
    scenario: { name: scenario.name, sha256: scenarioHash(definition), definition },
    seed,
    command,
    percentiles: PERCENTILES,
    arms,
    thresholds,
    passed: thresholds.every(({ passed }) => passed),
  }
}

function pathResult({ offered, delivered, lost, overflowed }: ArmRun['paths']['toServer']): PathResult {
  return { sent: offered, delivered, lost, overflowed }
}

/** SHA-256 of a scenario, hexadecimal. */
export function scenarioHash(definition: ScenarioDefinition): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(definition))))
}

/** The text of result.json. */
export function resultJson(result: Result): string {
  return `${JSON.stringify(result, null, 2)}\n`
}
