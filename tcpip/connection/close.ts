/**
 * The end of a connection: close, abort, TIME-WAIT and the removal of the TCB. Read first: RFC 9293 3.6 and 3.10.4-5,
 * Linux __tcp_close() and tcp_timewait_state_process().
 */
import { Mib } from '../base/counters.ts'
import { State } from '../base/states.ts'
import { SECOND } from '../base/time.ts'
import type { ConnectionHost } from './host.ts'
import { output, sendAck, sendActiveReset } from './send.ts'
import { ACK_NONE, type CloseReason, type Tcb } from './tcb.ts'
import { DELAYED_ACK, KEEPALIVE, RETRANSMIT } from './tcb-table.ts'

/** Default length of TIME-WAIT, microseconds (Linux TCP_TIMEWAIT_LEN; RFC 9293 asks for 2 MSL = 4 min). */
export const TIME_WAIT_LENGTH = 60 * SECOND

/** Least time of that wait, in retransmission timeouts: a FIN that was lost can still be repeated (Linux tcp_fin_time). */
const FIN_WAIT_2_LEAST_RTOS = 3.5

/** Waits of a record up to this, microseconds, are counted as TWKilled instead of TW (Linux __inet_twsk_schedule). */
const SHORT_RECORD = 4 * SECOND

/**
 * The application closes: nothing more is sent after the queued bytes and a FIN, and nothing more is delivered to it.
 * Closing with unread data aborts instead, because that data is lost (RFC 9293 SHLD-3, Linux TCPAbortOnClose).
 */
export function closeConnection(host: ConnectionHost, tcb: Tcb, now: number): void {
  tcb.owner = undefined
  if (tcb.state === State.SYN_SENT) {
    host.tcbs.close(tcb)
    return
  }
  if (tcb.receiveQueue.length > 0 && tcb.state !== State.TIME_WAIT) {
    host.counters.add(Mib.TCPAbortOnClose)
    resetPeer(host, tcb, now)
    return
  }
  // Nobody is left who could wait for the end of a simultaneous open: the FIN follows the SYN at once (Linux tcp_close_state).
  if (tcb.state === State.SYN_RECEIVED) {
    tcb.sndUna = tcb.sndNxt
    host.tcbs.disarm(tcb, RETRANSMIT)
    host.tcbs.setState(tcb, State.ESTABLISHED, now)
  }
  shutdownSend(host, tcb, now)
  if (tcb.state !== State.FIN_WAIT_2) return
  if (tcb.finWait2Timeout >= 0) forsake(host, tcb, now)
  else {
    host.counters.add(Mib.TCPAbortOnLinger)
    abortConnection(host, tcb, now)
  }
}

/**
 * Half-close: a FIN goes out after the queued bytes, receiving goes on (RFC 9293 3.6, shutdown SHUT_WR). Before the
 * handshake is over the FIN waits for it (RFC 9293 3.10.4 leaves that choice in SYN-RECEIVED).
 */
export function shutdownSend(host: ConnectionHost, tcb: Tcb, now: number): void {
  if (tcb.finQueued) return
  tcb.finQueued = true
  if (tcb.state === State.ESTABLISHED) host.tcbs.setState(tcb, State.FIN_WAIT_1, now)
  else if (tcb.state === State.CLOSE_WAIT) host.tcbs.setState(tcb, State.LAST_ACK, now)
  output(host, tcb, now)
}

/** The handshake is over. A FIN that waited for it is next; the application is told in either case. */
export function enterEstablished(host: ConnectionHost, tcb: Tcb, now: number): void {
  // The SYN-ACK counts as data; where SYNs crossed none has come (Linux tcp_finish_connect alone sets lrcvtime).
  tcb.lastDataAt = tcb.state === State.SYN_SENT ? now : Number.NEGATIVE_INFINITY
  host.tcbs.setState(tcb, State.ESTABLISHED, now)
  tcb.lastReceivedAt = now
  if (tcb.finQueued) host.tcbs.setState(tcb, State.FIN_WAIT_1, now)
  tcb.owner?.onEstablished(tcb, now)
}

/**
 * Ends a connection at once, queued bytes are lost (RFC 9293 3.10.5). A peer that waits for something is sent a RST; one that knows
 * both streams ended, as all was sent in CLOSING and LAST-ACK, is not (Linux tcp_disconnect).
 */
export function abortConnection(host: ConnectionHost, tcb: Tcb, now: number): void {
  const knowsAll = (tcb.state === State.CLOSING || tcb.state === State.LAST_ACK) && tcb.finSent
  const isSilent = knowsAll || tcb.state === State.SYN_SENT || tcb.state === State.TIME_WAIT
  if (isSilent) host.tcbs.close(tcb)
  else resetPeer(host, tcb, now)
}

function resetPeer(host: ConnectionHost, tcb: Tcb, now: number): void {
  sendActiveReset(host, tcb, now)
  if (isCountedAsReset(tcb)) host.counters.add(Mib.EstabResets)
  host.tcbs.close(tcb)
}

/** RFC 2012 tcpEstabResets: straight from these states to CLOSED, whoever reset (Linux tcp_set_state). */
function isCountedAsReset(tcb: Tcb): boolean {
  return tcb.state === State.ESTABLISHED || tcb.state === State.CLOSE_WAIT
}

/** Removes a connection and tells its application why. */
export function finishConnection(host: ConnectionHost, tcb: Tcb, reason: CloseReason, now: number): void {
  if (isCountedAsReset(tcb)) host.counters.add(Mib.EstabResets)
  if (tcb.state === State.SYN_SENT || tcb.state === State.SYN_RECEIVED) host.counters.add(Mib.AttemptFails)
  if (reason === 'timeout') host.counters.add(Mib.TCPAbortOnTimeout)
  const owner = tcb.owner
  // The owner sees the TCB as it ended; only then does it return to the pool.
  tcb.owner = undefined
  owner?.onClosed(tcb, reason, now)
  host.tcbs.close(tcb)
}

/**
 * Enters TIME-WAIT. All that is left to send is the answer to a repeated FIN; what was received can still be read. A host that has as many
 * as it allows itself acknowledges and forgets instead (Linux tcp_time_wait, TCPTimeWaitOverflow).
 */
export function enterTimeWait(host: ConnectionHost, tcb: Tcb, now: number): void {
  if (tcb.srtt > 0) host.onProvenPeer(tcb, now)
  if (host.tcbs.counts[State.TIME_WAIT] >= host.maxTimeWait) {
    host.counters.add(Mib.TCPTimeWaitOverflow)
    if (tcb.state === State.FIN_WAIT_2) sendAck(host, tcb, now)
    finishConnection(host, tcb, 'closed', now)
    return
  }
  // A record has been counted: to Linux it is in TIME-WAIT already.
  if (!tcb.isRecord) host.counters.add(Mib.TW)
  host.tcbs.setState(tcb, State.TIME_WAIT, now)
  tcb.lastChallengeAt = -1
  tcb.sendQueue.clear()
  host.tcbs.arm(tcb, RETRANSMIT, now + host.timeWaitLength)
}

/**
 * Our FIN is acknowledged: FIN-WAIT-1 becomes FIN-WAIT-2, bounded in time when nobody is left to receive. `withFin`: the segment that
 * says so has a FIN itself. Whatever becomes of that, the connection is not given up for a record yet (Linux tcp_rcv_state_process).
 */
export function enterFinWait2(host: ConnectionHost, tcb: Tcb, withFin: boolean, now: number): void {
  host.tcbs.setState(tcb, State.FIN_WAIT_2, now)
  if (tcb.owner !== undefined) return
  if (withFin) armFinWait2(host, tcb, now)
  else forsake(host, tcb, now)
}

/** FIN-WAIT-2 without a program: all that it waits for is the peer's FIN, at the end in a record of its own (Linux tcp_time_wait). */
function forsake(host: ConnectionHost, tcb: Tcb, now: number): void {
  const length = finWait2Length(tcb)
  if (length > TIME_WAIT_LENGTH) armFinWait2(host, tcb, now)
  else keepRecord(host, tcb, length, now)
}

/** How long FIN-WAIT-2 without a program may last, microseconds (Linux tcp_fin_time). */
function finWait2Length(tcb: Tcb): number {
  return Math.max(tcb.finWait2Timeout, FIN_WAIT_2_LEAST_RTOS * tcb.rto)
}

/** Starts the time in which the connection still is one: what is longer than a record waits, or else all of it. */
function armFinWait2(host: ConnectionHost, tcb: Tcb, now: number): void {
  const length = finWait2Length(tcb)
  // Linux has one timer for this and for keepalive.
  host.tcbs.disarm(tcb, KEEPALIVE)
  host.tcbs.arm(tcb, RETRANSMIT, now + (length > TIME_WAIT_LENGTH ? length - TIME_WAIT_LENGTH : length))
}

function keepRecord(host: ConnectionHost, tcb: Tcb, length: number, now: number): void {
  host.counters.add(length <= SHORT_RECORD ? Mib.TWKilled : Mib.TW)
  tcb.isRecord = true
  tcb.lastChallengeAt = -1
  tcb.reassembly.clear()
  tcb.sackReport.clear()
  tcb.ackOwed = ACK_NONE
  host.tcbs.disarm(tcb, DELAYED_ACK)
  host.tcbs.disarm(tcb, KEEPALIVE)
  host.tcbs.arm(tcb, RETRANSMIT, now + length)
}

/**
 * FIN-WAIT-2 without a program lasts too long. Of a record nothing is said; a connection leaves one if it was to wait for longer than
 * that does, else the peer is reset (Linux tcp_keepalive_timer).
 */
export function onFinWait2Timeout(host: ConnectionHost, tcb: Tcb, now: number): void {
  const rest = finWait2Length(tcb) - TIME_WAIT_LENGTH
  if (tcb.isRecord) host.tcbs.close(tcb)
  else if (rest > 0) keepRecord(host, tcb, rest, now)
  else resetPeer(host, tcb, now)
}

/** Whether a connection waits in FIN-WAIT-2 as a record. */
export function isForsaken(tcb: Tcb): boolean {
  return tcb.isRecord && tcb.state === State.FIN_WAIT_2
}
