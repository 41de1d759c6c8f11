/**
 * Reads Server-Sent Events as a browser's EventSource does (HTML standard, section 9.2), as far as one connection goes.
 * Events wait here until they are asked for, so many at most: then nothing more is taken off the network, and the teller, who
 * drops listeners that do not read (control/sse.ts), ends the stream. So what is lost is always behind an end that is heard.
 */
import { PATIENCE_MS } from './patience.ts'

/** An event of a stream whose events, by name, carry what `E` says. */
export type StreamEvent<E> = {
  [K in keyof E & string]: { readonly id: number; readonly event: K; readonly data: E[K] }
}[keyof E & string]

/** As long as so many events wait, nothing more is read; those of one chunk may come on top. */
const WAITING_MAX = 1_000

export class EventReader<E extends Record<string, unknown>> {
  /** Those that nobody has asked for yet, oldest first. */
  private readonly waiting: StreamEvent<E>[] = []
  private readonly abort = new AbortController()
  private wake: () => void = () => {}
  private goOn: () => void = () => {}
  private hasEnded = false

  private constructor() {}

  /** Connects; rejects when nothing answers in time, and when what answers is no event stream. */
  static async open<E extends Record<string, unknown>>(url: string): Promise<EventReader<E>> {
    const reader = new EventReader<E>()
    const headers = { accept: 'text/event-stream' }
    const patience = setTimeout(() => reader.abort.abort(new Error('no answer')), PATIENCE_MS)
    const response = await fetch(url, { headers, signal: reader.abort.signal }).finally(() => clearTimeout(patience))
    const type = response.headers.get('content-type') ?? ''
    if (response.status !== 200 || !type.startsWith('text/event-stream')) {
      reader.close()
      throw new Error(`no event stream: ${response.status} ${type}`)
    }
    void reader.read(response.body as unknown as AsyncIterable<Uint8Array>)
    return reader
  }

  /** The next event, whatever it is; undefined when the stream has ended, or is closed. For one caller at a time. */
  async next(): Promise<StreamEvent<E> | undefined> {
    while (this.waiting.length === 0 && !this.hasEnded) {
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    const event = this.waiting.shift()
    if (this.waiting.length < WAITING_MAX) this.goOn()
    return event
  }

  /** All events to come, until the stream ends. */
  async *[Symbol.asyncIterator](): AsyncGenerator<StreamEvent<E>, void> {
    for (let event = await this.next(); event !== undefined; event = await this.next()) yield event
  }

  /** What the next event of this name that fits carries; others before it are passed over. Throws when the stream ends. */
  async until<K extends keyof E & string>(name: K, fits: (data: E[K]) => boolean = () => true): Promise<E[K]> {
    for (let event = await this.next(); event !== undefined; event = await this.next()) {
      if (event.event === name && fits(event.data as E[K])) return event.data as E[K]
    }
    throw new Error(`the stream ended before ${name}`)
  }

  close(): void {
    this.abort.abort()
  }

  /** The end of the connection, however it comes, is the end of the stream: whoever listens hears of it there. */
  private async read(body: AsyncIterable<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder()
    let text = ''
    try {
      for await (const chunk of body) {
        text += decoder.decode(chunk, { stream: true })
        const blocks = text.split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) this.take(block)
        this.wake()
        if (this.waiting.length >= WAITING_MAX) {
          await new Promise<void>((resolve) => {
            this.goOn = resolve
          })
        }
      }
    } catch {
      // Closed here, or broken off there.
    } finally {
      this.hasEnded = true
      this.wake()
    }
  }

  private take(block: string): void {
    let event = 'message'
    let id = 0
    const data: string[] = []
    for (const line of block.split('\n')) {
      const [field, value = ''] = line.split(/: ?(.*)/s)
      if (field === 'event') event = value
      else if (field === 'id') id = Number(value)
      else if (field === 'data') data.push(value)
    }
    // A comment is a line without a name, and a block without data is no event.
    if (data.length > 0) this.waiting.push({ id, event, data: JSON.parse(data.join('\n')) } as StreamEvent<E>)
  }
}
