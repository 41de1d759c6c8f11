/**
 * What the attacker tells: what its engine tells, snapshots of the state, honest connections that have ended, and leases
 * that have run out.
 */
import type { FastifyBaseLogger, FastifyReply } from 'fastify'
import { engineEventNames, eventNames } from '../../control/event-catalogue.ts'
import { EventFeed } from '../../control/event-feed.ts'
import { epochMilliseconds, monotonicMicroseconds } from '../../tcpip/io/monotonic-clock.ts'
import type { AttackerState } from '../contract.ts'
import type { AttackerEngine } from '../engine/engine.ts'
import { ATTACKER_EVENTS } from './event-catalogue.ts'

/** Between two batches of connections, milliseconds. */
const CONNECTIONS_INTERVAL_MS = 100

/** What a listener hears by default, and what only those hear who ask for it. */
export const USUAL_EVENTS = eventNames(ATTACKER_EVENTS, 'usual')
export const EVENTS_ON_REQUEST = eventNames(ATTACKER_EVENTS, 'on request')

export class AttackerEvents extends EventFeed<AttackerState> {
  private readonly engine: AttackerEngine

  constructor(engine: AttackerEngine, log: FastifyBaseLogger) {
    super(() => engine.state(), log)
    this.engine = engine
    for (const event of engineEventNames(ATTACKER_EVENTS)) {
      engine.on(event, (data) => this.publish(event, data))
    }
    engine.on('end', () => this.endUnwanted('end', () => engine.follow(undefined)))
    this.sample('connections', {
      interval: CONNECTIONS_INTERVAL_MS,
      ask: () => engine.takeFinished(),
      tell: (batch) => {
        if (batch.ended > 0) this.publish('connections', batch)
      },
    })
  }

  override async subscribe(reply: FastifyReply, wanted: ReadonlySet<string>): Promise<void> {
    // What ended while nobody listened is nobody's news.
    if (wanted.has('connections') && !this.isWanted('connections')) await this.engine.takeFinished()
    await super.subscribe(reply, wanted)
  }

  /** A lease has run out, and these attacks are stopped for it. */
  leaseExpired(attacks: readonly number[]): void {
    this.publish('lease', { at: epochMilliseconds(monotonicMicroseconds()), state: 'expired', attacks })
  }
}
