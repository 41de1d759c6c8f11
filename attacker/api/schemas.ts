/**
 * What requests to the attacker's control API about attacks may carry, and what they become. Ranges and defaults are those
 * of the specs; an unknown key is refused.
 */
import Type, { type Static } from 'typebox'
import { ApiError, type ApiErrorCode } from '../../control/errors.ts'
import { checkValue } from '../../control/validation.ts'
import { ATTACK_KINDS } from '../traffic/attack-catalogue.ts'
import { attackProperties, byKind, DURATION } from '../traffic/attack-schema.ts'
import {
  type AttackProblem,
  type AttackRequest,
  type AttackSpec,
  completeAttack,
  isProblem,
} from '../traffic/attack-spec.ts'

const CLOSED = { additionalProperties: false } as const
const Seed = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

/** What every attack has; the rest depends on its kind. */
export const AttackBody = Type.Object({ kind: Type.Enum([...ATTACK_KINDS]) })

const ATTACK_BODIES = byKind((kind) =>
  Type.Object(
    {
      kind: Type.Literal(kind),
      duration: DURATION,
      seed: Type.Optional(Seed),
      lease: Type.Optional(Type.String()),
      ...attackProperties(kind),
    },
    CLOSED,
  ),
)

/** The same, as the description of the API shows it: with the parameters of each kind. */
export const AttackBodyInFull = { ...AttackBody, oneOf: Object.values(ATTACK_BODIES) }

export const AttackParams = Type.Object({ id: Type.String() }, CLOSED)

const PROBLEM_CODES = {
  superfluous: 'BAD_VALUE',
  missing: 'MISSING_KEY',
  refused: 'BAD_VALUE',
  foreign: 'TARGET_REFUSED',
} as const satisfies Record<AttackProblem['is'], ApiErrorCode>

/** The attack that a body asks for, and the lease that it depends on, if any. Throws an ApiError when it is none, or pretends to come from where it may not. */
export function toAttack(body: Static<typeof AttackBody>): { spec: AttackSpec; lease: string | undefined } {
  checkValue(ATTACK_BODIES[body.kind], body)
  const { lease, ...request } = body as unknown as AttackRequest & { readonly lease?: string }
  const spec = completeAttack(request)
  if (isProblem(spec)) throw new ApiError(PROBLEM_CODES[spec.is], `${spec.key}: ${spec.what}`, spec.key)
  return { spec, lease }
}
