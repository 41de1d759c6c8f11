/**
 * Holds a value against a schema and tells what is wrong in words: what was found, and what is allowed.
 */
import type { TSchema } from 'typebox'
import type { TLocalizedValidationError } from 'typebox/error'
import { Settings } from 'typebox/system'
import { Value } from 'typebox/value'
import { didYouMean } from '../../catalogue/suggest.ts'
import { isMapping, type Path, valueAt } from './path.ts'

export interface Problem {
  /** Where: the value that is wrong, or the mapping that lacks a key. */
  readonly path: Path
  /** What is wrong and what would be right. */
  readonly what: string
}

/** The parts of JSON Schema that the scenario's schema uses. */
interface SchemaNode {
  readonly type?: string
  readonly description?: string
  /** What else the key is called: Linux's name of a knob. */
  readonly alias?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly properties?: Record<string, SchemaNode>
  readonly patternProperties?: Record<string, SchemaNode>
  readonly items?: SchemaNode
}

/** Errors that one check looks for: a mistake may be several of them. */
Settings.Set({ maxErrors: 100 })

/** Alternatives that a message lists; of a longer list only the first ones are shown. */
const LISTED_MAX = 14

/** Everything wrong with `value`, which stands at `base` in the scenario; empty when it fits the schema. */
export function findSchemaProblems(schema: TSchema, value: unknown, base: Path): Problem[] {
  const errors = Value.Errors(schema, value)
  // A misspelt key also makes the right one missing: the misspelling is the better thing to say.
  const misspelt = new Set(
    errors.filter(({ keyword }) => keyword === 'additionalProperties').map(({ instancePath }) => instancePath),
  )
  const told = new Set<string>()
  return errors.flatMap((error) => {
    // That an unknown key is unknown is told where it stands, and once.
    if (error.keyword === 'boolean') return []
    if (error.keyword === 'required' && misspelt.has(error.instancePath)) return []
    // One value may break several rules; what must be said of it is the same.
    const id = error.keyword === 'required' || error.keyword === 'additionalProperties' ? error.keyword : 'value'
    const key = `${error.instancePath} ${id}`
    if (told.has(key)) return []
    told.add(key)
    return describeError(schema as SchemaNode, value, error, base)
  })
}

function describeError(
  schema: SchemaNode,
  value: unknown,
  { instancePath, params }: TLocalizedValidationError,
  base: Path,
): Problem[] {
  const { node, path } = follow(schema, value, instancePath)
  const at = [...base, ...path]
  const { additionalProperties, requiredProperties } = params as {
    additionalProperties?: readonly string[]
    requiredProperties?: readonly string[]
  }
  if (additionalProperties !== undefined) {
    return additionalProperties.map((key) => ({ path: [...at, key], what: describeUnknownKey(node, key) }))
  }
  if (requiredProperties !== undefined) {
    return requiredProperties.map((key) => ({
      path: at,
      what: `key "${key}" is missing: ${describe(node.properties?.[key] ?? {})}`,
    }))
  }
  const found = valueAt(value, path)
  const hint = typeof found === 'string' ? didYouMean(found, (node.enum ?? []).map(String)) : ''
  return [{ path: at, what: `${show(found)} is not allowed${hint}: must be ${describe(node)}` }]
}

/** The schema and the path that a JSON pointer into `value` leads to. */
function follow(root: SchemaNode, value: unknown, pointer: string): { node: SchemaNode; path: Path } {
  let node = root
  const path: (string | number)[] = []
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
    const isIndex = Array.isArray(valueAt(value, path))
    path.push(isIndex ? Number(key) : key)
    node = (isIndex ? node.items : childOf(node, key)) ?? {}
  }
  return { node, path }
}

function childOf(node: SchemaNode, key: string): SchemaNode | undefined {
  if (node.properties && Object.hasOwn(node.properties, key)) return node.properties[key]
  const [pattern] = Object.entries(node.patternProperties ?? {})
  return pattern?.[1]
}

function describeUnknownKey(node: SchemaNode, key: string): string {
  if (node.properties === undefined) return `"${key}" is not ${node.description ?? 'allowed'}`
  const { properties } = node
  const known = Object.keys(properties)
  const hint = didYouMean(key, known, (name) => properties[name]?.alias)
  return `unknown key "${key}"${hint}; allowed: ${known.join(', ')}`
}

/** What a schema allows, in words. */
function describe(node: SchemaNode): string {
  if (node.enum) return describeAlternatives(node.enum.map(String))
  if (node.const !== undefined) return `"${node.const}"`
  switch (node.type) {
    case 'integer':
    case 'number':
      return describeNumber(node)
    case 'boolean':
      return 'true or false'
    case 'array':
      return `a list of ${node.minItems ?? 0} to ${node.maxItems ?? 'any number of'} entries`
    case 'object':
      if (node.properties) return `a mapping with ${Object.keys(node.properties).join(', ')}`
      return `a mapping of ${node.minProperties ?? 0} to ${node.maxProperties ?? 'any number of'} names`
    default:
      return node.description ?? `a text of 1 to ${node.maxLength ?? 'any number of'} characters`
  }
}

function describeNumber(node: SchemaNode): string {
  const noun = node.type === 'integer' ? 'an integer' : 'a number'
  return node.minimum === undefined ? noun : `${noun} from ${node.minimum} to ${node.maximum}`
}

function describeAlternatives(alternatives: readonly string[]): string {
  const listed = alternatives.slice(0, LISTED_MAX).join(', ')
  const more = alternatives.length - LISTED_MAX
  return more > 0 ? `one of ${listed} and ${more} more (see docs/scenarios.md)` : `one of ${listed}`
}

/** A value as it may stand in a one-line message. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return sized('list', value.length)
  if (isMapping(value)) return sized('mapping', Object.keys(value).length)
  const text = typeof value === 'string' ? JSON.stringify(value) : value === null ? 'an empty value' : String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** A list or mapping with its size, which may be all that is wrong with it. */
function sized(noun: string, size: number): string {
  return size === 0 ? `an empty ${noun}` : `a ${noun} of ${size}`
}
