/**
 * What the engine tells, as one stream of Server-Sent Events: each event as it happens, and a snapshot of the state
 * twice a second while somebody listens.
 */
import type { FastifyBaseLogger, FastifyReply } from 'fastify'
import { EventStream } from '../../control/sse.ts'
import type { ServerEngine } from '../engine/engine.ts'

/** Between two snapshots, milliseconds. */
const SNAPSHOT_INTERVAL_MS = 500

export class ServerEvents {
  private readonly engine: ServerEngine
  private readonly log: FastifyBaseLogger
  private readonly stream = new EventStream()
  private readonly timer: NodeJS.Timeout
  private isSnapshotDue = false

  constructor(engine: ServerEngine, log: FastifyBaseLogger) {
    this.engine = engine
    this.log = log
    for (const event of ['config', 'threshold', 'flood', 'peer', 'reset'] as const) {
      engine.on(event, (data) => this.stream.publish(event, data))
    }
    this.timer = setInterval(() => this.snapshot(), SNAPSHOT_INTERVAL_MS)
    this.timer.unref()
  }

  /** Adds a listener; the first thing it hears is a snapshot. */
  subscribe(reply: FastifyReply): Promise<void> {
    return this.stream.subscribe(reply, async () => ({ event: 'snapshot', data: await this.engine.state() }))
  }

  close(): void {
    clearInterval(this.timer)
    this.stream.close()
  }

  private snapshot(): void {
    // An engine that is slow to answer gets one question at a time.
    if (this.isSnapshotDue || this.stream.size === 0) return
    this.isSnapshotDue = true
    this.engine
      .state()
      .then((state) => this.stream.publish('snapshot', state))
      .catch((error) => this.log.warn({ err: error }, 'no snapshot'))
      .finally(() => {
        this.isSnapshotDue = false
      })
  }
}
