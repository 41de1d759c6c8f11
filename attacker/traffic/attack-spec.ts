/**
 * What an attack is told to do. The same shape serves the control API, the scenario files and the tests.
 */
import { SPOOFABLE_ADDRESSES } from '../../tcpip/address-plan.ts'
import { formatPrefix, type Prefix, prefixCovers } from '../../tcpip/wire/address.ts'
import type { ArrivalKind } from '../clients/arrivals.ts'
import { ATTACK_DURATION_MAX, ATTACK_RATE_MAX, ATTACK_RATE_MIN, ATTACKS_MAX } from './caps.ts'

export interface SynFloodSpec {
  readonly kind: 'syn-flood'
  /** SYN per second. */
  readonly rate: number
  /** Seconds. */
  readonly duration: number
  /** Where the SYNs pretend to come from: inside SPOOFABLE_ADDRESSES, so nobody answers the SYN-ACKs. */
  readonly sources: Prefix
  readonly arrivals: ArrivalKind
  /** Safe integer >= 0; without one the host's own generator decides. */
  readonly seed?: number
}

export type AttackSpec = SynFloodSpec

export const ATTACK_KINDS = ['syn-flood'] as const satisfies readonly AttackSpec['kind'][]

export type AttackKind = (typeof ATTACK_KINDS)[number]

export const SYN_FLOOD_DEFAULTS = {
  /** 198.18.0.0/15. */
  sources: SPOOFABLE_ADDRESSES[0],
  arrivals: 'constant',
} as const satisfies Partial<SynFloodSpec>

/** Why nobody may attack at this rate (SYN per second), in one line; undefined when one may. Takes any value. */
export function rateRefusal(rate: unknown): string | undefined {
  if (typeof rate === 'number' && rate >= ATTACK_RATE_MIN && rate <= ATTACK_RATE_MAX) return undefined
  return `rate must be a number from ${ATTACK_RATE_MIN} to ${ATTACK_RATE_MAX} SYN/s, got ${String(rate)}`
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
  return `sources ${formatPrefix(sources)} may belong to real hosts; an attack takes them from ${ranges}`
}

/**
 * Why an attack may not start beside the attacks of `rates` (SYN per second each) that are under way, in one line;
 * undefined when it may. Whatever asks an attacker host to attack has this checked.
 */
export function attackRefusal(spec: AttackSpec, rates: readonly number[]): string | undefined {
  const refusal = rateRefusal(spec.rate) ?? durationRefusal(spec.duration) ?? sourcesRefusal(spec.sources)
  if (refusal !== undefined) return refusal
  if (rates.length >= ATTACKS_MAX) return `${ATTACKS_MAX} attacks are under way, which is the most at a time`
  const sum = rates.reduce((total, rate) => total + rate, spec.rate)
  if (sum > ATTACK_RATE_MAX) return `all attacks together would send ${sum} SYN/s, more than ${ATTACK_RATE_MAX}`
  return undefined
}
