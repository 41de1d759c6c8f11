/**
 * Schemas of honest clients, with the ranges of their specs: for the control API and for scenario files. Which keys go
 * together is said by `completeClients`.
 */
import Type, { type Static, type TInteger, type TNumber } from 'typebox'
import { ApiError, type ApiErrorCode } from '../../control/errors.ts'
import { ARRIVAL_KINDS } from '../clients/arrivals.ts'
import {
  CLIENT_MODES,
  CLIENT_RANGES,
  CLIENT_SYSTEMS,
  type ClientSpec,
  type ClientsProblem,
  completeClients,
  isClientsProblem,
  SPEAKERS,
} from '../clients/client-spec.ts'

function range(name: keyof typeof CLIENT_RANGES): TNumber {
  return Type.Number({ minimum: CLIENT_RANGES[name].min, maximum: CLIENT_RANGES[name].max })
}

function integer(name: keyof typeof CLIENT_RANGES): TInteger {
  return Type.Integer({ minimum: CLIENT_RANGES[name].min, maximum: CLIENT_RANGES[name].max })
}

/** What clients can be told, all of it optional. */
export const CLIENT_PROPERTIES = {
  mode: Type.Optional(Type.Enum([...CLIENT_MODES])),
  rate: Type.Optional(range('rate')),
  arrivals: Type.Optional(Type.Enum([...ARRIVAL_KINDS])),
  concurrency: Type.Optional(integer('concurrency')),
  thinkTime: Type.Optional(range('thinkTime')),
  connectTimeout: Type.Optional(range('connectTimeout')),
  responseTimeout: Type.Optional(range('responseTimeout')),
  requests: Type.Optional(integer('requests')),
  pause: Type.Optional(range('pause')),
  speaks: Type.Optional(Type.Enum([...SPEAKERS])),
  returning: Type.Optional(range('returning')),
  os: Type.Optional(Type.Enum([...CLIENT_SYSTEMS])),
} as const

export const ClientsBody = Type.Object(
  {
    ...CLIENT_PROPERTIES,
    /** 0 for no clients; else in the range of a client rate. */
    rate: Type.Optional(Type.Number({ minimum: 0, maximum: CLIENT_RANGES.rate.max })),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  },
  { additionalProperties: false },
)

const PROBLEM_CODES = {
  missing: 'MISSING_KEY',
  superfluous: 'BAD_VALUE',
  refused: 'BAD_VALUE',
} as const satisfies Record<ClientsProblem['is'], ApiErrorCode>

/**
 * The clients that a body asks for, undefined for none; keys that are left out have their defaults. Throws an ApiError when
 * its keys do not go together.
 */
export function toClientSpec(body: Static<typeof ClientsBody>): ClientSpec | undefined {
  const spec = completeClients(body)
  if (isClientsProblem(spec)) {
    const { key, what, is } = spec
    throw new ApiError(PROBLEM_CODES[is], is === 'missing' ? `${key} is missing; ${what}` : `${key}: ${what}`, key)
  }
  if (spec.mode === 'closed') return spec
  if (spec.rate === 0) return undefined
  const { min, max } = CLIENT_RANGES.rate
  if (spec.rate < min) {
    throw new ApiError('OUT_OF_RANGE', `rate: ${spec.rate} is not 0 or a number from ${min} to ${max}`, 'rate')
  }
  return spec
}
