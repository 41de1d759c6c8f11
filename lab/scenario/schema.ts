/**
 * The scenario file: every key, its range and its default. Times are seconds unless the key ends in `Ms`. The file is
 * read by load.ts, changed by set.ts and turned into a complete `Scenario` by resolve.ts; docs/scenarios.md explains it.
 */
import Type, { type Static, type TInteger, type TNumber } from 'typebox'
import { ARRIVAL_KINDS } from '../../attacker/clients/arrivals.ts'
import { CLIENT_RANGES } from '../../attacker/clients/client-spec.ts'
import { ATTACK_DURATION_MAX, ATTACK_RATE_MAX, ATTACK_RATE_MIN, ATTACKS_MAX } from '../../attacker/traffic/caps.ts'
import { LISTENER_RANGES } from '../../server/listener/listener-config.ts'
import { MIB_NAMES } from '../../tcpip/counters.ts'

/** The parts of a run, in order. */
export const PHASES = ['baseline', 'attack', 'recovery'] as const
export type PhaseName = (typeof PHASES)[number]

/** Longest phase, seconds: as long as an attack may last. */
const PHASE_MAX = ATTACK_DURATION_MAX
const CLOSED = { additionalProperties: false } as const

type Knob = keyof typeof LISTENER_RANGES

function knob(name: Knob): TInteger {
  return Type.Integer({ minimum: LISTENER_RANGES[name].min, maximum: LISTENER_RANGES[name].max })
}

const ListenerOptions = Type.Object(
  {
    synCookies: Type.Optional(knob('synCookies')),
    backlog: Type.Optional(knob('backlog')),
    somaxconn: Type.Optional(knob('somaxconn')),
    maxSynBacklog: Type.Optional(knob('maxSynBacklog')),
    synAckRetries: Type.Optional(knob('synAckRetries')),
    abortOnOverflow: Type.Optional(Type.Boolean()),
    deferAccept: Type.Optional(knob('deferAccept')),
  },
  CLOSED,
)

function range({ min, max }: { min: number; max: number }): TNumber {
  return Type.Number({ minimum: min, maximum: max })
}

const NAME = 'a name of at most 32 lower-case letters, digits and hyphens that starts with a letter'
const Name = Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$', description: NAME })
const Arrivals = Type.Enum([...ARRIVAL_KINDS])
const Instant = Type.Number({ minimum: 0, maximum: 3 * PHASE_MAX })

/** Traffic that attacks: SYNs from sources that never answer. */
export const AttackEntry = Type.Object(
  {
    name: Name,
    kind: Type.Literal('syn-flood'),
    rate: range({ min: ATTACK_RATE_MIN, max: ATTACK_RATE_MAX }),
    arrivals: Type.Optional(Arrivals),
    sources: Type.Optional(Type.String({ description: 'an IPv4 prefix such as 198.18.0.0/15' })),
    start: Type.Optional(Instant),
    stop: Type.Optional(Instant),
  },
  CLOSED,
)

/** Traffic that is honest: clients that connect, ask, read the answer and close. */
export const ClientsEntry = Type.Object(
  {
    name: Name,
    kind: Type.Literal('clients'),
    rate: range(CLIENT_RANGES.rate),
    arrivals: Type.Optional(Arrivals),
    connectTimeout: Type.Optional(range(CLIENT_RANGES.connectTimeout)),
    responseTimeout: Type.Optional(range(CLIENT_RANGES.responseTimeout)),
    start: Type.Optional(Instant),
    stop: Type.Optional(Instant),
  },
  CLOSED,
)

/** Traffic schemas by kind. */
export const TRAFFIC_KINDS = { 'syn-flood': AttackEntry, clients: ClientsEntry } as const

/** What a threshold can look at, in one phase of one arm. */
export const METRICS = [
  'attempted',
  'succeeded',
  'failed',
  'success_ratio',
  'connect_ms.p50',
  'connect_ms.p90',
  'connect_ms.p99',
  'connect_ms.max',
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
    link: Type.Optional(
      Type.Object(
        {
          rttMs: Type.Optional(Type.Number({ minimum: 0, maximum: 10_000 })),
          jitterMs: Type.Optional(Type.Number({ minimum: 0, maximum: 10_000 })),
          loss: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
        },
        CLOSED,
      ),
    ),
    listener: Type.Optional(ListenerOptions),
    arms: Type.Record(Name, ListenerOptions, { ...CLOSED, minProperties: 1, maxProperties: 16, description: NAME }),
    // Each entry has the schema of its kind, which TRAFFIC_KINDS knows: one error about one key instead of a union's many.
    traffic: Type.Array(Type.Object({ kind: Type.Enum(['syn-flood', 'clients']) }), {
      minItems: 1,
      maxItems: ATTACKS_MAX,
    }),
    thresholds: Type.Optional(Type.Array(Threshold, { maxItems: 256 })),
  },
  CLOSED,
)

export type AttackEntry = Static<typeof AttackEntry>
export type ClientsEntry = Static<typeof ClientsEntry>
export type Threshold = Static<typeof Threshold>
export type ListenerOptions = Static<typeof ListenerOptions>
/** A scenario file that has passed `findProblem`. */
export type ScenarioFile = Omit<Static<typeof ScenarioFile>, 'traffic'> & {
  traffic: (AttackEntry | ClientsEntry)[]
}
