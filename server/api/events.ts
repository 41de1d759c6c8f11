/**
 * What the server tells: what its engine tells, snapshots of the state, and both queues place by place.
 */
import type { FastifyBaseLogger } from 'fastify'
import { engineEventNames, eventNames } from '../../control/event-catalogue.ts'
import { EventFeed } from '../../control/event-feed.ts'
import type { SlotFrame } from '../app/slot-frame.ts'
import type { QueueFrame, ServerState } from '../contract.ts'
import type { ServerEngine } from '../engine/engine.ts'
import type { Slots } from '../engine/protocol.ts'
import { SERVER_EVENTS } from './event-catalogue.ts'

/** Between two pictures of the queues, milliseconds. */
const SLOTS_INTERVAL_MS = 100

/** Places that the engine's thread may look at per millisecond, on average: it has other things to do. */
const PLACES_PER_MS = 655

/** What a listener hears by default, and what only those hear who ask for it. */
export const USUAL_EVENTS = eventNames(SERVER_EVENTS, 'usual')
export const EVENTS_ON_REQUEST = eventNames(SERVER_EVENTS, 'on request')

export class ServerEvents extends EventFeed<ServerState> {
  constructor(engine: ServerEngine, log: FastifyBaseLogger) {
    super(() => engine.state(), log)
    for (const event of engineEventNames(SERVER_EVENTS)) {
      engine.on(event, (data) => this.publish(event, data))
    }
    engine.on('tap', () => this.endUnwanted('tap', () => engine.follow(undefined)))
    this.sample('slots', {
      interval: SLOTS_INTERVAL_MS,
      ask: () => engine.slots(),
      tell: ({ at, syn, accept }) => this.publish('slots', { at, syn: toText(syn), accept: toText(accept) }),
      rest: restAfter,
    })
  }
}

/** How long the engine is left alone after it has gone through its queues, milliseconds. */
function restAfter({ syn, accept }: Slots): number {
  return (syn.limit + accept.limit) / PLACES_PER_MS
}

/** A frame as JSON carries it: its bytes in base64. */
function toText(frame: SlotFrame): QueueFrame {
  if (frame.kind === 'places') return { ...frame, places: Buffer.from(frame.places).toString('base64') }
  return { ...frame, counts: Buffer.from(frame.counts).toString('base64') }
}
