/**
 * A connection of an endpoint as a Node stream that can stand wherever a net.Socket does, in node:http above all. Read
 * first: Node's lib/net.js for what a socket promises, tcpip/host/socket.ts for what is below.
 */
import { Duplex } from 'node:stream'
import { SECOND } from '../base/time.ts'
import { KEEPALIVE_DEFAULTS, type KeepaliveOptions } from '../connection/keepalive-options.ts'
import type { Opening } from '../host/opening.ts'
import type { Socket, SocketEvents } from '../host/socket.ts'
import { type SocketError, WOULD_BLOCK } from '../host/socket-error.ts'
import { formatAddress } from '../wire/address.ts'
import { IdleTimer } from './idle-timer.ts'
import { type Call, makeEndedError, makeNetError } from './net-error.ts'
import type { ConnectTarget, StreamNet } from './stream-net.ts'

export interface EndpointDuplexOptions {
  readonly allowHalfOpen: boolean
  /** An accepted connection, or else: */
  readonly socket?: Socket
  /** where to connect to. */
  readonly target?: ConnectTarget
}

/** Bytes moved from the socket to the stream in one go: all that a receive queue holds. */
const CHUNK_BYTES = 65_536

/** Where bytes pass through on their way to a chunk of the right size. */
const received = new Uint8Array(CHUNK_BYTES)

/** A write that the socket has not taken whole. */
interface PendingWrite {
  readonly bytes: Uint8Array
  at: number
  readonly done: (error?: Error | null) => void
}

/** The probes that Node asks Linux for (libuv uv__tcp_keepalive); the idle time is the program's. */
const NODE_KEEPALIVE: KeepaliveOptions = { ...KEEPALIVE_DEFAULTS, interval: SECOND, probes: 10 }

/** Longest timeout, milliseconds: Node's timers take 32 bits. */
const MAX_TIMEOUT = 2 ** 31 - 1

export class EndpointDuplex extends Duplex implements SocketEvents {
  connecting = false
  bytesRead = 0
  bytesWritten = 0
  /** The idle timeout in milliseconds, 0 for none. */
  timeout = 0
  private readonly net: StreamNet
  private readonly idle: IdleTimer
  private socket: Socket | undefined
  private unwritten: PendingWrite | undefined
  /** The end of the own side, waiting for the connection. */
  private finalDone: ((error?: Error | null) => void) | undefined
  /** The stream wants bytes. */
  private isReading = false
  private isPumping = false
  private isHolding = false
  private keepAlive = KEEPALIVE_DEFAULTS

  constructor(net: StreamNet, { allowHalfOpen, socket, target }: EndpointDuplexOptions) {
    super({ allowHalfOpen })
    this.net = net
    this.idle = new IdleTimer(net, () => this.emit('timeout'))
    this.socket = socket
    this.ref()
    if (!allowHalfOpen) this.once('end', () => this.refuseWrites())
    if (socket !== undefined) socket.events = this
    else if (target !== undefined) this.open(target)
  }

  get remoteAddress(): string | undefined {
    return this.socket === undefined ? undefined : formatAddress(this.socket.remoteAddress)
  }

  get remotePort(): number | undefined {
    return this.socket?.remotePort
  }

  get remoteFamily(): string | undefined {
    return this.socket === undefined ? undefined : 'IPv4'
  }

  get localAddress(): string | undefined {
    return this.socket === undefined ? undefined : formatAddress(this.socket.localAddress)
  }

  get localPort(): number | undefined {
    return this.socket?.localPort
  }

  get localFamily(): string | undefined {
    return this.remoteFamily
  }

  /** As of net.Socket: not connected, not yet or no more. */
  get pending(): boolean {
    return this.connecting || this.socket === undefined
  }

  /** How the connection was opened, if it was accepted. */
  get opening(): Opening | undefined {
    return this.socket?.opening
  }

  address(): { address: string; family: string; port: number } | Record<string, never> {
    const { socket } = this
    if (socket === undefined) return {}
    return { address: formatAddress(socket.localAddress), family: 'IPv4', port: socket.localPort }
  }

  setNoDelay(isOn = true): this {
    this.socket?.setNoDelay(isOn, this.net.clock())
    this.net.wake()
    return this
  }

  /**
   * Asks a peer that has been silent for `initialDelay` milliseconds whether it still exists. As of net.Socket: whole
   * seconds, then 10 probes a second apart; without a delay, what was set before, or else Linux's two hours.
   */
  setKeepAlive(isOn = false, initialDelay = 0): this {
    const seconds = Math.trunc(initialDelay / 1000)
    if (isOn && seconds > 0) this.keepAlive = { ...NODE_KEEPALIVE, idle: seconds * SECOND }
    this.socket?.setKeepAlive(isOn ? this.keepAlive : undefined, this.net.clock())
    this.net.wake()
    return this
  }

  /**
   * Emits `timeout` after `milliseconds` without a byte moving; 0 for never. The stream goes on. Throws a RangeError for
   * what is no time.
   */
  setTimeout(milliseconds: number, callback?: () => void): this {
    if (this.destroyed) return this
    if (!(milliseconds >= 0) || milliseconds === Number.POSITIVE_INFINITY) {
      const error = new RangeError(`a timeout is a number of milliseconds >= 0, not ${milliseconds}`)
      throw Object.assign(error, { code: 'ERR_OUT_OF_RANGE' })
    }
    this.timeout = milliseconds
    this.idle.set(Math.min(milliseconds, MAX_TIMEOUT))
    if (callback === undefined) return this
    if (milliseconds === 0) this.off('timeout', callback)
    else this.once('timeout', callback)
    return this
  }

  /** While it is open the stream keeps the process alive. */
  ref(): this {
    if (!this.isHolding && !this.destroyed) {
      this.isHolding = true
      this.net.hold()
    }
    return this
  }

  /** The stream no longer keeps the process alive. */
  unref(): this {
    if (this.isHolding) {
      this.isHolding = false
      this.net.release()
    }
    return this
  }

  /** Destroys the stream once everything written has been taken. */
  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }

  /** Ends the connection with a RST. */
  resetAndDestroy(): this {
    this.socket?.abort(this.net.clock())
    this.net.wake()
    return this.destroy()
  }

  override _read(): void {
    this.isReading = true
    this.pump(this.net.clock())
    // Reading may have opened the window.
    if (!this.isPumping) this.net.wake()
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.unwritten = { bytes: chunk, at: 0, done }
    this.drain(this.net.clock())
    this.net.wake()
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.connecting) {
      this.finalDone = done
      return
    }
    // A connection that is over has nothing left to shut.
    this.socket?.shutdownWrite(this.net.clock())
    this.net.wake()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.idle.set(0)
    this.unref()
    this.connecting = false
    this.socket?.close(this.net.clock())
    this.net.wake()
    this.unwritten = undefined
    done(error)
  }

  onConnected(now: number): void {
    this.connecting = false
    this.idle.touch()
    this.emit('connect')
    this.emit('ready')
    this.drain(now)
    const { finalDone } = this
    this.finalDone = undefined
    if (finalDone !== undefined) this._final(finalDone)
    this.pump(now)
  }

  onReadable(now: number): void {
    this.pump(now)
  }

  onWritable(now: number): void {
    this.drain(now)
  }

  onClosed(error: SocketError | undefined, now: number): void {
    if (this.connecting) this.fail('connect', error ?? 'ECONNRESET')
    else if (this.unwritten !== undefined) this.drain(now)
    // What came before the end is still to be read; then `read` gives the end, or the error.
    else this.pump(now)
  }

  private open(target: ConnectTarget): void {
    this.connecting = true
    const refused = this.net.refusesBind(target)
    if (refused !== undefined) {
      const error = makeNetError('bind', refused, target.address, target.port)
      process.nextTick(() => this.destroy(error))
      return
    }
    const socket = this.net.open(target, this)
    if (typeof socket !== 'string') {
      this.socket = socket
      this.net.wake()
      return
    }
    const error = makeNetError('connect', socket, target.remote, target.remotePort)
    // Whoever asked for the connection has not had time to listen.
    process.nextTick(() => this.destroy(error))
  }

  /**
   * The peer has ended, and so has this side with it: a later write is a broken pipe rather than a mistake of the program
   * (Node's writeAfterFIN).
   */
  private refuseWrites(): void {
    const refused = (chunk: unknown, encoding?: unknown, done?: unknown): boolean => {
      // The program may have something to say about the end before the stream does.
      if (!this.writableEnded) return super.write(chunk, encoding as BufferEncoding, done as () => void)
      const callback = typeof encoding === 'function' ? encoding : done
      const error = makeEndedError()
      if (typeof callback === 'function') process.nextTick(callback as (error: Error) => void, error)
      this.destroy(error)
      return false
    }
    this.write = refused as Duplex['write']
  }

  /** Moves bytes from the socket to the stream as long as both go on. */
  private pump(now: number): void {
    // A push may ask for more before it returns.
    if (this.isPumping) return
    this.isPumping = true
    while (this.isReading && this.socket !== undefined && !this.connecting && !this.destroyed) {
      const count = this.socket.read(received, 0, CHUNK_BYTES, now)
      if (count === WOULD_BLOCK) break
      if (typeof count === 'string') {
        this.fail('read', count)
        break
      }
      this.idle.touch()
      this.bytesRead += count
      // `_read` sets it again when the stream wants more.
      this.isReading = count > 0 && this.push(Buffer.from(received.subarray(0, count)))
      if (count === 0) this.push(null)
    }
    this.isPumping = false
  }

  /** Gives the socket what it takes of the present write. */
  private drain(now: number): void {
    const { unwritten, socket } = this
    if (unwritten === undefined || socket === undefined || this.connecting) return
    const taken = socket.write(unwritten.bytes, unwritten.at, unwritten.bytes.length - unwritten.at, now)
    if (taken === WOULD_BLOCK) return
    if (typeof taken === 'string') {
      this.unwritten = undefined
      unwritten.done(this.describe('write', taken))
      return
    }
    this.idle.touch()
    this.bytesWritten += taken
    unwritten.at += taken
    if (unwritten.at < unwritten.bytes.length) return
    this.unwritten = undefined
    unwritten.done()
  }

  private fail(call: Call, code: SocketError): void {
    this.destroy(this.describe(call, code))
  }

  private describe(call: Call, code: SocketError): Error {
    if (call !== 'connect' || this.socket === undefined) return makeNetError(call, code)
    return makeNetError(call, code, this.socket.remoteAddress, this.socket.remotePort)
  }
}
