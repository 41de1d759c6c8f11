/**
 * Finds what is wrong with a scenario: first against the schema, then by the rules that no schema can say (names that
 * must exist, times that must be in order, addresses that may be spoofed), which only make sense of what fits the schema.
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
import { valueAt } from './path.ts'
import {
  type AttackEntry,
  CLIENT_METRICS,
  type ClientsEntry,
  PHASES,
  ScenarioFile,
  type Threshold,
  TRAFFIC_KINDS,
} from './schema.ts'
import { findSchemaProblems, type Problem } from './schema-problem.ts'

/** Everything wrong with `value` as a scenario file; empty when it is one. */
export function findProblems(value: unknown): Problem[] {
  const problems = [...findSchemaProblems(ScenarioFile, value, []), ...findKindProblems(value)]
  if (problems.length > 0) return problems
  const file = value as ScenarioFile
  return [...findTrafficProblems(file), ...findThresholdProblems(file)]
}

/** What is wrong with entries of the traffic whose kind is known: each kind has a schema of its own. */
function findKindProblems(value: unknown): Problem[] {
  const traffic = valueAt(value, ['traffic'])
  if (!Array.isArray(traffic)) return []
  return traffic.flatMap((entry: unknown, index) => {
    const kind = valueAt(entry, ['kind'])
    if (typeof kind !== 'string' || !Object.hasOwn(TRAFFIC_KINDS, kind)) return []
    return findSchemaProblems(TRAFFIC_KINDS[kind as keyof typeof TRAFFIC_KINDS], entry, ['traffic', index])
  })
}

function findTrafficProblems(file: ScenarioFile): Problem[] {
  const problems: Problem[] = []
  const duration = PHASES.reduce((sum, phase) => sum + file.phases[phase], 0)
  const names = new Set<string>()
  let populations = 0
  let rate = 0
  for (const [index, entry] of file.traffic.entries()) {
    const path = ['traffic', index]
    if (names.has(entry.name)) {
      problems.push({ path: [...path, 'name'], what: `"${entry.name}" is taken: names are unique` })
    }
    names.add(entry.name)
    if (entry.kind === 'clients' && ++populations > POPULATIONS_MAX) {
      problems.push({ path, what: `a scenario has at most ${POPULATIONS_MAX} entries of kind "clients"` })
    }
    const times = findTimesProblem(file, entry, duration, path)
    if (times !== undefined) {
      problems.push(times)
      continue
    }
    if (entry.kind === 'clients') {
      const clients = completeClients(entry)
      if (isClientsProblem(clients)) problems.push(toProblem(clients, path))
      continue
    }
    const attack = attackOf(file, entry)
    if (isProblem(attack)) problems.push(toProblem(attack, path))
    else rate += attack.rate
  }
  if (rate > ATTACK_RATE_MAX) {
    const what = `all attacks together send ${rate} packets/s: at most ${ATTACK_RATE_MAX} are allowed`
    problems.push({ path: ['traffic'], what })
  }
  return problems
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

function findThresholdProblems(file: ScenarioFile): Problem[] {
  const arms = Object.keys(file.arms)
  return (file.thresholds ?? []).flatMap((threshold, index) => {
    const path = ['thresholds', index]
    const problems: Problem[] = []
    const { arm, min, max } = threshold
    if (!Object.hasOwn(file.arms, arm)) {
      const what = `no arm "${arm}"${didYouMean(arm, arms)}; there are: ${arms.join(', ')}`
      problems.push({ path: [...path, 'arm'], what })
    }
    const unknown = findPopulationProblem(file, threshold)
    if (unknown !== undefined) problems.push({ path: [...path, 'population'], what: unknown })
    if (min === undefined && max === undefined) problems.push({ path, what: 'a threshold needs "min", "max" or both' })
    if (min !== undefined && max !== undefined && min > max) {
      problems.push({ path: [...path, 'max'], what: `${max} is below "min", ${min}` })
    }
    return problems
  })
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
