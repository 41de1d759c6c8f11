/**
 * One descriptor of a script over the host's sockets: what Linux's system calls add to them (blocking, options, errors
 * that connect() itself returns).
 */
import type { Listener } from '../../server/listener/listener.ts'
import type { ListenerConfig } from '../../server/listener/listener-config.ts'
import { State } from '../../tcpip/base/states.ts'
import { MILLISECOND } from '../../tcpip/base/time.ts'
import { linuxSynSchedule } from '../../tcpip/connection/syn-schedule.ts'
import type { Tcb } from '../../tcpip/connection/tcb.ts'
import type { Endpoint } from '../../tcpip/host/endpoint.ts'
import { Socket, type SocketEvents } from '../../tcpip/host/socket.ts'
import type { SocketError, SocketResult } from '../../tcpip/host/socket-error.ts'
import { ListeningSocket, type Sockets } from '../../tcpip/host/sockets.ts'
import { type OptionDefaults, SocketOptions } from './endpoint-socket-options.ts'
import { ERROR_NUMBERS } from './runner/constants.ts'
import { type Errno, type OptionValue, type Outcome, type Tuple, Unsupported, WOULD_BLOCK } from './stack.ts'

/** What a descriptor needs of the stack it belongs to. */
export interface SocketHost {
  readonly endpoint: Endpoint
  readonly sockets: Sockets
  readonly now: number
  readonly optionDefaults: OptionDefaults
  makeListener(own: Partial<ListenerConfig>): Listener
  forgetListener(listener: Listener): void
}

export class EndpointSocket implements SocketEvents {
  nonBlocking: boolean
  listener: Listener | undefined
  private readonly host: SocketHost
  private listening: ListeningSocket | undefined
  private connection: Socket | undefined
  private local: { readonly address: number; readonly port: number } | undefined
  /** What connect() has said of the connection so far (Linux sock->state): one that accept() hands out is there. */
  private phase: 'connecting' | 'connected' | 'disconnecting' = 'connecting'
  /** The error that shutdown() of an attempt leaves behind, until a call has told it. */
  private leftError: Errno | undefined
  private backlog = 0
  private readonly options: SocketOptions

  constructor(host: SocketHost, nonBlocking: boolean, options = new SocketOptions(() => host.optionDefaults)) {
    this.host = host
    this.nonBlocking = nonBlocking
    this.options = options
  }

  /** The ends of the connection, also when it is over. */
  get tuple(): Tuple | undefined {
    return this.connection
  }

  /** The control block of the connection, undefined when there is none or it is over. */
  get tcb(): Tcb | undefined {
    const { connection } = this
    if (connection === undefined || connection.isOver) return undefined
    let found: Tcb | undefined
    this.host.endpoint.tcbs.forEach((tcb) => {
      const isRemote = tcb.remoteAddress === connection.remoteAddress && tcb.remotePort === connection.remotePort
      if (isRemote && tcb.localPort === connection.localPort) found = tcb
    })
    return found
  }

  /** Why the windows of this socket's connections are not Linux's, before or after data has come; undefined when they are. */
  foreignWindows(hasData: boolean): string | undefined {
    return this.options.foreignWindows(hasData)
  }

  bind(address: number, port: number): Outcome {
    if (this.local !== undefined) return 'EINVAL'
    if (this.host.endpoint.isListening(port)) return 'EADDRINUSE'
    this.local = { address, port }
    return 0
  }

  listen(backlog: number): Outcome {
    const port = this.local?.port ?? 0
    if (port === 0) throw new Unsupported('listen(2) without bind(2) to a port')
    if (this.connection !== undefined) return 'EINVAL'
    this.backlog = backlog
    if (this.listener !== undefined) {
      this.configure(this.listener.config)
      return 0
    }
    const listener = this.host.makeListener(this.own)
    listener.offer = this.options.offerFrom(this.host.endpoint.offer)
    const listening = this.host.sockets.listen(port, listener)
    if (!(listening instanceof ListeningSocket)) {
      this.host.forgetListener(listener)
      return listening
    }
    this.listening = listening
    this.listener = listener
    return 0
  }

  /** What this socket sets of its listener. */
  private get own(): Partial<ListenerConfig> {
    return { ...this.options.listener, backlog: this.backlog }
  }

  /** The namespace's settings changed; the socket's own options stay. */
  configure(config: ListenerConfig): void {
    this.listener?.configure({ ...config, ...this.own })
  }

  accept(nonBlocking: boolean): EndpointSocket | Outcome {
    const accepted = this.listening?.accept() ?? 'EINVAL'
    if (!(accepted instanceof Socket)) return this.outcome(accepted)
    const socket = new EndpointSocket(this.host, nonBlocking, this.options.ofChild())
    socket.connection = accepted
    socket.phase = 'connected'
    socket.apply()
    return socket
  }

  connect(address: number, port: number): Outcome {
    const { connection, host, options } = this
    if (connection === undefined) {
      const offer = options.offerFrom(host.endpoint.offer)
      const synSchedule = linuxSynSchedule(options.synRetries)
      const from = { ...this.localEnd, offer, synSchedule }
      const made = host.sockets.connect(address, port, this, host.now, from)
      if (!(made instanceof Socket)) return made
      this.connection = made
      this.leftError = undefined
      this.apply()
      return this.nonBlocking ? 'EINPROGRESS' : WOULD_BLOCK
    }
    if (this.phase === 'connected') return 'EISCONN'
    if (this.phase === 'disconnecting') return 'EINVAL'
    if (connection.isConnecting) return this.nonBlocking ? 'EALREADY' : WOULD_BLOCK
    if (connection.isOver || this.tcb?.state === State.TIME_WAIT) {
      // The socket is as before: the next connect() tries again.
      this.connection = undefined
      return connection.takeError() ?? 'ECONNABORTED'
    }
    this.phase = 'connected'
    return 0
  }

  read(target: Uint8Array, peek: boolean): Outcome {
    const { connection, tcb } = this
    if (connection === undefined) return this.takeLeftError() ?? 'ENOTCONN'
    if (peek && tcb !== undefined && tcb.receiveQueue.length > 0) {
      return tcb.receiveQueue.peek(0, target, 0, target.length)
    }
    return this.outcome(connection.read(target, 0, target.length, this.host.now))
  }

  write(bytes: Uint8Array, endsRecord: boolean): Outcome {
    if (this.connection === undefined) return this.takeLeftError() ?? 'EPIPE'
    const written = this.connection.write(bytes, 0, bytes.length, this.host.now, endsRecord)
    if (typeof written === 'number' || written === 'EAGAIN') {
      this.options.requireOwnQueue(bytes.length, written === 'EAGAIN' ? 0 : written)
    }
    return this.outcome(written)
  }

  shutdown(how: 'SHUT_RD' | 'SHUT_WR' | 'SHUT_RDWR'): Outcome {
    const { connection, host } = this
    if (this.listening !== undefined) throw new Unsupported('shutdown(2) of a listener')
    if (connection === undefined) return 'ENOTCONN'
    if (this.tcb?.state === State.SYN_SENT) {
      // Linux inet_shutdown() takes the attempt back, whichever direction is meant.
      connection.close(host.now)
      this.connection = undefined
      this.leftError = 'ECONNRESET'
      return 0
    }
    if (this.phase === 'connecting') {
      this.phase = connection.isConnecting || connection.isOver ? 'disconnecting' : 'connected'
    }
    let error: SocketError | undefined
    if (how !== 'SHUT_WR') error = connection.shutdownRead()
    if (how !== 'SHUT_RD') error ??= connection.shutdownWrite(host.now)
    return error ?? 0
  }

  close(): Outcome {
    const { connection, listening, listener, host } = this
    listening?.close(host.now)
    if (listener !== undefined) host.forgetListener(listener)
    this.listening = undefined
    this.listener = undefined
    const { onoff, linger } = this.options.linger
    if (onoff !== 0 && linger > 0) throw new Unsupported('SO_LINGER that waits')
    if (onoff !== 0) connection?.abort(host.now)
    else connection?.close(host.now)
    return 0
  }

  setOption(_level: string, name: string, value: OptionValue): Outcome {
    const outcome = this.options.set(name, value)
    if (outcome === 0) this.apply()
    return outcome
  }

  getOption(_level: string, name: string): OptionValue | Errno {
    const { tcb, options } = this
    if (name === 'SO_ERROR') return this.takeErrorNumber()
    if (name === 'TCP_MAXSEG' && tcb !== undefined) return tcb.sndMss
    const value = options.get(name)
    if (value === undefined) throw new Unsupported(`getsockopt(2) of ${name}`)
    return value
  }

  /** Options have been set, or a socket made that they are for. */
  private apply(): void {
    const { connection, options, host, listener, tcb } = this
    connection?.setNoDelay(options.noDelay, host.now)
    connection?.setKeepAlive(options.keepaliveOptions, host.now)
    if (tcb !== undefined) {
      tcb.finWait2Timeout = options.finWait2Timeout
      tcb.userTimeout = options.userTimeout * MILLISECOND
    }
    if (listener === undefined) return
    listener.offer = options.offerFrom(host.endpoint.offer)
    listener.configure({ ...listener.config, ...this.own })
  }

  /** SO_ERROR: the number of the error that no call has told yet, 0 for none. */
  private takeErrorNumber(): number {
    const error = this.takeLeftError() ?? this.connection?.takeError()
    return error === undefined ? 0 : ERROR_NUMBERS[error]
  }

  private takeLeftError(): Errno | undefined {
    const { leftError } = this
    this.leftError = undefined
    return leftError
  }

  poll(): ReadonlySet<string> {
    const ready = new Set<string>()
    const { tcb, listener, connection } = this
    if (listener !== undefined && listener.acceptQueue.length > 0) ready.add('POLLIN')
    if (connection?.isOver) for (const event of ['POLLIN', 'POLLOUT', 'POLLHUP', 'POLLRDHUP']) ready.add(event)
    if (connection?.hasError) ready.add('POLLERR')
    if (tcb === undefined) return ready
    const isReadEnd = tcb.finReceived || tcb.readShut
    if (tcb.receiveQueue.length > 0 || isReadEnd) ready.add('POLLIN')
    if (isReadEnd) ready.add('POLLRDHUP')
    if (!connection?.isConnecting && tcb.sendQueue.free > 0) ready.add('POLLOUT')
    return ready
  }

  ioctl(request: string): number | Errno {
    if (this.listener !== undefined) return 'EINVAL'
    if (request === 'SIOCINQ') return this.tcb?.receiveQueue.length ?? 0
    if (request === 'SIOCOUTQ') return this.tcb?.sendQueue.length ?? 0
    throw new Unsupported(`ioctl(2) of ${request}`)
  }

  onConnected(): void {}
  onReadable(): void {}
  onWritable(): void {}
  onClosed(): void {}

  /** A result of the host's sockets as a system call has it: without anything to do, a blocking one waits. */
  private outcome(result: SocketResult): Outcome {
    return result === 'EAGAIN' && !this.nonBlocking ? WOULD_BLOCK : result
  }

  /** The bound end, as far as it was chosen: port 0 leaves it to the host. */
  private get localEnd(): { readonly address?: number; readonly port?: number } {
    const { local } = this
    if (local === undefined) return {}
    return local.port === 0 ? { address: local.address } : local
  }
}
