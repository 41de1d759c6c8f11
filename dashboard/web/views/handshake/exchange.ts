/**
 * One connection, segment by segment: as the tap tells it, or read from a capture. Pure; holds a bounded number of steps.
 */
import type { TapEnds, TapEvent, TapSegment } from '../../../contract/stream.ts'
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
  return withStep(exchange, withClient(step, exchange))
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
