/**
 * What requests to the attacker's control API may carry, and what they become. Ranges and defaults are those of the specs;
 * an unknown key is refused.
 */
import Type, { type Static } from 'typebox'
import { ApiError } from '../../control/errors.ts'
import { type Prefix, parsePrefix } from '../../tcpip/wire/address.ts'
import { ARRIVAL_KINDS } from '../clients/arrivals.ts'
import { CLIENT_DEFAULTS, CLIENT_RANGES, type ClientSpec } from '../clients/client-spec.ts'
import { ATTACK_KINDS, type AttackSpec, SYN_FLOOD_DEFAULTS, sourcesRefusal } from '../traffic/attack-spec.ts'
import { ATTACK_DURATION_MAX, ATTACK_RATE_MAX, ATTACK_RATE_MIN } from '../traffic/caps.ts'

const CLOSED = { additionalProperties: false } as const
const Arrivals = Type.Enum([...ARRIVAL_KINDS])
const Seed = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

export const AttackBody = Type.Object(
  {
    kind: Type.Enum([...ATTACK_KINDS]),
    rate: Type.Number({ minimum: ATTACK_RATE_MIN, maximum: ATTACK_RATE_MAX }),
    duration: Type.Number({ exclusiveMinimum: 0, maximum: ATTACK_DURATION_MAX }),
    sources: Type.Optional(Type.String()),
    arrivals: Type.Optional(Arrivals),
    seed: Type.Optional(Seed),
  },
  CLOSED,
)

function range({ min, max }: { min: number; max: number }) {
  return Type.Number({ minimum: min, maximum: max })
}

export const ClientsBody = Type.Object(
  {
    /** 0 for no clients; else in the range of a client rate. */
    rate: Type.Number({ minimum: 0, maximum: CLIENT_RANGES.rate.max }),
    arrivals: Type.Optional(Arrivals),
    connectTimeout: Type.Optional(range(CLIENT_RANGES.connectTimeout)),
    responseTimeout: Type.Optional(range(CLIENT_RANGES.responseTimeout)),
    seed: Type.Optional(Seed),
  },
  CLOSED,
)

export const AttackParams = Type.Object({ id: Type.String() }, CLOSED)

/** The attack that a body asks for. Throws an ApiError when its sources are none, or may belong to real hosts. */
export function toAttackSpec(body: Static<typeof AttackBody>): AttackSpec {
  return { ...SYN_FLOOD_DEFAULTS, ...body, sources: toSources(body.sources) }
}

function toSources(text: string | undefined): Prefix {
  if (text === undefined) return SYN_FLOOD_DEFAULTS.sources
  const sources = parsePrefix(text)
  if (sources === undefined) {
    const message = `sources: "${text}" is not an IPv4 prefix without host bits, such as 198.18.0.0/15`
    throw new ApiError('BAD_VALUE', message, 'sources')
  }
  const refusal = sourcesRefusal(sources)
  if (refusal !== undefined) throw new ApiError('TARGET_REFUSED', refusal, 'sources')
  return sources
}

/** The clients that a body asks for, undefined for none; keys that are left out have their defaults. */
export function toClientSpec(body: Static<typeof ClientsBody>): ClientSpec | undefined {
  if (body.rate === 0) return undefined
  const { min, max } = CLIENT_RANGES.rate
  if (body.rate < min) {
    throw new ApiError('OUT_OF_RANGE', `rate: ${body.rate} is not 0 or a number from ${min} to ${max}`, 'rate')
  }
  return { ...CLIENT_DEFAULTS, ...body }
}
