/**
 * What is left of a connection when it has ended: the bytes that were not read, and what calls on its socket will report.
 * Read first: Linux tcp_reset(), tcp_recvmsg_locked().
 */
import { State } from '../base/states.ts'
import type { CloseReason, ConnectionOwner, Tcb } from '../connection/tcb.ts'
import type { Opening } from './opening.ts'
import type { SocketError } from './socket-error.ts'

export interface ConnectionEnd {
  /** Undefined after an orderly end. */
  readonly error: SocketError | undefined
  /** What the receive queue still held. */
  readonly unread: Uint8Array
  /** The peer had ended its side. */
  readonly peerClosed: boolean
}

const ERRORS: Readonly<Record<CloseReason, SocketError | undefined>> = {
  closed: undefined,
  reset: 'ECONNRESET',
  refused: 'ECONNREFUSED',
  timeout: 'ETIMEDOUT',
}

const NO_BYTES = new Uint8Array(0)

/** Takes down the end of a connection whose TCB is about to be reused; to be called in `ConnectionOwner.onClosed`. */
export function endOf(tcb: Tcb, reason: CloseReason): ConnectionEnd {
  const { length } = tcb.receiveQueue
  const unread = length === 0 ? NO_BYTES : new Uint8Array(length)
  tcb.receiveQueue.peek(0, unread, 0, length)
  // A RST after the peer's FIN breaks nothing but our own writing (Linux tcp_reset).
  const error = reason === 'reset' && tcb.state === State.CLOSE_WAIT ? 'EPIPE' : ERRORS[reason]
  return { error, unread, peerClosed: tcb.finReceived }
}

/**
 * A connection between its handshake and accept(). It may be reset meanwhile and keeps its place all the same: accept()
 * hands it out, and the first read tells (Linux inet_csk_accept).
 */
export class WaitingConnection implements ConnectionOwner {
  readonly localAddress: number
  readonly localPort: number
  readonly remoteAddress: number
  readonly remotePort: number
  readonly opening: Opening
  /** Undefined once the connection has ended: then `end` tells how. */
  tcb: Tcb | undefined
  end: ConnectionEnd | undefined = undefined

  /** Becomes the owner of `tcb`. */
  constructor(tcb: Tcb, opening: Opening) {
    this.tcb = tcb
    this.localAddress = tcb.localAddress
    this.localPort = tcb.localPort
    this.remoteAddress = tcb.remoteAddress
    this.remotePort = tcb.remotePort
    this.opening = opening
    tcb.owner = this
  }

  onEstablished(): void {}
  onReadable(): void {}
  onWritable(): void {}

  onClosed(tcb: Tcb, reason: CloseReason): void {
    this.end = endOf(tcb, reason)
    this.tcb = undefined
  }
}
