/**
 * The states of both ends of a connection that is only seen from outside (RFC 9293 3.3.2): what an end is in that has sent
 * and received these segments. A segment counts as received when it was sent: a capture does not know better.
 */
import type { TapEnds, TapSegment } from '../../../contract/stream.ts'

type Side = 'client' | 'server'

export class StateGuess {
  private readonly states: Record<Side, string> = { client: 'CLOSED', server: 'LISTEN' }

  /** What both ends are in after `segment`. */
  after(segment: TapSegment): TapEnds {
    const sender: Side = segment.direction === 'to-server' ? 'client' : 'server'
    const receiver: Side = sender === 'client' ? 'server' : 'client'
    const flags = new Set(segment.flags)
    const { states } = this
    if (flags.has('RST')) {
      states.client = 'CLOSED'
      states.server = 'CLOSED'
    } else {
      states[sender] = afterSending(states[sender], flags)
      states[receiver] = afterReceiving(states[receiver], flags)
    }
    return { client: { state: states.client }, server: { state: states.server } }
  }
}

function afterSending(state: string, flags: ReadonlySet<string>): string {
  if (flags.has('SYN')) return flags.has('ACK') ? 'SYN-RECEIVED' : 'SYN-SENT'
  // A capture that begins in the middle: who sends without SYN has a connection.
  const known = state === 'CLOSED' || state === 'LISTEN' ? 'ESTABLISHED' : state
  const open = known === 'SYN-SENT' ? 'ESTABLISHED' : known
  if (!flags.has('FIN')) return open
  if (open === 'ESTABLISHED' || open === 'SYN-RECEIVED') return 'FIN-WAIT-1'
  return open === 'CLOSE-WAIT' ? 'LAST-ACK' : open
}

function afterReceiving(state: string, flags: ReadonlySet<string>): string {
  if (flags.has('SYN')) return state === 'SYN-SENT' && flags.has('ACK') ? 'ESTABLISHED' : state
  let next = state
  if (flags.has('ACK')) {
    if (next === 'SYN-RECEIVED') next = 'ESTABLISHED'
    else if (next === 'FIN-WAIT-1') next = 'FIN-WAIT-2'
    else if (next === 'CLOSING') next = 'TIME-WAIT'
    else if (next === 'LAST-ACK') next = 'CLOSED'
  }
  if (!flags.has('FIN')) return next
  if (next === 'ESTABLISHED') return 'CLOSE-WAIT'
  if (next === 'FIN-WAIT-1') return 'CLOSING'
  return next === 'FIN-WAIT-2' ? 'TIME-WAIT' : next
}
