/**
 * One connection as a program sees it: non-blocking calls with the results and errors of Linux's system calls, and events
 * in place of poll(). Read first: Linux tcp_recvmsg_locked(), tcp_sendmsg_locked(), tcp_reset(), inet_shutdown().
 */
import { Mib } from '../base/counters.ts'
import { State } from '../base/states.ts'
import type { KeepaliveOptions } from '../connection/keepalive-options.ts'
import type { CloseReason, ConnectionOwner, Tcb } from '../connection/tcb.ts'
import { type ConnectionEnd, endOf, type WaitingConnection } from './connection-end.ts'
import type { Endpoint } from './endpoint.ts'
import type { Opening } from './opening.ts'
import { type SocketError, type SocketResult, WOULD_BLOCK } from './socket-error.ts'

/** What a socket tells its program. Runs inside the host's turn; any call is allowed in it, on any socket. */
export interface SocketEvents {
  /** The connection that `connect` began exists. */
  onConnected(now: number): void
  /** `read` has bytes, or the end of the stream. */
  onReadable(now: number): void
  /** `write` has room again. */
  onWritable(now: number): void
  /**
   * The connection is over, though not by this side's `close` or `abort`, after which there are no events. Bytes that
   * came before can still be read.
   */
  onClosed(error: SocketError | undefined, now: number): void
}

const NO_BYTES = new Uint8Array(0)

export class Socket implements ConnectionOwner {
  localAddress = 0
  localPort = 0
  remoteAddress = 0
  remotePort = 0
  /** How it was opened, if it was accepted. */
  opening: Opening | undefined = undefined
  /** Whom to tell; may be set at any time, and misses what happened before. */
  events: SocketEvents | undefined
  private readonly endpoint: Endpoint
  private tcb: Tcb | undefined = undefined
  /** What the connection's queue still held when it ended. */
  private unread: Uint8Array = NO_BYTES
  /** To be given once, by the next call that reports errors (Linux sk_err): see `takeError`. */
  private error: SocketError | undefined = undefined
  private peerClosed = false
  private isWriteShut = false
  private keepAlive: KeepaliveOptions | undefined = undefined

  constructor(endpoint: Endpoint, events: SocketEvents | undefined) {
    this.endpoint = endpoint
    this.events = events
  }

  /** Takes over a connection: called once, by whoever opened it. */
  attach(tcb: Tcb): void {
    this.tcb = tcb
    tcb.owner = this
    this.localAddress = tcb.localAddress
    this.localPort = tcb.localPort
    this.remoteAddress = tcb.remoteAddress
    this.remotePort = tcb.remotePort
    this.peerClosed = tcb.finReceived
  }

  /** Takes over an accepted connection. One that ended while it waited ends this socket, without an event. */
  attachAccepted(waiting: WaitingConnection): void {
    this.opening = waiting.opening
    if (waiting.tcb !== undefined) this.attach(waiting.tcb)
    this.localAddress = waiting.localAddress
    this.localPort = waiting.localPort
    this.remoteAddress = waiting.remoteAddress
    this.remotePort = waiting.remotePort
    if (waiting.end !== undefined) this.takeEnd(waiting.end)
  }

  /** Whether `connect` is still waiting for the peer. */
  get isConnecting(): boolean {
    return this.tcb !== undefined && this.tcb.state < State.ESTABLISHED
  }

  /** Whether the connection is over, or was closed or aborted from here. */
  get isOver(): boolean {
    return this.tcb === undefined
  }

  /**
   * Moves received bytes into `target[at .. at + length)` and returns how many; 0 at the end of the stream. Bytes that
   * came before a RST can be read before its error is given (Linux tcp_recvmsg_locked looks at the queue first).
   */
  read(target: Uint8Array, at: number, length: number, now: number): SocketResult {
    if (at < 0 || length < 0 || at + length > target.length) return 'EINVAL'
    const { tcb } = this
    if (tcb === undefined) return this.readRest(target, at, length)
    const count = this.endpoint.read(tcb, target, at, length, now)
    if (count > 0 || tcb.finReceived || tcb.readShut || length === 0) return count
    return WOULD_BLOCK
  }

  private readRest(target: Uint8Array, at: number, length: number): SocketResult {
    const count = Math.min(length, this.unread.length)
    if (count > 0) {
      target.set(this.unread.subarray(0, count), at)
      this.unread = this.unread.subarray(count)
      return count
    }
    // The end of the stream was there before the error (Linux SOCK_DONE).
    return this.peerClosed ? 0 : (this.takeError() ?? 0)
  }

  /**
   * Queues bytes for sending; returns how many were taken, fewer than `length` when the queue becomes full. `endsRecord`: nothing
   * written later shares a segment with them (MSG_EOR).
   */
  write(bytes: Uint8Array, at: number, length: number, now: number, endsRecord = false): SocketResult {
    if (at < 0 || length < 0 || at + length > bytes.length) return 'EINVAL'
    const { tcb } = this
    if (tcb === undefined) return this.takeError() ?? 'EPIPE'
    if (tcb.state < State.ESTABLISHED) return WOULD_BLOCK
    if (this.isWriteShut) return 'EPIPE'
    const taken = this.endpoint.write(tcb, bytes, at, length, now, endsRecord)
    return taken > 0 || length === 0 ? taken : WOULD_BLOCK
  }

  /** Nothing more will be written: a FIN follows what is queued, or once SYNs have crossed the handshake. Undefined, or ENOTCONN. */
  shutdownWrite(now: number): SocketError | undefined {
    const { tcb } = this
    if (tcb === undefined || isUnconnected(tcb)) return 'ENOTCONN'
    this.isWriteShut = true
    this.endpoint.shutdown(tcb, now)
    return undefined
  }

  /**
   * Ends the reading side: a read that finds nothing gives 0 instead of waiting. The peer is told nothing, and what it
   * sends is still acknowledged and can be read (Linux keeps it too).
   */
  shutdownRead(): SocketError | undefined {
    const { tcb } = this
    if (tcb === undefined || isUnconnected(tcb)) return 'ENOTCONN'
    tcb.readShut = true
    return undefined
  }

  /** Small segments go at once, or wait for an acknowledgment (TCP_NODELAY). */
  setNoDelay(isOn: boolean, now: number): void {
    const { tcb } = this
    if (tcb === undefined) return
    tcb.noDelay = isOn
    // What Nagle's rule held back goes now (Linux __tcp_sock_set_nodelay).
    if (isOn && !this.isWriteShut && tcb.state >= State.ESTABLISHED) this.endpoint.write(tcb, NO_BYTES, 0, 0, now)
  }

  /**
   * Asks a silent peer from now on, or from the handshake on, whether it still exists, and gives it up with ETIMEDOUT when
   * it does not answer (SO_KEEPALIVE); undefined stops that.
   */
  setKeepAlive(options: KeepaliveOptions | undefined, now: number): void {
    this.keepAlive = options
    const { tcb } = this
    if (tcb !== undefined && tcb.state >= State.ESTABLISHED) this.endpoint.keepAlive(tcb, options, now)
  }

  /** Whether there is an error that no call has told yet (POLLERR). */
  get hasError(): boolean {
    return this.error !== undefined
  }

  /** Why the connection ended, if no call has said so yet; from now on one has (SO_ERROR). */
  takeError(): SocketError | undefined {
    const { error } = this
    this.error = undefined
    return error
  }

  /** Closes both directions in an orderly way; unread bytes make it a RST. Harmless when the connection is over. */
  close(now: number): void {
    const tcb = this.release()
    if (tcb !== undefined) this.endpoint.close(tcb, now)
  }

  /** Ends the connection with a RST; queued bytes are lost. Harmless when the connection is over. */
  abort(now: number): void {
    const tcb = this.release()
    if (tcb === undefined) return
    // Linux __tcp_close() looks at unread data, and whether the connection is over, before it looks at SO_LINGER.
    if (tcb.receiveQueue.length > 0 || tcb.state === State.TIME_WAIT) {
      this.endpoint.close(tcb, now)
      return
    }
    this.endpoint.counters.add(Mib.TCPAbortOnData)
    this.endpoint.abort(tcb, now)
  }

  onEstablished(tcb: Tcb, now: number): void {
    if (this.keepAlive !== undefined) this.endpoint.keepAlive(tcb, this.keepAlive, now)
    this.events?.onConnected(now)
  }

  onReadable(tcb: Tcb, now: number): void {
    this.peerClosed = tcb.finReceived
    this.events?.onReadable(now)
  }

  onWritable(_tcb: Tcb, now: number): void {
    if (!this.isWriteShut) this.events?.onWritable(now)
  }

  onClosed(tcb: Tcb, reason: CloseReason, now: number): void {
    this.takeEnd(endOf(tcb, reason))
    this.tcb = undefined
    this.events?.onClosed(this.error, now)
  }

  private takeEnd({ unread, error, peerClosed }: ConnectionEnd): void {
    this.unread = unread
    this.error = error
    this.peerClosed = peerClosed
  }

  private release(): Tcb | undefined {
    const { tcb } = this
    this.tcb = undefined
    this.events = undefined
    this.unread = NO_BYTES
    this.error = undefined
    return tcb
  }
}

/** To the calls of a program a connection in TIME-WAIT is over (Linux tcp_time_wait leaves the socket in CLOSE). */
function isUnconnected({ state }: Tcb): boolean {
  return state === State.SYN_SENT || state === State.TIME_WAIT
}
