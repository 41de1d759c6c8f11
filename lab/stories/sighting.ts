/**
 * One segment as a story tells it: when it left and arrived, who sent it, its numbers counted from the initial ones, and
 * the state of either side before and after.
 */

import { Listener } from '../../server/listener/listener.ts'
import { STATE_NAMES, State } from '../../tcpip/base/states.ts'
import type { Endpoint } from '../../tcpip/host/endpoint.ts'
import type { PassiveOpen } from '../../tcpip/host/passive-open.ts'
import { SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { describeSegment, type SequenceBases } from '../../tcpip/wire/describe.ts'
import { type Segment, SYN } from '../../tcpip/wire/segment.ts'
import { UNDER_WAY } from './fate.ts'

export interface StateChange {
  readonly before: string
  readonly after: string
}

/**
 * The change between two snapshots. A connection of a listening host that has ended is CLOSED; only an unfinished handshake
 * goes back to LISTEN (RFC 9293 figure 5). LISTEN as such is the state of the port.
 */
export function stateChange(before: string, after: string): StateChange {
  const isBackToListen = before === 'LISTEN' || before === 'SYN-RECEIVED'
  return { before, after: after === 'LISTEN' && !isBackToListen ? 'CLOSED' : after }
}

export interface Sighting {
  readonly number: number
  /** Microseconds of the scene. */
  readonly at: number
  /** 'stranger' sent it under a source address of its choice; 'network' delivers a late copy of an earlier segment. */
  readonly from: 'client' | 'server' | 'stranger' | 'network'
  readonly segment: Segment
  /** packetdrill notation with relative and with absolute numbers, options left out. */
  readonly relative: string
  readonly absolute: string
  readonly options: string
  sender?: StateChange
  receiver?: StateChange
  /** Undefined until it arrives. */
  arrivedAt?: number
  /** What the receiver counted it as, or why it never arrived. */
  fate: string
}

/** The states of a host's connections at one instant, and the initial sequence numbers of every flow. */
export class StateBook {
  private readonly states = new Map<string, string>()
  private readonly initial = new Map<string, number>()
  private fallback = 'CLOSED'

  /** The present states of a host's connections and half-open entries. */
  snapshot(host: Endpoint, listener: PassiveOpen): StateBook {
    const book = new StateBook()
    const isServer = host.isListening(SERVER_PORT)
    if (isServer) book.fallback = 'LISTEN'
    if (isServer && listener instanceof Listener) {
      const { synQueue } = listener
      synQueue.forEach((request) => {
        const key = flowKey(
          synQueue.localAddress(request),
          synQueue.localPort(request),
          synQueue.remoteAddress(request),
          synQueue.remotePort(request),
        )
        book.states.set(key, STATE_NAMES[State.SYN_RECEIVED] as string)
      })
    }
    host.tcbs.forEach((tcb) => {
      const key = flowKey(tcb.localAddress, tcb.localPort, tcb.remoteAddress, tcb.remotePort)
      book.states.set(key, STATE_NAMES[tcb.state] as string)
    })
    return book
  }

  /** The state, in this snapshot, of the connection that a segment belongs to at the host that sent or receives it. */
  of(segment: Segment, side: 'sender' | 'receiver'): string {
    return this.states.get(side === 'sender' ? senderKey(segment) : receiverKey(segment)) ?? this.fallback
  }

  /** Writes a segment down. A SYN that its host sends begins a new count of that side's numbers. */
  sight(number: number, segment: Segment, from: Sighting['from'], at: number): Sighting {
    if ((segment.flags & SYN) !== 0 && from !== 'network') this.initial.set(senderKey(segment), segment.seq)
    const bases: SequenceBases = {
      sourceIss: this.initial.get(senderKey(segment)) ?? 0,
      destinationIss: this.initial.get(receiverKey(segment)) ?? 0,
    }
    const [relative = '', options = ''] = split(describeSegment(segment, bases))
    const [absolute = ''] = split(describeSegment(segment))
    return { number, at, from, segment, relative, absolute, options, fate: UNDER_WAY }
  }
}

/** Notation without options, and the options. */
function split(notation: string): string[] {
  const at = notation.indexOf(' <')
  return at < 0 ? [notation, ''] : [notation.slice(0, at), notation.slice(at + 1)]
}

function flowKey(local: number, localPort: number, remote: number, remotePort: number): string {
  return `${local}:${localPort} ${remote}:${remotePort}`
}

function senderKey(segment: Segment): string {
  return flowKey(segment.source, segment.sourcePort, segment.destination, segment.destinationPort)
}

function receiverKey(segment: Segment): string {
  return flowKey(segment.destination, segment.destinationPort, segment.source, segment.sourcePort)
}
