/**
 * Thresholds of `synlab bench http`, after k6: `p99<50`, or for some cells only, `flood=on,cookies=1: timeouts==0`. One that
 * does not hold in one of its cells fails the run.
 */
import { UsageError } from '../usage-error.ts'
import { AXES, AXIS_WORDS, type Axis, describeCell } from './bench-cells.ts'
import type { Cell } from './http-matrix.ts'

/** Latencies are in milliseconds; one that nobody measured, because nothing was answered, holds no threshold. */
const FIGURES = {
  requests_per_second: ({ answers, seconds }: Cell) => answers / seconds,
  p50: ({ p50 }: Cell) => p50 ?? Number.NaN,
  p99: ({ p99 }: Cell) => p99 ?? Number.NaN,
  max: ({ max }: Cell) => max ?? Number.NaN,
  errors: ({ errors }: Cell) => errors,
  timeouts: ({ timeouts }: Cell) => timeouts,
  non2xx: ({ non2xx }: Cell) => non2xx,
} as const

const COMPARISONS = {
  '<=': (a: number, b: number) => a <= b,
  '>=': (a: number, b: number) => a >= b,
  '==': (a: number, b: number) => a === b,
  '<': (a: number, b: number) => a < b,
  '>': (a: number, b: number) => a > b,
} as const

export interface BenchThreshold {
  /** As it was written. */
  readonly text: string
  readonly cells: Readonly<Partial<Record<Axis, string>>>
  readonly figure: keyof typeof FIGURES
  readonly comparison: keyof typeof COMPARISONS
  readonly value: number
}

const FORM = '[axis=value,...:] figure comparison number, such as "p99<50" or "flood=on,cookies=1: timeouts==0"'

/** Throws a UsageError that says what is wrong, and what is allowed. */
export function parseBenchThreshold(text: string): BenchThreshold {
  const [, selection = '', figure = '', comparison = '', number = ''] =
    /^(?:([^:]*):)?\s*(\w+)\s*(<=|>=|==|<|>)\s*(\d+(?:\.\d+)?)$/.exec(text.trim()) ?? []
  const refuse = (what: string): never => {
    throw new UsageError(`--threshold ${JSON.stringify(text)}: ${what}`)
  }
  if (number === '') refuse(`must be ${FORM}`)
  if (!Object.hasOwn(FIGURES, figure))
    refuse(`there is no figure "${figure}": there is ${Object.keys(FIGURES).join(', ')}`)
  const cells: Partial<Record<Axis, string>> = {}
  for (const pair of selection.split(',').filter((part) => part.trim() !== '')) {
    const [axis = '', value = ''] = pair.split('=').map((part) => part.trim())
    if (!Object.hasOwn(AXIS_WORDS, axis)) refuse(`there is no axis "${axis}": there is ${AXES.join(', ')}`)
    cells[axis as Axis] = value
  }
  return {
    text: text.trim(),
    cells,
    figure: figure as BenchThreshold['figure'],
    comparison: comparison as BenchThreshold['comparison'],
    value: Number(number),
  }
}

/** Whether a threshold is about a cell. */
export function selects({ cells }: BenchThreshold, cell: Parameters<(typeof AXIS_WORDS)['rate']>[0]): boolean {
  return AXES.every((axis) => cells[axis] === undefined || cells[axis] === AXIS_WORDS[axis](cell))
}

/** One line for each cell in which a threshold did not hold. */
export function failedThresholds(thresholds: readonly BenchThreshold[], cells: readonly Cell[]): string[] {
  return thresholds.flatMap((threshold) => {
    const { text, figure, comparison, value } = threshold
    return cells
      .filter((cell) => selects(threshold, cell))
      .filter((cell) => !COMPARISONS[comparison](FIGURES[figure](cell), value))
      .map((cell) => {
        const seen = FIGURES[figure](cell)
        return `threshold "${text}" did not hold: ${figure} was ${Number.isNaN(seen) ? 'not measured' : Number(seen.toFixed(2))} with ${describeCell(cell)}`
      })
  })
}
