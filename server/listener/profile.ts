/**
 * What differs between the operating systems a listener can imitate, as data. Times are microseconds.
 */
import { MILLISECOND, SECOND } from '../../tcpip/base/time.ts'

export interface ListenerProfile {
  readonly name: string
  /** Timeout of the first SYN-ACK; each further one is twice as long. */
  readonly initialTimeout: number
  /** Longest timeout. */
  readonly maxTimeout: number
  /** Whether old entries get fewer retries while the queue is more than half full. */
  readonly prunesOldEntries: boolean
  /** Retries that pruning always leaves. */
  readonly minRetriesWhenPruning: number
  /** Least time between two answers to bad or repeated segments of one entry. */
  readonly invalidRateLimit: number
}

/** Linux 6.12: TCP_TIMEOUT_INIT, TCP_RTO_MAX, reqsk_timer_handler(), tcp_invalid_ratelimit. */
export const LINUX: ListenerProfile = {
  name: 'linux',
  initialTimeout: SECOND,
  maxTimeout: 120 * SECOND,
  prunesOldEntries: true,
  minRetriesWhenPruning: 2,
  invalidRateLimit: 500 * MILLISECOND,
}
