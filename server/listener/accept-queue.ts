/**
 * Established connections that the application has not accepted yet, first in first out (Linux icsk_accept_queue).
 * Full means longer than the limit: it holds limit + 1 (Linux sk_acceptq_is_full, which warns not to "fix" that).
 */
import { State } from '../../tcpip/connection/states.ts'
import type { Tcb } from '../../tcpip/connection/tcb.ts'

/** A waiting child: it may be reset and its TCB reused before anybody accepts it. */
interface Waiting {
  readonly tcb: Tcb
  readonly generation: number
}

export class AcceptQueue {
  limit: number
  private readonly waiting: Waiting[] = []

  constructor(limit: number) {
    this.limit = limit
  }

  get length(): number {
    return this.waiting.length
  }

  get isFull(): boolean {
    return this.waiting.length > this.limit
  }

  push(tcb: Tcb): void {
    this.waiting.push({ tcb, generation: tcb.generation })
  }

  /**
   * The oldest connection that still exists, or undefined. One that was reset while it waited took a place until now;
   * Linux hands it out and lets the first read fail, here the application is spared it.
   */
  shift(): Tcb | undefined {
    for (;;) {
      const oldest = this.waiting.shift()
      if (oldest === undefined) return undefined
      if (oldest.tcb.generation === oldest.generation && oldest.tcb.state !== State.CLOSED) return oldest.tcb
    }
  }
}
