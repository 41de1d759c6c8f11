/**
 * What a spoke asks the hub for, and how a hub says no.
 */
import { formatPrefix, netmask, type Prefix, prefixCovers } from '../wire/address.ts'

/**
 * What a spoke asks for: the block `preferred`, or, when somebody has it already, any free block of the same size in the
 * pool made of its first `poolLength` bits. `poolLength` = `preferred.length` asks for that block and no other.
 */
export interface PrefixRequest {
  readonly preferred: Prefix
  readonly poolLength: number
}

/** Why a hub refuses a spoke. The numbers travel in REFUSED frames. */
export const Refusal = {
  PREFIX_NOT_ALLOWED: 1,
  /** Another live session owns the prefix, or every block of the pool. */
  PREFIX_IN_USE: 2,
  TOO_MANY_PEERS: 3,
} as const

export type Refusal = (typeof Refusal)[keyof typeof Refusal]

/** Asks for exactly this prefix. */
export function exactly(prefix: Prefix): PrefixRequest {
  return { preferred: prefix, poolLength: prefix.length }
}

/** Asks for any block of `length` bits inside `pool`. */
export function anyBlock(pool: Prefix, length: number): PrefixRequest {
  return { preferred: { base: pool.base, length }, poolLength: pool.length }
}

/** The pool of a request. */
export function requestPool(request: PrefixRequest): Prefix {
  return { base: request.preferred.base & netmask(request.poolLength), length: request.poolLength }
}

/** Whether `grants` is what a hub may answer to `requests`: as many, as large, each inside its pool. */
export function areAnswersTo(requests: readonly PrefixRequest[], grants: readonly Prefix[]): boolean {
  return (
    grants.length === requests.length &&
    requests.every((request, i) => {
      return grants[i].length === request.preferred.length && prefixCovers(requestPool(request), grants[i])
    })
  )
}

const REFUSAL_TEXTS: Record<Refusal, string> = {
  [Refusal.PREFIX_NOT_ALLOWED]: 'is not among the prefixes this lab allows',
  [Refusal.PREFIX_IN_USE]: 'is in use by another process of this lab',
  [Refusal.TOO_MANY_PEERS]: 'the hub has no room for another process',
}

/** A refusal of `request` in one line for people. */
export function describeRefusal(refusal: Refusal, request: PrefixRequest): string {
  const text = REFUSAL_TEXTS[refusal]
  return refusal === Refusal.TOO_MANY_PEERS ? text : `${formatPrefix(requestPool(request))} ${text}`
}
