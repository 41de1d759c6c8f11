/**
 * The recordings that a scenario replays, made ready: their rate is part of the scenario, and so is what is in them, by its
 * hash. Where their bytes come from is for the caller to know.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { rateRefusal, withTrace } from '../../attacker/traffic/attack-spec.ts'
import { makeTrace, type Trace } from '../../attacker/traffic/trace.ts'
import { UsageError } from '../usage-error.ts'
import { type Attack, attackSpec, type Scenario } from './resolve.ts'

/** By the name of the attack that replays it. */
export type Traces = ReadonlyMap<string, Trace>

export const NO_TRACES: Traces = new Map()

/** The bytes of the file that a scenario calls by this name, or in a word why there are none. */
export type TraceSource = (file: string) => Uint8Array | string

/**
 * Makes ready what the replays of `scenario` need, and returns the scenario with what they hold. Throws UsageError for a
 * file that is not there or is no recording.
 */
export function loadTraces(scenario: Scenario, source: TraceSource): { scenario: Scenario; traces: Traces } {
  const traces = new Map<string, Trace>()
  const attacks = scenario.attacks.map((attack) => {
    if (attack.kind !== 'trace-replay') return attack
    const { trace, hash } = loadTrace(attack, source)
    traces.set(attack.name, trace)
    const spec = attackSpec(attack, 0)
    if (spec.kind !== 'trace-replay') return attack
    const { rate, duration } = withTrace(spec, trace)
    const refusal = rateRefusal(rate)
    if (refusal !== undefined) throw new UsageError(`traffic.${attack.name}.trace: ${refusal}`)
    return { ...attack, rate, stop: Math.min(attack.stop, attack.start + duration), traceSha256: hash }
  })
  return { scenario: { ...scenario, attacks }, traces }
}

function loadTrace({ name, trace: file }: Attack, source: TraceSource): { trace: Trace; hash: string } {
  const bytes = source(String(file))
  if (typeof bytes === 'string') throw new UsageError(`traffic.${name}.trace: cannot read ${file}: ${bytes}`)
  const trace = makeTrace(bytes)
  if (typeof trace === 'string') throw new UsageError(`traffic.${name}.trace: ${file}: ${trace}`)
  return { trace, hash: bytesToHex(sha256(bytes)) }
}
