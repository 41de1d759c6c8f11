/**
 * How long each honest client waited, by the moment it started: a dot for one that was served, a cross at the top for one
 * that gave up. A click looks back to that moment.
 */
import { useRef } from 'preact/hooks'
import { type Lab, useFormat, useLab } from '../app/lab-context.ts'
import { pin } from '../app/ui-state.ts'
import type { Format } from '../i18n/format.ts'
import { drawBackdrop, type PlotArea } from './backdrop.ts'
import { Crosshair } from './crosshair.tsx'
import { DotStrip } from './dot-strip.ts'
import { Canvas, type Surface } from './surface.tsx'
import { type TimeWindow, timeStep, timeWindow } from './time-window.ts'
import { spacedTicks, waitHeight } from './wait-scale.ts'

export interface WaitPlotText {
  readonly gaveUp: string
}

/** Insets of the plot inside of its canvas, in units of the page's text. */
const LEFT = 4.2
const RIGHT = 0.4
const BOTTOM = 1.5
/** The band of those who gave up. */
const BAND = 2.1

export function WaitPlot({ text }: { text: WaitPlotText }) {
  const lab = useLab()
  const format = useFormat()
  const strip = useRef(new DotStrip())

  const timeAt = (x: number, width: number): number | undefined => {
    const window = timeWindow(lab)
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
    if (window === undefined) return undefined
    const share = (x - LEFT * rem) / (width - (LEFT + RIGHT) * rem)
    return share < 0 || share > 1 ? undefined : window.from + share * (window.to - window.from)
  }

  return (
    <div class="plot">
      <Canvas
        class="waits"
        watch={() => {
          timeWindow(lab)
          void lab.store.attacks.value
          void lab.store.marks.value
          void lab.ui.language.value
        }}
        paint={(surface) => paint(surface, lab, strip.current, format, text)}
        onPointer={(x, width, kind) => {
          const at = kind === 'leave' ? undefined : timeAt(x, width)
          if (kind === 'down' && at !== undefined) pin(lab.ui, at, lab.clock.now.value ?? at)
          else lab.ui.hover.value = at
        }}
      />
      <Crosshair left={LEFT} right={RIGHT} bottom={BOTTOM} />
    </div>
  )
}

function paint(surface: Surface, lab: Lab, strip: DotStrip, format: Format, text: WaitPlotText): void {
  const { context, width, height, scale, rem, tokens } = surface
  context.clearRect(0, 0, width, height)
  const window = timeWindow(lab)
  if (window === undefined) return
  const area: PlotArea = {
    left: LEFT * rem,
    top: 0,
    width: width - (LEFT + RIGHT) * rem,
    height: height - BOTTOM * rem,
  }
  const band = BAND * rem
  drawBackdrop(context, lab, window, area, tokens, 1)
  drawWaits(surface, area, band, text)
  drawTimes(surface, area, window, format)
  const shape = {
    width: Math.round(area.width * scale),
    height: Math.round(area.height * scale),
    band: Math.round(band * scale),
    scale,
    msPerPixel: (window.to - window.from) / (area.width * scale),
    tokens,
  }
  const { canvas, at } = strip.update(lab.store.connections, window.from, shape)
  context.drawImage(canvas, at, 0, shape.width, shape.height, area.left, area.top, area.width, area.height)
}

/** The horizontal lines and their seconds. */
function drawWaits({ context, rem, tokens }: Surface, area: PlotArea, band: number, text: WaitPlotText): void {
  const room = area.height - band
  context.font = `${0.8 * rem}px system-ui, sans-serif`
  context.textBaseline = 'middle'
  context.textAlign = 'right'
  context.lineWidth = 1
  for (const tick of spacedTicks((1.05 * rem) / room)) {
    const y = Math.round(area.top + band + room * (1 - waitHeight(tick))) + 0.5
    rule(context, area, y, tokens.ink2)
    context.fillStyle = tokens.ink2
    context.fillText(tick < 1000 ? `${tick} ms` : `${tick / 1000} s`, area.left - 0.5 * rem, y)
  }
  rule(context, area, Math.round(area.top + band) + 0.5, tokens.ink2)
  context.fillStyle = tokens.ink2
  context.fillText(text.gaveUp, area.left - 0.5 * rem, area.top + band / 2)
}

/** Faint on both grounds: on the panel and on the tint of an attack. */
const RULE = 0.22

function rule(context: CanvasRenderingContext2D, area: PlotArea, y: number, colour: string): void {
  context.globalAlpha = RULE
  context.strokeStyle = colour
  context.beginPath()
  context.moveTo(area.left, y)
  context.lineTo(area.left + area.width, y)
  context.stroke()
  context.globalAlpha = 1
}

/** The time axis. */
function drawTimes({ context, rem, tokens }: Surface, area: PlotArea, window: TimeWindow, format: Format): void {
  const span = window.to - window.from
  const step = timeStep(span, Math.max(2, Math.floor(area.width / (6 * rem))))
  context.fillStyle = tokens.ink2
  context.textAlign = 'center'
  const y = area.top + area.height + 0.85 * rem
  for (let at = Math.ceil(window.from / step) * step; at <= window.to; at += step) {
    const x = area.left + ((at - window.from) / span) * area.width
    const label = format.clock(at)
    const half = context.measureText(label).width / 2
    if (x - half >= area.left - 2 * rem && x + half <= area.left + area.width + RIGHT * rem)
      context.fillText(label, x, y)
  }
}
