/**
 * Server-Sent Events: one stream, any number of listeners. Read first: the HTML standard, section 9.2. A listener that
 * reads too slowly is dropped, never waited for; browsers reconnect by themselves.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { ApiError } from './errors.ts'

export interface EventStreamOptions {
  /** Between two comments that keep proxies and listeners convinced, milliseconds; default 15,000. */
  readonly heartbeat?: number
  /** Bytes that may wait for one listener before it is dropped; default 256 KiB. */
  readonly maxBuffered?: number
  /** Most listeners at a time; default 32. */
  readonly maxListeners?: number
}

/** The first event that a listener hears. */
export interface Greeting {
  readonly event: string
  readonly data: unknown
}

const DEFAULTS = { heartbeat: 15_000, maxBuffered: 256 * 1024, maxListeners: 32 }

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
}

export class EventStream {
  private readonly options: Required<EventStreamOptions>
  /** Everybody who has a place, greeted or not. */
  private readonly places = new Set<ServerResponse>()
  /** Those among them who have been greeted, and what each wants to hear; undefined for everything. */
  private readonly listeners = new Map<ServerResponse, ReadonlySet<string> | undefined>()
  private readonly heart: NodeJS.Timeout
  private lastId = 0
  private isClosed = false

  constructor(options: EventStreamOptions = {}) {
    this.options = { ...DEFAULTS, ...options }
    this.heart = setInterval(() => this.writeToAll(': still here\n\n'), this.options.heartbeat)
    this.heart.unref()
  }

  /** Number of listeners, those included who still wait for their greeting. */
  get size(): number {
    return this.places.size
  }

  /**
   * Makes a reply a listener. It has its place at once, and gives it back whenever it leaves; what `greet` brings is the
   * first thing it hears, and after that what is published later. Rejects with TOO_MANY when there are as many listeners
   * as there may be, with UNAVAILABLE when the stream is closed, and with the error of `greet`. `wanted` names the events
   * to hear beside the greeting; default all.
   */
  async subscribe(reply: FastifyReply, greet: () => Promise<Greeting>, wanted?: ReadonlySet<string>): Promise<void> {
    this.refuseUnlessOpen()
    const { maxListeners } = this.options
    if (this.places.size >= maxListeners) throw new ApiError('TOO_MANY', `there are ${maxListeners} listeners already`)
    const response = reply.raw
    if (response.destroyed) {
      // It has left already, and will not close a second time.
      reply.hijack()
      return
    }
    this.places.add(response)
    response.on('close', () => this.forget(response))
    response.on('error', () => this.drop(response))
    try {
      const { event, data } = await greet()
      this.refuseUnlessOpen()
      reply.hijack()
      if (!this.places.has(response)) return
      response.writeHead(200, HEADERS)
      response.write(format(this.lastId, event, data))
      this.listeners.set(response, wanted)
    } catch (error) {
      this.forget(response)
      throw error
    }
  }

  /** Whether anybody hears events of this name: what nobody hears need not be made. */
  isWanted(event: string): boolean {
    for (const wanted of this.listeners.values()) if (wanted === undefined || wanted.has(event)) return true
    return false
  }

  /** Sends an event to everybody who wants it. Ids go up by one with every event, wanted or not; `data` becomes JSON. */
  publish(event: string, data: unknown): void {
    this.lastId++
    if (!this.isWanted(event)) return
    const text = format(this.lastId, event, data)
    for (const [response, wanted] of this.listeners) {
      if (wanted === undefined || wanted.has(event)) this.write(response, text)
    }
  }

  /** Ends every listener's reply. Call before the HTTP server closes, which waits for them. */
  close(): void {
    this.isClosed = true
    clearInterval(this.heart)
    for (const response of this.listeners.keys()) {
      // What a stalled listener has not read must not hold up the end.
      if (response.writableLength > 0) this.drop(response)
      else response.end()
    }
    this.listeners.clear()
    this.places.clear()
  }

  private refuseUnlessOpen(): void {
    if (this.isClosed) throw new ApiError('UNAVAILABLE', 'the event stream is closed')
  }

  private writeToAll(text: string): void {
    for (const response of this.listeners.keys()) this.write(response, text)
  }

  private write(response: ServerResponse, text: string): void {
    if (response.writableLength > this.options.maxBuffered) this.drop(response)
    else response.write(text)
  }

  private drop(response: ServerResponse): void {
    this.forget(response)
    response.destroy()
  }

  private forget(response: ServerResponse): void {
    this.places.delete(response)
    this.listeners.delete(response)
  }
}

function format(id: number, event: string, data: unknown): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
