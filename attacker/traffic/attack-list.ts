/**
 * The attacks of one host: those under way, and the latest that are over.
 */
import { assert } from '../../tcpip/base/assert.ts'
import type { Prng } from '../../tcpip/base/prng.ts'
import { NEVER } from '../../tcpip/base/time.ts'
import type { Segment } from '../../tcpip/wire/segment.ts'
import type { Timeline } from '../trace/timeline.ts'
import { type AttackSnapshot, RunningAttack } from './attack.ts'
import type { AttackCounters } from './attack-counters.ts'
import { type AttackSpec, attackRefusal } from './attack-spec.ts'
import type { AttackSurroundings } from './prepare-attack.ts'

/** Attacks that are over and still listed. */
const ENDED_MAX = 32

export class AttackList {
  private readonly surroundings: AttackSurroundings
  private readonly prng: Prng
  private readonly counters: AttackCounters
  private readonly onEnd: (attack: AttackSnapshot) => void
  private running: RunningAttack[] = []
  /** Only what is to be told of them: an attack may hold a trace, or thousands of records of connections. */
  private ended: AttackSnapshot[] = []
  private lastId = 0

  /** `onEnd` is called when an attack is over, whether it ran its full length or was stopped. */
  constructor(
    surroundings: AttackSurroundings,
    prng: Prng,
    counters: AttackCounters,
    onEnd: (attack: AttackSnapshot) => void,
  ) {
    this.surroundings = surroundings
    this.prng = prng
    this.counters = counters
    this.onEnd = onEnd
  }

  /** Why an attack may not start, in one line; undefined when it may. */
  refusal(spec: AttackSpec): string | undefined {
    return attackRefusal(
      spec,
      this.running.map((attack) => attack.spec.rate),
    )
  }

  /** Starts an attack that `refusal` has nothing against; returns its id. A replay comes with its trace. */
  start(spec: AttackSpec, now: number, trace?: Timeline): number {
    const refusal = this.refusal(spec)
    assert(refusal === undefined, `an attack within bounds: ${refusal}`)
    const id = ++this.lastId
    this.running.push(
      new RunningAttack(id, spec, now, this.prng.fork('attack'), this.counters, this.surroundings, trace),
    )
    return id
  }

  /** Stops an attack; false when there is none with this id, or it is over. */
  stop(id: number, now: number): boolean {
    const attack = this.running.find((candidate) => candidate.id === id)
    attack?.stop(now)
    this.sweep()
    return attack !== undefined
  }

  stopAll(now: number): void {
    for (const attack of this.running) attack.stop(now)
    this.sweep()
  }

  /** Forgets the attacks that are over. */
  forgetEnded(): void {
    this.ended = []
  }

  /** Lets every attack do what is due. */
  run(now: number): void {
    for (const attack of this.running) attack.run(now)
    this.sweep()
  }

  /** A segment came for a port that raw attacks send from, at one of the bots. */
  onAnswer(segment: Segment, now: number): void {
    for (const attack of this.running) attack.onAnswer(segment, now)
  }

  nextDeadline(): number {
    let next = NEVER
    for (const attack of this.running) next = Math.min(next, attack.nextDeadline())
    return next
  }

  /** Attacks under way and the latest that are over, in the order of their ids. */
  snapshots(): AttackSnapshot[] {
    return [...this.ended, ...this.running.map((attack) => attack.snapshot())].sort((a, b) => a.id - b.id)
  }

  /** Moves attacks that are over to the list of the ended, the oldest of which are forgotten. */
  private sweep(): void {
    if (this.running.every((attack) => attack.state === 'running')) return
    const over = this.running.filter((attack) => attack.state !== 'running').map((attack) => attack.snapshot())
    this.running = this.running.filter((attack) => attack.state === 'running')
    this.ended = [...this.ended, ...over].slice(-ENDED_MAX)
    for (const attack of over) this.onEnd(attack)
  }
}
