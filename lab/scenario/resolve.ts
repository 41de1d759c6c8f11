/**
 * A scenario with nothing left open: defaults filled in, arms completed, phases as spans of time. This is what runs, and
 * what the result bundle names by its hash.
 */
import { type ClientSpec, completeClients, isClientsProblem } from '../../attacker/clients/client-spec.ts'
import type { ReplayView } from '../../attacker/trace/account.ts'
import { ATTACK_CATALOGUE, type AttackKind } from '../../attacker/traffic/attack-catalogue.ts'
import { type AttackSpec, describeAttack, isProblem, makeAttack } from '../../attacker/traffic/attack-spec.ts'
import { APPLICATION_DEFAULTS, type ApplicationConfig } from '../../server/app/application-config.ts'
import { LISTENER_DEFAULTS, type ListenerConfig } from '../../server/listener/listener-config.ts'
import { assert } from '../../tcpip/base/assert.ts'
import { LINK_DEFAULTS, type LinkConditions } from './link-parameters.ts'
import { attackOf, trafficTimes } from './problem.ts'
import {
  type AttackEntry,
  type ClientsEntry,
  PHASES,
  type PhaseName,
  type ScenarioFile,
  type Threshold,
} from './schema.ts'

export interface Phase {
  readonly name: PhaseName
  /** Seconds from the start of the run. */
  readonly start: number
  readonly end: number
}

export interface Arm {
  readonly name: string
  readonly listener: ListenerConfig
  readonly application: ApplicationConfig
}

/** An attack with every parameter that means something in it; times in seconds from the start of the run. */
export interface PlannedAttack {
  readonly name: string
  readonly kind: AttackKind
  readonly rate: number
  readonly start: number
  readonly stop: number
  /** Of a replay whose recording has been read: what becomes of its packets. */
  readonly recording?: ReplayView | undefined
  readonly [parameter: string]: number | string | ReplayView | undefined
}

/** A population of clients with every key of its mode; times in seconds from the start of the run. */
export type Clients = Omit<ClientsEntry, keyof ClientSpec> &
  ClientSpec & { readonly start: number; readonly stop: number }

export interface Scenario {
  readonly name: string
  readonly description: string
  readonly seed: number
  /** Length of all phases together, seconds. */
  readonly duration: number
  readonly phases: readonly Phase[]
  readonly link: LinkConditions
  readonly arms: readonly Arm[]
  readonly attacks: readonly PlannedAttack[]
  readonly populations: readonly Clients[]
  readonly thresholds: readonly Threshold[]
}

const DEFAULT_SEED = 1

export function resolveScenario(file: ScenarioFile): Scenario {
  const phases = spans(file)
  return {
    name: file.name,
    description: file.description.trim(),
    seed: file.seed ?? DEFAULT_SEED,
    duration: phases.at(-1)?.end ?? 0,
    phases,
    link: { ...LINK_DEFAULTS, ...file.link },
    arms: Object.entries(file.arms).map(([name, overrides]) => ({
      name,
      listener: { ...LISTENER_DEFAULTS, ...file.listener, ...pick(overrides, LISTENER_DEFAULTS) },
      application: { ...APPLICATION_DEFAULTS, ...file.application, ...pick(overrides, APPLICATION_DEFAULTS) },
    })),
    attacks: file.traffic.flatMap((entry) => (entry.kind === 'clients' ? [] : resolveAttack(file, entry))),
    populations: file.traffic.flatMap((entry) => (entry.kind === 'clients' ? resolveClients(file, entry) : [])),
    thresholds: file.thresholds ?? [],
  }
}

function resolveAttack(file: ScenarioFile, entry: AttackEntry): PlannedAttack {
  const spec = attackOf(file, entry)
  assert(!isProblem(spec), 'the scenario was checked')
  const { duration: _duration, ...described } = describeAttack(spec)
  const { kind, rate } = spec
  return { name: entry.name, ...described, kind, rate, ...trafficTimes(file, entry) }
}

/** What an attacker host has to be told to attack as `attack` says, with a seed of its own. */
export function attackSpec(attack: PlannedAttack, seed: number): AttackSpec {
  const { name: _name, start, stop, rate, ...parameters } = attack
  const pace = ATTACK_CATALOGUE[attack.kind].pace === 'given' ? { rate } : {}
  return makeAttack({ ...parameters, ...pace, kind: attack.kind, duration: stop - start, seed })
}

function resolveClients(file: ScenarioFile, entry: ClientsEntry): Clients {
  const { name, kind } = entry
  const spec = completeClients(entry)
  assert(!isClientsProblem(spec), 'the scenario was checked')
  return { name, kind, ...spec, ...trafficTimes(file, entry) }
}

/** The part of `values` whose keys are those of `like`. */
function pick<T extends object>(values: Partial<T>, like: T): Partial<T> {
  const entries = Object.entries(values).filter(([key]) => Object.hasOwn(like, key))
  return Object.fromEntries(entries) as Partial<T>
}

function spans(file: ScenarioFile): Phase[] {
  let start = 0
  return PHASES.map((name) => {
    const phase = { name, start, end: start + file.phases[name] }
    start = phase.end
    return phase
  })
}
