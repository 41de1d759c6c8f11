/**
 * A figure of the report: its picture, the words around it, and how it becomes an element of a page or a file of its own.
 */
import type { PageRun } from '../bundle/page-link.ts'
import type { Result } from '../bundle/result-format.ts'
import type { Scenario } from '../scenario/resolve.ts'
import type { ArmRun } from '../simulator/arm-run.ts'
import { chartStyle, FONT_SIZE } from './chart-style.ts'
import { element, escapeMarkup, label, wrapText } from './svg.ts'

/** All that a report is made from. */
export interface ReportSource {
  readonly scenario: Scenario
  readonly result: Result
  readonly runs: readonly ArmRun[]
  /** The run as the page opens it; undefined for one that no page can run. */
  readonly page?: PageRun | undefined
}

/** Widths of a picture, pixels: for pages and paper, and for telephones. */
export const WIDE = 920
export const NARROW = 360

export interface Picture {
  readonly width: number
  readonly height: number
  /** Markup inside the svg element. */
  readonly body: string
  /** What the caption has to add about this picture. */
  readonly note?: string
}

export interface Figure {
  /** Name of the file without its extension. */
  readonly name: string
  readonly title: string
  /** What the picture shows, for those who cannot see it. */
  readonly description: string
  /** How to read it. */
  readonly caption: string
  readonly wide: Picture
  readonly narrow: Picture
}

/** The picture as an element of a page that has the charts' styles. `id` is unique in the page. */
export function inlineSvg(figure: Figure, picture: Picture, id: string): string {
  return svg(figure, picture, id, picture.body, picture.height, {})
}

const HEADING_HEIGHT = 36
const CAPTION_LINE = 17
const MARGIN = 20

/** The text of an SVG file: the wide picture with its title and its caption, on paper. */
export function standaloneSvg(figure: Figure): string {
  const { wide } = figure
  const lines = wrapText([figure.caption, wide.note ?? ''].join(' ').trim(), wide.width, FONT_SIZE)
  const height = HEADING_HEIGHT + wide.height + lines.length * CAPTION_LINE + 2 * MARGIN
  const width = wide.width + 2 * MARGIN
  const body = [
    element('style', {}, `\n${chartStyle()}\n`),
    element('rect', { class: 'paper', width, height }),
    label(MARGIN, MARGIN + 14, figure.title, 'heading'),
    element('g', { transform: `translate(${MARGIN} ${MARGIN + HEADING_HEIGHT})` }, wide.body),
    ...lines.map((line, index) =>
      label(MARGIN, MARGIN + HEADING_HEIGHT + wide.height + (index + 1) * CAPTION_LINE, line, 'muted'),
    ),
  ].join('\n')
  const xml = '<?xml version="1.0" encoding="UTF-8"?>\n'
  const size = { xmlns: 'http://www.w3.org/2000/svg', width: String(width), height: String(Math.ceil(height)) }
  return `${xml}${svg(figure, { ...wide, width }, figure.name, body, height, size)}\n`
}

function svg(
  { title, description }: Figure,
  { width }: Picture,
  id: string,
  body: string,
  height: number,
  more: Readonly<Record<string, string>>,
): string {
  const names = [
    element('title', { id: `${id}-title` }, escapeMarkup(title)),
    element('desc', { id: `${id}-desc` }, escapeMarkup(description)),
  ].join('\n')
  const attributes = {
    ...more,
    class: 'chart',
    viewBox: `0 0 ${width} ${Math.ceil(height)}`,
    role: 'img',
    'aria-labelledby': `${id}-title ${id}-desc`,
  }
  return element('svg', attributes, `\n${names}\n${body}\n`)
}
