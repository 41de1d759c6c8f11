/**
 * From the text of a scenario to a checked `ScenarioFile`. Whatever is wrong is refused, all of it at once, with file, line
 * and column, or with the `--set` that made it wrong.
 */
import { type Document, isCollection, isMap, isPair, isScalar, LineCounter, type Node } from 'yaml'
import { UsageError } from '../usage-error.ts'
import { formatPath, isMapping, type Path, pathsOverlap } from './path.ts'
import { findProblems } from './problem.ts'
import type { ScenarioFile } from './schema.ts'
import type { Problem } from './schema-problem.ts'
import { type AppliedOverride, applyOverride, type Override } from './set.ts'
import { areYamlProblems, readYaml } from './yaml-text.ts'

/** A scenario as somebody wrote it. */
export interface ScenarioText {
  /** What its author calls it: the name of the file, if it is in one. */
  readonly label: string
  readonly text: string
}

/** What is wrong with the text of a scenario, and where: the first character of it is at `line` and `column`, from 1. */
export interface ScenarioProblem {
  readonly line: number
  readonly column: number
  /** Characters that are wrong, all in that line; at least 1. */
  readonly length: number
  readonly what: string
}

/** The scenario that `text` holds, or all that is wrong with it, in the order of the text. */
export function parseScenario(text: string): ScenarioFile | readonly ScenarioProblem[] {
  const lines = new LineCounter()
  const read = readYaml(text, lines)
  const locate = (begin: number, end: number, what: string): ScenarioProblem => {
    const { line, col } = lines.linePos(begin)
    const lineEnd = lines.lineStarts[line] ?? text.length + 1
    return { line, column: col, length: Math.max(1, Math.min(end, lineEnd - 1) - begin), what }
  }
  if (areYamlProblems(read)) return read.map(({ begin, end, what }) => locate(begin, end, what))
  const { document, value } = read
  const begin = { line: 1, column: 1, length: 1 }
  if (!isMapping(value)) return [{ ...begin, what: 'a scenario is a mapping of keys to values' }]
  const problems = findProblems(value)
  if (problems.length > 0) {
    return problems
      .map((problem) => locate(...rangeOf(document, problem.path), describeProblem(value, problem)))
      .toSorted((a, b) => a.line - b.line || a.column - b.column)
  }
  // A copy without shared parts: an override of one arm must not change another that is an alias of it.
  return JSON.parse(JSON.stringify(value)) as ScenarioFile
}

export function areScenarioProblems(
  parsed: ScenarioFile | readonly ScenarioProblem[],
): parsed is readonly ScenarioProblem[] {
  return Array.isArray(parsed)
}

/** Parses and checks a scenario, then applies `overrides` and checks again. Throws UsageError with what is wrong. */
export function loadScenario({ label, text }: ScenarioText, overrides: readonly Override[] = []): ScenarioFile {
  const scenario = parseScenario(text)
  if (areScenarioProblems(scenario)) throw new UsageError(formatProblems(label, text, scenario))
  const applied = overrides.map((override) => applyOverride(scenario, override))
  const [caused] = findProblems(scenario)
  if (caused === undefined) return scenario
  throw new UsageError(`--set ${culprit(applied, caused)}: ${describeProblem(scenario, caused)}`)
}

/** Problems that are told at a time: who has more has something else in mind. */
const TOLD_MAX = 10

/** Most characters of a line that are shown, and of those before the place. */
const EXCERPT_MAX = 120
const EXCERPT_BEFORE_MAX = 60

/** Problems as a compiler tells them: file, line and column, what is wrong, and the line with a mark below the place. */
function formatProblems(label: string, text: string, problems: readonly ScenarioProblem[]): string {
  const lines = text.split(/\r?\n/)
  const told = problems.slice(0, TOLD_MAX).map(({ line, column, length, what }) => {
    const number = String(line)
    const { source, mark } = excerpt(lines[line - 1] ?? '', column, length)
    return `${label}:${line}:${column}: ${what}\n${number} | ${source}\n${' '.repeat(number.length)} | ${mark}`
  })
  const more = problems.length - told.length
  return [...told, ...(more > 0 ? [`${label}: ${more} more`] : [])].join('\n')
}

/** The part of a line where something is wrong, and the mark below it. What has no width of one character is a space. */
function excerpt(line: string, column: number, length: number): { source: string; mark: string } {
  const from = line.length <= EXCERPT_MAX ? 0 : Math.max(0, column - 1 - EXCERPT_BEFORE_MAX)
  const to = from + EXCERPT_MAX
  const begin = from > 0 ? '...' : ''
  const end = to < line.length ? '...' : ''
  const shown = line.slice(from, to).replaceAll(/\p{Cc}/gu, ' ')
  const before = column - 1 - from
  const marked = Math.min(length, EXCERPT_MAX - before)
  return { source: `${begin}${shown}${end}`, mark: ' '.repeat(begin.length + before) + '^'.repeat(Math.max(1, marked)) }
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

/** Where the deepest existing part of `path` begins and ends in the text: of a pair, from its key to the end of its value. */
function rangeOf(document: Document, path: Path): [begin: number, end: number] {
  let node: unknown = document.contents
  let range: [number, number] = [0, 0]
  for (const key of path) {
    if (!isCollection(node)) break
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && item.key.value === key)
      : (node.items[Number(key)] as unknown)
    if (pair === undefined) break
    const begin = isPair(pair) ? (pair.key as Node) : (pair as Node)
    const end = isPair(pair) ? ((pair.value ?? pair.key) as Node) : begin
    range = [begin.range?.[0] ?? range[0], end.range?.[1] ?? range[1]]
    node = isPair(pair) ? pair.value : pair
  }
  return range
}
