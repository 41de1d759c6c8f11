/**
 * Schemas of parameters, made from their catalogue: for the control APIs and for scenario files.
 */
import Type, { type TSchema } from 'typebox'
import type { Parameter } from './parameter.ts'

/** Longest name of a file, characters. */
const FILE_NAME_MAX = 255

/** Longest victim: 255.255.255.255:65535. */
const VICTIM_MAX = 21

/** Parameters as properties of an object's schema; those that have a default are optional. */
export function parameterProperties(parameters: Readonly<Record<string, Parameter>>): Record<string, TSchema> {
  return Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, propertyOf(parameter)]))
}

function propertyOf(parameter: Parameter): TSchema {
  const alias = aliasOf(parameter)
  switch (parameter.type) {
    case 'number':
      return Type.Optional(Type.Number({ minimum: parameter.min, maximum: parameter.max, ...alias }))
    case 'integer':
      return Type.Optional(Type.Integer({ minimum: parameter.min, maximum: parameter.max, ...alias }))
    case 'boolean':
      return Type.Optional(Type.Boolean(alias))
    case 'choice':
      return Type.Optional(Type.Enum([...parameter.choices], alias))
    case 'sources':
      return Type.Optional(Type.String({ description: 'an IPv4 prefix such as 198.18.0.0/15', ...alias }))
    case 'victim':
      return Type.Optional(Type.String({ maxLength: VICTIM_MAX, ...alias }))
    case 'file':
      return Type.String({ minLength: 1, maxLength: FILE_NAME_MAX, ...alias })
  }
}

/** JSON Schema lets a schema carry words that it does not know: messages about unknown keys look for this one. */
function aliasOf({ linux }: Parameter): { readonly alias?: string } {
  return linux === undefined ? {} : { alias: linux }
}
