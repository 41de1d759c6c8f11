/**
 * A scenario with nothing left open: defaults filled in, arms completed, phases as spans of time. This is what runs, and
 * what the result bundle names by its hash.
 */
import { CLIENT_DEFAULTS } from '../../attacker/clients/client-spec.ts'
import { SYN_FLOOD_DEFAULTS } from '../../attacker/traffic/attack-spec.ts'
import { LISTENER_DEFAULTS, type ListenerConfig } from '../../server/listener/listener-config.ts'
import { formatPrefix } from '../../tcpip/wire/address.ts'
import { trafficTimes } from './problem.ts'
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
}

export type Attack = Required<AttackEntry>
export type Clients = Required<ClientsEntry>

export interface Scenario {
  readonly name: string
  readonly description: string
  readonly seed: number
  /** Length of all phases together, seconds. */
  readonly duration: number
  readonly phases: readonly Phase[]
  readonly link: { readonly rttMs: number; readonly jitterMs: number; readonly loss: number }
  readonly arms: readonly Arm[]
  readonly attacks: readonly Attack[]
  readonly clients: Clients | undefined
  readonly thresholds: readonly Threshold[]
}

const DEFAULT_SEED = 1

const LINK_DEFAULTS = { rttMs: 20, jitterMs: 0, loss: 0 }

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
      listener: { ...LISTENER_DEFAULTS, ...file.listener, ...overrides },
    })),
    attacks: file.traffic.flatMap((entry) => (entry.kind === 'clients' ? [] : resolveAttack(file, entry))),
    clients: file.traffic.flatMap((entry) => (entry.kind === 'clients' ? resolveClients(file, entry) : [])).at(0),
    thresholds: file.thresholds ?? [],
  }
}

function resolveAttack(file: ScenarioFile, entry: AttackEntry): Attack {
  const { name, kind, rate } = entry
  const { arrivals = SYN_FLOOD_DEFAULTS.arrivals, sources = formatPrefix(SYN_FLOOD_DEFAULTS.sources) } = entry
  return { name, kind, rate, arrivals, sources, ...trafficTimes(file, entry) }
}

function resolveClients(file: ScenarioFile, entry: ClientsEntry): Clients {
  const { name, kind, rate } = entry
  const { arrivals, connectTimeout, responseTimeout } = { ...CLIENT_DEFAULTS, ...entry }
  return { name, kind, rate, arrivals, connectTimeout, responseTimeout, ...trafficTimes(file, entry) }
}

function spans(file: ScenarioFile): Phase[] {
  let start = 0
  return PHASES.map((name) => {
    const phase = { name, start, end: start + file.phases[name] }
    start = phase.end
    return phase
  })
}
