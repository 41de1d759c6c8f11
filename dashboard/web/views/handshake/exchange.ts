/**
 * One connection, segment by segment: as the tap tells it, or read from a capture. Pure; holds a bounded number of steps.
 */
import type { TapEnd, TapEnds, TapEvent, TapSegment } from '../../../contract/stream.ts'
import { StateGuess } from './state-guess.ts'

export interface Step {
  /** Milliseconds of the lab's clock, or of the capture's. */
  readonly at: number
  /** Absent where only a state or a timer changed. */
  readonly segment?: TapSegment
  /** What both ends think after it. */
  readonly ends: TapEnds
  /** Ends that did not tell their state: it is the one of an end that has sent and received these segments. */
  readonly concluded?: 'client' | 'both'
}

export interface Exchange {
  readonly client: string
  readonly server: string
  /** Undefined where nobody can know, as in a capture from elsewhere. */
  readonly isHonest: boolean | undefined
  readonly steps: readonly Step[]
  /** Why there are no further steps; undefined while there may be. */
  readonly ended?: string
  /** Steps beyond the limit, which are not kept. */
  readonly dropped: number
  /** Concludes the client's states where it does not tell them; absent where nobody is at that address. */
  readonly guess?: StateGuess
}

/** Steps of one connection that are kept: the first ones, because the handshake is among them. */
export const STEPS_MAX = 400

/** States of a server that has no connection yet. */
const UNOPENED: readonly string[] = ['LISTEN', 'SYN-RECEIVED']

/** `exchange` with `event`; a new one when another connection begins. */
export function withTapEvent(exchange: Exchange | undefined, event: TapEvent): Exchange | undefined {
  if (event.kind === 'started') {
    const { client, server, isHonest } = event
    return { client, server, isHonest, steps: [], dropped: 0, ...(isHonest ? { guess: new StateGuess() } : {}) }
  }
  if (exchange === undefined) return undefined
  if (event.kind === 'ended') return { ...exchange, ended: event.reason }
  const step: Step =
    event.kind === 'segment'
      ? { at: event.at, segment: event.segment, ends: event.ends }
      : { at: event.at, ends: event.ends }
  return withTold(exchange, withoutListener(withClient(step, exchange), exchange))
}

/** Adds what one of the ends has told. The two tell by themselves, so that one's news may overtake older news of the other. */
function withTold(exchange: Exchange, step: Step): Exchange {
  const { steps } = exchange
  // The first step stays the first: all times are reckoned from it.
  const later = steps.findIndex(({ at }, i) => i > 0 && at > step.at)
  const before = steps[later - 1]
  const newest = steps.at(-1)
  if (before === undefined || newest === undefined) return withStep(exchange, step)
  // Either end tells in order: what is later has been told by the other one, and did not know of this yet.
  const isOfServer = step.segment !== undefined || !isSameEnd(step.ends.server, newest.ends.server)
  const overtaken = steps
    .slice(later)
    .map((other) => joined(other, isOfServer ? other : step, isOfServer ? step : other))
  const told = isOfServer ? joined(step, before, step) : joined(step, step, before)
  return { ...exchange, steps: [...steps.slice(0, later), told, ...overtaken] }
}

/** `step` with the client's end as after one step, and the server's as after another. */
function joined({ at, segment }: Step, ofClient: Step, ofServer: Step): Step {
  const { client } = ofClient.ends
  return {
    at,
    ...(segment === undefined ? {} : { segment }),
    ends: { server: ofServer.ends.server, ...(client === undefined ? {} : { client }) },
    ...(ofClient.concluded === undefined ? {} : { concluded: ofClient.concluded }),
  }
}

function isSameEnd(a: TapEnd, b: TapEnd): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/**
 * Where a connection was, the server tells of its listener once there is none any more: that connection is CLOSED. A
 * half-open one goes back to LISTEN (RFC 9293, section 3.3.2).
 */
function withoutListener(step: Step, { steps }: Exchange): Step {
  const last = steps.at(-1)?.ends.server.state
  const isClosed = step.ends.server.state === 'LISTEN' && last !== undefined && !UNOPENED.includes(last)
  return isClosed ? { ...step, ends: { ...step.ends, server: { state: 'CLOSED' } } } : step
}

function withClient(step: Step, { guess, steps }: Exchange): Step {
  if (step.ends.client !== undefined || guess === undefined) return step
  const client = step.segment === undefined ? steps.at(-1)?.ends.client : guess.after(step.segment).client
  return client === undefined ? step : { ...step, ends: { ...step.ends, client }, concluded: 'client' }
}

export function withStep(exchange: Exchange, step: Step): Exchange {
  if (exchange.steps.length >= STEPS_MAX) return { ...exchange, dropped: exchange.dropped + 1 }
  return { ...exchange, steps: [...exchange.steps, step] }
}

/** What relative numbers are relative to: the first sequence number of either side, as far as it was seen. */
export interface NumberBases {
  readonly client: number | undefined
  readonly server: number | undefined
}

export function basesOf({ steps }: Exchange): NumberBases {
  const first = (direction: TapSegment['direction']): number | undefined => {
    const own = steps.find(({ segment }) => segment?.direction === direction)?.segment
    if (own !== undefined) return own.seq
    // Never heard: then what the other side acknowledges tells it, because the first number it can acknowledge is ISN + 1.
    const answer = steps.find(({ segment }) => segment?.flags.includes('ACK'))?.segment
    return answer === undefined ? undefined : (answer.ack - 1) >>> 0
  }
  return { client: first('to-server'), server: first('to-client') }
}

/** Sequence and acknowledgment number relative to the bases, modulo 2^32; undefined where a base is not known. */
export function relativeNumbers(
  { direction, seq, ack, flags }: TapSegment,
  bases: NumberBases,
): { seq: number | undefined; ack: number | undefined } {
  const [own, other] = direction === 'to-server' ? [bases.client, bases.server] : [bases.server, bases.client]
  return {
    seq: own === undefined ? undefined : (seq - own) >>> 0,
    ack: other === undefined || !flags.includes('ACK') ? undefined : (ack - other) >>> 0,
  }
}
