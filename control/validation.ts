/**
 * Checks requests against their schemas and says what is wrong in one sentence: what, where, what is allowed. Bodies are
 * taken as they are; in query strings and parameters, which are text, plain numbers are first read as such. Nothing is
 * rounded, removed or filled in.
 */
import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { TLocalizedValidationError } from 'typebox/error'
import { Value } from 'typebox/value'
import { didYouMean } from '../catalogue/suggest.ts'
import { ApiError, type ApiErrorCode } from './errors.ts'

/** The parts of JSON schema that the control APIs use. */
interface SchemaView {
  /** What else the key is called: Linux's name of a knob. */
  readonly alias?: string
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly SchemaView[]
  readonly properties?: Record<string, SchemaView>
  readonly items?: SchemaView
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
}

type Violation = TLocalizedValidationError

/** Longest quotation of a wrong value, characters. */
const MAX_QUOTE = 60

const CODE_BY_KEYWORD: Record<string, ApiErrorCode> = {
  additionalProperties: 'UNKNOWN_KEY',
  required: 'MISSING_KEY',
  type: 'WRONG_TYPE',
  minimum: 'OUT_OF_RANGE',
  maximum: 'OUT_OF_RANGE',
  exclusiveMinimum: 'OUT_OF_RANGE',
  minLength: 'OUT_OF_RANGE',
  maxLength: 'OUT_OF_RANGE',
  minItems: 'OUT_OF_RANGE',
  maxItems: 'OUT_OF_RANGE',
}

/** Fastify's validator compiler for the control APIs. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const compiled = Compile(schema)
  const isText = httpPart !== 'body'
  return (input: unknown) => {
    const value = isText ? readNumbers(schema as SchemaView, input) : input
    if (compiled.Check(value)) return { value }
    return { error: explain(schema as SchemaView, value, compiled.Errors(value)) }
  }
}

/** A number as people write it into an address; anything else stays text, and is refused as such. */
const PLAIN_NUMBER = /^-?[0-9]+(\.[0-9]+)?$/

/** The fields of a query string or of parameters, plain numbers read where the schema wants a number. */
function readNumbers({ properties = {} }: SchemaView, input: unknown): unknown {
  const fields = Object.entries(input as Record<string, unknown>).map(([name, value]) => {
    const type = Object.hasOwn(properties, name) ? properties[name]?.type : undefined
    const isNumber = (type === 'integer' || type === 'number') && typeof value === 'string' && PLAIN_NUMBER.test(value)
    return [name, isNumber ? Number(value) : value]
  })
  return Object.fromEntries(fields)
}

/** Checks a value that does not come from a request. Throws an ApiError, as a request would be refused. */
export function checkValue(schema: TSchema, value: unknown): void {
  if (!Value.Check(schema, value)) throw explain(schema as SchemaView, value, [...Value.Errors(schema, value)])
}

function explain(schema: SchemaView, value: unknown, violations: readonly Violation[]): ApiError {
  // A wrong choice is reported as such, not as every way in which each alternative does not fit.
  const violation =
    violations.find((candidate) => candidate.keyword === 'anyOf') ??
    violations.find((candidate) => candidate.keyword === 'additionalProperties') ??
    violations[0]
  if (violation === undefined) return new ApiError('BAD_REQUEST', 'the request does not fit its schema')
  const keys = violation.instancePath.split('/').slice(1).map(unescapePointer)
  const part = schemaAt(schema, keys)
  if (violation.keyword === 'additionalProperties') return unknownKey(violation, part, keys)
  if (violation.keyword === 'required') return missingKey(violation, part, keys)
  const code = CODE_BY_KEYWORD[violation.keyword] ?? 'BAD_VALUE'
  const path = keys.join('.')
  const found = `${quote(valueAt(value, keys))} is not ${describe(part)}`
  return path === '' ? new ApiError(code, `the body: ${found}`) : new ApiError(code, `${path}: ${found}`, path)
}

function unknownKey(violation: Violation, part: SchemaView, keys: readonly string[]): ApiError {
  const [unknown = ''] = (violation.params as { additionalProperties: readonly string[] }).additionalProperties
  const { properties = {} } = part
  const known = Object.keys(properties)
  const hint = didYouMean(unknown, known, (name) => properties[name]?.alias)
  const message = `unknown key ${quote(unknown)}${hint}; allowed: ${known.join(', ')}`
  return new ApiError('UNKNOWN_KEY', message, [...keys, unknown].join('.'))
}

function missingKey(violation: Violation, part: SchemaView, keys: readonly string[]): ApiError {
  const [missing = ''] = (violation.params as { requiredProperties: readonly string[] }).requiredProperties
  const path = [...keys, missing].join('.')
  return new ApiError('MISSING_KEY', `${path} is missing; it is ${describe(part.properties?.[missing] ?? {})}`, path)
}

/** What a schema allows, as the end of a sentence. */
function describe(schema: SchemaView): string {
  if (schema.const !== undefined) return quote(schema.const)
  const choices =
    schema.enum ?? (schema.anyOf?.every((choice) => choice.const !== undefined) ? schema.anyOf : undefined)
  if (choices !== undefined) return `one of ${choices.map(choiceText).join(', ')}`
  if (schema.anyOf !== undefined) return schema.anyOf.map(describe).join(' or ')
  switch (schema.type) {
    case 'integer':
      return `an integer${range(schema)}`
    case 'number':
      return `a number${range(schema)}`
    case 'boolean':
      return 'true or false'
    case 'string':
      return `a string${size(schema.minLength, schema.maxLength, 'characters')}`
    case 'array':
      return `an array${size(schema.minItems, schema.maxItems, 'elements')}`
    case 'object':
      return 'an object'
    default:
      return 'an allowed value'
  }
}

function choiceText(choice: unknown): string {
  const isSchema = typeof choice === 'object' && choice !== null
  return quote(isSchema ? (choice as SchemaView).const : choice)
}

function range({ minimum, maximum, exclusiveMinimum }: SchemaView): string {
  if (exclusiveMinimum !== undefined) {
    return maximum === undefined ? ` above ${exclusiveMinimum}` : ` above ${exclusiveMinimum} and at most ${maximum}`
  }
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  if (minimum !== undefined) return ` of at least ${minimum}`
  return maximum === undefined ? '' : ` of at most ${maximum}`
}

function size(min: number | undefined, max: number | undefined, unit: string): string {
  if (min !== undefined && max !== undefined) return ` of ${min} to ${max} ${unit}`
  if (min !== undefined) return ` of at least ${min} ${unit}`
  return max === undefined ? '' : ` of at most ${max} ${unit}`
}

function schemaAt(schema: SchemaView, keys: readonly string[]): SchemaView {
  return keys.reduce<SchemaView>((part, key) => part.properties?.[key] ?? part.items ?? {}, schema)
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], value)
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}...` : text
}

/** RFC 6901 3. */
function unescapePointer(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}
