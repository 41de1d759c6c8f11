/**
 * `--set key=value`: changes one value of a scenario before it runs. The key is the path with dots, entries of a list by
 * name (`traffic.flood.rate`) or number; the value is YAML. Whether the result is a scenario is for problem.ts to say.
 */
import { didYouMean } from '../../catalogue/suggest.ts'
import { UsageError } from '../usage-error.ts'
import { isMapping, type Path } from './path.ts'
import { areYamlProblems, readYaml } from './yaml-text.ts'

export interface Override {
  /** As the user wrote it, `key=value`. */
  readonly text: string
  readonly keys: readonly string[]
  readonly value: unknown
}

/** An override that has been applied, and the place it changed. */
export interface AppliedOverride {
  readonly text: string
  readonly path: Path
}

/** Parses `key=value`; throws UsageError when it has another shape. */
export function parseOverride(text: string): Override {
  const equals = text.indexOf('=')
  const keys = text.slice(0, Math.max(0, equals)).split('.')
  if (equals < 0 || keys.some((key) => !/^\w[\w-]*$/.test(key))) {
    throw new UsageError(`--set ${text}: must be key=value, such as listener.backlog=256 or traffic.flood.rate=1000`)
  }
  const read = readYaml(text.slice(equals + 1))
  if (areYamlProblems(read)) throw new UsageError(`--set ${text}: the value is ${read[0]?.what}`)
  return { text, keys, value: read.value }
}

/** Changes `scenario` in place. Throws UsageError when the path leads nowhere. */
export function applyOverride(scenario: unknown, override: Override): AppliedOverride {
  const { text, keys, value } = override
  const path: (string | number)[] = []
  let target = scenario
  for (const [depth, key] of keys.entries()) {
    const isLast = depth === keys.length - 1
    if (Array.isArray(target)) {
      const index = findEntry(target, key)
      if (index < 0) throw new UsageError(`--set ${text}: ${describeNoEntry(target, key, path)}`)
      path.push(index)
      if (isLast) target[index] = value
      else target = target[index]
    } else if (isMapping(target)) {
      path.push(key)
      if (isLast) define(target, key, value)
      else if (!Object.hasOwn(target, key)) define(target, key, {})
      target = target[key]
    } else {
      throw new UsageError(`--set ${text}: ${path.join('.')} is a single value and has no "${key}"`)
    }
  }
  return { text, path }
}

function findEntry(list: readonly unknown[], key: string): number {
  if (/^\d+$/.test(key)) return Number(key) < list.length ? Number(key) : -1
  return list.findIndex((entry) => isMapping(entry) && entry.name === key)
}

function describeNoEntry(list: readonly unknown[], key: string, path: Path): string {
  const names = list.flatMap((entry, index) =>
    isMapping(entry) && typeof entry.name === 'string' ? entry.name : String(index),
  )
  return `${path.join('.')} has no entry "${key}"${didYouMean(key, names)}; there are: ${names.join(', ') || 'none'}`
}

/** Sets an own property whatever its name: `__proto__` is only an unknown key. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
}
