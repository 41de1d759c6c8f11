/**
 * The ways from state to state that a server's sockets can take: RFC 9293 figure 5 without the active open, and the ways to
 * CLOSED that the figure leaves to its text. The metric, the API and the page's map of states are made of this list.
 */
import type { Counters } from '../../tcpip/base/counters.ts'
import { SOCKET_STATE_NAMES, type SocketState } from './socket-state.ts'

export interface SocketTransition {
  readonly from: SocketState
  readonly to: SocketState
}

/** Where a socket may go from each state. FIN-WAIT-1 that meets a FIN and the ACK of its own passes FIN-WAIT-2. */
const WAYS = {
  listen: ['syn_recv', 'established'],
  syn_recv: ['established', 'listen'],
  established: ['fin_wait1', 'close_wait', 'close'],
  fin_wait1: ['fin_wait2', 'closing', 'close'],
  fin_wait2: ['time_wait', 'close'],
  closing: ['time_wait', 'close'],
  time_wait: ['close'],
  close_wait: ['last_ack', 'close'],
  last_ack: ['close'],
} as const satisfies Partial<Record<SocketState, readonly SocketState[]>>

export const SOCKET_TRANSITIONS: readonly SocketTransition[] = Object.entries(WAYS).flatMap(([from, ways]) =>
  ways.map((to): SocketTransition => ({ from: from as SocketState, to })),
)

/** How many sockets went that way. */
export function transitionsCounted(counters: Counters, { from, to }: SocketTransition): number {
  return counters.transitionsOf(SOCKET_STATE_NAMES.indexOf(from), SOCKET_STATE_NAMES.indexOf(to))
}

/** Sockets that went from one state to another, by the state they left and the one they entered. */
export type TransitionCounts = Readonly<Partial<Record<SocketState, Readonly<Partial<Record<SocketState, number>>>>>>

export function transitionCounts(counters: Counters): TransitionCounts {
  const ways = Object.entries(WAYS) as [SocketState, readonly SocketState[]][]
  return Object.fromEntries(
    ways.map(([from, to]) => [
      from,
      Object.fromEntries(to.map((state) => [state, transitionsCounted(counters, { from, to: state })])),
    ]),
  )
}
