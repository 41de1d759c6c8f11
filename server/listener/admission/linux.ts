/**
 * Linux's decision on a new SYN: tcp_conn_request(), one stage for each of its questions, in its order.
 */
import { Mib } from '../../../tcpip/base/counters.ts'
import { DropReason } from '../../../tcpip/base/drop-reason.ts'
import type { Segment } from '../../../tcpip/wire/segment.ts'
import type { ListenerCore } from '../core.ts'
import { type Admission, COOKIE, NEXT, type NewSyn, type Opinion, TAKE } from './verdict.ts'

/** Local copies: constants of this module cost nothing, those of an imported object a load and a check each. */
const { ListenDrops, TCPReqQFullDoCookies, TCPReqQFullDrop } = Mib
const { ACCEPT_QUEUE_FULL, SYN_QUEUE_FULL, SYN_QUEUE_RESERVED } = DropReason

/** tcp_conn_request(). */
export const admitAsLinux: Admission = (core, syn, state, now) =>
  synQueueFull(core, state) ||
  acceptQueueFull(core) ||
  cookieWanted(state) ||
  lastQuarterReserved(core, syn, state, now) ||
  TAKE

/**
 * Is the SYN queue full, or is every SYN to have a cookie? Then it is a cookie or nothing, and the log warns of a flood
 * (inet_csk_reqsk_queue_is_full, tcp_syn_flood_action).
 */
function synQueueFull(core: ListenerCore, state: NewSyn): Opinion {
  const { synCookies } = core.config
  if (state.isReopening || (synCookies !== 2 && core.synQueue.length <= core.synLimit)) return NEXT
  const { counters } = core.host
  state.wantsCookie = synCookies !== 0
  counters.add(state.wantsCookie ? TCPReqQFullDoCookies : TCPReqQFullDrop)
  if (synCookies !== 2) core.warnOfFlood(state.wantsCookie)
  if (state.wantsCookie) return NEXT
  counters.add(ListenDrops)
  return SYN_QUEUE_FULL
}

/** Would a connection find no place to wait for accept()? (sk_acceptq_is_full) */
export function acceptQueueFull(core: ListenerCore): Opinion {
  if (!core.acceptQueue.isFull) return NEXT
  core.countOverflow()
  return ACCEPT_QUEUE_FULL
}

/** Is it a cookie? Then nothing is stored, and nothing more is asked. */
function cookieWanted(state: NewSyn): Opinion {
  return state.wantsCookie ? COOKIE : NEXT
}

/** Without cookies, the last quarter of tcp_max_syn_backlog is for peers that have been here before (tcp_peer_is_proven). */
function lastQuarterReserved(core: ListenerCore, syn: Segment, state: NewSyn, now: number): Opinion {
  const { synCookies, maxSynBacklog } = core.config
  if (state.isReopening || synCookies !== 0) return NEXT
  const isLast = maxSynBacklog - core.synQueue.length < maxSynBacklog >> 2
  if (!isLast || core.provenPeers.has(syn.source, now)) return NEXT
  core.host.counters.add(ListenDrops)
  return SYN_QUEUE_RESERVED
}
