/**
 * The control room as one SVG picture, drawn anew from what the page knows: sentence, SYN queue, every honest client, four
 * charts. Pure: the same knowledge gives the same picture.
 */

import { decodePlace, HOSTILE } from '../../../server/app/slot-frame.ts'
import { layoutGrid } from '../charts/grid-layout.ts'
import type { DecodedFrame } from '../charts/queue-frame.ts'
import type { ChartDefinition } from '../charts/series.ts'
import { FIRST_CHARTS, niceTop, sampleTimes } from '../charts/series.ts'
import type { TimeWindow } from '../charts/time-window.ts'
import { spacedTicks, waitHeight } from '../charts/wait-scale.ts'
import type { Format } from '../i18n/format.ts'
import { type Phrase, plainText } from '../i18n/phrase.ts'
import { OK } from '../store/connections.ts'
import type { LabStore } from '../store/lab-store.ts'
import type { Tokens } from '../theme/tokens.ts'
import type { ControlRoomText } from '../views/control-room/strings.en.ts'
import { element, type SvgAttributes, text } from './svg.ts'

export interface PictureInput {
  readonly store: LabStore
  readonly window: TimeWindow
  readonly headline: Phrase
  readonly why: string
  readonly frame: DecodedFrame | undefined
  readonly tokens: Tokens
  readonly format: Format
  readonly words: ControlRoomText
}

export const PICTURE_WIDTH = 1440
export const PICTURE_HEIGHT = 900

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const QUEUE: Box = { x: 24, y: 150, width: 520, height: 420 }
const WAITS: Box = { x: 560, y: 150, width: 856, height: 420 }
const CHART: Box = { x: 24, y: 590, width: 336, height: 270 }
const CHART_STEP = 352
const PAD = 16
const BAND = 30
const LINE_LENGTH = 78
const WHY_LENGTH = 150

export function drawRoom(input: PictureInput): string {
  const { tokens, headline, why, format, window } = input
  const lines = wrap(plainText(headline), LINE_LENGTH).map((line, i) =>
    text(24, 48 + i * 36, line, { 'font-size': 30, 'font-weight': 600, fill: tokens.ink }),
  )
  const reasons = wrap(why, WHY_LENGTH).map((line, i) =>
    text(24, 116 + i * 18, line, { 'font-size': 14, fill: tokens.ink2 }),
  )
  const charts = FIRST_CHARTS.map((chart, i) => drawChart(input, chart, { ...CHART, x: CHART.x + i * CHART_STEP }))
  const footer = text(1416, 888, `synlab, ${format.clock(window.to)}`, {
    'font-size': 12,
    fill: tokens.ink2,
    'text-anchor': 'end',
  })
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${PICTURE_WIDTH} ${PICTURE_HEIGHT}`,
      width: PICTURE_WIDTH,
      height: PICTURE_HEIGHT,
      'font-family': 'system-ui, sans-serif',
    },
    element('rect', { width: PICTURE_WIDTH, height: PICTURE_HEIGHT, fill: tokens.bg }),
    ...lines,
    ...reasons,
    drawQueue(input),
    drawWaits(input),
    ...charts,
    footer,
  )
}

function panel({ x, y, width, height }: Box, tokens: Tokens, title: string): string {
  return (
    element('rect', { x, y, width, height, rx: 10, fill: tokens.panel, stroke: tokens.line }) +
    text(x + PAD, y + 26, title, { 'font-size': 14, 'font-weight': 600, fill: tokens.ink })
  )
}

function drawQueue({ frame, tokens, words, format, store, window }: PictureInput): string {
  const row = store.serverHistory.rowAt(window.to)
  const length = format.count(store.serverHistory.value(row, 'synLength'))
  const title = `${words.synQueue}: ${length} ${words.of(format.count(store.serverHistory.value(row, 'synLimit')))}`
  const inner = { x: QUEUE.x + PAD, y: QUEUE.y + 44, width: QUEUE.width - 2 * PAD, height: QUEUE.height - 60 }
  if (frame === undefined) return panel(QUEUE, tokens, title)
  const count = frame.kind === 'places' ? frame.places.length : frame.cells.length
  const layout = layoutGrid(Math.max(1, count), inner.width, inner.height)
  const cell = (i: number, fill: string, opacity: number): string =>
    element('rect', {
      x: inner.x + (i % layout.columns) * layout.cellWidth,
      y: inner.y + Math.floor(i / layout.columns) * layout.cellHeight,
      width: layout.cellWidth - layout.gap,
      height: layout.cellHeight - layout.gap,
      fill,
      opacity,
    })
  const cells =
    frame.kind === 'places'
      ? Array.from(frame.places, (byte, i) => {
          const place = decodePlace(byte)
          if (place === undefined) return cell(i, tokens.free, 1)
          return cell(i, place.holder === HOSTILE ? tokens.hostile : tokens.honest, 1 - place.ageClass * 0.08)
        })
      : frame.cells.map(({ honest, hostile }, i) => {
          if (honest + hostile === 0) return cell(i, tokens.free, 1)
          return cell(
            i,
            hostile >= honest ? tokens.hostile : tokens.honest,
            0.25 + (0.75 * (honest + hostile)) / frame.placesPerCell,
          )
        })
  return panel(QUEUE, tokens, title) + cells.join('')
}

/** The stretches of attacks, and a function from time to place. */
function backdrop({ store, window, tokens }: PictureInput, box: Box): { tint: string; x: (at: number) => number } {
  const x = (at: number): number => box.x + ((at - window.from) / (window.to - window.from)) * box.width
  const tint = store.attacks.value
    .map(({ from, to }) => [Math.max(from, window.from), Math.min(to ?? window.to, window.to)] as const)
    .filter(([from, to]) => to > from)
    .map(([from, to]) =>
      element('rect', {
        x: x(from),
        y: box.y,
        width: x(to) - x(from),
        height: box.height,
        fill: tokens.hostile,
        opacity: 0.1,
      }),
    )
    .join('')
  return { tint, x }
}

function label(tokens: Tokens, attributes: SvgAttributes = {}): SvgAttributes {
  return { 'font-size': 12, fill: tokens.ink2, ...attributes }
}

function drawWaits(input: PictureInput): string {
  const { tokens, words, format, store, window } = input
  const box = { x: WAITS.x + 74, y: WAITS.y + 40, width: WAITS.width - 90, height: WAITS.height - 70 }
  const { tint, x } = backdrop(input, box)
  const y = (ms: number): number => box.y + BAND + (box.height - BAND) * (1 - waitHeight(ms))
  const ticks = spacedTicks(0.05).map(
    (tick) =>
      element('line', { x1: box.x, x2: box.x + box.width, y1: y(tick), y2: y(tick), stroke: tokens.line }) +
      text(box.x - 8, y(tick) + 4, format.duration(tick), label(tokens, { 'text-anchor': 'end' })),
  )
  const marks: string[] = []
  for (let index = store.connections.first; index < store.connections.pushed; index++) {
    const at = store.connections.startedAt(index)
    if (at < window.from || at > window.to) continue
    if (store.connections.outcome(index) === OK) {
      marks.push(
        element('rect', {
          x: x(at) - 1.5,
          y: y(store.connections.connect(index)) - 1.5,
          width: 3,
          height: 3,
          fill: tokens.honest,
        }),
      )
    } else {
      const top = box.y + 6 + ((index * 0.618) % 1) * (BAND - 12)
      marks.push(
        element('path', {
          d: `M${x(at) - 2.5} ${top - 2.5}l5 5m0 -5l-5 5`,
          stroke: tokens.honest,
          'stroke-width': 1.3,
        }),
      )
    }
  }
  return (
    panel(WAITS, tokens, words.waits) +
    tint +
    ticks.join('') +
    text(box.x - 8, box.y + BAND / 2 + 4, words.gaveUp, label(tokens, { 'text-anchor': 'end' })) +
    marks.join('') +
    text(box.x, box.y + box.height + 20, format.clock(window.from), label(tokens)) +
    text(box.x + box.width, box.y + box.height + 20, format.clock(window.to), label(tokens, { 'text-anchor': 'end' }))
  )
}

function drawChart(input: PictureInput, chart: ChartDefinition, outer: Box): string {
  const { store, window, tokens, words, format } = input
  const box = { x: outer.x + 52, y: outer.y + 76, width: outer.width - 68, height: outer.height - 96 }
  const { tint, x } = backdrop(input, box)
  const times = Array.from(sampleTimes(window.from, window.to, 300))
  const lines = chart.series.map((series) => times.map((at) => series.value(store, at)))
  const top = niceTop(Math.max(0, ...lines.flat().filter(Number.isFinite)), chart.top)
  const y = (value: number): number => box.y + box.height * (1 - value / top)
  const paths = chart.series.map(({ role, isDashed }, i) =>
    element('path', {
      d: pathOf(times.map(x), (lines[i] ?? []).map(y)),
      fill: 'none',
      stroke: role === 'limit' ? tokens.ink2 : tokens[role],
      'stroke-width': role === 'limit' ? 1 : 2,
      ...(isDashed ? { 'stroke-dasharray': '5 4' } : {}),
    }),
  )
  const legend = chart.series
    .map((series) => `${words.series[series.key]} ${format[chart.format](series.value(store, window.to))}`)
    .join(' · ')
  return (
    panel(outer, tokens, words.charts[chart.key]) +
    text(outer.x + PAD, outer.y + 48, legend, label(tokens, { 'font-size': 13 })) +
    tint +
    [0, top]
      .map((value) =>
        text(box.x - 6, y(value) + 4, format[chart.format](value), label(tokens, { 'text-anchor': 'end' })),
      )
      .join('') +
    paths.join('')
  )
}

/** A path that breaks where nothing is known. */
function pathOf(xs: readonly number[], ys: readonly number[]): string {
  let isDown = false
  return xs
    .map((x, i) => {
      const y = ys[i] ?? Number.NaN
      if (!Number.isFinite(y)) {
        isDown = false
        return ''
      }
      const command = isDown ? 'L' : 'M'
      isDown = true
      return `${command}${x.toFixed(1)} ${y.toFixed(1)}`
    })
    .join('')
}

/** Lines of at most `length` characters; a Chinese character takes the room of two. */
function wrap(content: string, length: number): readonly string[] {
  const lines: string[] = ['']
  let room = length
  for (const part of content.match(/[\u2e80-\uffff]|[^\s\u2e80-\uffff]+|\s+/g) ?? []) {
    const size = /[\u2e80-\uffff]/.test(part) ? 2 : part.length
    if (size > room && lines.at(-1) !== '') {
      lines.push('')
      room = length
    }
    lines[lines.length - 1] += part
    room -= size
  }
  return lines.map((line) => line.trim())
}
