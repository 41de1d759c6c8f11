/**
 * What the page knows: the last state of every process as signals, and ten minutes of history. It is told by the stream and
 * by nothing else. Nothing here grows without bound: series, connections, frames, marks and gaps all have a fixed room.
 */
import { signal } from '@preact/signals'
import type { AttackerState } from '../../contract/attacker.ts'
import type { ServerState } from '../../contract/server.ts'
import type { SourceStatus } from '../../contract/source.ts'
import type {
  AttackerId,
  GapMessage,
  HelloMessage,
  Mark,
  SlotsMessage,
  StreamMessage,
  TapEvent,
} from '../../contract/stream.ts'
import { type AttackSpan, updateSpans } from './attack-spans.ts'
import {
  CLIENT_COLUMNS,
  type ClientColumn,
  clientRow,
  SERVER_COLUMNS,
  type ServerColumn,
  serverRow,
} from './columns.ts'
import { Connections } from './connections.ts'
import { Frames } from './frames.ts'
import { History } from './history.ts'

/** How far back the page can look, milliseconds. */
export const HISTORY_MS = 600_000

/** Rows of a series: ten minutes of two a second. */
const ROWS = 1200

/** Two rows of the clients are at least so far apart, however many attackers tell. */
const CLIENT_ROW_MS = 400

const MARKS_MAX = 500
const GAPS_MAX = 100

export interface Told<State> {
  readonly at: number
  readonly state: State
}

export interface Presence {
  readonly at: number
  readonly isThere: boolean
  readonly detail: string
}

export class LabStore {
  readonly status = signal<SourceStatus>({ kind: 'connecting' })
  readonly hello = signal<HelloMessage | undefined>(undefined)
  readonly server = signal<Told<ServerState> | undefined>(undefined)
  readonly attackers = signal<ReadonlyMap<AttackerId, Told<AttackerState>>>(new Map())
  readonly presence = signal<ReadonlyMap<'server' | AttackerId, Presence>>(new Map())
  readonly slots = signal<SlotsMessage | undefined>(undefined)
  readonly marks = signal<readonly Mark[]>([])
  readonly gaps = signal<readonly GapMessage[]>([])
  readonly attacks = signal<readonly AttackSpan[]>([])
  /** The newest time of the lab's clock that any message told; undefined before the first. */
  readonly now = signal<number | undefined>(undefined)
  /** Honest connections that ended and were left out of the stream, because there were too many. */
  readonly untold = signal(0)

  readonly serverHistory = new History<ServerColumn>(SERVER_COLUMNS, ROWS)
  readonly clientHistory = new History<ClientColumn>(CLIENT_COLUMNS, ROWS)
  readonly connections = new Connections()
  readonly frames = new Frames()

  private readonly listeners = new Set<(message: StreamMessage) => void>()

  /**
   * Hands on every message when the store has taken it: for whoever must not miss one, as those do who look at the signals
   * when many have come at once. Returns the function that ends it.
   */
  onTold(listener: (message: StreamMessage) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Tells of the connection that is followed; returns the function that ends it. */
  onTap(listener: (event: TapEvent) => void): () => void {
    return this.onTold((message) => {
      if (message.type === 'tap') listener(message.event)
    })
  }

  apply(message: StreamMessage): void {
    switch (message.type) {
      case 'hello':
        this.begin(message)
        break
      case 'server':
        this.server.value = { at: message.at, state: message.state }
        this.serverHistory.push(message.at, serverRow(message.state))
        break
      case 'attacker':
        this.takeAttacker(message.attacker, { at: message.at, state: message.state })
        break
      case 'slots':
        this.slots.value = message
        this.frames.push(message, message.at - HISTORY_MS)
        break
      case 'connections':
        for (const connection of message.connections) this.connections.push(connection)
        this.untold.value += message.ended - message.connections.length
        break
      case 'mark':
        this.takeMarks([message.mark])
        break
      case 'tap':
        break
      case 'presence':
        this.takePresence(message.who, message)
        break
      case 'rewind':
        this.rewind(message.at)
        break
      case 'gap':
        this.gaps.value = [...this.gaps.value, message].slice(-GAPS_MAX)
        break
    }
    if ('at' in message && message.type !== 'hello') this.advance(message.at)
    for (const listener of this.listeners) listener(message)
  }

  private begin(hello: HelloMessage): void {
    const before = this.hello.value
    // Another clock, or a clock that began anew: nothing of the past can stand beside what comes.
    if (before !== undefined && hello.clock === 'virtual' && before.session !== hello.session) this.forget()
    this.hello.value = hello
    this.presence.value = new Map(hello.presence.map((presence) => [presence.who, presence]))
    this.takeMarks(hello.marks)
    this.now.value = hello.at
  }

  private takeAttacker(id: AttackerId, told: Told<AttackerState>): void {
    if (!this.attackers.value.has(id)) this.breakSums(told.at - CLIENT_ROW_MS)
    this.attackers.value = new Map(this.attackers.value).set(id, told)
    this.attacks.value = updateSpans(this.attacks.value, id, told.state, told.at, told.at - HISTORY_MS)
    const last = this.clientHistory.time(this.clientHistory.length - 1)
    if (told.at - last < CLIENT_ROW_MS) return
    this.clientHistory.push(told.at, clientRow([...this.attackers.value.values()].map(({ state }) => state)))
  }

  private takePresence(who: 'server' | AttackerId, presence: Presence): void {
    this.presence.value = new Map(this.presence.value).set(who, presence)
    if (who === 'server' || presence.isThere) return
    // Whoever is gone attacks no more; what it had begun has ended.
    const attackers = new Map(this.attackers.value)
    if (attackers.delete(who)) this.breakSums(presence.at)
    this.attackers.value = attackers
    this.attacks.value = this.attacks.value.map((span) =>
      span.attacker === who && span.to === undefined ? { ...span, to: presence.at } : span,
    )
  }

  /** Sums over other attackers than before are not compared with those before: a row of nothing known stands between. */
  private breakSums(at: number): void {
    if (this.clientHistory.length > 0) this.clientHistory.push(at, {})
  }

  private takeMarks(marks: readonly Mark[]): void {
    const known = this.marks.value
    const isNew = (mark: Mark): boolean =>
      !known.some((other) => other.at === mark.at && JSON.stringify(other) === JSON.stringify(mark))
    const all = [...known, ...marks.filter(isNew)].sort((a, b) => a.at - b.at)
    const oldest = (all.at(-1)?.at ?? 0) - HISTORY_MS
    this.marks.value = all.filter(({ at }) => at >= oldest).slice(-MARKS_MAX)
  }

  private advance(at: number): void {
    if (at > (this.now.value ?? Number.NEGATIVE_INFINITY)) this.now.value = at
  }

  /** Time was turned back to `at`: what came later is going to come again, or otherwise. */
  private rewind(at: number): void {
    for (const part of [this.serverHistory, this.clientHistory, this.connections, this.frames]) part.rewind(at)
    this.marks.value = this.marks.value.filter((mark) => mark.at <= at)
    this.gaps.value = this.gaps.value.filter((gap) => gap.to <= at)
    this.attacks.value = this.attacks.value
      .filter(({ from }) => from <= at)
      .map((span) => (span.to !== undefined && span.to > at ? { ...span, to: undefined } : span))
    if ((this.slots.value?.at ?? 0) > at) this.slots.value = undefined
    this.now.value = at
  }

  private forget(): void {
    for (const part of [this.serverHistory, this.clientHistory, this.connections, this.frames]) part.clear()
    this.marks.value = []
    this.gaps.value = []
    this.attacks.value = []
    this.attackers.value = new Map()
    this.server.value = undefined
    this.slots.value = undefined
    this.untold.value = 0
  }
}
