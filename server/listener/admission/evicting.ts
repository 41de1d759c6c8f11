/**
 * The decision on a new SYN where another entry makes room for it (knob `eviction`): Linux's order, except that without
 * cookies nothing is dropped because the SYN queue is full, and so no quarter of it is reserved. Which entry goes is the
 * eviction order's choice.
 */
import { Mib } from '../../../tcpip/base/counters.ts'
import { DropReason } from '../../../tcpip/base/drop-reason.ts'
import type { ListenerCore } from '../core.ts'
import type { EvictionOrder } from '../eviction/eviction-order.ts'
import { acceptQueueFull, admitAsLinux } from './linux.ts'
import { type Admission, EVICT, NEXT, type NewSyn, type Opinion, TAKE } from './verdict.ts'

const { ListenDrops, TCPReqQFullDrop } = Mib
const { SYN_QUEUE_FULL } = DropReason

/** Whatever a cookie may answer is Linux's case; else a SYN finds a place, or is made one. */
export const admitByEviction: Admission = (core, syn, state, now) => {
  const { eviction } = core.synQueue
  if (eviction === undefined || core.config.synCookies !== 0) return admitAsLinux(core, syn, state, now)
  return acceptQueueFull(core) || victimNeeded(core, eviction, state) || TAKE
}

/** Is there no place for it? Then one is taken away, if the order finds an entry that may go. */
function victimNeeded(core: ListenerCore, eviction: EvictionOrder, state: NewSyn): Opinion {
  const { flowHash } = state
  const isFull = core.synQueue.length > core.synLimit || eviction.isFull(flowHash)
  if (state.isReopening || !isFull) return NEXT
  state.victim = eviction.victim(flowHash)
  if (state.victim >= 0) return EVICT
  core.host.counters.add(TCPReqQFullDrop)
  core.host.counters.add(ListenDrops)
  return SYN_QUEUE_FULL
}
