/**
 * The lab on a terminal, as lines of text. Pure: figures in, lines out.
 */
import { formatShare } from '../report/run-report.ts'
import { type Figures, LEGIT_WINDOW_MS } from './history.ts'

/** What is shown beside the figures. */
export interface ViewContext {
  readonly urls: readonly string[]
  /** The newest last. */
  readonly log: readonly string[]
  /** SYN per second that the next flood will have. */
  readonly floodRate: number
}

const BAR_WIDTH = 32
const COOKIE_MODES = ['0, never', '1, when the SYN queue is full', '2, for every SYN']
const KEYS = 'f flood on/off   + - flood rate   c SYN cookies   r reset   q quit'
/** Log lines on the screen. */
const LOG_LINES = 6
const WINDOW_SECONDS = LEGIT_WINDOW_MS / 1000

/** The lines of the screen, none longer than `columns` and not more than `rows`. */
export function renderScreen(
  figures: Figures | undefined,
  context: ViewContext,
  columns: number,
  rows: number,
): string[] {
  const body = figures === undefined ? ['starting ...'] : renderFigures(figures, context)
  const fixed = ['synlab', ...context.urls, '', ...body, '', KEYS]
  // What the figures and the keys leave; a heading and an empty line come with the log.
  const logLines = Math.min(LOG_LINES, rows - fixed.length - 2)
  const log = logLines > 0 ? ['log', ...context.log.slice(-logLines).map((line) => `  ${line}`), ''] : []
  const lines = [...fixed.slice(0, -1), ...log, KEYS]
  // On a very small terminal the figures come first, and the keys stay in sight.
  const shown = lines.length <= rows ? lines : [...body.slice(Math.max(0, body.length - rows + 1)), KEYS]
  return shown.map((line) => line.slice(0, columns))
}

function renderFigures(figures: Figures, { floodRate }: ViewContext): string[] {
  const { synQueue, acceptQueue, config } = figures.sample.server
  const { clients, link } = figures.sample.attacker
  const flood = figures.floodRate > 0 ? `on, ${count(figures.floodSent)} SYN/s sent` : 'off'
  return [
    `SYN queue     ${bar(synQueue.length, synQueue.limit)}`,
    `accept queue  ${bar(acceptQueue.length, acceptQueue.limit)}`,
    '',
    `SYN cookies   ${COOKIE_MODES[config.synCookies] ?? config.synCookies}`,
    `flood         ${flood} (set to ${count(figures.floodRate || floodRate)} SYN/s)`,
    `clients       ${load(clients)}${link.state === 'ready' ? '' : `; link ${link.state}: ${link.detail}`}`,
    '',
    `SYNs in       ${perSecond(figures.synsIn)}     SYN-ACKs out  ${perSecond(figures.synAcksOut)}`,
    `SYNs dropped  ${perSecond(figures.synsDropped)}     cookies sent  ${perSecond(figures.cookiesSent)}`,
    '',
    `honest clients, last ${WINDOW_SECONDS} s   success ${legit(figures)}   connect p50 ${connect(figures)}`,
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
    `success in ${WINDOW_SECONDS} s: ${legit(figures)}`,
    `connect p50 ${connect(figures)}`,
    `cookies ${config.synCookies}`,
    figures.floodRate > 0 ? `flood on ${figures.floodSent.toFixed(0)}/s` : 'flood off',
  ].join(' | ')
}

/** How full a queue is. It holds one more than its limit, and is full then. */
function bar(length: number, limit: number): string {
  const filled = Math.min(BAR_WIDTH, Math.round((length / (limit + 1)) * BAR_WIDTH))
  const state = length > limit ? '  full' : ''
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${length} (limit ${limit})${state}`
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
