/**
 * The honest connections that have ended since somebody last asked. All are counted; so many that telling each one would
 * be a burden are represented by a sample, drawn so that each has the same chance (reservoir sampling, algorithm R).
 */
import type { Prng } from '../../tcpip/base/prng.ts'
import type { ConnectionRecord } from '../clients/attempt.ts'

/** Connections told at a time: 2,000 per second for whoever asks ten times a second. */
export const TOLD_MAX = 200

export interface ConnectionBatch {
  /** Connections that have ended: those told, and those left out. */
  readonly ended: number
  readonly records: readonly ConnectionRecord[]
}

export class FinishedConnections {
  private readonly prng: Prng
  private records: ConnectionRecord[] = []
  private ended = 0

  constructor(prng: Prng) {
    this.prng = prng
  }

  record(record: ConnectionRecord): void {
    const place = this.ended < TOLD_MAX ? this.ended : this.prng.below(this.ended + 1)
    this.ended++
    if (place < TOLD_MAX) this.records[place] = record
  }

  /** Everything since the last call. */
  take(): ConnectionBatch {
    const { ended, records } = this
    this.ended = 0
    this.records = []
    return { ended, records }
  }
}
