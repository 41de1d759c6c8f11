/**
 * The contract between a host and whoever listens on one of its ports. The host finds connections; a segment that
 * belongs to none is the listener's, and so are the half-open entries. Linux draws the same line between
 * tcp_v4_rcv() and tcp_check_req()/tcp_conn_request().
 */

import type { DropReason } from '../base/drop-reason.ts'
import type { ConnectionHost } from '../connection/host.ts'
import type { IsnGenerator } from '../connection/isn.ts'
import type { Handshake } from '../connection/open.ts'
import type { Tcb } from '../connection/tcb.ts'
import type { IcmpError } from '../wire/icmp.ts'
import type { Segment } from '../wire/segment.ts'

/** What a listener needs of its host. */
export interface PassiveOpenHost extends ConnectionHost {
  readonly isn: IsnGenerator
  /** The connection of a completed handshake, ESTABLISHED; undefined when the host has no room for another. */
  openChild(handshake: Handshake, completing: Segment, now: number): Tcb | undefined
  /** Ends a connection at once, with a RST. */
  abort(tcb: Tcb, now: number): void
  /** Lets a connection process the segment that completed its handshake: it may carry data or a FIN. */
  deliver(tcb: Tcb, segment: Segment, now: number): DropReason
}

/** A listener, as its host sees it. */
export interface PassiveOpen {
  /** A segment for the port that belongs to no connection. `flowHash` is the host's keyed hash of its 4-tuple. */
  onSegment(segment: Segment, flowHash: number, now: number): DropReason
  /** A SYN that takes over from a connection in TIME-WAIT, with the ISN that its answer has to use. */
  onTimeWaitSyn(segment: Segment, flowHash: number, isn: number, now: number): DropReason
  /** An ICMP error about a segment that this port sent and that belongs to no connection. */
  onIcmpError(error: IcmpError, flowHash: number): DropReason
  /** A peer's connection ended well: its address is proven to exist. */
  onProvenPeer(address: number, now: number): void
  /** Fires timers due at `now`, at most `limit` of them. */
  advance(now: number, limit: number): void
  /** When `advance` has something to do next, microseconds; NEVER if nothing is waiting. */
  nextDeadline(): number
}
