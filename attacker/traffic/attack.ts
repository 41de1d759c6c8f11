/**
 * The life of one attack: packets fall due by its arrival process, are sent if the process is on time and the link has
 * room, and are counted as not sent otherwise. An attack never sends more than what is due, and stops by itself.
 */
import type { PacketRing } from '../../tcpip/link/packet-ring.ts'
import { Prng } from '../../tcpip/prng.ts'
import { MILLISECOND, NEVER, SECOND } from '../../tcpip/time.ts'
import { Arrivals } from '../clients/arrivals.ts'
import type { AttackCounters } from './attack-counters.ts'
import type { AttackSpec } from './attack-spec.ts'
import { SynFlood } from './syn-flood.ts'

/**
 * How late a packet may be sent, microseconds. A process that was held up longer than this drops what it missed, because
 * sending it all at once would be another attack than the one asked for.
 */
export const CATCH_UP_MAX = 50 * MILLISECOND

/** Packets of one attack sent per turn, and packets found late per turn, at most. */
const SEND_BATCH = 256
const LATE_BATCH = 65_536

/** The part of the transmit ring that attacks leave free, as a divisor: honest clients use the same ring. */
const RING_RESERVE = 8

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
}

export class Attack {
  readonly id: number
  readonly spec: AttackSpec
  readonly startedAt: number
  private stopsAt: number
  private currentState: AttackState = 'running'
  private sent = 0
  private late = 0
  private noRoom = 0
  private readonly counters: AttackCounters
  private readonly arrivals: Arrivals
  private readonly flood: SynFlood

  /** `prng` is used when the spec has no seed of its own. */
  constructor(id: number, spec: AttackSpec, now: number, prng: Prng, counters: AttackCounters) {
    this.id = id
    this.spec = spec
    this.startedAt = now
    this.stopsAt = now + Math.round(spec.duration * SECOND)
    this.counters = counters
    const source = spec.seed === undefined ? prng : new Prng(spec.seed)
    this.arrivals = new Arrivals(spec.arrivals, spec.rate, now, source.fork('arrivals'))
    this.flood = new SynFlood(spec.sources, source.fork('packets'))
    counters.addActive(spec.kind, 1)
  }

  get state(): AttackState {
    return this.currentState
  }

  /** Sends what is due at `now` into `tx`, a bounded number of packets; the rest follows in the next turn. */
  run(tx: PacketRing, now: number): void {
    if (this.currentState !== 'running') return
    const late = this.skipLate(now)
    const room = tx.capacity - tx.capacity / RING_RESERVE
    const { arrivals, stopsAt, flood } = this
    let sent = 0
    let noRoom = 0
    while (sent + noRoom < SEND_BATCH && arrivals.next <= now && arrivals.next < stopsAt) {
      const at = tx.size < room ? tx.reserve() : -1
      if (at < 0) noRoom++
      else {
        tx.commit(flood.write(tx.bytes, tx.view, at))
        sent++
      }
      arrivals.step()
    }
    this.sent += sent
    this.late += late
    this.noRoom += noRoom
    this.counters.addPackets(this.spec.kind, sent, late, noRoom)
    if (now >= stopsAt && arrivals.next >= stopsAt) this.end('finished')
  }

  /** Ends the attack now. Does nothing when it is over already. */
  stop(now: number): void {
    if (this.currentState !== 'running') return
    this.stopsAt = Math.min(this.stopsAt, now)
    this.end('stopped')
  }

  /** When `run` has something to do next, microseconds; NEVER once the attack is over. */
  nextDeadline(): number {
    return this.currentState === 'running' ? Math.min(this.arrivals.next, this.stopsAt) : NEVER
  }

  snapshot(): AttackSnapshot {
    const { id, spec, startedAt, stopsAt, sent, late, noRoom } = this
    return { id, spec, state: this.currentState, startedAt, stopsAt, offered: sent + late + noRoom, sent, late, noRoom }
  }

  /** Steps over what should have been sent too long ago; returns how many packets that were. */
  private skipLate(now: number): number {
    const { arrivals } = this
    const until = Math.min(now - CATCH_UP_MAX, this.stopsAt)
    let late = 0
    while (late < LATE_BATCH && arrivals.next < until) {
      late++
      arrivals.step()
    }
    return late
  }

  private end(state: AttackState): void {
    this.currentState = state
    this.counters.addActive(this.spec.kind, -1)
  }
}
