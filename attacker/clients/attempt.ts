/**
 * One honest client: from its intended start to its outcome. A record of the pool of `ClientPopulation`, which also hears
 * what happens to the connection.
 */
import type { CloseReason, ConnectionOwner, Tcb } from '../../tcpip/connection/tcb.ts'
import type { Outcome } from './client-counters.ts'
import { ResponseReader } from './response-reader.ts'

/** How an attempt went, told once, when it ends. */
export interface ConnectionRecord {
  /** When the client meant to start, microseconds: waiting in a busy process counts as waiting. */
  readonly startedAt: number
  /** From there to ESTABLISHED, microseconds; undefined if it never was. */
  readonly connectUs: number | undefined
  /** From there to the outcome, microseconds. */
  readonly totalUs: number
  readonly outcome: Outcome
}

/** What an attempt reports to. */
export interface AttemptListener {
  onEstablished(attempt: Attempt, tcb: Tcb, now: number): void
  onReadable(attempt: Attempt, tcb: Tcb, now: number): void
  onClosed(attempt: Attempt, reason: CloseReason, now: number): void
}

/** `connectedAt` of an attempt that is not connected. */
export const NOT_CONNECTED = -1

export class Attempt implements ConnectionOwner {
  /** Place in the pool, and id of the attempt's timer. */
  readonly index: number
  readonly reader = new ResponseReader()
  startedAt = 0
  connectedAt = NOT_CONNECTED
  /** How long the client will wait for the whole response once it is connected, microseconds. */
  responseTimeout = 0
  tcb: Tcb | undefined = undefined
  private readonly listener: AttemptListener

  constructor(index: number, listener: AttemptListener) {
    this.index = index
    this.listener = listener
  }

  onEstablished(tcb: Tcb, now: number): void {
    this.listener.onEstablished(this, tcb, now)
  }

  onReadable(tcb: Tcb, now: number): void {
    this.listener.onReadable(this, tcb, now)
  }

  /** The request is one segment, queued whole: there is never more to write. */
  onWritable(): void {}

  onClosed(_tcb: Tcb, reason: CloseReason, now: number): void {
    this.listener.onClosed(this, reason, now)
  }
}
