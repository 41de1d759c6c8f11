/**
 * What the gateway counts: one Float64Array, over shared memory if another thread reads it. Accepted = open + outcomes, at
 * every moment.
 */

/**
 * How a connection through the gateway ended:
 * `ok` both sides were closed in order; `timeout` the server did not answer the SYN; `refused` it answered with RST;
 * `reset` it ended the connection later, or stopped answering; `client` the real client broke off; `limit` as many were
 * open as may be; `unavailable` there was no link to a server, or no port left to connect from.
 */
export const GATEWAY_OUTCOMES = ['ok', 'timeout', 'refused', 'reset', 'client', 'limit', 'unavailable'] as const

export type GatewayOutcome = (typeof GATEWAY_OUTCOMES)[number]

const ACCEPTED = 0
const OPEN = 1
const OUTCOMES_AT = 2
const SLOTS = OUTCOMES_AT + GATEWAY_OUTCOMES.length

export class GatewayCounters {
  /** Bytes of the buffer that the counters need. */
  static readonly BYTES = SLOTS * Float64Array.BYTES_PER_ELEMENT
  private readonly slots: Float64Array

  constructor(buffer: ArrayBufferLike = new ArrayBuffer(GatewayCounters.BYTES), byteOffset = 0) {
    this.slots = new Float64Array(buffer, byteOffset, SLOTS)
  }

  /** Real connections that came. */
  get accepted(): number {
    return this.slots[ACCEPTED] ?? 0
  }

  /** Connections that have no outcome yet. */
  get open(): number {
    return this.slots[OPEN] ?? 0
  }

  count(outcome: GatewayOutcome): number {
    return this.slots[OUTCOMES_AT + GATEWAY_OUTCOMES.indexOf(outcome)] ?? 0
  }

  countAccepted(): void {
    this.add(ACCEPTED, 1)
    this.add(OPEN, 1)
  }

  countOutcome(outcome: GatewayOutcome): void {
    this.add(OPEN, -1)
    this.add(OUTCOMES_AT + GATEWAY_OUTCOMES.indexOf(outcome), 1)
  }

  /** Everything to zero, except that connections that are open count as accepted anew. */
  reset(): void {
    const { open } = this
    this.slots.fill(0)
    this.slots[ACCEPTED] = open
    this.slots[OPEN] = open
  }

  private add(slot: number, change: number): void {
    this.slots[slot] = (this.slots[slot] ?? 0) + change
  }
}
