/**
 * The SYN queue and the accept queue over time, against their limits.
 */
import type { PhaseResult } from '../bundle/result-format.ts'
import type { ArmRun } from '../simulator/arm-run.ts'
import type { QueueSeries } from '../simulator/recorder.ts'
import { armPlots, legend } from './arm-plots.ts'
import { SMALL_FONT_SIZE } from './chart-style.ts'
import { type Figure, NARROW, type Picture, type ReportSource, WIDE } from './figure.ts'
import {
  type CountScale,
  countGrid,
  countScale,
  maxSteps,
  meanSteps,
  secondsPerStep,
  stepArea,
  stepLine,
} from './linear-axis.ts'
import { element, label, rule, textWidth } from './svg.ts'
import {
  PAD,
  strip,
  stripHeight,
  TIME_AXIS_HEIGHT,
  type TimeScale,
  timeAxis,
  timeMarks,
  timeScale,
} from './time-frame.ts'

interface Queue {
  readonly title: string
  /** Value of `data-queue` and name in result.json. */
  readonly key: 'syn_queue' | 'accept_queue'
  readonly series: (run: ArmRun) => QueueSeries
}

const QUEUES: readonly Queue[] = [
  { title: 'SYN queue: half-open entries', key: 'syn_queue', series: ({ recording }) => recording.synQueue },
  {
    title: 'Accept queue: connections that wait for accept()',
    key: 'accept_queue',
    series: ({ recording }) => recording.acceptQueue,
  },
]

const GUTTER = 52
const PLOT_HEIGHT = 150
const TITLE = 24
const GAP = 22
/** Room above the highest value, for the limit's label. */
const HEADROOM = 1.2

export function queuesFigure(source: ReportSource): Figure {
  const { scenario, result } = source
  const bin = secondsPerStep(scenario.duration)
  const peaks = Object.entries(result.arms).map(([arm, { phases }]) => {
    const most = (key: Queue['key']): number => Math.max(...Object.values(phases).map((phase) => phase[key].max))
    return `${arm}: SYN queue at most ${most('syn_queue')}, accept queue at most ${most('accept_queue')}`
  })
  return {
    name: 'queues',
    title: `Both queues against their limits (${scenario.name}, seed ${scenario.seed})`,
    description: `${peaks.join('; ')}.`,
    caption: `Lines are means over ${bin === 1 ? 'one second' : `${bin} seconds`}, weighted by time; the pale band above a line reaches to the greatest length in that time. Dashed: the limit. A queue is full above its limit: it holds one more.`,
    wide: draw(source, WIDE, bin),
    narrow: draw(source, NARROW, bin),
  }
}

function draw(source: ReportSource, width: number, bin: number): Picture {
  const { scenario, runs } = source
  const x = timeScale(scenario, GUTTER, width - PAD)
  const right = x(scenario.duration)
  const body: string[] = []
  let top = 0
  for (const arms of armPlots(runs)) {
    const names = legend(arms, GUTTER, right, top, 'line')
    body.push(names.body, strip(scenario, x, top + names.height))
    top += names.height + stripHeight(scenario)
    for (const queue of QUEUES) {
      body.push(label(GUTTER, top + 14, queue.title, 'strong'))
      body.push(drawQueue(source, arms, queue, x, top + TITLE, bin))
      top += TITLE + PLOT_HEIGHT + TIME_AXIS_HEIGHT + GAP
    }
  }
  return { width, height: top - GAP + 4, body: body.join('\n') }
}

/** One queue of the arms that share the plot whose upper edge is `top`. */
function drawQueue(
  { scenario, result, runs }: ReportSource,
  arms: readonly ArmRun[],
  queue: Queue,
  x: TimeScale,
  top: number,
  bin: number,
): string {
  const limits = new Map(arms.map(({ arm }) => [arm.name, limitOf(result.arms[arm.name]?.phases, queue.key)]))
  const longest = Math.max(...runs.map((run) => queue.series(run).max.reduce((a, b) => Math.max(a, b), 0)))
  const highest = Math.max(longest, ...Object.values(result.arms).map(({ phases }) => limitOf(phases, queue.key)))
  const bottom = top + PLOT_HEIGHT
  const y = countScale(highest * HEADROOM, bottom, top)
  const lines = arms.map((run, index) => {
    const { mean, max } = queue.series(run)
    const [low, high] = [meanSteps(mean, bin), maxSteps(max, bin)]
    const named = { 'data-arm': run.arm.name, 'data-queue': queue.key }
    const band = stepArea(low, high, bin, scenario.duration, x, y)
    return (
      element('path', { class: `spread arm-${index}`, d: band }) +
      element('path', { class: `line arm-${index}`, ...named, d: stepLine(low, bin, scenario.duration, x, y) })
    )
  })
  return [
    timeMarks(scenario, x, top, bottom),
    countGrid(y, x, 4),
    ...lines,
    drawLimits(limits, x, y),
    timeAxis(x, bottom),
  ].join('\n')
}

function limitOf(phases: Readonly<Record<string, PhaseResult>> | undefined, key: Queue['key']): number {
  return Math.max(0, ...Object.values(phases ?? {}).map((phase) => phase[key].limit))
}

/** Pixels below which the labels of two limits would touch. */
const LABEL_ROOM = 14

/** A dashed line per limit, labelled above its right end; the arms are named when their limits differ. */
function drawLimits(limits: ReadonlyMap<string, number>, x: TimeScale, y: CountScale): string {
  const [left = 0, right = 0] = x.range()
  const byLimit = new Map<number, string[]>()
  for (const [arm, limit] of limits) byLimit.set(limit, [...(byLimit.get(limit) ?? []), arm])
  let labelled = Number.NEGATIVE_INFINITY
  const lines = [...byLimit.entries()]
    .sort(([a], [b]) => b - a)
    .map(([limit, arms]) => {
      const at = y(limit)
      const full = byLimit.size > 1 ? `limit ${limit}: ${arms.join(', ')}` : `limit ${limit}`
      const text = textWidth(full, SMALL_FONT_SIZE) < right - left ? full : `limit ${limit}`
      // From the highest limit down: a label that would touch the one above goes below its own line.
      const baseline = at - labelled < LABEL_ROOM ? Math.max(at + 13, labelled + LABEL_ROOM) : at - 5
      labelled = baseline
      return rule(left, at, right, at, 'limit') + label(right - 2, baseline, text, 'small halo end')
    })
  return lines.join('')
}
