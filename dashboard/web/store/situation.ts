/**
 * What is so at one moment, now or in the past: the one input of sentence and hints. Everything in it was counted by the
 * server or by the honest clients; rates are differences of their counters.
 */
import type { AttackSpan } from './attack-spans.ts'
import type { ServerColumn } from './columns.ts'
import type { LabStore } from './lab-store.ts'

/** Counters are compared over so many milliseconds to make a rate. */
export const RATE_MS = 1000

/** Success is that of the connections that ended in so many milliseconds. */
export const SUCCESS_MS = 10_000

/** A state older than this says nothing of a moment. */
const STALE_MS = 3000

export interface ServerSituation {
  readonly synLength: number
  readonly synLimit: number
  readonly acceptLength: number
  readonly acceptLimit: number
  readonly established: number
  readonly closeWait: number
  readonly timeWait: number
  readonly synCookies: number
  readonly synAckRetries: number
  readonly acceptInterval: number
  readonly workers: number
  /** Per second; NaN while it cannot be said. */
  readonly rates: {
    readonly syn: number
    readonly stored: number
    readonly cookiesSent: number
    readonly cookiesValid: number
    readonly cookiesFailed: number
    readonly dropped: number
    readonly overflows: number
    readonly expired: number
    readonly evicted: number
    readonly embryonicResets: number
  }
  /** Places of the SYN queue that were taken, net, per second. */
  readonly synGrowth: number
}

export interface HonestSituation {
  /** Connections that ended in the last ten seconds, and those of them that were served. */
  readonly ended: number
  readonly ok: number
  /** New connections per second that the clients mean to make; users of a closed load. */
  readonly rate: number
  readonly inFlight: number
  /** Milliseconds until ESTABLISHED, of those that were served in the last ten seconds; NaN without any. */
  readonly connectP50: number
  readonly connectP99: number
}

export interface Situation {
  readonly at: number
  readonly server: ServerSituation | undefined
  readonly honest: HonestSituation | undefined
  /** Attacks that ran at the moment, the strongest first. */
  readonly attacks: readonly AttackSpan[]
}

export function situationAt(store: LabStore, at: number): Situation {
  return {
    at,
    server: serverAt(store, at),
    honest: honestAt(store, at),
    attacks: store.attacks.value
      .filter(({ from, to }) => from <= at && (to === undefined || to > at))
      .toSorted((a, b) => b.rate - a.rate),
  }
}

function serverAt({ serverHistory: history }: LabStore, at: number): ServerSituation | undefined {
  const row = history.rowAt(at)
  if (row < 0 || at - history.time(row) > STALE_MS) return undefined
  const value = (column: ServerColumn): number => history.value(row, column)
  const rate = (column: ServerColumn): number => history.rate(row, column, RATE_MS)
  const before = history.rowAt(history.time(row) - 2 * RATE_MS)
  const elapsed = history.time(row) - history.time(before)
  return {
    synLength: value('synLength'),
    synLimit: value('synLimit'),
    acceptLength: value('acceptLength'),
    acceptLimit: value('acceptLimit'),
    established: value('in.established'),
    closeWait: value('in.close_wait'),
    timeWait: value('in.time_wait'),
    synCookies: value('synCookies'),
    synAckRetries: value('synAckRetries'),
    acceptInterval: value('acceptInterval'),
    workers: value('workers'),
    rates: {
      syn: rate('SynReceived'),
      stored: rate('HalfOpenCreated'),
      cookiesSent: rate('SyncookiesSent'),
      cookiesValid: rate('SyncookiesRecv'),
      cookiesFailed: rate('SyncookiesFailed'),
      dropped: rate('TCPReqQFullDrop'),
      overflows: rate('ListenOverflows'),
      expired: rate('HalfOpenExpired'),
      evicted: rate('HalfOpenEvicted'),
      embryonicResets: rate('EmbryonicRsts'),
    },
    synGrowth: ((value('synLength') - history.value(before, 'synLength')) / elapsed) * 1000,
  }
}

function honestAt({ clientHistory: history, connections }: LabStore, at: number): HonestSituation | undefined {
  const row = history.rowAt(at)
  if (row < 0 || at - history.time(row) > STALE_MS) return undefined
  const ok = history.growth(row, 'ok', SUCCESS_MS)
  const failed = (['timeout', 'refused', 'reset', 'local'] as const).map((outcome) =>
    history.growth(row, outcome, SUCCESS_MS),
  )
  const waits = connections.waits(at - SUCCESS_MS, at)
  return {
    ok,
    ended: failed.reduce((sum, count) => sum + count, ok),
    rate: history.value(row, 'clientRate'),
    inFlight: history.value(row, 'inFlight'),
    connectP50: waits.p50,
    connectP99: waits.p99,
  }
}
