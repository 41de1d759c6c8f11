/**
 * How long a half-open entry lives: the timer that repeats its SYN-ACK, and the aging that gives old entries fewer
 * tries while the queue is more than half full. Read first: Linux reqsk_timer_handler(), syn_ack_recalc(),
 * secs_to_retrans().
 */

import { SECOND } from '../../tcpip/base/time.ts'
import type { ListenerProfile } from './profile.ts'
import type { SynQueue } from './syn-queue.ts'

/** Queues shorter than this are never considered crowded (Linux's floor of 8 in the pruning test). */
const PRUNING_FLOOR = 8

/** The timeout after an entry has timed out `timeouts` times, microseconds: 1, 2, 4, ... s. */
export function halfOpenTimeout(profile: ListenerProfile, timeouts: number): number {
  return Math.min(profile.maxTimeout, profile.initialTimeout * 2 ** timeouts)
}

/**
 * How many retries an entry has at the moment. While more than half of the queue is taken: all of them as long as more
 * than half of the entries are young, one fewer for each halving of that share, never below the profile's minimum.
 */
export function allowedRetries(
  profile: ListenerProfile,
  queue: SynQueue,
  limit: number,
  synAckRetries: number,
): number {
  let allowed = synAckRetries
  if (!profile.prunesOldEntries || 2 * queue.length <= Math.max(PRUNING_FLOOR, limit)) return allowed
  let young = 2 * queue.young
  while (allowed > profile.minRetriesWhenPruning && queue.length >= young) {
    allowed--
    young *= 2
  }
  return allowed
}

/** Whether an entry that just timed out is dropped. `deferTimeouts` is 0 without TCP_DEFER_ACCEPT. */
export function isExpired(timeouts: number, allowed: number, acked: boolean, deferTimeouts: number): boolean {
  if (timeouts < allowed) return false
  return deferTimeouts === 0 || !acked || timeouts >= deferTimeouts
}

/** Whether its SYN-ACK is repeated: not while deferred data is awaited, but once more at the end of the wait. */
export function repeatsSynAck(timeouts: number, acked: boolean, deferTimeouts: number): boolean {
  return deferTimeouts === 0 || !acked || timeouts >= deferTimeouts - 1
}

/** The number of timeouts that `seconds` of TCP_DEFER_ACCEPT stand for: periods of 1, 2, 4, ... s until it is reached. */
export function deferAcceptTimeouts(profile: ListenerProfile, seconds: number): number {
  if (seconds === 0) return 0
  let timeouts = 1
  let period = halfOpenTimeout(profile, 0)
  while (seconds * SECOND > period && timeouts < 255) {
    period += halfOpenTimeout(profile, timeouts)
    timeouts++
  }
  return timeouts
}
