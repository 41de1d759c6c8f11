/**
 * What an attack is told to do: kind, pace and the parameters of its kind, complete and checked. The control API, the
 * scenario files and the tests all come to it through `completeAttack`.
 */

import { assert } from '../../tcpip/base/assert.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { formatPrefix, type Prefix, parsePrefix, prefixCovers } from '../../tcpip/wire/address.ts'
import { SPOOFABLE_ADDRESSES } from '../../tcpip/wire/address-plan.ts'
import { formatVictim, type ReplayView, viewReplay } from '../trace/account.ts'
import { countBeyond, lastTime, peakRate, type Timeline } from '../trace/timeline.ts'
import { parseVictim } from '../trace/victim.ts'
import {
  ATTACK_CATALOGUE,
  type AttackKind,
  type AttackKindEntry,
  type AttackParameter,
  PACE_PARAMETERS,
  parametersOf,
} from './attack-catalogue.ts'
import { ATTACK_DURATION_MAX, ATTACK_RATE_MAX, ATTACK_RATE_MIN, ATTACKS_MAX } from './caps.ts'
import { holdRate } from './hold-rate.ts'

/** So that the last packet of a trace falls before the end of its attack, seconds. */
const LAST_PACKET = 0.001

type ValueOf<P> = P extends { choices: readonly (infer C)[] }
  ? C
  : P extends { type: 'sources' }
    ? Prefix
    : P extends { type: 'file' }
      ? string
      : P extends { type: 'victim' }
        ? string | undefined
        : number

type ValuesOf<T> = { readonly [K in keyof T]: ValueOf<T[K]> }

/** When the packets or connections of an attack are due. */
export interface AttackPace extends ValuesOf<typeof PACE_PARAMETERS> {
  /** Packets or connections per second; of a shape that varies, the highest. */
  readonly rate: number
  /** Seconds. */
  readonly duration: number
  /** Safe integer >= 0; without one the host's own generator decides. */
  readonly seed?: number
}

export type AttackSpecOf<K extends AttackKind> = { readonly kind: K } & AttackPace &
  ValuesOf<(typeof ATTACK_CATALOGUE)[K]['parameters']>

export type AttackSpec = { [K in AttackKind]: AttackSpecOf<K> }[AttackKind]

/** What somebody asks for: the keys of the catalogue with plain values, prefixes as text; what is left out has its default. */
export interface AttackRequest {
  readonly kind: AttackKind
  readonly rate?: number | undefined
  readonly duration: number
  readonly seed?: number | undefined
  readonly [parameter: string]: unknown
}

/** Why a request is no attack: which key, and what is wrong and what would be right. */
export interface AttackProblem {
  readonly key: string
  readonly what: string
  /** The key means nothing here, is missing, has a value that is not allowed, or names addresses of others. */
  readonly is: 'superfluous' | 'missing' | 'refused' | 'foreign'
}

/**
 * The attack that is asked for. Types and ranges of plain values have been checked, against a schema made of the catalogue;
 * this checks what no schema says and fills in the defaults.
 */
export function completeAttack(request: AttackRequest): AttackSpec | AttackProblem {
  const { kind, duration, seed } = request
  const parameters = parametersOf(kind)
  const values: Record<string, unknown> = {}
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = completeParameter(name, parameter, request, parameters)
    if (isProblem(value)) return value
    if (value !== undefined) values[name] = value
  }
  const rate = paceOf(request, values)
  if (isProblem(rate)) return rate
  const refusal = durationRefusal(duration)
  if (refusal !== undefined) return { key: 'duration', what: refusal, is: 'refused' }
  // A trace has its own times; its pace is what its host makes of them.
  const { pace: from } = ATTACK_CATALOGUE[kind] as AttackKindEntry
  const pace = from === 'trace' ? defaultsOf(PACE_PARAMETERS) : {}
  return { kind, rate, duration, ...pace, ...values, ...(seed === undefined ? {} : { seed }) } as unknown as AttackSpec
}

/** A replay with the rate, packets per second, that its trace has. */
export function withTrace(spec: AttackSpecOf<'trace-replay'>, trace: Timeline): AttackSpecOf<'trace-replay'> {
  const seconds = lastTime(trace) / spec.speed / SECOND
  const rate = Math.max(ATTACK_RATE_MIN, peakRate(trace, spec.speed))
  // A trace shorter than what was allowed ends the attack.
  return { ...spec, rate, duration: Math.min(spec.duration, seconds + LAST_PACKET) }
}

/** What becomes of the packets of a recording that is replayed as `spec` says; undefined for any other attack. */
export function viewReplayOf(spec: AttackSpec, trace: Timeline): ReplayView | undefined {
  if (spec.kind !== 'trace-replay') return undefined
  return viewReplay(trace.account, countBeyond(trace, spec.speed, Math.round(spec.duration * SECOND)))
}

/** `completeAttack` for requests that are known to be right. */
export function makeAttack<K extends AttackKind>(
  request: AttackRequest & { readonly kind: K },
): Extract<AttackSpec, { readonly kind: K }> {
  const spec = completeAttack(request)
  assert(!isProblem(spec), `an attack: ${isProblem(spec) ? `${spec.key}: ${spec.what}` : ''}`)
  return spec as unknown as Extract<AttackSpec, { readonly kind: K }>
}

export function isProblem(value: unknown): value is AttackProblem {
  return typeof value === 'object' && value !== null && 'what' in value && 'is' in value
}

/** An attack as plain values again, without the parameters that mean nothing in it. */
export function describeAttack(spec: AttackSpec): Record<string, number | string> {
  const values = spec as unknown as Record<string, number | string | Prefix>
  const described: Record<string, number | string> = { kind: spec.kind, rate: spec.rate, duration: spec.duration }
  for (const [name, parameter] of Object.entries(parametersOf(spec.kind))) {
    if (!isMeaningful(parameter, values)) continue
    const value = values[name]
    if (value !== undefined) described[name] = typeof value === 'object' ? formatPrefix(value) : value
  }
  if (spec.seed !== undefined) described.seed = spec.seed
  return described
}

function completeParameter(
  name: string,
  parameter: AttackParameter,
  request: AttackRequest,
  all: Readonly<Record<string, AttackParameter>>,
): unknown {
  const given = request[name]
  const { onlyWith } = parameter
  if (given !== undefined && onlyWith !== undefined) {
    const other = all[onlyWith.parameter] as AttackParameter & { readonly default?: unknown }
    if (!isMeaningful(parameter, { [onlyWith.parameter]: request[onlyWith.parameter] ?? other.default })) {
      const what = `only with ${onlyWith.parameter} ${onlyWith.values.join(' or ')}`
      return { key: name, what, is: 'superfluous' } satisfies AttackProblem
    }
  }
  if (parameter.type === 'file') {
    if (typeof given === 'string' && given !== '') return given
    return { key: name, what: `must be ${parameter.about}`, is: 'missing' } satisfies AttackProblem
  }
  if (parameter.type === 'victim') return completeVictim(name, given)
  if (parameter.type !== 'sources') return given ?? parameter.default
  return completeSources(name, String(given ?? parameter.default))
}

function completeVictim(name: string, given: unknown): string | undefined | AttackProblem {
  if (given === undefined) return undefined
  const victim = parseVictim(String(given))
  if (victim !== undefined) return formatVictim(victim)
  return { key: name, what: `"${given}" is not an IPv4 address such as 192.0.2.1, or 192.0.2.1:80`, is: 'refused' }
}

function completeSources(name: string, text: string): Prefix | AttackProblem {
  const sources = parsePrefix(text)
  if (sources === undefined) {
    return {
      key: name,
      what: `"${text}" is not an IPv4 prefix without host bits, such as 198.18.0.0/15`,
      is: 'refused',
    }
  }
  const refusal = sourcesRefusal(sources)
  return refusal === undefined ? sources : { key: name, what: refusal, is: 'foreign' }
}

/** The rate of an attack: what is asked for, or what follows from the kind. */
function paceOf({ kind, rate }: AttackRequest, values: Readonly<Record<string, unknown>>): number | AttackProblem {
  const { pace, rateMax } = ATTACK_CATALOGUE[kind] as AttackKindEntry
  if (pace === 'given') {
    if (rate === undefined) return { key: 'rate', what: rateRefusal(rate, rateMax) ?? '', is: 'missing' }
    const refusal = rateRefusal(rate, rateMax)
    return refusal === undefined ? rate : { key: 'rate', what: refusal, is: 'refused' }
  }
  if (rate !== undefined) {
    const why = pace === 'trace' ? 'the times of the recording decide' : 'it follows from backlog and synAckRetries'
    return { key: 'rate', what: `not with kind ${kind}: ${why}`, is: 'superfluous' }
  }
  // What a trace has in all is only known when it is read: its host bounds it.
  if (pace === 'trace') return ATTACK_RATE_MIN
  return holdRate(values.backlog as number, values.synAckRetries as number)
}

function isMeaningful({ onlyWith }: AttackParameter, values: Readonly<Record<string, unknown>>): boolean {
  return onlyWith === undefined || onlyWith.values.includes(String(values[onlyWith.parameter]))
}

function defaultsOf(parameters: Readonly<Record<string, { readonly default: unknown }>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, parameter.default]))
}

/** Why nobody may attack at this rate (per second), in one line; undefined when one may. Takes any value. */
export function rateRefusal(rate: unknown, max: number = ATTACK_RATE_MAX): string | undefined {
  if (typeof rate === 'number' && rate >= ATTACK_RATE_MIN && rate <= max) return undefined
  return `rate must be a number from ${ATTACK_RATE_MIN} to ${max} per second, got ${String(rate)}`
}

/** Why nobody may attack for this long (seconds), in one line; undefined when one may. Takes any value. */
export function durationRefusal(duration: unknown): string | undefined {
  if (typeof duration === 'number' && duration > 0 && duration <= ATTACK_DURATION_MAX) return undefined
  return `duration must be a number above 0 and at most ${ATTACK_DURATION_MAX} s, got ${String(duration)}`
}

/** Why an attack may not pretend to come from `sources`, in one line; undefined when it may. */
export function sourcesRefusal(sources: Prefix): string | undefined {
  if (SPOOFABLE_ADDRESSES.some((range) => prefixCovers(range, sources))) return undefined
  const ranges = SPOOFABLE_ADDRESSES.map(formatPrefix).join(', ')
  return `${formatPrefix(sources)} is outside ${ranges}; only addresses that no real host has are spoofed`
}

/**
 * Why an attack may not start beside the attacks of `rates` (per second each) that are under way, in one line; undefined
 * when it may. Whatever asks an attacker host to attack has this checked.
 */
export function attackRefusal(spec: AttackSpec, rates: readonly number[]): string | undefined {
  const refusal = rateRefusal(spec.rate, ATTACK_CATALOGUE[spec.kind].rateMax) ?? durationRefusal(spec.duration)
  if (refusal !== undefined) return refusal
  if ('sources' in spec) {
    const foreign = sourcesRefusal(spec.sources)
    if (foreign !== undefined) return `sources: ${foreign}`
  }
  if (rates.length >= ATTACKS_MAX) return `${ATTACKS_MAX} attacks are under way, which is the most at a time`
  const sum = rates.reduce((total, rate) => total + rate, spec.rate)
  if (sum > ATTACK_RATE_MAX) return `all attacks together would send ${sum} packets/s, more than ${ATTACK_RATE_MAX}`
  return undefined
}
