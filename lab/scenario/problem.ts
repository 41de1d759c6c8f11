/**
 * Finds what is wrong with a scenario: first against the schema, then by the rules that no schema can say (names that
 * must exist, times that must be in order, addresses that may be spoofed). One problem at a time.
 */
import {
  type ClientsProblem,
  completeClients,
  isClientsProblem,
  POPULATIONS_MAX,
} from '../../attacker/clients/client-spec.ts'
import {
  type AttackProblem,
  type AttackSpec,
  completeAttack,
  durationRefusal,
  isProblem,
} from '../../attacker/traffic/attack-spec.ts'
import { ATTACK_RATE_MAX } from '../../attacker/traffic/caps.ts'
import { didYouMean } from '../../catalogue/suggest.ts'
import {
  type AttackEntry,
  CLIENT_METRICS,
  type ClientsEntry,
  PHASES,
  ScenarioFile,
  type Threshold,
  TRAFFIC_KINDS,
} from './schema.ts'
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
  let rate = 0
  for (const [index, entry] of file.traffic.entries()) {
    const path = ['traffic', index]
    if (names.has(entry.name)) return { path: [...path, 'name'], what: `"${entry.name}" is taken: names are unique` }
    names.add(entry.name)
    if (entry.kind === 'clients' && ++populations > POPULATIONS_MAX) {
      return { path, what: `a scenario has at most ${POPULATIONS_MAX} entries of kind "clients"` }
    }
    const problem = findTimesProblem(file, entry, duration, path)
    if (problem !== undefined) return problem
    if (entry.kind === 'clients') {
      const clients = completeClients(entry)
      if (isClientsProblem(clients)) return toProblem(clients, path)
      continue
    }
    const attack = attackOf(file, entry)
    if (isProblem(attack)) return toProblem(attack, path)
    rate += attack.rate
  }
  if (rate <= ATTACK_RATE_MAX) return undefined
  const what = `all attacks together send ${rate} packets/s: at most ${ATTACK_RATE_MAX} are allowed`
  return { path: ['traffic'], what }
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

function toProblem({ key, what, is }: AttackProblem | ClientsProblem, path: Problem['path']): Problem {
  return is === 'missing' ? { path, what: `key "${key}" is missing: ${what}` } : { path: [...path, key], what }
}

/** The attack that an entry asks for, or what is wrong with it. */
export function attackOf(file: ScenarioFile, entry: AttackEntry): AttackSpec | AttackProblem {
  const { name: _name, start: _start, stop: _stop, ...request } = entry
  const { start, stop } = trafficTimes(file, entry)
  return completeAttack({ ...request, duration: stop - start })
}

function findThresholdProblem(file: ScenarioFile): Problem | undefined {
  const arms = Object.keys(file.arms)
  for (const [index, threshold] of (file.thresholds ?? []).entries()) {
    const path = ['thresholds', index]
    const { arm, min, max } = threshold
    if (!Object.hasOwn(file.arms, arm)) {
      return { path: [...path, 'arm'], what: `no arm "${arm}"${didYouMean(arm, arms)}; there are: ${arms.join(', ')}` }
    }
    const unknown = findPopulationProblem(file, threshold)
    if (unknown !== undefined) return { path: [...path, 'population'], what: unknown }
    if (min === undefined && max === undefined) return { path, what: 'a threshold needs "min", "max" or both' }
    if (min !== undefined && max !== undefined && min > max) {
      return { path: [...path, 'max'], what: `${max} is below "min", ${min}` }
    }
  }
  return undefined
}

function findPopulationProblem({ traffic }: ScenarioFile, { population, metric }: Threshold): string | undefined {
  if (population === undefined) return undefined
  const names = traffic.filter(({ kind }) => kind === 'clients').map(({ name }) => name)
  if (!names.includes(population)) {
    return `no clients "${population}"${didYouMean(population, names)}; there are: ${names.join(', ')}`
  }
  return CLIENT_METRICS.includes(metric) ? undefined : `"${metric}" is not of clients: must be left out`
}

/** Start and stop of traffic, seconds from the start of the run: attacks fill the attack phase, clients the whole run. */
export function trafficTimes(file: ScenarioFile, entry: AttackEntry | ClientsEntry): { start: number; stop: number } {
  const { baseline, attack, recovery } = file.phases
  const isAttack = entry.kind !== 'clients'
  return {
    start: entry.start ?? (isAttack ? baseline : 0),
    stop: entry.stop ?? (isAttack ? baseline + attack : baseline + attack + recovery),
  }
}
