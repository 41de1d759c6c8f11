/**
 * Which one true sentence the page says. A pure function of what was counted: the first case that fits, the gravest first.
 * How it reads is in the catalogues beside it.
 */
import { halfOpenLifetime } from '../../../attacker/traffic/hold-rate.ts'
import type { SourceStatus } from '../../contract/source.ts'
import type { HonestSituation, ServerSituation, Situation } from '../store/situation.ts'

export interface SentenceInput {
  /** What is the matter with the source; looked at only while the page is live. */
  readonly status: SourceStatus
  readonly isServerThere: boolean
  /** Whether any attacker is there; like `isServerThere`, true where the past is looked at. */
  readonly isAttackerThere: boolean
  readonly situation: Situation
}

/** What the sentences are made of. */
export interface SentenceValues {
  readonly server: ServerSituation
  readonly honest: HonestSituation
  /** Served of ended, 0 to 1; NaN while none has ended. */
  readonly success: number
  /** Told rate of all attacks together, per second. */
  readonly attackRate: number
  /** Rate at which the queue would just stay full, SYN/s. */
  readonly holdRate: number
  /** Seconds a half-open entry that nobody answers lives in a full queue. */
  readonly lifetime: number
  /** Seconds until the queue is full if it goes on so; Infinity when it does not fill. */
  readonly fullIn: number
  /** Of the cookies sent, those that came back. */
  readonly returned: number
}

export type SentenceKey =
  | 'acceptFull'
  | 'acceptSlow'
  | 'drowned'
  | 'pressed'
  | 'saved'
  | 'rescuing'
  | 'evicting'
  | 'crowd'
  | 'forged'
  | 'cookiesOnly'
  | 'outOfPlaces'
  | 'filling'
  | 'belowHold'
  | 'shrugged'
  | 'closeWait'
  | 'timeWait'
  | 'draining'
  | 'failing'
  | 'noClients'
  | 'calm'

export type Sentence =
  | { readonly key: 'connecting' }
  | { readonly key: 'silent'; readonly since: number }
  | { readonly key: 'serverGone' }
  | { readonly key: 'attackerGone'; readonly server: ServerSituation }
  | { readonly key: 'unknown' }
  | { readonly key: SentenceKey; readonly values: SentenceValues }

/** From this share of served connections on the lab is well. */
const WELL = 0.9
/** Below this share nobody new gets in, but for a few. */
const DROWNED = 0.5
/** Finished handshakes that wait for accept() and are no accident. */
const WAITING = 10
/** Forged cookies per second that are no accident. */
const FORGED_RATE = 10
/** Connections that a program has forgotten to close. */
const LEAKED = 20
/** TIME-WAIT sockets that are worth a word: half a minute of the usual clients leaves some 300. */
const TIME_WAITS = 4000
/** Of the cookies sent, a crowd brings back more than this; a flood none. */
const CROWD_RETURNS = 0.5

export function chooseSentence({ status, isServerThere, isAttackerThere, situation }: SentenceInput): Sentence {
  const { server, honest, attacks } = situation
  if (status.kind === 'silent') return { key: 'silent', since: status.since }
  if (!isServerThere) return { key: 'serverGone' }
  if (server === undefined) return { key: status.kind === 'connecting' ? 'connecting' : 'unknown' }
  if (!isAttackerThere) return { key: 'attackerGone', server }
  if (honest === undefined) return { key: 'unknown' }
  const values = valuesOf(server, honest, situation)
  return {
    key: keyOf(
      values,
      attacks.some(({ kind }) => kind === 'flash-crowd'),
      attacks.length > 0,
    ),
    values,
  }
}

function keyOf(values: SentenceValues, isCrowd: boolean, isAttacked: boolean): SentenceKey {
  const { server, honest, success } = values
  const { rates } = server
  const isFull = server.synLength > server.synLimit
  const isWell = !(success < WELL)
  if (server.acceptLength > server.acceptLimit) return 'acceptFull'
  if (isCrowd && (isFull || rates.cookiesSent > 0)) return values.returned > CROWD_RETURNS ? 'crowd' : 'pressed'
  if (isFull && rates.cookiesSent > 0 && isWell) return 'saved'
  if (!isWell && server.workers === 0 && server.acceptLength > WAITING && !(isFull && rates.dropped > 0)) {
    return 'acceptSlow'
  }
  if (isFull && rates.cookiesSent > 0) return 'rescuing'
  if (rates.evicted > 0) return 'evicting'
  if (isFull && rates.dropped > 0) return success < DROWNED ? 'drowned' : 'pressed'
  if (rates.cookiesFailed > FORGED_RATE) return 'forged'
  if (server.synCookies === 2 && rates.cookiesSent > 0) return 'cookiesOnly'
  if (server.workers > 0 && server.acceptLength > 0 && !isWell) return 'outOfPlaces'
  if (server.closeWait >= LEAKED) return 'closeWait'
  if (isAttacked) return keyOfAttack(values)
  if (server.synLength > server.synLimit / 4) return 'draining'
  if (server.timeWait >= TIME_WAITS) return 'timeWait'
  if (!isWell) return 'failing'
  return honest.rate === 0 && honest.ended === 0 ? 'noClients' : 'calm'
}

/** An attack runs and the queue is not full. */
function keyOfAttack({ fullIn, holdRate, server, success }: SentenceValues): SentenceKey {
  const { syn, stored } = server.rates
  const soon = 60
  if (stored > holdRate && fullIn < soon) return 'filling'
  if (syn < holdRate) return success < WELL ? 'failing' : 'belowHold'
  return success < WELL ? 'failing' : 'shrugged'
}

function valuesOf(server: ServerSituation, honest: HonestSituation, { attacks }: Situation): SentenceValues {
  const lifetime = halfOpenLifetime(server.synAckRetries)
  const left = server.synLimit + 1 - server.synLength
  return {
    server,
    honest,
    success: honest.ended > 0 ? honest.ok / honest.ended : Number.NaN,
    attackRate: attacks.reduce((sum, { rate }) => sum + rate, 0),
    lifetime,
    holdRate: (server.synLimit + 1) / lifetime,
    fullIn: server.synGrowth > 0 ? left / server.synGrowth : Number.POSITIVE_INFINITY,
    returned: server.rates.cookiesValid / server.rates.cookiesSent,
  }
}
