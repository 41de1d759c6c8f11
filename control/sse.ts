/**
 * Server-Sent Events: one stream, any number of listeners. Read first: the HTML standard, section 9.2. A listener that
 * reads too slowly is dropped, never waited for; browsers reconnect by themselves.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { ApiError } from './errors.ts'

export interface EventStreamOptions {
  /** Between two comments that keep proxies and listeners convinced, milliseconds; 15,000 unless told. */
  readonly heartbeat?: number
  /** Bytes that may wait for one listener before it is dropped; 256 KiB unless told. */
  readonly maxBuffered?: number
  /** Most listeners at a time; 32 unless told. */
  readonly maxListeners?: number
}

const DEFAULTS = { heartbeat: 15_000, maxBuffered: 256 * 1024, maxListeners: 32 }

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
}

export class EventStream {
  private readonly options: Required<EventStreamOptions>
  private readonly listeners = new Set<ServerResponse>()
  private readonly heart: NodeJS.Timeout
  private lastId = 0
  private isClosed = false

  constructor(options: EventStreamOptions = {}) {
    this.options = { ...DEFAULTS, ...options }
    this.heart = setInterval(() => this.writeToAll(': still here\n\n'), this.options.heartbeat)
    this.heart.unref()
  }

  /** Number of listeners. */
  get size(): number {
    return this.listeners.size
  }

  /**
   * Makes a reply a listener; `first` is sent to it at once. Throws TOO_MANY when there are as many as there may be, and
   * UNAVAILABLE when the stream is closed.
   */
  subscribe(reply: FastifyReply, first?: { readonly event: string; readonly data: unknown }): void {
    if (this.isClosed) throw new ApiError('UNAVAILABLE', 'the event stream is closed')
    if (this.listeners.size >= this.options.maxListeners) {
      throw new ApiError('TOO_MANY', `there are ${this.options.maxListeners} listeners already`)
    }
    reply.hijack()
    const response = reply.raw
    response.writeHead(200, HEADERS)
    response.on('close', () => this.listeners.delete(response))
    response.on('error', () => this.drop(response))
    this.listeners.add(response)
    if (first === undefined) response.flushHeaders()
    else response.write(format(this.lastId, first.event, first.data))
  }

  /** Sends an event to all listeners. Ids go up by one; `data` becomes JSON. */
  publish(event: string, data: unknown): void {
    this.lastId++
    if (this.listeners.size > 0) this.writeToAll(format(this.lastId, event, data))
  }

  /** Ends every listener's reply. Call before the HTTP server closes, which waits for them. */
  close(): void {
    this.isClosed = true
    clearInterval(this.heart)
    for (const response of this.listeners) {
      // What a stalled listener has not read must not hold up the end.
      if (response.writableLength > 0) this.drop(response)
      else response.end()
    }
    this.listeners.clear()
  }

  private writeToAll(text: string): void {
    for (const response of this.listeners) {
      if (response.writableLength > this.options.maxBuffered) this.drop(response)
      else response.write(text)
    }
  }

  private drop(response: ServerResponse): void {
    this.listeners.delete(response)
    response.destroy()
  }
}

function format(id: number, event: string, data: unknown): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
