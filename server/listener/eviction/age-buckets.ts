/**
 * Half-open entries in the order of their age, in one list or in one for each bucket of the flow hash: the oldest makes
 * room. With one bucket this is RFC 4987 3.4; with many, each with a limit, it is FreeBSD's syncache_insert(): a flood
 * that does not know the hash's key cannot choose whose bucket it fills.
 */
import type { EvictionOrder } from './eviction-order.ts'

const NONE = -1

/** Words of a bucket. */
const OLDEST = 0
const NEWEST = 1
const COUNT = 2
const BUCKET_WORDS = 3

/** Words of an entry: its neighbours in its bucket. */
const OLDER = 0
const NEWER = 1
const LINK_WORDS = 2

export class AgeBuckets implements EvictionOrder {
  private readonly buckets: Int32Array
  private readonly links: Int32Array
  private readonly mask: number
  private readonly bucketLimit: number

  /** `bucketCount`: a power of two; `bucketLimit`: most entries of one; `records`: entries are numbered below this. */
  constructor(bucketCount: number, bucketLimit: number, records: number) {
    this.buckets = new Int32Array(bucketCount * BUCKET_WORDS)
    this.links = new Int32Array(records * LINK_WORDS)
    this.mask = bucketCount - 1
    this.bucketLimit = bucketLimit
    for (let at = 0; at < this.buckets.length; at += BUCKET_WORDS) {
      this.buckets[at + OLDEST] = NONE
      this.buckets[at + NEWEST] = NONE
    }
  }

  get bytes(): number {
    return this.buckets.byteLength + this.links.byteLength
  }

  isFull(flowHash: number): boolean {
    return this.buckets[this.bucketOf(flowHash) + COUNT] >= this.bucketLimit
  }

  victim(flowHash: number): number {
    return this.buckets[this.bucketOf(flowHash) + OLDEST]
  }

  added(entry: number, flowHash: number): void {
    const { buckets, links } = this
    const bucket = this.bucketOf(flowHash)
    const newest = buckets[bucket + NEWEST]
    const link = entry * LINK_WORDS
    links[link + OLDER] = newest
    links[link + NEWER] = NONE
    if (newest === NONE) buckets[bucket + OLDEST] = entry
    else links[newest * LINK_WORDS + NEWER] = entry
    buckets[bucket + NEWEST] = entry
    buckets[bucket + COUNT]++
  }

  removed(entry: number, flowHash: number): void {
    const { buckets, links } = this
    const bucket = this.bucketOf(flowHash)
    const older = links[entry * LINK_WORDS + OLDER]
    const newer = links[entry * LINK_WORDS + NEWER]
    if (older === NONE) buckets[bucket + OLDEST] = newer
    else links[older * LINK_WORDS + NEWER] = newer
    if (newer === NONE) buckets[bucket + NEWEST] = older
    else links[newer * LINK_WORDS + OLDER] = older
    buckets[bucket + COUNT]--
  }

  private bucketOf(flowHash: number): number {
    return (flowHash & this.mask) * BUCKET_WORDS
  }
}
