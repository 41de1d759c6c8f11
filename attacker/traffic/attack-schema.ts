/**
 * Schemas of attacks, made from their catalogue: for the control API and for scenario files.
 */
import Type, { type TSchema } from 'typebox'
import { parameterProperties } from '../../catalogue/parameter-schema.ts'
import {
  ATTACK_CATALOGUE,
  ATTACK_KINDS,
  type AttackKind,
  type AttackKindEntry,
  parametersOf,
} from './attack-catalogue.ts'
import { ATTACK_DURATION_MAX, ATTACK_RATE_MIN } from './caps.ts'

/** The parameters of a kind as properties of a schema, all but those without default optional; the rate where it has one. */
export function attackProperties(kind: AttackKind): Record<string, TSchema> {
  const { pace, rateMax } = ATTACK_CATALOGUE[kind] as AttackKindEntry
  const rate = Type.Number({ minimum: ATTACK_RATE_MIN, maximum: rateMax })
  return { ...(pace === 'given' ? { rate } : {}), ...parameterProperties(parametersOf(kind)) }
}

/** A property for every kind, of the kind's own making. */
export function byKind<S>(make: (kind: AttackKind) => S): Readonly<Record<AttackKind, S>> {
  return Object.fromEntries(ATTACK_KINDS.map((kind) => [kind, make(kind)])) as Record<AttackKind, S>
}

/** How long an attack may last. */
export const DURATION = Type.Number({ exclusiveMinimum: 0, maximum: ATTACK_DURATION_MAX })
