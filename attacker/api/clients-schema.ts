/**
 * The body that tells honest clients what to do, and what it asks for.
 */
import Type, { type Static } from 'typebox'
import { ApiError, type ApiErrorCode } from '../../control/errors.ts'
import { CLIENT_PROPERTIES } from '../clients/client-schema.ts'
import {
  CLIENT_RANGES,
  type ClientSpec,
  type ClientsProblem,
  completeClients,
  isClientsProblem,
} from '../clients/client-spec.ts'

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
