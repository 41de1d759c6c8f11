/**
 * What attacks count, by kind: one Float64Array, over shared memory if another thread reads it.
 * Offered = sent + late + no room.
 */
import { ATTACK_KINDS, type AttackKind } from './attack-catalogue.ts'

/** Slots of one kind. */
const OFFERED = 0
const SENT = 1
const LATE = 2
const NO_ROOM = 3
const ACTIVE = 4
const SLOTS_PER_KIND = 5
const BACKSCATTER_AT = ATTACK_KINDS.length * SLOTS_PER_KIND
const SLOTS = BACKSCATTER_AT + 1

export interface AttackTotals {
  /** Packets, or connections, that fell due. */
  readonly offered: number
  /** Packets handed to the link, or connections begun. */
  readonly sent: number
  /** Not sent because the process noticed too late that they were due. */
  readonly late: number
  /** Not sent because the link's transmit ring, or a table of connections, was full. */
  readonly noRoom: number
}

export class AttackCounters {
  /** Bytes of the buffer that the counters need. */
  static readonly BYTES = SLOTS * Float64Array.BYTES_PER_ELEMENT
  private readonly slots: Float64Array

  constructor(buffer: ArrayBufferLike = new ArrayBuffer(AttackCounters.BYTES), byteOffset = 0) {
    this.slots = new Float64Array(buffer, byteOffset, SLOTS)
  }

  totals(kind: AttackKind): AttackTotals {
    const at = this.at(kind)
    const { slots } = this
    return {
      offered: slots[at + OFFERED],
      sent: slots[at + SENT],
      late: slots[at + LATE],
      noRoom: slots[at + NO_ROOM],
    }
  }

  /** Attacks of a kind under way. */
  active(kind: AttackKind): number {
    return this.slots[this.at(kind) + ACTIVE]
  }

  /** Packets that came in for nobody: answers to spoofed sources, or to raw packets of bots behind their firewall. */
  get backscatter(): number {
    return this.slots[BACKSCATTER_AT]
  }

  addPackets(kind: AttackKind, sent: number, late: number, noRoom: number): void {
    const at = this.at(kind)
    const { slots } = this
    slots[at + OFFERED] += sent + late + noRoom
    slots[at + SENT] += sent
    slots[at + LATE] += late
    slots[at + NO_ROOM] += noRoom
  }

  /** One attack more (1) or less (-1) is under way. */
  addActive(kind: AttackKind, change: 1 | -1): void {
    this.slots[this.at(kind) + ACTIVE] += change
  }

  countBackscatter(): void {
    this.slots[BACKSCATTER_AT]++
  }

  /** Everything to zero but the number of attacks under way. */
  reset(): void {
    for (let i = 0; i < SLOTS; i++) if (i % SLOTS_PER_KIND !== ACTIVE) this.slots[i] = 0
  }

  private at(kind: AttackKind): number {
    return ATTACK_KINDS.indexOf(kind) * SLOTS_PER_KIND
  }
}
