/**
 * What a connection needs of the host it belongs to. The endpoint implements it; connection code knows no more of it.
 */
import type { Counters } from '../base/counters.ts'
import type { Segment } from '../wire/segment.ts'
import type { SynOffer } from './segment-size.ts'
import type { Tcb } from './tcb.ts'
import type { TcbTable } from './tcb-table.ts'

export interface ConnectionHost {
  readonly counters: Counters
  readonly tcbs: TcbTable
  /** What SYNs and SYN-ACKs say, if a socket has nothing of its own to say. */
  readonly offer: SynOffer
  /** Whether timestamps and SACK are offered to peers. */
  readonly timestamps: boolean
  readonly sack: boolean
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
