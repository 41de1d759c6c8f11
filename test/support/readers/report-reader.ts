/**
 * Reads a chart back: the axes from their labels, the marks and lines from their paths. Knows nothing of the code that drew
 * them.
 */

import { makeResult } from '../../../lab/bundle/result.ts'
import { readScenario } from '../../../lab/files/scenario-source.ts'
import type { ReportSource } from '../../../lab/report/figure.ts'
import { loadScenario } from '../../../lab/scenario/load.ts'
import { resolveScenario } from '../../../lab/scenario/resolve.ts'
import { parseOverride } from '../../../lab/scenario/set.ts'
import { simulateScenario } from '../../../lab/simulator/scenario-run.ts'

/** A run to report on: of a bundled scenario, or of the text of one. */
export async function reportSource(scenario: string, ...overrides: string[]): Promise<ReportSource> {
  const source = scenario.includes('\n') ? { label: 'test.yaml', text: scenario } : readScenario(scenario)
  const resolved = resolveScenario(loadScenario(source, overrides.map(parseOverride)))
  const runs = await simulateScenario(resolved)
  if (runs === undefined) throw new Error('the run was aborted')
  const result = makeResult(resolved, runs, `synlab run ${resolved.name} --seed ${resolved.seed}`, '0.0.0')
  return { scenario: resolved, runs, result }
}

/** An element that has no elements inside. */
export interface Leaf {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly text: string
}

const LEAF = /<(\w+)((?: [\w-]+="[^"]*")*)(?:\/>|>([^<]*)<\/\1>)/g

export function leavesOf(markup: string): Leaf[] {
  return [...markup.matchAll(LEAF)].map(([, name, attributes, text = '']) => ({
    name,
    attributes: Object.fromEntries(
      [...attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    ),
    text,
  }))
}

export interface Place {
  readonly x: number
  readonly y: number
}

/** Where the marks of a path lie: its absolute moves. */
export function marksOf({ attributes }: Leaf): Place[] {
  return [...attributes.d.matchAll(/M(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => ({ x: Number(x), y: Number(y) }))
}

/** The corners of a line of absolute moves and lines. */
export function cornersOf({ attributes }: Leaf): Place[] {
  return [...attributes.d.matchAll(/[ML](-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => ({ x: Number(x), y: Number(y) }))
}

/** Pixels per unit and the pixel of 0 of an axis, from two of its labels. */
export function axisOf(ticks: readonly { at: number; value: number }[]): (value: number) => number {
  const [first, last] = [ticks[0], ticks[ticks.length - 1]]
  const scale = (last.at - first.at) / (last.value - first.value)
  return (value) => first.at + (value - first.value) * scale
}

/** Labels with all of `classes` whose text `pattern` matches, as numbers. */
export function ticksOf(leaves: readonly Leaf[], classes: string, pattern: RegExp, along: 'x' | 'y') {
  return leaves
    .filter(({ name, attributes, text }) => name === 'text' && attributes.class === classes && pattern.test(text))
    .map(({ attributes, text }) => ({ at: Number(attributes[along]), value: Number.parseFloat(text), text }))
}
