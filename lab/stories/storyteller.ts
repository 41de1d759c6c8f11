/**
 * How a story is told: scenes on stages of their own, text that fits 100 columns, and claims. A story gets one of these,
 * and whatever it says and claims is kept in order.
 */

import { Prng } from '../../tcpip/base/prng.ts'
import { MILLISECOND, SECOND } from '../../tcpip/base/time.ts'
import { fill, type Language, type Words } from '../checks/language.ts'
import { type Column, formatTable } from '../report/text-table.ts'
import { type Claim, type ClaimValue, claimAtLeast, claimEqual, claimNear } from './claim.ts'
import { describeFate, isUsed } from './fate.ts'
import type { Sighting, StateChange } from './sighting.ts'
import { hostOf, Stage, type StageOptions } from './stage.ts'
import { StoryCapture } from './story-capture.ts'

const COLUMNS = 98
/** Client ports per scene: no scene opens as many connections. */
const PORTS_PER_SCENE = 2000
const FIRST_PORT = 40_000

const LEGEND: Words = {
  en:
    'How to read a segment: its number, when it left, from whom to whom, and then packetdrill notation: flags (S SYN, F FIN, ' +
    'R RST, P push, and a dot for ACK), first:next(bytes) and ack, both counted from the initial sequence numbers. Below: ' +
    'the state of the sender and of the receiver, and in brackets what became of a segment that was of no use.',
  'zh-CN':
    '怎样读一个报文段：编号，发出的时间，从谁到谁（client 是客户端，server 是服务器），然后是 packetdrill 记法：标志（S 是 SYN，F 是 ' +
    'FIN，R 是 RST，P 是 PSH，点是 ACK），首序号:下一序号(字节数) 和 ack，都从初始序号算起。下一行：发送方和接收方的状态；括号里是没有用上的报文段的结局。',
}

const LEFT_OUT = {
  one: { en: '... 1 segment{what} ...', 'zh-CN': '…… 1 个报文段{what} ……' },
  some: { en: '... {count} segments{what} ...', 'zh-CN': '…… {count} 个报文段{what} ……' },
  oneMore: { en: '... 1 more segment{what} ...', 'zh-CN': '…… 还有 1 个报文段{what} ……' },
  someMore: { en: '... {count} more segments{what} ...', 'zh-CN': '…… 还有 {count} 个报文段{what} ……' },
} as const satisfies Record<string, Words>

/** What a story says, part by part, for whoever sets it otherwise than in lines of 100 columns. */
export type StoryBlock =
  | { readonly kind: 'heading' | 'prose'; readonly text: string }
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  | { readonly kind: 'table'; readonly columns: readonly Column[]; readonly rows: readonly (readonly string[])[] }

/** A part of a scene's segments. */
export interface Excerpt {
  /** Numbers of the first and the last segment that is shown; all that there are. */
  readonly first?: number
  readonly last?: number
  /** What the segments are that were left out before and after. */
  readonly before?: Words
  readonly after?: Words
}

export type SceneOptions = Omit<StageOptions, 'prng' | 'tap' | 'firstPort'>

export class Storyteller {
  readonly lines: string[] = []
  readonly blocks: StoryBlock[] = []
  readonly claims: Claim[] = []
  readonly scenes: { readonly name: string; readonly stage: Stage }[] = []
  readonly capture = new StoryCapture()
  readonly prng: Prng
  private readonly language: Language
  /** Segments of a stage that were shown, or said to be left out. */
  private readonly told = new Map<Stage, number>()

  /** The language changes the words and nothing else: the same seed plays the same story in each. */
  constructor(seed: number, language: Language = 'en') {
    this.prng = new Prng(seed)
    this.language = language
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

  /** In the language of the telling; `{name}` stands for a value. */
  speak(words: Words, values: Readonly<Record<string, string | number>> = {}): string {
    return fill(words, values, this.language)
  }

  heading(words: Words): void {
    const text = this.speak(words)
    this.lines.push('', text, '-'.repeat(text.length))
    this.blocks.push({ kind: 'heading', text })
  }

  /** A paragraph, wrapped. */
  say(words: Words): void {
    const text = this.speak(words)
    this.lines.push(...wrap(text, 0))
    this.blocks.push({ kind: 'prose', text })
  }

  /** A paragraph after an empty line. */
  paragraph(words: Words): void {
    this.lines.push('')
    this.say(words)
  }

  /** Lines that stay as they are. */
  put(...lines: readonly string[]): void {
    this.lines.push(...lines)
    const last = this.blocks.at(-1)
    if (last?.kind === 'lines') this.blocks[this.blocks.length - 1] = { ...last, lines: [...last.lines, ...lines] }
    else this.blocks.push({ kind: 'lines', lines })
  }

  /** Text below a segment. */
  note(text: string, indent = NOTE_INDENT): void {
    this.put(...wrap(text, indent))
  }

  /** For stories that trace: how to read the segments. */
  explainNotation(): void {
    this.paragraph(LEGEND)
  }

  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
    this.lines.push('', ...formatTable(columns, rows).map((line) => `  ${line}`))
    this.blocks.push({ kind: 'table', columns, rows })
  }

  /** Segments of a stage; `notes` adds a sentence to one, by its number. What is left out is said to be left out. */
  trace(stage: Stage, notes: Readonly<Record<number, Words>> = {}, excerpt: Excerpt = {}): void {
    const { sightings } = stage
    const { first = 1, last = sightings.length, before, after } = excerpt
    this.put('')
    this.leaveOut(first - 1 - (this.told.get(stage) ?? 0), false, before)
    const shown = sightings.slice(first - 1, last)
    const decimals = shown.every(({ at }) => at % MILLISECOND === 0) ? 3 : 6
    for (const sighting of shown) this.segment(sighting, sightings, decimals, notes[sighting.number])
    this.leaveOut(sightings.length - last, true, after)
    this.told.set(stage, sightings.length)
  }

  claimEqual(name: Words, expected: ClaimValue, measured: ClaimValue): void {
    this.claims.push(claimEqual(this.speak(name), expected, measured))
  }

  claimNear(name: Words, expected: number, measured: number, tolerance: number): void {
    this.claims.push(claimNear(this.speak(name), expected, measured, tolerance, this.language))
  }

  claimAtLeast(name: Words, least: number, measured: number): void {
    this.claims.push(claimAtLeast(this.speak(name), least, measured, this.language))
  }

  private leaveOut(count: number, isMore: boolean, what: Words | undefined): void {
    if (count <= 0) return
    const words = isMore
      ? count === 1
        ? LEFT_OUT.oneMore
        : LEFT_OUT.someMore
      : count === 1
        ? LEFT_OUT.one
        : LEFT_OUT.some
    const [open, close] = this.language === 'en' ? [' (', ')'] : ['（', '）']
    const bracket = what === undefined ? '' : `${open}${this.speak(what)}${close}`
    this.note(fill(words, { count, what: bracket }, this.language), CUT_INDENT)
  }

  private segment(sighting: Sighting, all: readonly Sighting[], decimals: number, note: Words | undefined): void {
    const { number, at, from, segment, relative, fate } = sighting
    const to = hostOf(segment.destination) ?? 'nobody'
    const time = `${(at / SECOND).toFixed(decimals)} s`
    this.put(`${String(number).padStart(3)}  ${time.padStart(15)}  ${from.padEnd(8)} > ${to}  ${relative}`)
    const states = [
      ...(sighting.sender === undefined ? [] : [`${from} ${describeSender(sighting, all)}`]),
      ...(sighting.receiver === undefined ? [] : [`${to} ${describeChange(sighting.receiver)}`]),
      ...(isUsed(fate) || to === 'nobody' ? [] : [`(${describeFate(fate, this.language)})`]),
    ]
    this.note(states.join('; '))
    if (note !== undefined) this.note(this.speak(note))
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
