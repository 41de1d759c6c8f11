/**
 * The recordings that a scenario replays, read and made ready: their rate is part of the scenario, and so is what is in
 * them, by its hash.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { rateRefusal, withTrace } from '../../attacker/traffic/attack-spec.ts'
import { makeTrace, type Trace } from '../../attacker/trace/trace.ts'
import { UsageError } from '../usage-error.ts'
import { type Attack, attackSpec, type Scenario } from './resolve.ts'

/** By the name of the attack that replays it. */
export type Traces = ReadonlyMap<string, Trace>

export const NO_TRACES: Traces = new Map()

/**
 * Reads what the replays of `scenario` need, from files relative to `directory`, and returns the scenario with what they
 * hold. Throws UsageError for a file that is none.
 */
export function loadTraces(scenario: Scenario, directory: string): { scenario: Scenario; traces: Traces } {
  const traces = new Map<string, Trace>()
  const attacks = scenario.attacks.map((attack) => {
    if (attack.kind !== 'trace-replay') return attack
    const { trace, sha256 } = loadTrace(attack, directory)
    traces.set(attack.name, trace)
    const spec = attackSpec(attack, 0)
    if (spec.kind !== 'trace-replay') return attack
    const { rate, duration } = withTrace(spec, trace)
    const refusal = rateRefusal(rate)
    if (refusal !== undefined) throw new UsageError(`traffic.${attack.name}.trace: ${refusal}`)
    return { ...attack, rate, stop: Math.min(attack.stop, attack.start + duration), traceSha256: sha256 }
  })
  return { scenario: { ...scenario, attacks }, traces }
}

function loadTrace({ name, trace: file }: Attack, directory: string): { trace: Trace; sha256: string } {
  const path = resolve(directory, String(file))
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new UsageError(`traffic.${name}.trace: cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`)
  }
  const trace = makeTrace(bytes)
  if (typeof trace === 'string') throw new UsageError(`traffic.${name}.trace: ${file}: ${trace}`)
  return { trace, sha256: createHash('sha256').update(bytes).digest('hex') }
}
