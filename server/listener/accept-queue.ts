/**
 * Established connections that the application has not accepted yet, first in first out (Linux icsk_accept_queue).
 * Full means longer than the limit: it holds limit + 1 (Linux sk_acceptq_is_full, which warns not to "fix" that). One
 * that is reset while it waits keeps its place.
 */
import type { Tcb } from '../../tcpip/connection/tcb.ts'
import { WaitingConnection } from '../../tcpip/host/connection-end.ts'
import type { Opening } from '../../tcpip/host/opening.ts'

export class AcceptQueue {
  limit: number
  private readonly waiting: WaitingConnection[] = []

  constructor(limit: number) {
    this.limit = limit
  }

  get length(): number {
    return this.waiting.length
  }

  get isFull(): boolean {
    return this.waiting.length > this.limit
  }

  push(tcb: Tcb, opening: Opening): void {
    this.waiting.push(new WaitingConnection(tcb, opening))
  }

  /** The connection at a place, 0 being that of the one that has waited longest; undefined beyond the last. */
  at(place: number): WaitingConnection | undefined {
    return this.waiting[place]
  }

  /** The connection that has waited longest, ended or not; undefined when none waits. */
  shift(): WaitingConnection | undefined {
    return this.waiting.shift()
  }
}
