/**
 * How a story is told: scenes on stages of their own, text that fits 100 columns, and claims. A story gets one of these,
 * and whatever it says and claims is kept in order.
 */

import { Prng } from '../../tcpip/prng.ts'
import { SECOND } from '../../tcpip/time.ts'
import type { Claim } from './claim.ts'
import type { Sighting } from './sighting.ts'
import { hostOf, Stage, type StageOptions } from './stage.ts'
import { StoryCapture } from './story-capture.ts'

const COLUMNS = 98
/** Client ports per scene: no scene opens as many connections. */
const PORTS_PER_SCENE = 2000
const FIRST_PORT = 40_000

export type SceneOptions = Omit<StageOptions, 'prng' | 'tap' | 'firstPort'>

export class Storyteller {
  readonly lines: string[] = []
  readonly claims: Claim[] = []
  readonly scenes: { readonly name: string; readonly stage: Stage }[] = []
  readonly capture = new StoryCapture()
  readonly prng: Prng

  constructor(seed: number) {
    this.prng = new Prng(seed)
  }

  /** A stage of its own, with secrets and client ports of its own, as an interface of that name in the capture. */
  scene(name: string, options: SceneOptions = {}): Stage {
    const firstPort = FIRST_PORT + this.scenes.length * PORTS_PER_SCENE
    const stage = new Stage({
      ...options,
      prng: this.prng.fork(name),
      tap: this.capture.startScene(name),
      firstPort,
    })
    this.scenes.push({ name, stage })
    return stage
  }

  heading(text: string): void {
    this.lines.push('', text, '-'.repeat(text.length))
  }

  /** A paragraph, wrapped. */
  say(text: string, indent = 0): void {
    this.lines.push(...wrap(text, indent))
  }

  /** A paragraph after an empty line. */
  paragraph(text: string): void {
    this.lines.push('')
    this.say(text)
  }

  table(lines: readonly string[]): void {
    this.lines.push('', ...lines.map((line) => `  ${line}`))
  }

  /** The segments of a stage, from number `first` to `last`; `note` adds a sentence to one, by its number. */
  trace(stage: Stage, notes: Readonly<Record<number, string>> = {}, first = 1, last = Number.POSITIVE_INFINITY): void {
    this.lines.push('')
    for (const sighting of stage.sightings) {
      if (sighting.number < first || sighting.number > last) continue
      this.segment(sighting, notes[sighting.number])
    }
  }

  claim(claim: Claim): void {
    this.claims.push(claim)
  }

  private segment(sighting: Sighting, note: string | undefined): void {
    const { number, at, from, segment, relative, fate } = sighting
    const to = hostOf(segment.destination) ?? 'nobody'
    const time = `${(at / SECOND).toFixed(6)} s`
    this.lines.push(`${String(number).padStart(3)}  ${time.padStart(15)}  ${from.padEnd(8)} > ${to}  ${relative}`)
    const states = [
      ...(sighting.sender === undefined ? [] : [`${from} ${change(sighting.sender)}`]),
      ...(sighting.receiver === undefined ? [] : [`${to} ${change(sighting.receiver)}`]),
      ...(fate === 'accepted' || to === 'nobody' ? [] : [`(${fate.replaceAll('_', ' ')})`]),
    ]
    this.say(states.join('; '), NOTE_INDENT)
    if (note !== undefined) this.say(note, NOTE_INDENT)
  }
}

export const NOTE_INDENT = 22

function change({ before, after }: { before: string; after: string }): string {
  return before === after ? after : `${before} -> ${after}`
}

/** Words in lines of at most `COLUMNS` characters, `indent` spaces before each. */
export function wrap(text: string, indent: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > COLUMNS) {
      lines.push(' '.repeat(indent) + line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, ' '.repeat(indent) + line]
}
