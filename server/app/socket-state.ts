/**
 * Names of socket states as node_exporter's tcpstat collector and Linux's `ss` filters write them: one vocabulary for
 * the API, the metrics and the dashboards.
 */
import { State } from '../../tcpip/base/states.ts'

/** Names by `State`. */
export const SOCKET_STATE_NAMES = [
  'close',
  'listen',
  'syn_sent',
  'syn_recv',
  'established',
  'fin_wait1',
  'fin_wait2',
  'close_wait',
  'closing',
  'last_ack',
  'time_wait',
] as const

export type SocketState = (typeof SOCKET_STATE_NAMES)[number]

/** The states a connection or half-open entry can be in: all but CLOSED and LISTEN. */
export const CONNECTION_STATES: readonly SocketState[] = SOCKET_STATE_NAMES.slice(State.SYN_SENT)

/** Other spellings: what `ss` prints, and RFC 9293's names. */
const ALIASES: ReadonlyMap<string, SocketState> = new Map([
  ['estab', 'established'],
  ['syn_received', 'syn_recv'],
  ['fin_wait_1', 'fin_wait1'],
  ['fin_wait_2', 'fin_wait2'],
])

/** The state that a text names, in any of the usual spellings and cases (`SYN-RECV`, `estab`); undefined for none. */
export function parseSocketState(text: string): SocketState | undefined {
  const name = text.toLowerCase().replaceAll('-', '_')
  return ALIASES.get(name) ?? SOCKET_STATE_NAMES.find((known) => known === name)
}
