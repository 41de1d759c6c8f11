/**
 * What an attack does each time its schedule says so. The life of an attack (attack.ts) owns schedule, lateness, caps and
 * counts; an action owns one packet, or one connection.
 */

import { NEVER } from '../../tcpip/base/time.ts'
import type { PacketRing } from '../../tcpip/link/packet-ring.ts'
import type { Segment } from '../../tcpip/wire/segment.ts'

export interface AttackAction {
  /** Acts once; false when there was no room for it. `due`: when it should have happened, microseconds, never after `now`. */
  act(now: number, due: number): boolean
  /** Does what is due apart from the schedule, a bounded amount of it. */
  advance(now: number): void
  /** When `advance` has something to do next, microseconds; NEVER for not at all. */
  nextDeadline(): number
  /** A segment came for a port that raw attacks send from, at one of the bots. */
  onAnswer(segment: Segment, now: number): void
  /** The attack is over: lets go of everything it holds. */
  end(now: number): void
  /** What it has seen of its effect, by name; empty for an attack that hears nothing. */
  figures(): Readonly<Record<string, number>>
}

/** Writes the packets of an attack, one after the other. */
export interface PacketWriter {
  /** Writes the next packet at `at` and returns its length in bytes. */
  write(bytes: Uint8Array, view: DataView, at: number): number
}

/** The part of a transmit ring that attacks leave free, as a divisor: honest clients use the same ring. */
const RING_RESERVE = 8

/** Sends packets that nobody has to answer. */
export class SendPackets implements AttackAction {
  private readonly tx: PacketRing
  private readonly room: number
  private readonly writer: PacketWriter

  constructor(tx: PacketRing, writer: PacketWriter) {
    this.tx = tx
    this.room = tx.capacity - tx.capacity / RING_RESERVE
    this.writer = writer
  }

  act(): boolean {
    const { tx } = this
    const at = tx.size < this.room ? tx.reserve() : -1
    if (at < 0) return false
    tx.commit(this.writer.write(tx.bytes, tx.view, at))
    return true
  }

  advance(): void {}

  nextDeadline(): number {
    return NEVER
  }

  onAnswer(): void {}

  end(): void {}

  figures(): Readonly<Record<string, number>> {
    return {}
  }
}
