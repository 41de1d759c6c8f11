/**
 * The recordings that a scenario replays, made ready: their rate is part of the scenario, and so is what is in them, by its
 * hash. Where their bytes come from is for the caller to know.
 */
import type { Recording } from '../../attacker/trace/scan.ts'
import { makeTrace, type Trace } from '../../attacker/trace/trace.ts'
import { parseVictim } from '../../attacker/trace/victim.ts'
import { type AttackSpecOf, rateRefusal, viewReplayOf, withTrace } from '../../attacker/traffic/attack-spec.ts'
import { assert } from '../../tcpip/base/assert.ts'
import { UsageError } from '../usage-error.ts'
import { attackSpec, type Scenario } from './resolve.ts'

/** By the name of the attack that replays it. */
export type Traces = ReadonlyMap<string, Trace>

export const NO_TRACES: Traces = new Map()

/** A recording that can be read until it is closed. */
export interface OpenRecording {
  readonly recording: Recording
  /** SHA-256 of its bytes, hexadecimal. */
  sha256(): string
  close(): void
}

/** Opens the recording that a scenario calls by this name, or says in a few words why there is none. */
export type TraceSource = (file: string) => OpenRecording | string

/**
 * Makes ready what the replays of `scenario` need, and returns the scenario with what they hold and leave out. Throws
 * UsageError for a file that is not there or is no recording.
 */
export function loadTraces(scenario: Scenario, source: TraceSource): { scenario: Scenario; traces: Traces } {
  const traces = new Map<string, Trace>()
  const attacks = scenario.attacks.map((attack) => {
    if (attack.kind !== 'trace-replay') return attack
    const spec = attackSpec(attack, 0)
    assert(spec.kind === 'trace-replay', 'a replay stays one')
    const { trace, hash } = loadTrace(attack.name, spec, source)
    traces.set(attack.name, trace)
    const told = withTrace(spec, trace)
    const refusal = rateRefusal(told.rate)
    if (refusal !== undefined) throw new UsageError(`traffic.${attack.name}.trace: ${refusal}`)
    const stop = Math.min(attack.stop, attack.start + told.duration)
    return { ...attack, rate: told.rate, stop, traceSha256: hash, recording: viewReplayOf(told, trace) }
  })
  return { scenario: { ...scenario, attacks }, traces }
}

function loadTrace(
  name: string,
  { trace: file, victim }: AttackSpecOf<'trace-replay'>,
  source: TraceSource,
): { trace: Trace; hash: string } {
  const opened = source(file)
  if (typeof opened === 'string') throw new UsageError(`traffic.${name}.trace: ${file}: ${opened}`)
  try {
    const trace = makeTrace(opened.recording, victim === undefined ? undefined : parseVictim(victim))
    if (typeof trace === 'string') throw new UsageError(`traffic.${name}.trace: ${file}: ${trace}`)
    return { trace, hash: opened.sha256() }
  } finally {
    opened.close()
  }
}
