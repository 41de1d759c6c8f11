/**
 * How charts look, on white and on black: colours that people with any colour vision can tell apart (after Okabe and Ito),
 * and for each arm a shape, a width and a dash of its own, so that no reader needs the colours.
 */

/** Arms drawn over each other in one plot; further arms get further plots. */
export const ARMS_PER_PLOT = 4

export const FONT_SIZE = 12
export const SMALL_FONT_SIZE = 11

const FONT = '"Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif'
const MONOSPACE = 'ui-monospace,Menlo,Consolas,"Liberation Mono",monospace'

interface Palette {
  readonly paper: string
  readonly ink: string
  readonly muted: string
  readonly grid: string
  readonly attack: string
  readonly attackInk: string
  readonly failure: string
  readonly arms: readonly [string, string, string, string]
}

export const LIGHT: Palette = {
  paper: '#ffffff',
  ink: '#1c2128',
  muted: '#5c6570',
  grid: '#e3e6ea',
  attack: '#f6ece6',
  attackInk: '#8a4b2a',
  failure: '#c4320a',
  arms: ['#eaa928', '#1f5fa8', '#00856a', '#a23a86'],
}

export const DARK: Palette = {
  paper: '#14171c',
  ink: '#e4e8ed',
  muted: '#98a2ae',
  grid: '#2b3038',
  attack: '#2a211c',
  attackInk: '#e0a988',
  failure: '#ff7d5c',
  arms: ['#c98a1b', '#8cc4ff', '#3fd0a8', '#eb93d0'],
}

/** How the connections of an arm are marked: `path` continues from the middle of the mark. */
export interface Mark {
  readonly path: string
  readonly width: number
  readonly cap: 'square' | 'round' | 'butt'
}

/**
 * By place in the plot. The first is the largest and lies below, so that equal values show as a mark within a mark. Squares
 * have a length, if hardly any: in PDF, what has none has no direction, and a square cap needs one.
 */
export const MARKS: readonly Mark[] = [
  { path: 'h.1', width: 5.4, cap: 'square' },
  { path: 'h0', width: 3, cap: 'round' },
  { path: 'm-2.4 0h4.8m-2.4-2.4v4.8', width: 1, cap: 'butt' },
  { path: 'm0-2.4l2.2 3.8h-4.4z', width: 1, cap: 'butt' },
]

/** Lines by place in the plot, with the same idea. */
const LINES: readonly { width: number; dash: string }[] = [
  { width: 3.6, dash: 'none' },
  { width: 1.4, dash: 'none' },
  { width: 1.4, dash: '6 3' },
  { width: 1.4, dash: '1.5 2.5' },
]

/** The style sheet of every chart, for light surroundings, and for dark ones on screens. */
export function chartStyle(): string {
  const fixed = [
    `.chart text{font-family:${FONT};font-size:${FONT_SIZE}px}`,
    `.chart .small{font-size:${SMALL_FONT_SIZE}px}`,
    `.chart .code{font-family:${MONOSPACE};font-size:${FONT_SIZE}px}`,
    '.chart .strong{font-weight:600}',
    `.chart .heading{font-size:15px;font-weight:600}`,
    '.chart .end{text-anchor:end}',
    '.chart .middle{text-anchor:middle}',
    '.chart .halo{stroke-width:3;paint-order:stroke;stroke-linejoin:round}',
    '.chart path,.chart line{fill:none}',
    '.chart .grid{stroke-width:1}',
    '.chart .axis{stroke-width:1}',
    '.chart .limit{stroke-width:1.2;stroke-dasharray:5 3}',
    '.chart .boundary{stroke-width:1;stroke-dasharray:2 3}',
    '.chart .onset{stroke-width:1}',
    '.chart .failure{stroke-width:1.1}',
    '.chart .spread{stroke:none;opacity:.22}',
    ...MARKS.map(({ width, cap }, arm) => `.chart .dots.arm-${arm}{stroke-width:${width};stroke-linecap:${cap}}`),
    ...LINES.map(({ width, dash }, arm) => `.chart .line.arm-${arm}{stroke-width:${width};stroke-dasharray:${dash}}`),
  ]
  const dark = `@media screen and (prefers-color-scheme:dark){${colours(DARK).join('')}}`
  return [...fixed, ...colours(LIGHT), dark].join('\n')
}

function colours(palette: Palette): string[] {
  return [
    `.chart .paper{fill:${palette.paper}}`,
    `.chart text{fill:${palette.ink}}`,
    `.chart .muted{fill:${palette.muted}}`,
    `.chart .halo{stroke:${palette.paper}}`,
    `.chart .grid{stroke:${palette.grid}}`,
    `.chart .axis,.chart .limit{stroke:${palette.muted}}`,
    `.chart .boundary{stroke:${palette.muted}}`,
    `.chart .onset{stroke:${palette.attackInk}}`,
    `.chart rect.attack{fill:${palette.attack}}`,
    `.chart text.attack{fill:${palette.attackInk}}`,
    `.chart .failure{stroke:${palette.failure}}`,
    ...palette.arms.map((colour, arm) => `.chart .dots.arm-${arm},.chart .line.arm-${arm}{stroke:${colour}}`),
    ...palette.arms.map((colour, arm) => `.chart .spread.arm-${arm}{fill:${colour}}`),
  ]
}
