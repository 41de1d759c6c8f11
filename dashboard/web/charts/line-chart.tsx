/** One small chart over the shared stretch of time: uPlot draws the lines, the page what lies behind them. */
import { effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { type Lab, useFormat, useLab } from '../app/lab-context.ts'
import { pin } from '../app/ui-state.ts'
import type { Format } from '../i18n/format.ts'
import { readTokens, type Tokens } from '../theme/tokens.ts'
import { drawBackdrop } from './backdrop.ts'
import { Crosshair } from './crosshair.tsx'
import { type ChartDefinition, niceTop, type SeriesDefinition, sampleTimes } from './series.ts'
import { type TimeWindow, timeWindow } from './time-window.ts'

/** Points of a line, at most: more are not told apart on so small a chart, and cost frames. */
const POINTS_MAX = 300

/** Insets of the plot in its element, in units of the page's text. */
const LEFT = 3.5
const RIGHT = 0.3
const BOTTOM = 0.5
const TOP = 0.5

export function LineChart({ chart }: { chart: ChartDefinition }) {
  const lab = useLab()
  const format = useFormat()
  const host = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const element = host.current
    if (element === null) return
    const drawing = new Drawing(element, chart, lab, format)
    const turn = (): void => drawing.draw()
    const observer = new ResizeObserver(() => lab.painter.request(turn))
    observer.observe(element)
    const stop = effect(() => {
      timeWindow(lab)
      void lab.ui.theme.value
      void lab.store.attacks.value
      lab.painter.request(turn)
    })
    return () => {
      stop()
      observer.disconnect()
      lab.painter.cancel(turn)
      drawing.end()
    }
  }, [chart, lab, format])

  const timeAt = (event: PointerEvent): number | undefined => {
    const window = timeWindow(lab)
    const element = host.current
    if (window === undefined || element === null) return undefined
    const box = element.getBoundingClientRect()
    const rem = remNow()
    const share = (event.clientX - box.left - LEFT * rem) / (box.width - (LEFT + RIGHT) * rem)
    return share < 0 || share > 1 ? undefined : window.from + share * (window.to - window.from)
  }
  const hover = (event: PointerEvent): void => {
    lab.ui.hover.value = timeAt(event)
  }
  return (
    <div class="plot line">
      <div
        ref={host}
        class="uplot-host"
        aria-hidden="true"
        onPointerMove={hover}
        onPointerLeave={() => {
          lab.ui.hover.value = undefined
        }}
        onPointerDown={(event) => {
          const at = timeAt(event)
          if (at !== undefined) pin(lab.ui, at, lab.clock.now.value ?? at)
        }}
      />
      <Crosshair left={LEFT} right={RIGHT} bottom={BOTTOM} />
    </div>
  )
}

/** An instance of uPlot and what makes it new: another size, theme or text size. */
class Drawing {
  private plot: uPlot | undefined
  private made = ''
  private readonly element: HTMLElement
  private readonly chart: ChartDefinition
  private readonly lab: Lab
  private readonly format: Format

  constructor(element: HTMLElement, chart: ChartDefinition, lab: Lab, format: Format) {
    this.element = element
    this.chart = chart
    this.lab = lab
    this.format = format
  }

  draw(): void {
    const { lab, chart, element } = this
    const window = timeWindow(lab)
    const width = Math.floor(element.clientWidth)
    const height = Math.floor(element.clientHeight)
    if (window === undefined || width < 40 || height < 30) return
    const tokens = readTokens(lab.ui.theme.peek())
    const rem = remNow()
    const key = `${lab.ui.theme.peek()} ${rem} ${devicePixelRatio}`
    if (this.plot === undefined || this.made !== key) {
      this.end()
      this.plot = new uPlot(this.options(width, height, rem, tokens), [[]], element)
      this.made = key
    } else if (this.plot.width !== width || this.plot.height !== height) {
      this.plot.setSize({ width, height })
    }
    const times = sampleTimes(window.from, window.to, POINTS_MAX)
    const lines = chart.series.map((series) => Array.from(times, (at) => known(series.value(lab.store, at))))
    this.plot.batch((plot: uPlot) => {
      plot.setData([Array.from(times), ...lines] as uPlot.AlignedData, false)
      plot.setScale('x', { min: window.from, max: window.to })
      plot.setScale('y', {
        min: 0,
        max: niceTop(Math.max(most(lines), this.mostOfPeers(times)), chart.top, chart.format === 'bytes' ? 1024 : 1),
      })
    })
  }

  /** Labs beside this one are drawn on the same scale. */
  private mostOfPeers(times: Float64Array): number {
    const { lab, chart } = this
    const others = (lab.peers ?? []).filter((store) => store !== lab.store)
    return Math.max(
      0,
      ...others.map((store) =>
        most(chart.series.map((series) => Array.from(times, (at) => known(series.value(store, at))))),
      ),
    )
  }

  end(): void {
    this.plot?.destroy()
    this.plot = undefined
  }

  private options(width: number, height: number, rem: number, tokens: Tokens): uPlot.Options {
    const { chart, lab } = this
    return {
      width,
      height,
      padding: [TOP * rem, RIGHT * rem, BOTTOM * rem, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, auto: false }, y: { auto: false } },
      axes: [
        { show: false },
        {
          size: LEFT * rem,
          gap: 0.35 * rem,
          font: `${0.77 * rem}px system-ui, sans-serif`,
          stroke: tokens.ink2,
          grid: { stroke: `${tokens.ink2}38`, width: 1 },
          ticks: { show: false },
          splits: (_plot: uPlot, _axis: number, _min: number, max: number): number[] => [0, max / 2, max],
          values: (_plot: uPlot, splits: number[]) => splits.map((split) => axisLabel(split, chart, this.format)),
        },
      ],
      series: [{}, ...chart.series.map((series) => lineOf(series, tokens))],
      hooks: { drawClear: [(plot: uPlot) => drawBehind(plot, lab, timeWindow(lab), tokens)] },
    }
  }
}

function lineOf({ role, isDashed }: SeriesDefinition, tokens: Tokens): uPlot.Series {
  const stroke = role === 'limit' ? tokens.ink2 : tokens[role]
  return {
    stroke,
    width: role === 'limit' ? 1 : 2,
    points: { show: false },
    spanGaps: false,
    ...(isDashed ? { dash: role === 'limit' ? [4, 4] : [6, 3] } : {}),
  }
}

function drawBehind(plot: uPlot, lab: Lab, window: TimeWindow | undefined, tokens: Tokens): void {
  if (window === undefined) return
  drawBackdrop(plot.ctx, lab, window, plot.bbox, tokens, devicePixelRatio)
}

/** Half a scale of small counts would be a fraction of a thing. */
function axisLabel(value: number, { format: kind }: ChartDefinition, format: Format): string {
  if (kind === 'percent') return format.percent(value)
  if (kind === 'duration') return format.duration(value)
  if (kind === 'bytes') return format.bytes(value)
  return compact(value)
}

function compact(value: number): string {
  return value >= 1000 ? `${Number((value / 1000).toPrecision(3))}k` : String(Number(value.toPrecision(3)))
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function most(lines: readonly (number | null)[][]): number {
  let highest = 0
  for (const line of lines) for (const value of line) if (value !== null && value > highest) highest = value
  return highest
}

function remNow(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
}
