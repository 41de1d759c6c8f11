/**
 * Checks: what a lesson or a worksheet wants to be seen in a run, read from its counters and queues. The same checks judge a
 * bundle of a worksheet and a lesson of the page.
 */
import type { FigureName, Figures } from './figures.ts'
import type { Reason, ReasonKey } from './reason.ts'

export interface Verdict {
  readonly reached: boolean
  readonly reason: Reason
}

/** The value of a figure that is known to be there. */
type Reader = (figure: FigureName) => number

interface Check {
  /** The figures that are read; a run without one of them does not reach the check. */
  readonly reads: readonly FigureName[]
  /** In order: the first that does not hold is the reason. */
  readonly conditions: readonly { readonly holds: (figure: Reader) => boolean; readonly otherwise: ReasonKey }[]
  readonly reached: ReasonKey
}

/** Honest clients that have to have come before their share says anything. */
const CLIENTS_MIN = 10
/** Shares of them, percent: above the one they count as served, below the other as locked out. */
const SERVED_PERCENT = 99
const LOCKED_OUT_PERCENT = 50

const CLIENTS = ['legit.attempted', 'legit.succeeded'] as const
const ENOUGH_CLIENTS = {
  holds: (figure: Reader) => figure('legit.attempted') >= CLIENTS_MIN,
  otherwise: 'too-few-clients',
} as const
const SYN_QUEUE = ['syn_queue.max', 'syn_queue.limit'] as const
const SYN_QUEUE_FULL = {
  holds: (figure: Reader) => figure('syn_queue.max') > figure('syn_queue.limit'),
  otherwise: 'syn-queue-not-full',
} as const

function servedPercent(figure: Reader): number {
  return (100 * figure('legit.succeeded')) / figure('legit.attempted')
}

const CATALOGUE = {
  /** Three segments, and both ends may send. */
  'handshake-complete': {
    reads: ['handshake.segments'],
    conditions: [{ holds: (figure) => figure('handshake.segments') >= 3, otherwise: 'handshake-open' }],
    reached: 'handshake-done',
  },
  /** A half-open entry was given up. */
  'request-expired': {
    reads: ['counters.HalfOpenExpired', 'counters.TCPSynRetrans'],
    conditions: [{ holds: (figure) => figure('counters.HalfOpenExpired') > 0, otherwise: 'request-not-expired' }],
    reached: 'request-expired',
  },
  'syn-queue-full': { reads: SYN_QUEUE, conditions: [SYN_QUEUE_FULL], reached: 'syn-queue-full' },
  /** Fewer than half of the honest clients get in. */
  'clients-locked-out': {
    reads: CLIENTS,
    conditions: [
      ENOUGH_CLIENTS,
      { holds: (figure) => servedPercent(figure) < LOCKED_OUT_PERCENT, otherwise: 'clients-still-served' },
    ],
    reached: 'clients-locked-out',
  },
  'clients-served': {
    reads: CLIENTS,
    conditions: [
      ENOUGH_CLIENTS,
      { holds: (figure) => servedPercent(figure) >= SERVED_PERCENT, otherwise: 'clients-not-served' },
    ],
    reached: 'clients-served',
  },
  /** SYNs were dropped for want of a place. */
  'drops-counted': {
    reads: ['counters.TCPReqQFullDrop', 'counters.ListenDrops'],
    conditions: [{ holds: (figure) => figure('counters.TCPReqQFullDrop') > 0, otherwise: 'no-drops' }],
    reached: 'drops-counted',
  },
  /** The queue is full, and honest clients get in all the same, by cookies. */
  'cookies-save': {
    reads: [...SYN_QUEUE, ...CLIENTS, 'counters.SyncookiesSent', 'counters.SyncookiesRecv'],
    conditions: [
      SYN_QUEUE_FULL,
      { holds: (figure) => figure('counters.SyncookiesSent') > 0, otherwise: 'no-cookies-sent' },
      { holds: (figure) => figure('counters.SyncookiesRecv') > 0, otherwise: 'no-cookies-redeemed' },
      ENOUGH_CLIENTS,
      { holds: (figure) => servedPercent(figure) >= SERVED_PERCENT, otherwise: 'clients-not-served' },
    ],
    reached: 'cookies-redeemed',
  },
  'accept-queue-full': {
    reads: ['accept_queue.max', 'accept_queue.limit', 'counters.ListenOverflows'],
    conditions: [
      {
        holds: (figure) =>
          figure('accept_queue.max') > figure('accept_queue.limit') && figure('counters.ListenOverflows') > 0,
        otherwise: 'accept-queue-not-full',
      },
    ],
    reached: 'accept-queue-full',
  },
  /** Cookies are allowed, and none is sent: the SYN queue is not what is full. */
  'cookies-idle': {
    reads: ['counters.SyncookiesSent'],
    conditions: [{ holds: (figure) => figure('counters.SyncookiesSent') === 0, otherwise: 'cookies-sent-after-all' }],
    reached: 'no-cookies-sent',
  },
  /** Four segments, or three when the peer had nothing left to say. */
  'connection-closed': {
    reads: ['close.segments'],
    conditions: [{ holds: (figure) => figure('close.segments') >= 3, otherwise: 'not-closed' }],
    reached: 'closed',
  },
  'time-wait-there': {
    reads: ['sockets.time_wait'],
    conditions: [{ holds: (figure) => figure('sockets.time_wait') > 0, otherwise: 'no-time-wait' }],
    reached: 'time-wait-there',
  },
  /** Time alone ends no CLOSE-WAIT. */
  'close-wait-stays': {
    reads: ['sockets.close_wait', 'sockets.close_wait_before'],
    conditions: [
      {
        holds: (figure) =>
          figure('sockets.close_wait_before') > 0 &&
          figure('sockets.close_wait') >= figure('sockets.close_wait_before'),
        otherwise: 'no-close-wait',
      },
    ],
    reached: 'close-wait-stays',
  },
} as const satisfies Record<string, Check>

export type CheckName = keyof typeof CATALOGUE
export const CHECK_NAMES = Object.keys(CATALOGUE) as CheckName[]

/** Whether a run with these figures reaches the check, and why. */
export function judge(name: CheckName, figures: Figures): Verdict {
  const { reads, conditions, reached }: Check = CATALOGUE[name]
  const missing = reads.find((figure) => figures[figure] === undefined)
  if (missing !== undefined) return { reached: false, reason: { key: 'figure-missing', values: { figure: missing } } }
  const values = Object.fromEntries(reads.map((figure) => [figure, figures[figure]])) as Record<FigureName, number>
  const failed = conditions.find(({ holds }) => !holds((figure) => values[figure]))
  return { reached: failed === undefined, reason: { key: failed?.otherwise ?? reached, values } }
}

/** Why a run that has all figures can fail to reach the check. */
export function reasonsAgainst(name: CheckName): readonly ReasonKey[] {
  const { conditions }: Check = CATALOGUE[name]
  return conditions.map(({ otherwise }) => otherwise)
}

/** The verdict on the first of several checks that is not reached; on the last one when all are. */
export function judgeAll(names: readonly [CheckName, ...CheckName[]], figures: Figures): Verdict {
  const [first, ...others] = names
  const verdict = judge(first, figures)
  const [second, ...rest] = others
  return second === undefined || !verdict.reached ? verdict : judgeAll([second, ...rest], figures)
}
