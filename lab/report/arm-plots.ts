/**
 * Which arms share a plot, and the legend above it.
 */
import type { ArmRun } from '../simulator/arm-run.ts'
import { ARMS_PER_PLOT, FONT_SIZE, MARKS } from './chart-style.ts'
import { element, label, textWidth } from './svg.ts'

/** The arms plot by plot: as many as can be told apart over each other, in the scenario's order. */
export function armPlots(runs: readonly ArmRun[]): ArmRun[][] {
  const plots: ArmRun[][] = []
  for (let at = 0; at < runs.length; at += ARMS_PER_PLOT) plots.push(runs.slice(at, at + ARMS_PER_PLOT))
  return plots
}

const ROW = 18
const SAMPLE = 20
const GAP = 20

export interface Legend {
  readonly height: number
  readonly body: string
}

/** One sample per arm of the plot, with its name or, if there is room, what `text` makes of it. A sample is the arm's mark, or its line. */
export function legend(
  arms: readonly ArmRun[],
  left: number,
  right: number,
  top: number,
  sample: 'mark' | 'line',
  text: (run: ArmRun) => string = ({ arm }) => arm.name,
): Legend {
  let x = left
  let row = 0
  const entries = arms.map((run, index) => {
    const full = text(run)
    const words = SAMPLE + 6 + textWidth(full, FONT_SIZE) <= right - left ? full : run.arm.name
    const width = SAMPLE + 6 + textWidth(words, FONT_SIZE) + GAP
    if (x > left && x + width - GAP > right) {
      x = left
      row++
    }
    const y = top + row * ROW + 8
    const path = sample === 'line' ? `M${x} ${y}h${SAMPLE}` : `M${x + SAMPLE / 2} ${y}${MARKS[index]?.path}`
    const kind = sample === 'line' ? 'line' : 'dots'
    const entry = element('path', { class: `${kind} arm-${index}`, d: path }) + label(x + SAMPLE + 6, y + 4, words)
    x += width
    return entry
  })
  return { height: (row + 1) * ROW + 6, body: element('g', { class: 'legend' }, entries.join('')) }
}
