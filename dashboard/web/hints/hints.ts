/**
 * "It did not work?": what keeps an experiment from showing what was expected, found in live figures. A pure function; how
 * it reads is in the catalogues beside it.
 */
import { HOLD_RETRIES_MAX, halfOpenLifetime, holdRate } from '../../../attacker/traffic/hold-rate.ts'
import type { AttackerState } from '../../contract/attacker.ts'
import type { ServerConfig } from '../../contract/server.ts'
import type { Situation } from '../store/situation.ts'

export type HintKey =
  | 'belowHold'
  | 'cookiesAreOn'
  | 'cookiesOnlyAfterOverflow'
  | 'keepAlive'
  | 'provenPeers'
  | 'sourcesAnswer'
  | 'wrongQueue'
  | 'slowProgram'
  | 'behind'
  | 'closedLoad'
  | 'patient'
  | 'noCookiesToForge'
  | 'crowd'
  | 'drowns'

export interface HintValues {
  /** SYN/s that arrive, and that would keep the queue full. */
  readonly syn: number
  readonly hold: number
  readonly places: number
  /** RSTs per second against half-open entries. */
  readonly resets: number
  /** Share of an attack's packets that were not sent. */
  readonly unsent: number
  readonly waiting: number
  readonly connectTimeout: number
  readonly returning: number
}

export interface Hint {
  readonly key: HintKey
  readonly values: HintValues
}

/** RSTs per second from sources that exist, which are no accident. */
const RESETS = 5
/** Share of an attack that may be late before it is worth a word. */
const UNSENT = 0.05
/** Seconds of patience with which a client outlives most of a flood. */
const PATIENT = 10

export function findHints(
  { server, attacks }: Situation,
  config: ServerConfig | undefined,
  clients: AttackerState['clients'] | undefined,
): readonly Hint[] {
  if (server === undefined || config === undefined) return []
  const offered = attacks.reduce((sum, { view }) => sum + view.offered, 0)
  const sent = attacks.reduce((sum, { view }) => sum + view.sent, 0)
  const values: HintValues = {
    syn: server.rates.syn,
    hold: (server.synLimit + 1) / halfOpenLifetime(server.synAckRetries),
    places: server.synLimit + 1,
    resets: server.rates.embryonicResets,
    unsent: offered > 0 ? 1 - sent / offered : 0,
    waiting: server.acceptLength,
    connectTimeout: clients?.connectTimeout ?? 0,
    returning: clients?.returning ?? 0,
  }
  const isFull = server.synLength > server.synLimit
  const runs = (kind: string): boolean => attacks.some((attack) => attack.kind === kind)
  const floods = runs('syn-flood') || runs('low-and-slow') || runs('syn-data')
  const sendsNone = server.rates.cookiesSent === 0
  const applies: Readonly<Record<HintKey, boolean>> = {
    wrongQueue: server.acceptLength > server.acceptLimit,
    behind: values.unsent > UNSENT,
    sourcesAnswer: floods && server.rates.embryonicResets > RESETS,
    belowHold: floods && !isFull && values.syn < values.hold,
    crowd: runs('flash-crowd'),
    cookiesAreOn: floods && isFull && server.synCookies > 0,
    noCookiesToForge: (runs('ack-flood') || runs('cookie-replay')) && sendsNone,
    cookiesOnlyAfterOverflow: attacks.length > 0 && server.synCookies === 1 && !isFull && sendsNone,
    slowProgram: config.acceptInterval > 0 || config.workers > 0,
    keepAlive: (clients?.requests ?? 1) > 1,
    provenPeers: values.returning > 0 && server.synCookies === 0,
    closedLoad: clients?.mode === 'closed',
    patient: values.connectTimeout >= PATIENT,
    drowns: floods && isFull && server.synCookies === 0 && config.eviction === 'none',
  }
  return (Object.keys(applies) as HintKey[]).filter((key) => applies[key]).map((key) => ({ key, values }))
}

/** The hold rate of other settings than the server's; undefined where the arithmetic does not reach. */
export function calculateHoldRate(
  backlog: number,
  synAckRetries: number,
): { rate: number; lifetime: number } | undefined {
  if (!(backlog >= 0) || !(synAckRetries >= 0 && synAckRetries <= HOLD_RETRIES_MAX)) return undefined
  return { rate: holdRate(backlog, synAckRetries), lifetime: halfOpenLifetime(synAckRetries) }
}
