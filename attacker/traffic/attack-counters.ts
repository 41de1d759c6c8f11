/**
 * What attacks count, by kind: one Float64Array, over shared memory if another thread reads it.
 * Offered = sent + late + no room.
 */
import { LEFT_OUT_REASONS, type ReplayView } from '../trace/account.ts'
import { ATTACK_KINDS, type AttackKind } from './attack-catalogue.ts'

/** Slots of one kind. */
const OFFERED = 0
const SENT = 1
const LATE = 2
const NO_ROOM = 3
const ACTIVE = 4
const SLOTS_PER_KIND = 5
const BACKSCATTER_AT = ATTACK_KINDS.length * SLOTS_PER_KIND
const RECORDED_AT = BACKSCATTER_AT + 1

/** What becomes of a packet of a recording that is replayed. */
export const RECORDED_OUTCOMES = ['replayed', ...LEFT_OUT_REASONS] as const
export type RecordedOutcome = (typeof RECORDED_OUTCOMES)[number]

const SLOTS = RECORDED_AT + RECORDED_OUTCOMES.length

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

  /** Packets of recordings whose replay was started, by what becomes of them. */
  recorded(outcome: RecordedOutcome): number {
    return this.slots[RECORDED_AT + RECORDED_OUTCOMES.indexOf(outcome)]
  }

  /** The replay of a recording has been started. */
  addRecording({ replayed, leftOut }: ReplayView): void {
    this.slots[RECORDED_AT] += replayed
    LEFT_OUT_REASONS.forEach((reason, i) => {
      this.slots[RECORDED_AT + 1 + i] += leftOut[reason] ?? 0
    })
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
    for (let i = 0; i < SLOTS; i++) if (i >= BACKSCATTER_AT || i % SLOTS_PER_KIND !== ACTIVE) this.slots[i] = 0
  }

  private at(kind: AttackKind): number {
    return ATTACK_KINDS.indexOf(kind) * SLOTS_PER_KIND
  }
}
