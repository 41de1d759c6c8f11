/**
 * What the engine tells, as one stream of Server-Sent Events: each event as it happens, snapshots of the state and honest
 * connections that have ended as long as somebody wants them.
 */
import type { FastifyBaseLogger, FastifyReply } from 'fastify'
import { engineEventNames, eventNames } from '../../control/event-catalogue.ts'
import { Sampler } from '../../control/sampler.ts'
import { EventStream } from '../../control/sse.ts'
import { epochMilliseconds, monotonicMicroseconds } from '../../tcpip/io/monotonic-clock.ts'
import type { AttackerEvents as Events } from '../contract.ts'
import type { AttackerEngine } from '../engine/engine.ts'
import { ATTACKER_EVENTS } from './event-catalogue.ts'

/** Between two snapshots of the state, and between two batches of connections, milliseconds. */
const SNAPSHOT_INTERVAL_MS = 500
const CONNECTIONS_INTERVAL_MS = 100

/** What a listener hears by default, and what only those hear who ask for it. */
export const USUAL_EVENTS = eventNames(ATTACKER_EVENTS, 'usual')
export const EVENTS_ON_REQUEST = eventNames(ATTACKER_EVENTS, 'on request')

export class AttackerEvents {
  private readonly engine: AttackerEngine
  private readonly stream = new EventStream()
  private readonly samplers: readonly Sampler<never>[]

  constructor(engine: AttackerEngine, log: FastifyBaseLogger) {
    this.engine = engine
    const { stream } = this
    for (const event of engineEventNames(ATTACKER_EVENTS)) {
      engine.on(event, (data) => stream.publish(event, data))
    }
    engine.on('end', () => {
      // What nobody hears is not followed any more.
      if (!stream.isWanted('end')) engine.follow(undefined).catch(onFailure)
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
        interval: CONNECTIONS_INTERVAL_MS,
        isWanted: () => stream.isWanted('connections'),
        ask: () => engine.takeFinished(),
        tell: (batch) => {
          if (batch.ended > 0) stream.publish('connections', batch)
        },
        onFailure,
      }),
    ]
  }

  /** Adds a listener; the first thing it hears is a snapshot, then what it `wanted`. */
  async subscribe(reply: FastifyReply, wanted: ReadonlySet<string>): Promise<void> {
    // What ended while nobody listened is nobody's news.
    if (wanted.has('connections') && !this.stream.isWanted('connections')) await this.engine.takeFinished()
    await this.stream.subscribe(reply, async () => ({ event: 'snapshot', data: await this.snapshot() }), wanted)
    for (const sampler of this.samplers) sampler.wake()
  }

  /** A lease has run out, and these attacks are stopped for it. */
  leaseExpired(attacks: readonly number[]): void {
    this.stream.publish('lease', { at: epochMilliseconds(monotonicMicroseconds()), state: 'expired', attacks })
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
