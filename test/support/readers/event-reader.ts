/**
 * Reads Server-Sent Events as a browser's EventSource does (HTML standard, section 9.2), as far as one connection goes.
 */

export interface ServerEvent<D = unknown> {
  readonly id: number
  readonly event: string
  readonly data: D
}

export class EventReader {
  /** Everything that has come, oldest first. */
  readonly received: ServerEvent[] = []
  private readonly abort = new AbortController()
  private readonly waiting = new Set<() => void>()
  private hasEnded = false
  private seen = 0

  /** Connects; rejects when what answers is no event stream. */
  static async open(url: string): Promise<EventReader> {
    const reader = new EventReader()
    const headers = { accept: 'text/event-stream' }
    const response = await fetch(url, { headers, signal: reader.abort.signal })
    const type = response.headers.get('content-type') ?? ''
    if (response.status !== 200 || !type.startsWith('text/event-stream')) {
      throw new Error(`no event stream: ${response.status} ${type}`)
    }
    void reader.read(response.body as unknown as AsyncIterable<Uint8Array>)
    return reader
  }

  /** The next event of this name that fits, after the one that was last returned; others in between are passed over. */
  async next<D>(event: string, fits: (data: D) => boolean = () => true): Promise<D> {
    for (;;) {
      while (this.seen < this.received.length) {
        const candidate = this.received[this.seen++] as ServerEvent<D>
        if (candidate.event === event && fits(candidate.data)) return candidate.data
      }
      if (this.hasEnded) throw new Error(`the stream ended before ${event}`)
      await new Promise<void>((resolve) => this.waiting.add(resolve))
    }
  }

  close(): void {
    this.abort.abort()
  }

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
      }
    } catch (error) {
      if (!this.abort.signal.aborted && (error as Error).name !== 'TypeError') throw error
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
    if (data.length > 0) this.received.push({ id, event, data: JSON.parse(data.join('\n')) })
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve()
    this.waiting.clear()
  }
}
