/**
 * From the text of a scenario to a checked `ScenarioFile`. Whatever is wrong is refused with its file, line and path, or
 * with the `--set` that made it wrong.
 */
import { type Document, isCollection, isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import { UsageError } from '../usage-error.ts'
import { formatPath, isMapping, type Path, pathsOverlap } from './path.ts'
import { findProblem } from './problem.ts'
import type { ScenarioFile } from './schema.ts'
import type { Problem } from './schema-problem.ts'
import { type AppliedOverride, applyOverride, type Override } from './set.ts'
import type { ScenarioText } from './source.ts'

/** Parses and checks a scenario, then applies `overrides` and checks again. Throws UsageError at the first problem. */
export function loadScenario(
  source: Pick<ScenarioText, 'label' | 'text'>,
  overrides: readonly Override[] = [],
): ScenarioFile {
  const lines = new LineCounter()
  const document = parseDocument(source.text, { lineCounter: lines, prettyErrors: false })
  const [broken] = [...document.errors, ...document.warnings]
  if (broken !== undefined) {
    throw new UsageError(
      `${source.label}:${lines.linePos(broken.pos[0]).line}: not valid YAML: ${firstLine(broken.message)}`,
    )
  }
  const value = toValue(document, source)
  if (!isMapping(value)) throw new UsageError(`${source.label}:1: a scenario is a mapping of keys to values`)
  const problem = findProblem(value)
  if (problem !== undefined) {
    const line = lines.linePos(offsetOf(document, problem.path)).line
    throw new UsageError(`${source.label}:${line}: ${describeProblem(value, problem)}`)
  }
  // A copy without shared parts: an override of one arm must not change another that is an alias of it.
  const changed = JSON.parse(JSON.stringify(value)) as unknown
  const applied = overrides.map((override) => applyOverride(changed, override))
  const caused = findProblem(changed)
  if (caused !== undefined)
    throw new UsageError(`--set ${culprit(applied, caused)}: ${describeProblem(changed, caused)}`)
  return changed as ScenarioFile
}

function toValue(document: Document, source: Pick<ScenarioText, 'label'>): unknown {
  try {
    return document.toJS() as unknown
  } catch {
    // Aliases that multiply, the only thing that can go wrong here.
    throw new UsageError(`${source.label}:1: too many aliases`)
  }
}

function describeProblem(root: unknown, problem: Problem): string {
  const path = formatPath(root, problem.path)
  return path === '' ? problem.what : `${path}: ${problem.what}`
}

/** The last override that touched the place of the problem; all of them when none did directly. */
function culprit(applied: readonly AppliedOverride[], problem: Problem): string {
  const found = applied.findLast(({ path }) => pathsOverlap(path, problem.path))
  return found?.text ?? applied.map(({ text }) => text).join(' --set ')
}

/** Where the deepest existing part of `path` begins in the text; the key of a pair, so that the line is the key's. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents
  let offset = 0
  for (const key of path) {
    if (!isCollection(node)) break
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && item.key.value === key)
      : (node.items[Number(key)] as unknown)
    if (pair === undefined) break
    const begin = isPair(pair) ? (pair.key as Node) : (pair as Node)
    offset = begin.range?.[0] ?? offset
    node = isPair(pair) ? pair.value : pair
  }
  return offset
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
