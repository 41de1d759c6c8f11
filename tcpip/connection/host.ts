/**
 * What a connection needs of the host it belongs to. The endpoint implements it; connection code knows no more of it.
 */
import type { Counters } from '../base/counters.ts'
import type { Segment } from '../wire/segment.ts'
import type { Tcb } from './tcb.ts'
import type { TcbTable } from './tcb-table.ts'

export interface ConnectionHost {
  readonly counters: Counters
  readonly tcbs: TcbTable
  /** Shift count that is offered to peers, 0..14. */
  readonly windowScale: number
  /** Most connections in TIME-WAIT. */
  readonly maxTimeWait: number
  /** RFC 1337: ignore RSTs in TIME-WAIT. */
  readonly rfc1337: boolean
  /** Length of TIME-WAIT, microseconds. */
  readonly timeWaitLength: number
  /** The one record that outgoing segments are built in. */
  readonly out: Segment
  /** Sends `out`; false when the transmit ring is full and lost it, as a full device queue would. */
  transmit(): boolean
  /** Sends `out` as something that was sent before, which OutSegs leaves out (RFC 4022 tcpOutSegs). */
  retransmit(): boolean
  /** For packets written in place: the view of the transmit ring, and the offset of room in it, -1 when there is none. */
  readonly txView: DataView
  reserve(): number
  /** Sends the packet of `length` bytes written at the reserved place. */
  transmitWritten(length: number): void
  /** The connection ended in an orderly way after at least one round trip was measured. */
  onProvenPeer(tcb: Tcb, now: number): void
}

/** Maximum segment size that a host advertises unless told: 1500 bytes of Ethernet less two 20-byte headers. */
export const ADVERTISED_MSS = 1460

/** MSS of a peer that announces none, RFC 9293 3.7.1 (MUST-15). */
export const DEFAULT_MSS = 536

/** Smallest MSS a sender goes down to, whatever the peer asks (Linux TCP_MIN_MSS is 88 with options, 48 without). */
export const MIN_SEND_MSS = 48

/** Bytes that the timestamps option takes from each segment, padding included (RFC 7323 appendix A). */
export const TIMESTAMPS_BYTES = 12

/** Window scale that a host offers by default: what Linux chooses for its default receive buffer limit of 6 MB. */
export const DEFAULT_WINDOW_SCALE = 7

/** Largest value of the 16-bit window field. */
export const MAX_WINDOW_FIELD = 65_535

/**
 * The window that SYN and SYN-ACK offer, bytes: as many whole segments as 16 bits can say (Linux
 * tcp_select_initial_window). 64,240 without timestamps, 65,160 with them.
 */
export function initialWindow(timestamps: boolean, mss = ADVERTISED_MSS): number {
  const segmentBytes = mss - (timestamps ? TIMESTAMPS_BYTES : 0)
  return Math.floor(MAX_WINDOW_FIELD / segmentBytes) * segmentBytes
}
