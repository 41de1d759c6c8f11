/**
 * How a story is told: scenes on stages of their own, text that fits 100 columns, and claims. A story gets one of these,
 * and whatever it says and claims is kept in order.
 */

import { Prng } from '../../tcpip/base/prng.ts'
import { MILLISECOND, SECOND } from '../../tcpip/base/time.ts'
import type { Claim } from './claim.ts'
import { describeFate, isUsed } from './fate.ts'
import type { Sighting, StateChange } from './sighting.ts'
import { hostOf, Stage, type StageOptions } from './stage.ts'
import { StoryCapture } from './story-capture.ts'

const COLUMNS = 98
/** Client ports per scene: no scene opens as many connections. */
const PORTS_PER_SCENE = 2000
const FIRST_PORT = 40_000

const LEGEND =
  'How to read a segment: its number, when it left, from whom to whom, and then packetdrill notation: flags (S SYN, F FIN, ' +
  'R RST, P push, and a dot for ACK), first:next(bytes) and ack, both counted from the initial sequence numbers. Below: ' +
  'the state of the sender and of the receiver, and in brackets what became of a segment that was of no use.'

/** A part of a scene's segments. */
export interface Excerpt {
  /** Numbers of the first and the last segment that is shown; all that there are. */
  readonly first?: number
  readonly last?: number
  /** What the segments are that were left out before and after. */
  readonly before?: string
  readonly after?: string
}

export type SceneOptions = Omit<StageOptions, 'prng' | 'tap' | 'firstPort'>

export class Storyteller {
  readonly lines: string[] = []
  readonly claims: Claim[] = []
  readonly scenes: { readonly name: string; readonly stage: Stage }[] = []
  readonly capture = new StoryCapture()
  readonly prng: Prng
  /** Segments of a stage that were shown, or said to be left out. */
  private readonly told = new Map<Stage, number>()

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

  /** For stories that trace: how to read the segments. */
  explainNotation(): void {
    this.paragraph(LEGEND)
  }

  table(lines: readonly string[]): void {
    this.lines.push('', ...lines.map((line) => `  ${line}`))
  }

  /** Segments of a stage; `notes` adds a sentence to one, by its number. What is left out is said to be left out. */
  trace(stage: Stage, notes: Readonly<Record<number, string>> = {}, excerpt: Excerpt = {}): void {
    const { sightings } = stage
    const { first = 1, last = sightings.length, before = '', after = '' } = excerpt
    this.lines.push('')
    this.leaveOut(first - 1 - (this.told.get(stage) ?? 0), '', before)
    const shown = sightings.slice(first - 1, last)
    const decimals = shown.every(({ at }) => at % MILLISECOND === 0) ? 3 : 6
    for (const sighting of shown) this.segment(sighting, sightings, decimals, notes[sighting.number])
    this.leaveOut(sightings.length - last, 'more ', after)
    this.told.set(stage, sightings.length)
  }

  claim(claim: Claim): void {
    this.claims.push(claim)
  }

  private leaveOut(count: number, more: string, what: string): void {
    if (count <= 0) return
    const segments = count === 1 ? 'segment' : 'segments'
    this.say(`... ${count} ${more}${segments}${what === '' ? '' : ` (${what})`} ...`, CUT_INDENT)
  }

  private segment(sighting: Sighting, all: readonly Sighting[], decimals: number, note: string | undefined): void {
    const { number, at, from, segment, relative, fate } = sighting
    const to = hostOf(segment.destination) ?? 'nobody'
    const time = `${(at / SECOND).toFixed(decimals)} s`
    this.lines.push(`${String(number).padStart(3)}  ${time.padStart(15)}  ${from.padEnd(8)} > ${to}  ${relative}`)
    const states = [
      ...(sighting.sender === undefined ? [] : [`${from} ${describeSender(sighting, all)}`]),
      ...(sighting.receiver === undefined ? [] : [`${to} ${describeChange(sighting.receiver)}`]),
      ...(isUsed(fate) || to === 'nobody' ? [] : [`(${describeFate(fate)})`]),
    ]
    this.say(states.join('; '), NOTE_INDENT)
    if (note !== undefined) this.say(note, NOTE_INDENT)
  }
}

export const NOTE_INDENT = 22

const CUT_INDENT = 5

export function describeChange({ before, after }: StateChange): string {
  return before === after ? after : `${before} -> ${after}`
}

/**
 * The state of a segment's sender. An answer leaves in the turn that took the segment it answers: the change in that turn
 * is told once, with the segment that caused it.
 */
export function describeSender({ sender, from, at, number }: Sighting, all: readonly Sighting[]): string {
  if (sender === undefined) return ''
  const isTold = all.some(
    (cause) =>
      cause.number !== number &&
      cause.arrivedAt === at &&
      hostOf(cause.segment.destination) === from &&
      cause.receiver?.before === sender.before &&
      cause.receiver.after === sender.after,
  )
  return isTold ? sender.after : describeChange(sender)
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
