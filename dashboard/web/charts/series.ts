/** The small charts: which figures each shows, from which counters. Pure: labels are in the catalogues. */
import type { ClientColumn, ServerColumn } from '../store/columns.ts'
import type { History } from '../store/history.ts'
import type { LabStore } from '../store/lab-store.ts'
import { RATE_MS, SUCCESS_MS } from '../store/situation.ts'

export type SeriesRole = 'honest' | 'hostile' | 'cookie' | 'ink' | 'limit'
export type SeriesFormat = 'rate' | 'count' | 'percent' | 'duration' | 'bytes'

export interface SeriesDefinition {
  readonly key: SeriesKey
  readonly role: SeriesRole
  /** Dashes tell two lines of one hue apart, and limits from what they limit. */
  readonly isDashed?: boolean
  /** The counter or field that it comes from, as the API and /metrics name it. */
  readonly source: string
  /** The value at a moment; NaN where nothing is known. */
  value(store: LabStore, at: number): number
}

export interface ChartDefinition {
  readonly key: ChartKey
  readonly format: SeriesFormat
  readonly series: readonly SeriesDefinition[]
  /** The scale's top is at least this. */
  readonly top: number
  /** Its figures are told by processes: a lab inside the page has none. */
  readonly isOfProcesses?: boolean
}

export type ChartKey = 'syns' | 'cookies' | 'queues' | 'success' | 'connect' | 'states' | 'resets' | 'memory' | 'cpu'

export type SeriesKey =
  | 'received'
  | 'accepted'
  | 'sent'
  | 'valid'
  | 'failed'
  | 'synQueue'
  | 'acceptQueue'
  | 'limit'
  | 'served'
  | 'median'
  | 'slowest'
  | 'established'
  | 'closeWait'
  | 'timeWait'
  | 'rstsSent'
  | 'halfOpenReset'
  | 'expired'
  | 'queueBytes'
  | 'serverCpu'
  | 'attackersCpu'

/** A row older than this says nothing of a moment, milliseconds. */
const STALE_MS = 1500

/** Charts of the first screen, and those behind "more". */
export const FIRST_CHARTS: readonly ChartDefinition[] = [
  {
    key: 'syns',
    format: 'rate',
    top: 50,
    series: [
      rate('received', 'hostile', 'SynReceived'),
      {
        key: 'accepted',
        role: 'honest',
        source: 'HalfOpenCreated + SyncookiesSent',
        value: (store, at) => serverRate(store, at, 'HalfOpenCreated') + serverRate(store, at, 'SyncookiesSent'),
      },
    ],
  },
  {
    key: 'cookies',
    format: 'rate',
    top: 10,
    series: [
      rate('sent', 'cookie', 'SyncookiesSent'),
      rate('valid', 'honest', 'SyncookiesRecv'),
      rate('failed', 'hostile', 'SyncookiesFailed', true),
    ],
  },
  {
    key: 'queues',
    format: 'count',
    top: 10,
    series: [
      gauge('synQueue', 'hostile', 'synLength', 'synQueue.length'),
      gauge('acceptQueue', 'ink', 'acceptLength', 'acceptQueue.length'),
      gauge('limit', 'limit', 'synLimit', 'synQueue.limit', true),
    ],
  },
  {
    key: 'success',
    format: 'percent',
    top: 1,
    series: [{ key: 'served', role: 'honest', source: 'clients.outcomes', value: successAt }],
  },
]

export const MORE_CHARTS: readonly ChartDefinition[] = [
  {
    key: 'connect',
    format: 'duration',
    top: 10,
    series: [
      { key: 'median', role: 'honest', source: 'connections[].connectMs', value: (store, at) => waits(store, at).p50 },
      {
        key: 'slowest',
        role: 'ink',
        isDashed: true,
        source: 'connections[].connectMs',
        value: (store, at) => waits(store, at).p99,
      },
    ],
  },
  {
    key: 'states',
    format: 'count',
    top: 10,
    series: [
      gauge('established', 'honest', 'in.established', 'connections.established'),
      gauge('closeWait', 'hostile', 'in.close_wait', 'connections.close_wait'),
      gauge('timeWait', 'ink', 'in.time_wait', 'connections.time_wait', true),
    ],
  },
  {
    key: 'resets',
    format: 'rate',
    top: 10,
    series: [
      rate('rstsSent', 'hostile', 'OutRsts'),
      rate('halfOpenReset', 'ink', 'EmbryonicRsts'),
      rate('expired', 'ink', 'HalfOpenExpired', true),
    ],
  },
  {
    key: 'memory',
    format: 'bytes',
    top: 1024,
    series: [gauge('queueBytes', 'ink', 'synBytes', 'synQueue.bytes')],
  },
  {
    key: 'cpu',
    format: 'percent',
    top: 1,
    isOfProcesses: true,
    series: [
      {
        key: 'serverCpu',
        role: 'ink',
        source: 'cpuSeconds',
        value: (store, at) => serverRate(store, at, 'serverCpu'),
      },
      {
        key: 'attackersCpu',
        role: 'hostile',
        source: 'cpuSeconds',
        value: ({ clientHistory: history }, at) => rateAt(history, at, 'attackersCpu'),
      },
    ],
  },
]

function rate(key: SeriesKey, role: SeriesRole, column: ServerColumn, isDashed = false): SeriesDefinition {
  return { key, role, isDashed, source: column, value: (store, at) => serverRate(store, at, column) }
}

function gauge(
  key: SeriesKey,
  role: SeriesRole,
  column: ServerColumn,
  source: string,
  isDashed = false,
): SeriesDefinition {
  const value = ({ serverHistory: history }: LabStore, at: number): number => {
    const row = history.rowAt(at)
    return at - history.time(row) <= STALE_MS ? history.value(row, column) : Number.NaN
  }
  return { key, role, isDashed, source, value }
}

function serverRate({ serverHistory }: LabStore, at: number, column: ServerColumn): number {
  return rateAt(serverHistory, at, column)
}

function rateAt<Column extends string>(history: History<Column>, at: number, column: Column): number {
  const row = history.rowAt(at)
  return at - history.time(row) <= STALE_MS ? history.rate(row, column, RATE_MS) : Number.NaN
}

const FAILURES: readonly ClientColumn[] = ['timeout', 'refused', 'reset', 'local']

/** Served of the honest connections that ended in the ten seconds before; NaN when none has. */
export function successAt({ clientHistory: history }: LabStore, at: number): number {
  const row = history.rowAt(at)
  if (!(at - history.time(row) <= STALE_MS)) return Number.NaN
  const ok = history.growth(row, 'ok', SUCCESS_MS)
  const failed = FAILURES.reduce((sum, column) => sum + history.growth(row, column, SUCCESS_MS), 0)
  return ok + failed > 0 ? ok / (ok + failed) : Number.NaN
}

function waits({ connections }: LabStore, at: number): { p50: number; p99: number } {
  return connections.waits(at - SUCCESS_MS, at)
}

/** Moments at which a chart of `pixels` is sampled: the whole steps of a grid that does not move with the window. */
export function sampleTimes(from: number, to: number, pointsMax: number): Float64Array {
  const step = Math.max(500, Math.ceil((to - from) / pointsMax / 500) * 500)
  const first = Math.ceil(from / step)
  const count = Math.max(0, Math.floor(to / step) - first + 1)
  return Float64Array.from({ length: count }, (_, i) => (first + i) * step)
}

/** The scale's top for values up to `most`: a round number of `unit`. */
export function niceTop(most: number, least: number, unit = 1): number {
  const wanted = Math.max(most, least) / unit
  const power = 10 ** Math.floor(Math.log10(wanted))
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= wanted * 0.999) ?? 10
  return step * power * unit
}
