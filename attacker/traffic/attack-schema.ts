/**
 * Schemas of attacks, made from their catalogue: for the control API and for scenario files.
 */
import Type, { type TSchema } from 'typebox'
import {
  ATTACK_CATALOGUE,
  ATTACK_KINDS,
  type AttackKind,
  type AttackKindEntry,
  type Parameter,
  parametersOf,
} from './attack-catalogue.ts'
import { ATTACK_DURATION_MAX, ATTACK_RATE_MIN } from './caps.ts'

/** Longest name of a file, characters. */
const FILE_NAME_MAX = 255

/** Longest victim: 255.255.255.255:65535. */
const VICTIM_MAX = 21

/** The parameters of a kind as properties of a schema, all but those without default optional; the rate where it has one. */
export function attackProperties(kind: AttackKind): Record<string, TSchema> {
  const { pace, rateMax } = ATTACK_CATALOGUE[kind] as AttackKindEntry
  const rate = Type.Number({ minimum: ATTACK_RATE_MIN, maximum: rateMax })
  const parameters = Object.entries(parametersOf(kind)).map(([name, parameter]) => [name, propertyOf(parameter)])
  return { ...(pace === 'given' ? { rate } : {}), ...(Object.fromEntries(parameters) as Record<string, TSchema>) }
}

/** A property for every kind, of the kind's own making. */
export function byKind<S>(make: (kind: AttackKind) => S): Readonly<Record<AttackKind, S>> {
  return Object.fromEntries(ATTACK_KINDS.map((kind) => [kind, make(kind)])) as Record<AttackKind, S>
}

/** How long an attack may last. */
export const DURATION = Type.Number({ exclusiveMinimum: 0, maximum: ATTACK_DURATION_MAX })

function propertyOf(parameter: Parameter): TSchema {
  switch (parameter.type) {
    case 'number':
      return Type.Optional(Type.Number({ minimum: parameter.min, maximum: parameter.max }))
    case 'integer':
      return Type.Optional(Type.Integer({ minimum: parameter.min, maximum: parameter.max }))
    case 'choice':
      return Type.Optional(Type.Enum([...parameter.choices]))
    case 'sources':
      return Type.Optional(Type.String({ description: 'an IPv4 prefix such as 198.18.0.0/15' }))
    case 'victim':
      return Type.Optional(Type.String({ maxLength: VICTIM_MAX }))
    case 'file':
      return Type.String({ minLength: 1, maxLength: FILE_NAME_MAX })
  }
}
