/**
 * The transitions of RFC 9293 figure 5, and the edges to CLOSED that the figure leaves to its text, as a table that a
 * test can hold a TCB table against. SYN-RECEIVED of a passive open is a request of the listener, not a TCB: its
 * connection is seen to go from CLOSED to ESTABLISHED.
 */
import type { Counters } from '../../../tcpip/base/counters.ts'
import { STATE_NAMES, State } from '../../../tcpip/base/states.ts'
import type { TcbTable } from '../../../tcpip/connection/tcb-table.ts'

/** Where a connection may go from each state, and why. */
export const TRANSITIONS: readonly (readonly [from: State, to: State, why: string])[] = [
  [State.CLOSED, State.SYN_SENT, 'active open'],
  [State.CLOSED, State.ESTABLISHED, 'passive open, after LISTEN and SYN-RECEIVED in the listener'],
  [State.SYN_SENT, State.ESTABLISHED, 'SYN-ACK'],
  [State.SYN_SENT, State.SYN_RECEIVED, 'simultaneous open: SYN'],
  [State.SYN_SENT, State.CLOSED, 'refused, close, abort, timeout'],
  // A close in SYN-RECEIVED waits for ESTABLISHED: RFC 9293 3.10.4 lets it be queued.
  [State.SYN_RECEIVED, State.ESTABLISHED, 'ACK of the SYN'],
  [State.SYN_RECEIVED, State.CLOSED, 'RST, abort, timeout'],
  [State.ESTABLISHED, State.FIN_WAIT_1, 'close or half-close'],
  [State.ESTABLISHED, State.CLOSE_WAIT, 'FIN'],
  [State.ESTABLISHED, State.CLOSED, 'RST, abort, timeout'],
  [State.FIN_WAIT_1, State.FIN_WAIT_2, 'ACK of the FIN'],
  [State.FIN_WAIT_1, State.CLOSING, 'simultaneous close: FIN'],
  [State.FIN_WAIT_1, State.CLOSED, 'RST, abort, timeout, data after close'],
  [State.FIN_WAIT_2, State.TIME_WAIT, 'FIN'],
  [State.FIN_WAIT_2, State.CLOSED, 'RST, abort, data after close; Linux: 60 s without an application'],
  [State.CLOSE_WAIT, State.LAST_ACK, 'close'],
  [State.CLOSE_WAIT, State.CLOSED, 'RST, abort, timeout'],
  [State.CLOSING, State.TIME_WAIT, 'ACK of the FIN'],
  [State.CLOSING, State.CLOSED, 'RST, abort, timeout'],
  [State.LAST_ACK, State.CLOSED, 'ACK of the FIN; RST, timeout'],
  [State.TIME_WAIT, State.CLOSED, '60 s; exact RST (RFC 1337), newer SYN (RFC 6191)'],
]

/** What the listener does before there is a connection. */
const REQUEST_TRANSITIONS: readonly (readonly [from: State, to: State])[] = [
  [State.LISTEN, State.SYN_RECEIVED],
  [State.LISTEN, State.ESTABLISHED],
  [State.SYN_RECEIVED, State.LISTEN],
]

/** How many are in each state by what was counted: those that entered it less those that left it. States with none left out. */
export function stayed(counters: Counters): ReadonlyMap<string, number> {
  const states = Object.values(State)
  const inside = states.map((state) =>
    states.reduce<number>(
      (sum, other) => sum + counters.transitionsOf(other, state) - counters.transitionsOf(state, other),
      0,
    ),
  )
  return new Map(
    states
      .filter((state) => state !== State.CLOSED && state !== State.LISTEN && inside[state] !== 0)
      .map((state) => [STATE_NAMES[state], inside[state]]),
  )
}

/** Transitions that were counted and are not in the tables. */
export function strangeWays(counters: Counters): readonly string[] {
  const known = new Set([...TRANSITIONS, ...REQUEST_TRANSITIONS].map(([from, to]) => transitionName(from, to)))
  const states = Object.values(State)
  return states.flatMap((from) =>
    states
      .filter((to) => counters.transitionsOf(from, to) > 0)
      .map((to) => transitionName(from, to))
      .filter((name) => !known.has(name)),
  )
}

/** A transition as text. */
export function transitionName(from: State, to: State): string {
  return `${STATE_NAMES[from]} -> ${STATE_NAMES[to]}`
}

const ALLOWED: ReadonlySet<string> = new Set(TRANSITIONS.map(([from, to]) => transitionName(from, to)))

/** Watches every transition in a table from now on; one that is not allowed throws. */
export class TransitionWatch {
  /** Connections entered in the table and removed from it. */
  opened = 0
  ended = 0
  /** How often each transition was seen. */
  readonly seen: Map<string, number>

  /** `seen` may be shared by several watches. */
  constructor(table: TcbTable, seen: Map<string, number> = new Map()) {
    this.seen = seen
    const open = table.open.bind(table)
    const setState = table.setState.bind(table)
    const close = table.close.bind(table)
    table.open = (...args) => {
      const tcb = open(...args)
      if (tcb !== undefined) {
        this.opened++
        this.note(State.CLOSED, tcb.state)
      }
      return tcb
    }
    table.setState = (tcb, state, now) => {
      this.note(tcb.state, state)
      setState(tcb, state, now)
    }
    table.close = (tcb) => {
      this.note(tcb.state, State.CLOSED)
      this.ended++
      close(tcb)
    }
  }

  private note(from: State, to: State): void {
    const name = transitionName(from, to)
    if (!ALLOWED.has(name)) throw new Error(`not a transition of RFC 9293 figure 5: ${name}`)
    this.seen.set(name, (this.seen.get(name) ?? 0) + 1)
  }
}
