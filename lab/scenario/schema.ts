/**
 * The scenario file: every key, its range and its default. Times are seconds unless the key ends in `Ms`. The file is
 * read by load.ts, changed by set.ts and turned into a complete `Scenario` by resolve.ts; docs/scenarios.md explains it.
 */
import Type, { type Static, type TUnsafe } from 'typebox'
import { CLIENT_PROPERTIES } from '../../attacker/clients/client-schema.ts'
import { ATTACK_KINDS, type AttackKind } from '../../attacker/traffic/attack-catalogue.ts'
import { attackProperties, byKind } from '../../attacker/traffic/attack-schema.ts'
import { ATTACK_DURATION_MAX, ATTACKS_MAX } from '../../attacker/traffic/caps.ts'
import { parameterProperties } from '../../catalogue/parameter-schema.ts'
import type { ServerConfig } from '../../server/app/server-config.ts'
import { type ConfigOf, KNOBS, type KnobGroup, knobsOf } from '../../server/knobs/knob-catalogue.ts'
import { MIB_NAMES } from '../../tcpip/base/counters.ts'
import { LINK_PARAMETERS, type LinkConditions } from './link-parameters.ts'

/** The parts of a run, in order. */
export const PHASES = ['baseline', 'attack', 'recovery'] as const
export type PhaseName = (typeof PHASES)[number]

/** Longest phase, seconds: as long as an attack may last. */
const PHASE_MAX = ATTACK_DURATION_MAX
const CLOSED = { additionalProperties: false } as const

/** The knobs of a group, each of them optional. */
function knobs<G extends KnobGroup>(group: G): TUnsafe<Partial<ConfigOf<G>>> {
  return Type.Unsafe(Type.Object(parameterProperties(knobsOf(group)), CLOSED))
}

const ListenerOptions = knobs('listener')
const ApplicationOptions = knobs('application')

/** An arm changes whatever it likes of the server, without saying which part of it a knob belongs to. */
const ArmOptions = Type.Unsafe<Partial<ServerConfig>>(Type.Object(parameterProperties(KNOBS), CLOSED))

const NAME = 'a name of at most 32 lower-case letters, digits and hyphens that starts with a letter'
const Name = Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$', description: NAME })
const Instant = Type.Number({ minimum: 0, maximum: 3 * PHASE_MAX })

const LinkOptions = Type.Unsafe<Partial<LinkConditions>>(Type.Object(parameterProperties(LINK_PARAMETERS), CLOSED))

/** Traffic that attacks, by kind: the parameters of the kind, and when. */
const AttackEntries = byKind((kind) =>
  Type.Object(
    {
      name: Name,
      kind: Type.Literal(kind),
      ...attackProperties(kind),
      start: Type.Optional(Instant),
      stop: Type.Optional(Instant),
    },
    CLOSED,
  ),
)

/** Traffic that is honest: clients that connect, ask, read the answer and close. */
export const ClientsEntry = Type.Object(
  {
    name: Name,
    kind: Type.Literal('clients'),
    ...CLIENT_PROPERTIES,
    start: Type.Optional(Instant),
    stop: Type.Optional(Instant),
  },
  CLOSED,
)

/** Traffic schemas by kind. */
export const TRAFFIC_KINDS = { ...AttackEntries, clients: ClientsEntry } as const

/** What a threshold can look at of honest clients, all of them or one population, in one phase of one arm. */
export const CLIENT_METRICS: readonly string[] = [
  'attempted',
  'succeeded',
  'failed',
  'success_ratio',
  'connect_ms.p50',
  'connect_ms.p90',
  'connect_ms.p99',
  'connect_ms.max',
  'first_byte_ms.p50',
  'first_byte_ms.p90',
  'first_byte_ms.p99',
  'first_byte_ms.max',
  'requests_answered',
  'new.success_ratio',
  'returning.success_ratio',
]

/** What a threshold can look at. */
export const METRICS = [
  ...CLIENT_METRICS,
  'syn_queue.mean',
  'syn_queue.max',
  'accept_queue.mean',
  'accept_queue.max',
  ...MIB_NAMES.map((name) => `counters.${name}`),
]

const Threshold = Type.Object(
  {
    arm: Name,
    phase: Type.Enum([...PHASES]),
    metric: Type.Enum(METRICS),
    /** Look at the clients of this population alone, not at all of them. */
    population: Type.Optional(Name),
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
  },
  CLOSED,
)

export const ScenarioFile = Type.Object(
  {
    name: Name,
    description: Type.String({ minLength: 1, maxLength: 2000 }),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    phases: Type.Object(
      {
        baseline: Type.Integer({ minimum: 1, maximum: PHASE_MAX }),
        attack: Type.Integer({ minimum: 1, maximum: PHASE_MAX }),
        recovery: Type.Integer({ minimum: 1, maximum: PHASE_MAX }),
      },
      CLOSED,
    ),
    link: Type.Optional(LinkOptions),
    listener: Type.Optional(ListenerOptions),
    application: Type.Optional(ApplicationOptions),
    arms: Type.Record(Name, ArmOptions, { ...CLOSED, minProperties: 1, maxProperties: 16, description: NAME }),
    // Each entry has the schema of its kind, which TRAFFIC_KINDS knows: one error about one key instead of a union's many.
    traffic: Type.Array(Type.Object({ kind: Type.Enum([...ATTACK_KINDS, 'clients']) }), {
      minItems: 1,
      maxItems: ATTACKS_MAX,
    }),
    thresholds: Type.Optional(Type.Array(Threshold, { maxItems: 256 })),
  },
  CLOSED,
)

/** What each key of a scenario file means, and what it is where it is left out; docs/scenarios.md prints it. */
export const SCENARIO_KEYS: Readonly<
  Record<keyof Static<typeof ScenarioFile>, { readonly about: string; readonly default: string }>
> = {
  name: { about: 'up to 32 lower-case letters, digits and hyphens, a letter first', default: 'required' },
  description: {
    about: 'what the scenario shows; its first sentence is what `synlab scenarios` prints',
    default: 'required',
  },
  seed: { about: 'of everything random, 0 to 2^53 - 1; `--seed` overrides it', default: '1' },
  phases: { about: '`baseline`, `attack`, `recovery`: whole seconds, 1 to 3600 each', default: 'required' },
  link: { about: 'the network between the server and everybody else, key by key', default: 'as follows' },
  listener: { about: 'configuration common to all arms, see below', default: 'Linux’s' },
  application: { about: 'what the program behind it does, common to all arms, see below', default: 'at once' },
  arms: {
    about: 'name of an arm -> what it changes of either; 1 to 16, compared in this order',
    default: 'required',
  },
  traffic: { about: 'list of 1 to 16 entries, see below', default: 'required' },
  thresholds: { about: 'list of conditions, see below', default: 'none' },
}

export interface AttackEntry {
  readonly name: string
  readonly kind: AttackKind
  readonly rate?: number
  readonly start?: number
  readonly stop?: number
  /** Of its kind. */
  readonly [parameter: string]: unknown
}
export type ClientsEntry = Static<typeof ClientsEntry>
export type Threshold = Static<typeof Threshold>
export type ListenerOptions = Static<typeof ListenerOptions>
/** A scenario file that has passed `findProblem`. */
export type ScenarioFile = Omit<Static<typeof ScenarioFile>, 'traffic'> & {
  traffic: (AttackEntry | ClientsEntry)[]
}
