/**
 * What the engine tells, as one stream of Server-Sent Events: each event as it happens, snapshots of the state and of both
 * queues as long as somebody wants them.
 */
import type { FastifyBaseLogger, FastifyReply } from 'fastify'
import { engineEventNames, eventNames } from '../../control/event-catalogue.ts'
import { Sampler } from '../../control/sampler.ts'
import { EventStream } from '../../control/sse.ts'
import { epochMilliseconds, monotonicMicroseconds } from '../../tcpip/io/monotonic-clock.ts'
import type { SlotFrame } from '../app/slot-frame.ts'
import type { ServerEvents as Events, QueueFrame } from '../contract.ts'
import type { ServerEngine } from '../engine/engine.ts'
import type { Slots } from '../engine/protocol.ts'
import { SERVER_EVENTS } from './event-catalogue.ts'

/** Between two snapshots of the state, and between two of the queues, milliseconds. */
const SNAPSHOT_INTERVAL_MS = 500
const SLOTS_INTERVAL_MS = 100

/** Places that the engine's thread may look at per millisecond, on average: it has other things to do. */
const PLACES_PER_MS = 655

/** What a listener hears by default, and what only those hear who ask for it. */
export const USUAL_EVENTS = eventNames(SERVER_EVENTS, 'usual')
export const EVENTS_ON_REQUEST = eventNames(SERVER_EVENTS, 'on request')

export class ServerEvents {
  private readonly engine: ServerEngine
  private readonly stream = new EventStream()
  private readonly samplers: readonly Sampler<never>[]

  constructor(engine: ServerEngine, log: FastifyBaseLogger) {
    this.engine = engine
    const { stream } = this
    for (const event of engineEventNames(SERVER_EVENTS)) {
      engine.on(event, (data) => stream.publish(event, data))
    }
    engine.on('tap', () => {
      // What nobody hears is not followed any more.
      if (!stream.isWanted('tap')) engine.follow(undefined).catch(onFailure)
    })
    const onFailure = (error: unknown): void => log.warn({ err: error }, 'no snapshot')
    this.samplers = [
      new Sampler({
        interval: SNAPSHOT_INTERVAL_MS,
        isWanted: () => stream.isWanted('snapshot'),
        ask: () => this.snapshot(),
        tell: (snapshot) => stream.publish('snapshot', snapshot),
        onFailure,
      }),
      new Sampler({
        interval: SLOTS_INTERVAL_MS,
        isWanted: () => stream.isWanted('slots'),
        ask: () => engine.slots(),
        tell: ({ at, syn, accept }) => stream.publish('slots', { at, syn: toText(syn), accept: toText(accept) }),
        onFailure,
        rest: restAfter,
      }),
    ]
  }

  /** Adds a listener; the first thing it hears is a snapshot, then what it `wanted`. */
  async subscribe(reply: FastifyReply, wanted: ReadonlySet<string>): Promise<void> {
    await this.stream.subscribe(reply, async () => ({ event: 'snapshot', data: await this.snapshot() }), wanted)
    for (const sampler of this.samplers) sampler.wake()
  }

  close(): void {
    for (const sampler of this.samplers) sampler.close()
    this.stream.close()
  }

  private async snapshot(): Promise<Events['snapshot']> {
    const state = await this.engine.state()
    return { at: epochMilliseconds(monotonicMicroseconds()), ...state }
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
