/**
 * Connection states, RFC 9293 3.3.2. SYN-RECEIVED of a passive open is held by the listener as a half-open entry, not
 * as a TCB; the state is listed because an active open reaches it by simultaneous open and because people count it.
 */
export const State = {
  CLOSED: 0,
  LISTEN: 1,
  SYN_SENT: 2,
  SYN_RECEIVED: 3,
  ESTABLISHED: 4,
  FIN_WAIT_1: 5,
  FIN_WAIT_2: 6,
  CLOSE_WAIT: 7,
  CLOSING: 8,
  LAST_ACK: 9,
  TIME_WAIT: 10,
} as const

export type State = (typeof State)[keyof typeof State]

/** Names by number, as RFC 9293 writes them. */
export const STATE_NAMES: readonly string[] = Object.keys(State).map((name) => name.replaceAll('_', '-'))

export const STATE_COUNT = STATE_NAMES.length
