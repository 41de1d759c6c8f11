/**
 * The lab on a terminal, as lines of text. Pure: figures in, lines out.
 */
import { formatShare } from '../report/run-report.ts'
import type { Figures } from './history.ts'
import { sparkline, type Trend } from './trend.ts'
import { wrap } from './wrap.ts'

/** What is shown beside the figures. */
export interface ViewContext {
  /** Where to look, the page first. */
  readonly urls: readonly string[]
  /** The newest last. */
  readonly log: readonly string[]
  /** SYN per second that the next flood will have. */
  readonly floodRate: number
  readonly trend: Trend
  readonly isHelpOpen: boolean
}

/** A shorter bar says nothing; then there is none. */
const BAR_WIDTH_MIN = 8
const BAR_WIDTH_MAX = 96
/** What stands beside a bar, characters. */
const BESIDE_BAR = 46
const COOKIE_MODES = ['0, never', '1, when the SYN queue is full', '2, for every SYN']
/** Before what goes on from the line above. */
const INDENT = ' '.repeat(10)
const KEYS_AT_LEAST = '? help   q quit'
const KEYS = 'f flood   + - its rate   c SYN cookies   r reset   ? help   q quit'
/** Width of what stands before the small bars. */
const TREND_LABEL = 22
/** Free lines from which there is air between the parts. */
const AIRY = 12

const HELP = [
  'f      starts a flood, or stops it; + and - change its rate, of a running one at once',
  'c      switches SYN cookies: never, when the SYN queue is full, for every SYN',
  'r      resets: attacks stop, counters are zero, connections forgotten',
  '?      closes this',
  'q      ends the lab, all its processes',
  '',
  'SYN queue     half-open entries: a SYN came, its SYN-ACK has not been answered yet',
  'accept queue  established connections that the program has not accepted yet',
  'success       share of honest attempts that got their answer; they give up after 3 s',
  'Each column of the small bars is one second.',
]

/** The lines of the screen, none longer than `columns` and not more than `rows`. */
export function renderScreen(
  figures: Figures | undefined,
  context: ViewContext,
  columns: number,
  rows: number,
): string[] {
  const shown = context.isHelpOpen ? helpScreen(rows) : labScreen(figures, context, columns, rows)
  return shown
    .flatMap((line) => wrap(line, columns, INDENT))
    .slice(-rows)
    .map((line) => line.slice(0, columns))
}

function helpScreen(rows: number): string[] {
  return ['synlab', '', ...HELP, '', KEYS].slice(-rows)
}

function labScreen(figures: Figures | undefined, context: ViewContext, columns: number, rows: number): string[] {
  const all = figures === undefined ? ['starting ...'] : renderFigures(figures, context, columns)
  const body = all.flatMap((line) => wrap(line, columns, INDENT))
  const keys = wrap(KEYS, columns)
  const needed = body.length + keys.length
  // Where not even the figures have room, the queues, which come first, matter more than all the keys.
  if (rows < needed) return [...body.slice(0, Math.max(0, rows - 1)), KEYS_AT_LEAST]
  if (rows < needed + 3) return [...body, ...keys]
  // Where there is little room, the page's address has to do: it leads to all the others.
  const isShort = rows < needed + context.urls.length + 8
  const head = [
    'synlab',
    ...(isShort ? context.urls.slice(0, 1) : context.urls).flatMap((url) => wrap(url, columns)),
    '',
  ]
  let free = rows - head.length - needed - 1
  const air = free >= AIRY ? [''] : []
  const trend = free >= 3 && figures !== undefined ? [...air, ...renderTrend(context.trend, columns)] : []
  free -= trend.length + air.length
  const log = renderLog(context.log, columns, free)
  const blank = Array.from({ length: log.length === 0 ? 0 : 1 }, () => '')
  return [
    ...head,
    ...body,
    ...trend,
    ...(log.length > 0 ? air : []),
    ...log,
    ...(free > log.length ? blank : []),
    ...keys,
  ]
}

/** The newest lines of the log that fit into `rows`, whole ones. */
function renderLog(log: readonly string[], columns: number, rows: number): string[] {
  const lines: string[] = []
  for (const line of log.toReversed()) {
    const wrapped = wrap(line, columns, INDENT)
    if (lines.length + wrapped.length > rows) break
    lines.unshift(...wrapped)
  }
  return lines
}

/** The last minutes, as wide as the screen. */
function renderTrend(trend: Trend, columns: number): string[] {
  const seconds = trend.seconds(Math.max(0, columns - TREND_LABEL))
  const syns = seconds.map(({ synsPerSecond }) => synsPerSecond)
  const most = Math.max(0, ...syns.filter((value) => !Number.isNaN(value)))
  const row = (label: string, line: string): string => `${label.padEnd(TREND_LABEL)}${line}`
  return [
    row(
      'success, 0 to 100 %',
      sparkline(
        seconds.map(({ success }) => success),
        1,
      ),
    ),
    row(`SYN/s, 0 to ${count(most)}`, sparkline(syns, most)),
    row(
      'SYN queue, 0 to full',
      sparkline(
        seconds.map(({ fullness }) => fullness),
        1,
      ),
    ),
  ]
}

function renderFigures(figures: Figures, { floodRate }: ViewContext, columns: number): string[] {
  const { synQueue, acceptQueue, config } = figures.sample.server
  const { clients, link } = figures.sample.attacker
  const flood = figures.floodRate > 0 ? `on, ${count(figures.floodSent)} SYN/s sent` : 'off'
  const width = Math.min(BAR_WIDTH_MAX, columns - BESIDE_BAR)
  return [
    `SYN queue     ${bar(synQueue.length, synQueue.limit, width)}`,
    `accept queue  ${bar(acceptQueue.length, acceptQueue.limit, width)}`,
    '',
    `SYN cookies   ${COOKIE_MODES[config.synCookies] ?? config.synCookies}`,
    `flood         ${flood} (set to ${count(figures.floodRate || floodRate)} SYN/s)`,
    `clients       ${load(clients)}${link.state === 'ready' ? '' : `; link ${link.state}: ${link.detail}`}`,
    '',
    `SYNs in       ${perSecond(figures.synsIn)}     SYN-ACKs out  ${perSecond(figures.synAcksOut)}`,
    `SYNs dropped  ${perSecond(figures.synsDropped)}     cookies sent  ${perSecond(figures.cookiesSent)}`,
    '',
    `honest clients, last ${span(figures)}   success ${legit(figures)}   connect p50 ${connect(figures)}`,
  ]
}

/** How much honest clients ask. */
function load({ mode, rate = 0, concurrency }: Figures['sample']['attacker']['clients']): string {
  return mode === 'closed' ? `${concurrency} users` : `${rate} connections/s`
}

/** The same as one line, for a log or a pipe; `elapsed` in seconds. */
export function renderLine(figures: Figures, elapsed: number): string {
  const { synQueue, acceptQueue, config } = figures.sample.server
  return [
    `${elapsed.toFixed(0)} s`,
    `SYN queue ${synQueue.length}/${synQueue.limit}`,
    `accept queue ${acceptQueue.length}/${acceptQueue.limit}`,
    `SYNs in ${figures.synsIn.toFixed(0)}/s`,
    `SYN-ACKs out ${figures.synAcksOut.toFixed(0)}/s`,
    `success in ${span(figures)}: ${legit(figures)}`,
    `connect p50 ${connect(figures)}`,
    `cookies ${config.synCookies}`,
    figures.floodRate > 0 ? `flood on ${figures.floodSent.toFixed(0)}/s` : 'flood off',
  ].join(' | ')
}

/** How full a queue is. It holds one more than its limit, and is full then. */
function bar(length: number, limit: number, width: number): string {
  const filled = Math.min(width, Math.round((length / (limit + 1)) * width))
  const state = length > limit ? '  full' : ''
  const drawn = width < BAR_WIDTH_MIN ? '' : `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] `
  return `${drawn}${length} (limit ${limit})${state}`
}

/** What the figures of honest clients really span: a busy machine is asked less often. */
function span({ legitSeconds }: Figures): string {
  return `${Number(legitSeconds.toFixed(1))} s`
}

function legit({ legitEnded, legitSucceeded }: Figures): string {
  if (legitEnded === 0) return 'no attempt has ended'
  return `${formatShare(legitSucceeded / legitEnded)} (${legitSucceeded} of ${legitEnded})`
}

/** The histogram knows an upper bound, not the value. */
function connect({ connectP50 }: Figures): string {
  if (connectP50 === undefined) return 'none'
  return connectP50 < 1 ? `<= ${connectP50 * 1000} ms` : `<= ${connectP50} s`
}

function perSecond(value: number): string {
  return `${count(value)} /s`.padStart(12)
}

/** A count with thousands set apart, whatever the locale. */
function count(value: number): string {
  return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',')
}
