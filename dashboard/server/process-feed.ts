/**
 * One process of the lab as the page server hears it: what happens always, for the marks must be complete; what costs the
 * process something, only while somebody looks. From both follows whether the process is there.
 */
import type { Stamp } from '../../control/stamped.ts'
import type { StreamEvent } from '../../lab/client/event-reader.ts'
import { Listening } from './listening.ts'

/** A process that tells its state twice a second and has not for so long, milliseconds, is not there. */
const SILENCE_MAX_MS = 1_500

export interface ProcessFeedOptions<E extends Record<string, Stamp>> {
  /** Of the control plane. */
  readonly url: string
  /** Events that are heard all the time, and those that are only while somebody looks. */
  readonly quiet: readonly (keyof E & string)[]
  readonly loud: readonly (keyof E & string)[]
  readonly onEvent: (event: StreamEvent<E>) => void
  readonly onPresence: (isThere: boolean, detail: string) => void
  /** What was told between these moments, milliseconds since the epoch, has not arrived. */
  readonly onGap: (from: number, to: number) => void
}

export class ProcessFeed<E extends Record<string, Stamp>> {
  private readonly options: ProcessFeedOptions<E>
  private readonly quiet: Listening<E>
  private loud: Listening<E> | undefined
  private isQuietUp = false
  /** False only after the loud stream was lost, as long as somebody looks. */
  private isLoudWell = true
  private detail = 'not reached yet'
  private isThere: boolean | undefined
  /** When the last event of the loud stream was so; undefined before the first since somebody looks. */
  private lastHeard: number | undefined
  private isGapOpen = false

  constructor(options: ProcessFeedOptions<E>) {
    this.options = options
    this.quiet = new Listening<E>({
      url: options.url,
      events: options.quiet,
      silenceMax: undefined,
      // Its greeting is a snapshot, which nobody has asked for.
      onEvent: (event) => options.quiet.includes(event.event) && options.onEvent(event),
      onChange: (isUp, detail) => {
        this.isQuietUp = isUp
        this.judge(detail)
      },
    })
  }

  /** Whether the process is there, and if not why, for people. */
  get presence(): { readonly isThere: boolean; readonly detail: string } {
    return { isThere: this.isThere ?? false, detail: this.detail }
  }

  /** Somebody begins to look, or nobody does any more. */
  look(isLooking: boolean): void {
    if (isLooking === (this.loud !== undefined)) return
    this.loud?.close()
    this.loud = isLooking ? this.listen() : undefined
    this.isLoudWell = true
    this.lastHeard = undefined
    this.isGapOpen = false
    this.judge(this.detail)
  }

  close(): void {
    this.quiet.close()
    this.loud?.close()
  }

  private listen(): Listening<E> {
    return new Listening<E>({
      url: this.options.url,
      events: this.options.loud,
      silenceMax: SILENCE_MAX_MS,
      onEvent: (event) => this.hear(event),
      onChange: (isUp, detail) => {
        this.isLoudWell = isUp
        this.isGapOpen ||= !isUp && this.lastHeard !== undefined
        this.judge(detail)
      },
    })
  }

  private hear(event: StreamEvent<E>): void {
    const { at } = event.data
    if (this.isGapOpen && this.lastHeard !== undefined) this.options.onGap(this.lastHeard, at)
    this.isGapOpen = false
    this.lastHeard = at
    this.options.onEvent(event)
  }

  private judge(detail: string): void {
    const isThere = this.isQuietUp && this.isLoudWell
    if (isThere === this.isThere) return
    this.isThere = isThere
    this.detail = isThere ? '' : detail
    this.options.onPresence(isThere, this.detail)
  }
}
