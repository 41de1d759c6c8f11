/**
 * The server's counters over time as small multiples: those that tell what the listener did with each SYN. A counter that
 * never moved is named and not drawn.
 */
import { MIB_NAMES, Mib } from '../../tcpip/base/counters.ts'
import type { ArmRun } from '../simulator/arm-run.ts'
import { armPlots, legend } from './arm-plots.ts'
import { SMALL_FONT_SIZE } from './chart-style.ts'
import { type Figure, NARROW, type Picture, type ReportSource, WIDE } from './figure.ts'
import { countGrid, countScale, meanSteps, secondsPerStep, stepLine } from './linear-axis.ts'
import { element, label, textWidth } from './svg.ts'
import { PAD, TIME_AXIS_HEIGHT, timeAxis, timeMarks, timeScale } from './time-frame.ts'

/** Counters that may be drawn, in this order, with what they count. */
const COUNTERS: readonly (readonly [keyof typeof Mib, string])[] = [
  ['SynReceived', 'SYNs that reached the listener'],
  ['SyncookiesSent', 'SYN-ACKs with a cookie'],
  ['SyncookiesRecv', 'ACKs with a valid cookie'],
  ['SyncookiesFailed', 'ACKs with no valid cookie'],
  ['TCPReqQFullDrop', 'SYNs dropped: SYN queue full'],
  ['ListenOverflows', 'accept queue full'],
  ['ListenDrops', 'SYNs and ACKs a listener dropped'],
  ['TCPSynRetrans', 'SYN-ACKs repeated'],
  ['HalfOpenExpired', 'requests nobody answered'],
  ['EmbryonicRsts', 'requests ended by a RST'],
  ['Accepted', 'connections taken by accept()'],
  ['EstabResets', 'connections ended by a RST'],
  ['OutRsts', 'RSTs sent'],
  ['TCPChallengeACK', 'challenge ACKs sent'],
]

const GUTTER = 46
const COLUMN_GAP = 16
const PLOT_HEIGHT = 92
const TITLES = 36
const ROW_GAP = 18
const HEADROOM = 1.08

export function countersFigure(source: ReportSource): Figure {
  const { scenario, runs } = source
  const bin = secondsPerStep(scenario.duration)
  const moved = COUNTERS.filter(([name]) => runs.some((run) => totalOf(run, name) > 0))
  const still = COUNTERS.filter((counter) => !moved.includes(counter)).map(([name]) => name)
  const totals = runs.map(
    (run) => `${run.arm.name}: ${moved.map(([name]) => `${name} ${totalOf(run, name)}`).join(', ')}`,
  )
  const unmoved = still.length > 0 ? ` Did not move in any arm: ${still.join(', ')}.` : ''
  return {
    name: 'counters',
    title: `Counters per second (${scenario.name}, seed ${scenario.seed})`,
    description: `Totals of the run. ${totals.join('; ')}.${unmoved}`,
    caption: `What each counter gained per second${bin === 1 ? '' : `, mean of ${bin} seconds`}. Every plot has a scale of its own, the same for all arms. Names are Linux's where Linux has the counter.${unmoved}`,
    wide: draw(source, moved, WIDE, 3, bin),
    narrow: draw(source, moved, NARROW, 1, bin),
  }
}

/** What a counter gained in each second of a run. */
function perSecond({ recording }: ArmRun, name: keyof typeof Mib): number[] {
  return Array.from({ length: recording.seconds }, (_, second) => {
    return recording.counters[second * MIB_NAMES.length + Mib[name]] ?? 0
  })
}

function totalOf(run: ArmRun, name: keyof typeof Mib): number {
  return perSecond(run, name).reduce((sum, value) => sum + value, 0)
}

function draw(source: ReportSource, counters: typeof COUNTERS, width: number, columns: number, bin: number): Picture {
  const cell = (width - (columns - 1) * COLUMN_GAP) / columns
  const body: string[] = []
  let top = 0
  for (const arms of armPlots(source.runs)) {
    const names = legend(arms, 2, width, top, 'line')
    body.push(names.body)
    top += names.height + 6
    counters.forEach((counter, index) => {
      const left = (index % columns) * (cell + COLUMN_GAP)
      const y = top + Math.floor(index / columns) * (TITLES + PLOT_HEIGHT + TIME_AXIS_HEIGHT + ROW_GAP)
      body.push(drawCounter(source, arms, counter, left, left + cell, y, bin))
    })
    top += Math.ceil(counters.length / columns) * (TITLES + PLOT_HEIGHT + TIME_AXIS_HEIGHT + ROW_GAP)
  }
  return { width, height: top - ROW_GAP + 4, body: body.join('\n') }
}

/** One counter of the arms that share a plot. */
function drawCounter(
  { scenario, runs }: ReportSource,
  arms: readonly ArmRun[],
  [name, meaning]: readonly [keyof typeof Mib, string],
  left: number,
  right: number,
  top: number,
  bin: number,
): string {
  const x = timeScale(scenario, left + GUTTER, right - PAD)
  const plotTop = top + TITLES
  const bottom = plotTop + PLOT_HEIGHT
  const most = Math.max(...runs.flatMap((run) => meanSteps(perSecond(run, name), bin)))
  const y = countScale(most * HEADROOM, bottom, plotTop)
  const lines = arms.map((run, index) => {
    const values = meanSteps(perSecond(run, name), bin)
    const d = stepLine(values, bin, scenario.duration, x, y)
    return element('path', { class: `line arm-${index}`, 'data-arm': run.arm.name, 'data-counter': name, d })
  })
  const room = right - left
  return [
    label(left, top + 12, name, 'code strong'),
    textWidth(meaning, SMALL_FONT_SIZE) < room ? label(left, top + 27, meaning, 'small muted') : '',
    timeMarks(scenario, x, plotTop, bottom),
    countGrid(y, x, 3),
    ...lines,
    timeAxis(x, bottom),
  ].join('\n')
}
