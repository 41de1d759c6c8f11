/**
 * One end of a connection as people are shown it: its state, and what its timer is armed for.
 */

import { STATE_NAMES, State } from '../base/states.ts'
import { NEVER } from '../base/time.ts'
import { mustProbe } from '../connection/send.ts'
import type { Tcb } from '../connection/tcb.ts'
import { RETRANSMIT, type TcbTable } from '../connection/tcb-table.ts'

/**
 * What the one timer of a connection is armed for, in the words of `ss`. `on`: retransmission. `persist`: probe of a window
 * that the peer has closed. `timewait`: nobody is left to talk, the socket only waits to be gone.
 */
export type TimerKind = 'on' | 'persist' | 'timewait'

export interface EndView {
  /** RFC 9293's name; of a listener SYN-RECEIVED for a half-open entry, LISTEN when it keeps nothing. */
  readonly state: string
  /** Its moment, and the retransmissions or probes so far. */
  readonly timer?: { readonly kind: TimerKind; readonly firesAt: number; readonly retries: number }
}

/** The end whose connection is `tcb`. `momentOf`: how a time of the host, microseconds, is told. */
export function viewEnd(tcbs: TcbTable, tcb: Tcb, momentOf: (now: number) => number): EndView {
  const state = STATE_NAMES[tcb.state]
  const deadline = tcbs.deadlineOf(tcb, RETRANSMIT)
  if (deadline === NEVER) return { state }
  return { state, timer: { kind: timerKind(tcb), firesAt: momentOf(deadline), retries: tcb.retransmits } }
}

/** See TimerKind; Linux inet_sk_diag_fill(). */
export function timerKind(tcb: Tcb): TimerKind {
  if (tcb.state === State.TIME_WAIT || tcb.state === State.FIN_WAIT_2) return 'timewait'
  return mustProbe(tcb) ? 'persist' : 'on'
}

/** Whether two views tell the same. */
export function isSameEnd(a: EndView, b: EndView): boolean {
  return (
    a.state === b.state &&
    a.timer?.kind === b.timer?.kind &&
    a.timer?.firesAt === b.timer?.firesAt &&
    a.timer?.retries === b.timer?.retries
  )
}
