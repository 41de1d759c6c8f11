/**
 * Which spoke speaks for which IPv4 addresses. The hub's options list the allowed prefixes, disjoint, each of one kind:
 * `exclusive` addresses have one owner at a time, and packets to them are routed to that owner; `silent` addresses may be
 * used as a source by everybody who declares them, and packets to them go nowhere, like those to an unused address of the
 * Internet. Owned blocks never overlap, so a destination has at most one route and no longest match is needed.
 */
import { formatPrefix, netmask, type Prefix, prefixCovers, prefixSize } from '../wire/address.ts'
import { type PrefixRequest, Refusal, requestPool } from './prefix-request.ts'

export interface AllowedPrefix {
  readonly prefix: Prefix
  readonly sharing: 'exclusive' | 'silent'
}

export interface ClaimRefused {
  readonly refusal: Refusal
  /** Which request was refused, from 0. */
  readonly index: number
}

/** Results of `route` that are not an owner. */
export const ROUTE_NONE = -1
export const ROUTE_SILENT = -2

interface Claim {
  readonly prefix: Prefix
  readonly owner: number
}

function overlaps(a: Prefix, b: Prefix): boolean {
  return prefixCovers(a, b) || prefixCovers(b, a)
}

/** int32 in the order of unsigned addresses. */
function ordered(address: number): number {
  return address ^ -0x8000_0000
}

export class PrefixClaims {
  private readonly allowed: readonly AllowedPrefix[]
  private claims: Claim[] = []

  /** The route table: disjoint address ranges in ascending order, and who owns each. */
  private starts = new Int32Array(0)
  private ends = new Int32Array(0)
  private targets = new Int32Array(0)

  /** Throws a RangeError when two allowed prefixes overlap. */
  constructor(allowed: readonly AllowedPrefix[]) {
    allowed.forEach((entry, i) => {
      const other = allowed.slice(0, i).find((earlier) => overlaps(earlier.prefix, entry.prefix))
      if (other === undefined) return
      throw new RangeError(`allowed prefixes overlap: ${formatPrefix(other.prefix)}, ${formatPrefix(entry.prefix)}`)
    })
    this.allowed = allowed
    this.rebuildRoutes()
  }

  /** Grants every request, in order, or none: then it says which one and why. `owner` >= 0 owns nothing yet. */
  claim(owner: number, requests: readonly PrefixRequest[]): readonly Prefix[] | ClaimRefused {
    const before = this.claims
    const granted: Prefix[] = []
    for (let index = 0; index < requests.length; index++) {
      const prefix = this.grant(owner, requests[index])
      if (typeof prefix === 'number') {
        this.claims = before
        return { refusal: prefix, index }
      }
      granted.push(prefix)
    }
    this.rebuildRoutes()
    return granted
  }

  release(owner: number): void {
    this.claims = this.claims.filter((claim) => claim.owner !== owner)
    this.rebuildRoutes()
  }

  /** The owner of an address (int32), ROUTE_SILENT or ROUTE_NONE. Binary search: cost does not grow with bad luck. */
  route(address: number): number {
    const key = ordered(address)
    let low = 0
    let high = this.starts.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      if (key < this.starts[middle]) high = middle - 1
      else if (key > this.ends[middle]) low = middle + 1
      else return this.targets[middle]
    }
    return ROUTE_NONE
  }

  private grant(owner: number, request: PrefixRequest): Prefix | Refusal {
    const pool = requestPool(request)
    const entry = this.allowed.find((candidate) => prefixCovers(candidate.prefix, pool))
    if (entry === undefined) return Refusal.PREFIX_NOT_ALLOWED
    if (entry.sharing === 'silent') return request.preferred
    const block = this.freeBlock(request.preferred, pool)
    if (block === undefined) return Refusal.PREFIX_IN_USE
    this.claims = [...this.claims, { prefix: block, owner }]
    return block
  }

  /** First fit; skips past each owned block it meets, so it takes at most one step per claim. */
  private freeBlock(preferred: Prefix, pool: Prefix): Prefix | undefined {
    if (this.claimIn(preferred) === undefined) return preferred
    const size = prefixSize(preferred)
    const end = (pool.base >>> 0) + prefixSize(pool)
    for (let start = pool.base >>> 0; start < end; ) {
      const block = { base: start | 0, length: preferred.length }
      const taken = this.claimIn(block)
      if (taken === undefined) return block
      start = Math.max(start + size, (taken.prefix.base >>> 0) + prefixSize(taken.prefix))
    }
    return undefined
  }

  private claimIn(block: Prefix): Claim | undefined {
    return this.claims.find((claim) => overlaps(claim.prefix, block))
  }

  private rebuildRoutes(): void {
    const silent = this.allowed.filter((entry) => entry.sharing === 'silent')
    const routes: Claim[] = [...this.claims, ...silent.map((entry) => ({ prefix: entry.prefix, owner: ROUTE_SILENT }))]
    routes.sort((a, b) => ordered(a.prefix.base) - ordered(b.prefix.base))
    this.starts = Int32Array.from(routes, (route) => ordered(route.prefix.base))
    this.ends = Int32Array.from(routes, (route) => ordered(route.prefix.base | ~netmask(route.prefix.length)))
    this.targets = Int32Array.from(routes, (route) => route.owner)
  }
}

/** The sources that one session may use, as the hot path wants them. */
export class SourceFilter {
  private readonly bases: Int32Array
  private readonly masks: Int32Array

  constructor(prefixes: readonly Prefix[]) {
    this.bases = Int32Array.from(prefixes, (prefix) => prefix.base)
    this.masks = Int32Array.from(prefixes, (prefix) => netmask(prefix.length))
  }

  /** Whether one of the prefixes contains `address`, int32. */
  allows(address: number): boolean {
    const bases = this.bases
    for (let i = 0; i < bases.length; i++) {
      if (((address ^ bases[i]) & this.masks[i]) === 0) return true
    }
    return false
  }
}
