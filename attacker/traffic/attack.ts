/**
 * The life of one attack: packets, or connections, fall due by its schedule; they are sent if the process is on time and
 * there is room, and counted as not sent otherwise. An attack never sends more than what is due, and stops by itself.
 */
import { Prng } from '../../tcpip/base/prng.ts'
import { MILLISECOND, NEVER, SECOND } from '../../tcpip/base/time.ts'
import type { Segment } from '../../tcpip/wire/segment.ts'
import type { ReplayView } from '../trace/account.ts'
import type { Timeline } from '../trace/timeline.ts'
import type { AttackAction } from './attack-action.ts'
import type { AttackCounters } from './attack-counters.ts'
import { type AttackSpec, viewReplayOf } from './attack-spec.ts'
import { type AttackSurroundings, prepareAttack } from './prepare-attack.ts'
import type { Schedule } from './rate-shape.ts'

/**
 * How late a packet may be sent, microseconds. A process that was held up longer than this drops what it missed, because
 * sending it all at once would be another attack than the one asked for.
 */
export const CATCH_UP_MAX = 50 * MILLISECOND

/** Packets of one attack sent per turn, and packets found late per turn, at most. */
const SEND_BATCH = 256
const LATE_BATCH = 65_536

/** `finished`: ran its full length; `stopped`: was told to stop before. */
export type AttackState = 'running' | 'finished' | 'stopped'

/** An attack as others see it; times in microseconds. */
export interface AttackSnapshot {
  readonly id: number
  readonly spec: AttackSpec
  readonly state: AttackState
  readonly startedAt: number
  /** When it ended, or will end by itself. */
  readonly stopsAt: number
  /** Packets that fell due = sent + late + noRoom. */
  readonly offered: number
  readonly sent: number
  readonly late: number
  readonly noRoom: number
  /** What the attack has seen of its effect, by name. */
  readonly figures: Readonly<Record<string, number>>
  /** Of a replay: what becomes of the packets of its recording. */
  readonly replay: ReplayView | undefined
}

export class RunningAttack {
  readonly id: number
  readonly spec: AttackSpec
  readonly startedAt: number
  private stopsAt: number
  private currentState: AttackState = 'running'
  private sent = 0
  private late = 0
  private noRoom = 0
  private readonly counters: AttackCounters
  private readonly schedule: Schedule
  private readonly action: AttackAction
  private readonly replay: ReplayView | undefined

  /** `prng` is used when the spec has no seed of its own; `trace` is what a replay plays. */
  constructor(
    id: number,
    spec: AttackSpec,
    now: number,
    prng: Prng,
    counters: AttackCounters,
    surroundings: AttackSurroundings,
    trace: Timeline | undefined,
  ) {
    this.id = id
    this.spec = spec
    this.startedAt = now
    this.stopsAt = now + Math.round(spec.duration * SECOND)
    this.counters = counters
    const source = spec.seed === undefined ? prng : new Prng(spec.seed)
    const { schedule, action } = prepareAttack(spec, now, source, surroundings, trace)
    this.schedule = schedule
    this.action = action
    this.replay = trace && viewReplayOf(spec, trace)
    if (this.replay !== undefined) counters.addRecording(this.replay)
    counters.addActive(spec.kind, 1)
  }

  get state(): AttackState {
    return this.currentState
  }

  /** Does what is due at `now`, a bounded amount of it; the rest follows in the next turn. */
  run(now: number): void {
    if (this.currentState !== 'running') return
    const late = this.skipLate(now)
    const { schedule, stopsAt, action } = this
    let sent = 0
    let noRoom = 0
    while (sent + noRoom < SEND_BATCH && schedule.next <= now && schedule.next < stopsAt) {
      if (action.act(now, schedule.next)) sent++
      else noRoom++
      schedule.step()
    }
    this.sent += sent
    this.late += late
    this.noRoom += noRoom
    this.counters.addPackets(this.spec.kind, sent, late, noRoom)
    action.advance(now)
    if (now >= stopsAt && schedule.next >= stopsAt) this.end('finished', now)
  }

  /** A segment came for a port that raw attacks send from, at one of the bots. */
  onAnswer(segment: Segment, now: number): void {
    this.action.onAnswer(segment, now)
  }

  /** Ends the attack now. Does nothing when it is over already. */
  stop(now: number): void {
    if (this.currentState !== 'running') return
    this.stopsAt = Math.min(this.stopsAt, now)
    this.end('stopped', now)
  }

  /** When `run` has something to do next, microseconds; NEVER once the attack is over. */
  nextDeadline(): number {
    if (this.currentState !== 'running') return NEVER
    return Math.min(this.schedule.next, this.stopsAt, this.action.nextDeadline())
  }

  snapshot(): AttackSnapshot {
    const { id, spec, startedAt, stopsAt, sent, late, noRoom, replay } = this
    const state = this.currentState
    const figures = this.action.figures()
    return { id, spec, state, startedAt, stopsAt, offered: sent + late + noRoom, sent, late, noRoom, figures, replay }
  }

  /** Steps over what should have been sent too long ago; returns how many packets that were. */
  private skipLate(now: number): number {
    const { schedule } = this
    const until = Math.min(now - CATCH_UP_MAX, this.stopsAt)
    let late = 0
    while (late < LATE_BATCH && schedule.next < until) {
      late++
      schedule.step()
    }
    return late
  }

  private end(state: AttackState, now: number): void {
    this.currentState = state
    this.action.end(now)
    this.counters.addActive(this.spec.kind, -1)
  }
}
