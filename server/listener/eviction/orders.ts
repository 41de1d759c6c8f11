/**
 * The eviction orders, one for each value of the knob `eviction`. Linux evicts nothing; these are the orders of systems
 * before it and beside it: RFC 4987 3.4 (the oldest), the random drop of BSD and IRIX, FreeBSD's syncache.
 */
import type { ListenerConfig } from '../listener-config.ts'
import { AgeBuckets } from './age-buckets.ts'
import type { EvictionOrder } from './eviction-order.ts'
import { RandomVictim } from './random-victim.ts'

/** Most entries of a bucket (FreeBSD net.inet.tcp.syncache.bucketlimit). */
const BUCKET_LIMIT = 30

/**
 * The order of a queue that holds `places` entries, numbered below `records`; undefined for Linux's, which has none. The
 * syncache's: as many buckets as hold all places, a power of two (net.inet.tcp.syncache.hashsize).
 */
export function makeEvictionOrder(
  eviction: ListenerConfig['eviction'],
  places: number,
  records: number,
): EvictionOrder | undefined {
  switch (eviction) {
    case 'none':
      return undefined
    case 'oldest':
      return new AgeBuckets(1, Number.POSITIVE_INFINITY, records)
    case 'random':
      return new RandomVictim(records)
    case 'bucket':
      return new AgeBuckets(2 ** Math.ceil(Math.log2(Math.max(1, places / BUCKET_LIMIT))), BUCKET_LIMIT, records)
  }
}
