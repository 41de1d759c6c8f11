/**
 * Queue frames of the past, one a second, so that a grid can be shown as it was. Bounded by the text they hold: long frames
 * reach less far back than short ones.
 */
import type { QueueFrame, SlotsMessage } from '../../contract/stream.ts'

const SPACING_MS = 1000

/** Characters kept, at most: ten minutes of a queue of 4,096 places. */
const CHARACTERS_MAX = 8_000_000

export class Frames {
  private frames: SlotsMessage[] = []
  private characters = 0

  get length(): number {
    return this.frames.length
  }

  push(message: SlotsMessage, oldest: number): void {
    const last = this.frames.at(-1)
    if (last !== undefined && message.at - last.at < SPACING_MS) return
    this.frames.push(message)
    this.characters += size(message)
    let surplus = 0
    while (surplus < this.frames.length - 1) {
      const frame = this.frames[surplus]
      if (frame === undefined || (frame.at >= oldest && this.characters <= CHARACTERS_MAX)) break
      this.characters -= size(frame)
      surplus++
    }
    if (surplus > 0) this.frames.splice(0, surplus)
  }

  /** The frame at `at`: the last one before it that is no older than two seconds. */
  at(at: number): SlotsMessage | undefined {
    const frame = this.frames.findLast((candidate) => candidate.at <= at)
    return frame !== undefined && at - frame.at <= 2 * SPACING_MS ? frame : undefined
  }

  /** Forgets what is later than `at`, milliseconds. */
  rewind(at: number): void {
    while ((this.frames.at(-1)?.at ?? at) > at) this.characters -= size(this.frames.pop() as SlotsMessage)
  }

  clear(): void {
    this.frames = []
    this.characters = 0
  }
}

function size({ syn, accept }: SlotsMessage): number {
  return text(syn).length + text(accept).length
}

function text(frame: QueueFrame): string {
  return frame.kind === 'places' ? frame.places : frame.counts
}
