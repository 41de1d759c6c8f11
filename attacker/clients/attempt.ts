/**
 * One honest client: from its start to its outcome. A record of the pool of `ClientPopulation`, which also hears what
 * happens to the connection.
 */
import type { CloseReason, ConnectionOwner, Tcb } from '../../tcpip/connection/tcb.ts'
import type { Outcome } from './client-counters.ts'
import type { ClientSpec } from './client-spec.ts'
import { GreetingReader } from './greeting-reader.ts'
import { ResponseReader } from './response-reader.ts'
import type { ThinkQueue } from './think-queue.ts'

/** How an attempt went, told once, when it ends. */
export interface ConnectionRecord {
  /** Name of the population it belongs to. */
  readonly population: string
  /**
   * When the client meant to start, microseconds: waiting in a busy process counts as waiting. For a user of a closed load,
   * when it did start.
   */
  readonly startedAt: number
  /** From there to ESTABLISHED, microseconds; undefined if it never was. */
  readonly connectUs: number | undefined
  /** From there to the first byte of the first answer, microseconds; undefined if none came. */
  readonly firstByteUs: number | undefined
  /** From there to the outcome, microseconds. */
  readonly totalUs: number
  readonly outcome: Outcome
  /** Requests that were answered whole; a greeting counts as one. */
  readonly answered: number
  /** The client's address was one that returns, and had been served before. */
  readonly isReturning: boolean
}

/** What an attempt reports to. */
export interface AttemptListener {
  onEstablished(attempt: Attempt, tcb: Tcb, now: number): void
  onReadable(attempt: Attempt, tcb: Tcb, now: number): void
  onClosed(attempt: Attempt, reason: CloseReason, now: number): void
}

/** A time of an attempt that has not come. */
export const NOT_YET = -1

export class Attempt implements ConnectionOwner {
  /** Place in the pool, and id of the attempt's timer. */
  readonly index: number
  startedAt = 0
  connectedAt = NOT_YET
  firstByteAt = NOT_YET
  answered = 0
  /** Between an answer and the next request. */
  isPausing = false
  address = 0
  isReturning = false
  /** What the client was told when it began. */
  spec: ClientSpec | undefined = undefined
  /** The closed load whose user this is. */
  users: ThinkQueue | undefined = undefined
  tcb: Tcb | undefined = undefined
  private readonly response = new ResponseReader()
  private readonly greeting = new GreetingReader()
  private readonly listener: AttemptListener

  constructor(index: number, listener: AttemptListener) {
    this.index = index
    this.listener = listener
  }

  /** A client takes the slot; `tcb` is set once it has one. */
  begin(spec: ClientSpec, users: ThinkQueue | undefined, startedAt: number): void {
    this.spec = spec
    this.users = users
    this.startedAt = startedAt
    this.connectedAt = NOT_YET
    this.firstByteAt = NOT_YET
    this.answered = 0
    this.expectAnswer()
  }

  /** From now on bytes belong to another answer. */
  expectAnswer(): void {
    this.isPausing = false
    this.response.reset()
    this.greeting.reset()
  }

  /** Takes received bytes; returns how far the answer is (see `ResponseReader.feed`). */
  feed(bytes: Uint8Array, length: number): number {
    return this.spec?.speaks === 'server' ? this.greeting.feed(bytes, length) : this.response.feed(bytes, length)
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
