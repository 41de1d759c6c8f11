/**
 * The classic picture of a SYN flood: every honest connection as a mark, how long it took over when it was meant to start.
 * Those that failed are at the top edge, in a lane per arm.
 */
import type { ConnectionRecord } from '../../attacker/clients/attempt.ts'
import { OUTCOMES, type Outcome } from '../../attacker/clients/client-counters.ts'
import { MILLISECOND, SECOND } from '../../tcpip/base/time.ts'
import type { ArmRun } from '../simulator/arm-run.ts'
import { armPlots, legend } from './arm-plots.ts'
import { MARKS } from './chart-style.ts'
import { Dots } from './dots.ts'
import { type DurationScale, durationScale, durationTicks, formatDuration, placeDuration } from './duration-axis.ts'
import { type Figure, NARROW, type Picture, type ReportSource, WIDE } from './figure.ts'
import { coordinate, element, label, rule } from './svg.ts'
import {
  describePhases,
  PAD,
  strip,
  stripHeight,
  TIME_AXIS_HEIGHT,
  type TimeScale,
  timeAxis,
  timeMarks,
  timeScale,
} from './time-frame.ts'

/** Marks of failures, by outcome. */
const FAILURE_MARKS: Readonly<Record<Exclude<Outcome, 'ok'>, string>> = {
  timeout: 'm-2.2-2.2l4.4 4.4m0-4.4l-4.4 4.4',
  refused: 'm-2.6 0h5.2m-2.6-2.6v5.2',
  reset: 'm0-2.8l2.6 4.6h-5.2z',
  local: 'm-2.2-2.2h4.4v4.4h-4.4z',
}
const FAILURE_SHAPES: Readonly<Record<Exclude<Outcome, 'ok'>, string>> = {
  timeout: 'cross',
  refused: 'plus',
  reset: 'triangle',
  local: 'square',
}

const GUTTER = 52
/** Height of a lane of failures, and from its top to its marks. */
const LANE = 15
const LANE_MIDDLE = 8
/** Between the lanes and the plot. */
const LANES_GAP = 10
const PLOT_HEIGHT = 270
const NARROW_PLOT_HEIGHT = 260
/** Connections up to which each has a mark of its own, whatever it covers; in the narrow picture most would cover others. */
const MARKS_MAX = 20_000
const NARROW_MARKS_MAX = 2_000
const PLOT_GAP = 28

export function durationsFigure(source: ReportSource): Figure {
  const wide = draw(source, WIDE, PLOT_HEIGHT, MARKS_MAX)
  const narrow = draw(source, NARROW, NARROW_PLOT_HEIGHT, NARROW_MARKS_MAX)
  const { name, seed } = { ...source.scenario }
  const fates = source.runs.map(({ arm, attempts }) => {
    const ok = attempts.filter(({ outcome }) => outcome === 'ok').length
    return `${arm.name}: ${ok} of ${attempts.length} connections succeeded`
  })
  return {
    name: 'durations',
    title: `Duration of every honest connection, over its start (${name}, seed ${seed})`,
    description: `${fates.join('; ')}. Phases: ${describePhases(source.scenario)}.`,
    caption: caption(source),
    wide,
    narrow,
  }
}

function caption({ scenario, runs }: ReportSource): string {
  const seen = new Set(runs.flatMap(({ attempts }) => attempts.map(({ outcome }) => outcome)))
  const shapes = OUTCOMES.flatMap((outcome) =>
    outcome !== 'ok' && seen.has(outcome) ? `${outcome} ${FAILURE_SHAPES[outcome]}` : [],
  )
  const parts = [
    'Each mark is one honest connection: to the right, when the client meant to start; upwards, how long it took from there to the end of the last answer (logarithmic).',
    shapes.length > 0
      ? `Connections that failed are at the top edge (${shapes.join(', ')}).`
      : 'No connection failed; the lanes at the top edge are for those that do.',
    scenario.attacks.length > 0 ? 'Shaded: under attack.' : '',
    `Phases: ${describePhases(scenario)}.`,
  ]
  return parts.filter((part) => part !== '').join(' ')
}

/** How many marks stand for how many connections. */
function describeMarks(asked: number, drawn: number): string {
  if (drawn === asked) return `${asked} connections, ${drawn} marks.`
  return `${asked} connections are drawn as ${drawn} marks: connections of one arm and outcome whose places round to the same pixel share one.`
}

function draw({ scenario, runs }: ReportSource, width: number, plotHeight: number, marksMax: number): Picture {
  const total = runs.reduce((sum, { attempts }) => sum + attempts.length, 0)
  const share = total > marksMax
  const x = timeScale(scenario, GUTTER, width - PAD)
  const right = x(scenario.duration)
  const body: string[] = []
  let top = 0
  let asked = 0
  let drawn = 0
  for (const arms of armPlots(runs)) {
    const names = legend(arms, GUTTER, width, top, 'mark', describeFailures)
    top += names.height
    const lanesTop = top + stripHeight(scenario)
    const plotTop = lanesTop + arms.length * LANE + LANES_GAP
    const bottom = plotTop + plotHeight
    const y = durationScale(okDurations(runs), bottom, plotTop)
    const drawnArms = arms.map((run, index) => drawArm(run, index, x, y, lanesTop, share))
    for (const arm of drawnArms) {
      asked += arm.asked
      drawn += arm.drawn
    }
    body.push(
      names.body,
      strip(scenario, x, top),
      timeMarks(scenario, x, lanesTop, bottom),
      durationGrid(y, GUTTER, right),
      rule(GUTTER, plotTop, right, plotTop, 'axis'),
      ...drawnArms.map((arm) => arm.body),
      timeAxis(x, bottom),
    )
    top = bottom + TIME_AXIS_HEIGHT + PLOT_GAP
  }
  return { width, height: top - PLOT_GAP + 4, body: body.join('\n'), note: describeMarks(asked, drawn) }
}

function* okDurations(runs: readonly ArmRun[]): Iterable<number> {
  for (const { attempts } of runs) {
    for (const { outcome, totalUs } of attempts) if (outcome === 'ok') yield totalUs / MILLISECOND
  }
}

function durationGrid(y: DurationScale, left: number, right: number): string {
  const ticks = durationTicks(y).map((value) => {
    const at = y(value)
    return rule(left, at, right, at, 'grid') + label(left - 7, at + 4, formatDuration(value), 'small muted end')
  })
  return ticks.join('')
}

interface DrawnArm {
  readonly body: string
  readonly asked: number
  readonly drawn: number
}

/** The marks of one arm: successes in the plot, failures in its lane, which begins at `lanesTop` + `index` lanes. */
function drawArm(
  run: ArmRun,
  index: number,
  x: TimeScale,
  y: DurationScale,
  lanesTop: number,
  share: boolean,
): DrawnArm {
  const lane = lanesTop + index * LANE
  const dots = Object.fromEntries(
    OUTCOMES.map((outcome) => [
      outcome,
      new Dots(outcome === 'ok' ? (MARKS[index]?.path ?? 'h0') : FAILURE_MARKS[outcome], share),
    ]),
  ) as Record<Outcome, Dots>
  for (const { startedAt, totalUs, outcome } of run.attempts) {
    const at = outcome === 'ok' ? placeDuration(y, totalUs / MILLISECOND) : lane + LANE_MIDDLE
    dots[outcome].add(x(startedAt / SECOND), at)
  }
  const paths = OUTCOMES.flatMap((outcome) => {
    const { data } = dots[outcome]
    if (data === '') return []
    const classes = outcome === 'ok' ? `dots arm-${index}` : 'failure'
    return element('path', { class: classes, 'data-arm': run.arm.name, 'data-outcome': outcome, d: data })
  })
  const name = label(x(0) - 20, lane + LANE_MIDDLE + 4, 'failed', 'small muted end')
  const sample = `M${coordinate(x(0) - 10)} ${coordinate(lane + LANE_MIDDLE)}${MARKS[index]?.path}`
  const body = name + element('path', { class: `dots arm-${index}`, d: sample }) + paths.join('\n')
  const all = Object.values(dots)
  return {
    body,
    asked: all.reduce((sum, { asked }) => sum + asked, 0),
    drawn: all.reduce((sum, { drawn }) => sum + drawn, 0),
  }
}

/** Such as "cookies-off: 1114 of 2400 failed (1000 timeout, 114 reset)". */
function describeFailures({ arm, attempts }: ArmRun): string {
  const count = (wanted: Outcome): number =>
    attempts.reduce((sum, { outcome }: ConnectionRecord) => sum + (outcome === wanted ? 1 : 0), 0)
  const counts = OUTCOMES.filter((outcome) => outcome !== 'ok').map((outcome) => ({ outcome, n: count(outcome) }))
  const failed = counts.reduce((sum, { n }) => sum + n, 0)
  if (failed === 0) return `${arm.name}: 0 of ${attempts.length} failed`
  const kinds = counts.filter(({ n }) => n > 0)
  const by = kinds.map(({ outcome, n }) => (kinds.length > 1 ? `${n} ${outcome}` : outcome))
  return `${arm.name}: ${failed} of ${attempts.length} failed (${by.join(', ')})`
}
