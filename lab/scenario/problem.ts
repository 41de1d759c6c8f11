/**
 * Finds what is wrong with a scenario: first against the schema, then by the rules that no schema can say (names that
 * must exist, times that must be in order, addresses that may be spoofed). One problem at a time.
 */
import { durationRefusal, sourcesRefusal } from '../../attacker/traffic/attack-spec.ts'
import { ATTACK_RATE_MAX } from '../../attacker/traffic/caps.ts'
import { parsePrefix } from '../../tcpip/wire/address.ts'
import { didYouMean } from '../suggest.ts'
import { type AttackEntry, type ClientsEntry, PHASES, ScenarioFile, TRAFFIC_KINDS } from './schema.ts'
import { findSchemaProblem, type Problem } from './schema-problem.ts'

/** The first thing wrong with `value` as a scenario file; undefined when it is one. */
export function findProblem(value: unknown): Problem | undefined {
  const problem = findSchemaProblem(ScenarioFile, value, [])
  if (problem !== undefined) return problem
  const file = value as ScenarioFile
  for (const [index, entry] of file.traffic.entries()) {
    const found = findSchemaProblem(TRAFFIC_KINDS[entry.kind], entry, ['traffic', index])
    if (found !== undefined) return found
  }
  return findTrafficProblem(file) ?? findThresholdProblem(file)
}

function findTrafficProblem(file: ScenarioFile): Problem | undefined {
  const duration = PHASES.reduce((sum, phase) => sum + file.phases[phase], 0)
  const names = new Set<string>()
  let populations = 0
  for (const [index, entry] of file.traffic.entries()) {
    const path = ['traffic', index]
    if (names.has(entry.name)) return { path: [...path, 'name'], what: `"${entry.name}" is taken: names are unique` }
    names.add(entry.name)
    if (entry.kind === 'clients' && ++populations > 1) {
      return { path, what: 'a scenario has at most one entry of kind "clients"' }
    }
    const problem = findTimesProblem(file, entry, duration, path) ?? findSourcesProblem(entry, path)
    if (problem !== undefined) return problem
  }
  const rate = file.traffic.reduce((sum, entry) => sum + (entry.kind === 'clients' ? 0 : entry.rate), 0)
  if (rate <= ATTACK_RATE_MAX) return undefined
  return { path: ['traffic'], what: `all attacks together send ${rate} SYN/s: at most ${ATTACK_RATE_MAX} are allowed` }
}

function findTimesProblem(
  file: ScenarioFile,
  entry: AttackEntry | ClientsEntry,
  duration: number,
  path: Problem['path'],
): Problem | undefined {
  const { start, stop } = trafficTimes(file, entry)
  if (stop > duration) {
    return { path: [...path, 'stop'], what: `${stop} is after the end of the run, which lasts ${duration} seconds` }
  }
  if (start >= stop) {
    const key = entry.stop === undefined ? 'start' : 'stop'
    return { path: [...path, key], what: `traffic starts at ${start} s and must stop later, not at ${stop} s` }
  }
  const refusal = entry.kind === 'clients' ? undefined : durationRefusal(stop - start)
  return refusal === undefined ? undefined : { path, what: refusal }
}

function findSourcesProblem(entry: AttackEntry | ClientsEntry, path: Problem['path']): Problem | undefined {
  if (entry.kind !== 'syn-flood' || entry.sources === undefined) return undefined
  const at = [...path, 'sources']
  const prefix = parsePrefix(entry.sources)
  if (prefix === undefined) return { path: at, what: `"${entry.sources}" is not an IPv4 prefix such as 198.18.0.0/15` }
  const refusal = sourcesRefusal(prefix)
  return refusal === undefined ? undefined : { path: at, what: refusal }
}

function findThresholdProblem(file: ScenarioFile): Problem | undefined {
  const arms = Object.keys(file.arms)
  for (const [index, threshold] of (file.thresholds ?? []).entries()) {
    const path = ['thresholds', index]
    const { arm, min, max } = threshold
    if (!Object.hasOwn(file.arms, arm)) {
      return { path: [...path, 'arm'], what: `no arm "${arm}"${didYouMean(arm, arms)}; there are: ${arms.join(', ')}` }
    }
    if (min === undefined && max === undefined) return { path, what: 'a threshold needs "min", "max" or both' }
    if (min !== undefined && max !== undefined && min > max) {
      return { path: [...path, 'max'], what: `${max} is below "min", ${min}` }
    }
  }
  return undefined
}

/** Start and stop of traffic, seconds from the start of the run: attacks fill the attack phase, clients the whole run. */
export function trafficTimes(file: ScenarioFile, entry: AttackEntry | ClientsEntry): { start: number; stop: number } {
  const { baseline, attack, recovery } = file.phases
  const isAttack = entry.kind === 'syn-flood'
  return {
    start: entry.start ?? (isAttack ? baseline : 0),
    stop: entry.stop ?? (isAttack ? baseline + attack : baseline + attack + recovery),
  }
}
