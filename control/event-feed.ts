/**
 * What an engine tells, as one stream of Server-Sent Events: each event as it happens, and what has to be asked for, such as
 * snapshots of its state, as long as somebody wants it. The event feeds of all control planes are made of it.
 */
import type { FastifyBaseLogger, FastifyReply } from 'fastify'
import { epochMilliseconds, monotonicMicroseconds } from '../tcpip/io/monotonic-clock.ts'
import { Sampler, type SamplerOptions } from './sampler.ts'
import { EventStream } from './sse.ts'

/** Between two snapshots of the state, milliseconds. */
const SNAPSHOT_INTERVAL_MS = 500

export class EventFeed<State extends object> {
  private readonly stream = new EventStream()
  private readonly samplers: Pick<Sampler<never>, 'wake' | 'close'>[] = []
  private readonly state: () => Promise<State>
  private readonly onFailure: (error: unknown) => void

  /** `state` asks the engine for what a snapshot carries. */
  constructor(state: () => Promise<State>, log: FastifyBaseLogger) {
    this.state = state
    this.onFailure = (error) => log.warn({ err: error }, 'no snapshot')
    this.sample('snapshot', {
      interval: SNAPSHOT_INTERVAL_MS,
      ask: () => this.snapshot(),
      tell: (snapshot) => this.publish('snapshot', snapshot),
    })
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

  protected publish(event: string, data: unknown): void {
    this.stream.publish(event, data)
  }

  protected isWanted(event: string): boolean {
    return this.stream.isWanted(event)
  }

  /** Asks for something again and again while somebody wants `event`. */
  protected sample<T>(event: string, options: Omit<SamplerOptions<T>, 'isWanted' | 'onFailure'>): void {
    const { onFailure } = this
    this.samplers.push(new Sampler({ ...options, isWanted: () => this.isWanted(event), onFailure }))
  }

  /** Ends what the engine does for the sake of `event` alone, unless somebody wants it. */
  protected endUnwanted(event: string, end: () => Promise<unknown>): void {
    if (!this.isWanted(event)) end().catch(this.onFailure)
  }

  private async snapshot(): Promise<State & { readonly at: number }> {
    const state = await this.state()
    return { at: epochMilliseconds(monotonicMicroseconds()), ...state }
  }
}
