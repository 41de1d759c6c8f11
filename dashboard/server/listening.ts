/**
 * One event stream of a control plane, listened to for as long as it takes: it connects, reads, notices when the stream
 * has ended or fallen silent, and connects again.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { EventReader, type StreamEvent } from '../../lab/client/event-reader.ts'

/** From one attempt to connect to the next, milliseconds. */
const RETRY_MS = 400

export interface ListeningOptions<E extends Record<string, unknown>> {
  /** Of the control plane. */
  readonly url: string
  /** Names of the events to hear. */
  readonly events: readonly (keyof E & string)[]
  /** Milliseconds without an event after which the stream counts as lost; undefined for a stream that may be silent. */
  readonly silenceMax: number | undefined
  readonly onEvent: (event: StreamEvent<E>) => void
  /** The stream works, or does not any more; `detail` says why, for people. Told once per change. */
  readonly onChange: (isUp: boolean, detail: string) => void
}

export class Listening<E extends Record<string, unknown>> {
  private readonly options: ListeningOptions<E>
  private readonly stop = new AbortController()
  private reader: EventReader<E> | undefined
  private silence: NodeJS.Timeout | undefined
  /** Undefined before anything is known. */
  private isUp: boolean | undefined

  constructor(options: ListeningOptions<E>) {
    this.options = options
    void this.listen()
  }

  close(): void {
    this.stop.abort()
    this.reader?.close()
  }

  private async listen(): Promise<void> {
    const { url, events } = this.options
    while (!this.stop.signal.aborted) {
      try {
        await this.hear(await EventReader.open<E>(`${url}/api/events?events=${events.join(',')}`))
        this.change(false, `${url} has ended the connection`)
      } catch (error) {
        this.change(false, `${url}: ${reasonOf(error)}`)
      }
      await sleep(RETRY_MS, undefined, { signal: this.stop.signal, ref: false }).catch(() => {})
    }
  }

  /** Reads to the end. Throws when the stream falls silent. */
  private async hear(reader: EventReader<E>): Promise<void> {
    const { silenceMax, onEvent } = this.options
    this.reader = reader
    if (this.stop.signal.aborted) reader.close()
    let isSilent = false
    if (silenceMax !== undefined) {
      this.silence = setTimeout(() => {
        isSilent = true
        reader.close()
      }, silenceMax)
    }
    try {
      for await (const event of reader) {
        this.silence?.refresh()
        this.change(true, '')
        onEvent(event)
      }
    } finally {
      clearTimeout(this.silence)
      reader.close()
    }
    if (isSilent) throw new Error(`nothing heard for ${(silenceMax ?? 0) / 1000} s`)
  }

  private change(isUp: boolean, detail: string): void {
    if (isUp === this.isUp || this.stop.signal.aborted) return
    this.isUp = isUp
    this.options.onChange(isUp, detail)
  }
}

/** Why `fetch` failed: its own message says only that it did. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { code?: string; message?: string } }
  if (cause?.code === 'ECONNREFUSED') return 'nobody listens there'
  return cause?.code ?? cause?.message ?? message
}
