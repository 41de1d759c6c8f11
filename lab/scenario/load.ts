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

/** A scenario as somebody wrote it. */
export interface ScenarioText {
  /** What its author calls it: the name of the file, if it is in one. */
  readonly label: string
  readonly text: string
}

/** What is wrong with the text of a scenario, and in which line, counted from 1. */
export interface ScenarioProblem {
  readonly line: number
  readonly what: string
}

/** The scenario that `text` holds, or the first problem with it. */
export function parseScenario(text: string): ScenarioFile | ScenarioProblem {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineAt = (offset: number): number => lines.linePos(offset).line
  const [broken] = [...document.errors, ...document.warnings]
  if (broken !== undefined) {
    return { line: lineAt(broken.pos[0]), what: `not valid YAML: ${firstLine(broken.message)}` }
  }
  let value: unknown
  try {
    value = document.toJS() as unknown
  } catch {
    // Aliases that multiply, the only thing that can go wrong here.
    return { line: 1, what: 'too many aliases' }
  }
  if (!isMapping(value)) return { line: 1, what: 'a scenario is a mapping of keys to values' }
  const problem = findProblem(value)
  if (problem !== undefined) {
    return { line: lineAt(offsetOf(document, problem.path)), what: describeProblem(value, problem) }
  }
  // A copy without shared parts: an override of one arm must not change another that is an alias of it.
  return JSON.parse(JSON.stringify(value)) as ScenarioFile
}

export function isScenarioProblem(parsed: ScenarioFile | ScenarioProblem): parsed is ScenarioProblem {
  return 'what' in parsed
}

/** Parses and checks a scenario, then applies `overrides` and checks again. Throws UsageError at the first problem. */
export function loadScenario({ label, text }: ScenarioText, overrides: readonly Override[] = []): ScenarioFile {
  const scenario = parseScenario(text)
  if (isScenarioProblem(scenario)) throw new UsageError(`${label}:${scenario.line}: ${scenario.what}`)
  const applied = overrides.map((override) => applyOverride(scenario, override))
  const caused = findProblem(scenario)
  if (caused === undefined) return scenario
  throw new UsageError(`--set ${culprit(applied, caused)}: ${describeProblem(scenario, caused)}`)
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
