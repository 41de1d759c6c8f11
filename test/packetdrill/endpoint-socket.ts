/**
 * One descriptor of a script over the host's sockets: what Linux's system calls add to them (blocking, options, errors
 * that connect() itself returns).
 */
import type { Listener } from '../../server/listener/listener.ts'
import type { ListenerConfig } from '../../server/listener/listener-config.ts'
import { ADVERTISED_MSS, DEFAULT_MSS } from '../../tcpip/connection/segment-size.ts'
import type { Tcb } from '../../tcpip/connection/tcb.ts'
import type { Endpoint } from '../../tcpip/host/endpoint.ts'
import { Socket, type SocketEvents } from '../../tcpip/host/socket.ts'
import type { SocketError, SocketResult } from '../../tcpip/host/socket-error.ts'
import { ListeningSocket, type Sockets } from '../../tcpip/host/sockets.ts'
import { type Errno, type OptionValue, type Outcome, type Tuple, Unsupported, WOULD_BLOCK } from './stack.ts'

/** What a descriptor needs of the stack it belongs to. */
export interface SocketHost {
  readonly endpoint: Endpoint
  readonly sockets: Sockets
  readonly now: number
  makeListener(own: Partial<ListenerConfig>): Listener
  forgetListener(listener: Listener): void
}

/** Options that are accepted because the stack behaves so anyway, with the values for which it does. */
const INHERENT_OPTIONS: Readonly<Record<string, readonly OptionValue[]>> = {
  SO_REUSEADDR: [0, 1],
}

export class EndpointSocket implements SocketEvents {
  nonBlocking: boolean
  listener: Listener | undefined
  private readonly host: SocketHost
  private listening: ListeningSocket | undefined
  private connection: Socket | undefined
  private local: { readonly address: number; readonly port: number } | undefined
  /** Why connect() failed, until it has said so. */
  private connectError: Errno | undefined
  private wasConnected = false
  /** Options set before listen(), as listener settings. */
  private own: Partial<ListenerConfig> = {}
  private linger: { readonly onoff: number; readonly linger: number } = { onoff: 0, linger: 0 }
  private noDelay = false
  /** TCP_MAXSEG, as far as it is less than the host's own. */
  private maxSegment = ADVERTISED_MSS

  constructor(host: SocketHost, nonBlocking: boolean) {
    this.host = host
    this.nonBlocking = nonBlocking
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

  bind(address: number, port: number): Outcome {
    if (port === 0) throw new Unsupported('bind(2) to port 0')
    if (this.local !== undefined) return 'EINVAL'
    if (this.host.endpoint.isListening(port)) return 'EADDRINUSE'
    this.local = { address, port }
    return 0
  }

  listen(backlog: number): Outcome {
    if (this.local === undefined) throw new Unsupported('listen(2) without bind(2)')
    if (this.connection !== undefined) return 'EINVAL'
    this.own = { ...this.own, backlog }
    if (this.listener !== undefined) {
      this.listener.configure({ ...this.listener.config, ...this.own })
      return 0
    }
    const listener = this.host.makeListener(this.own)
    listener.maxSegment = this.maxSegment
    const listening = this.host.sockets.listen(this.local.port, listener)
    if (!(listening instanceof ListeningSocket)) {
      this.host.forgetListener(listener)
      return listening
    }
    this.listening = listening
    this.listener = listener
    return 0
  }

  /** The namespace's settings changed; the socket's own options stay. */
  configure(config: ListenerConfig): void {
    this.listener?.configure({ ...config, ...this.own })
  }

  accept(nonBlocking: boolean): EndpointSocket | Outcome {
    const accepted = this.listening?.accept() ?? 'EINVAL'
    if (!(accepted instanceof Socket)) return this.outcome(accepted)
    const socket = new EndpointSocket(this.host, nonBlocking)
    socket.connection = accepted
    socket.setNoDelay(this.noDelay)
    return socket
  }

  connect(address: number, port: number): Outcome {
    const { connection, host } = this
    if (connection === undefined) {
      const from = { ...this.local, maxSegment: this.maxSegment }
      const made = host.sockets.connect(address, port, this, host.now, from)
      if (!(made instanceof Socket)) return made
      this.connection = made
      this.setNoDelay(this.noDelay)
      return this.nonBlocking ? 'EINPROGRESS' : WOULD_BLOCK
    }
    const { connectError } = this
    this.connectError = undefined
    if (connectError !== undefined) return connectError
    if (connection.isConnecting) return this.nonBlocking ? 'EALREADY' : WOULD_BLOCK
    if (connection.isOver) return 'ECONNABORTED'
    return this.nonBlocking ? 'EISCONN' : 0
  }

  read(target: Uint8Array, peek: boolean): Outcome {
    const { connection, tcb } = this
    if (connection === undefined) return 'ENOTCONN'
    if (peek && tcb !== undefined && tcb.receiveQueue.length > 0) {
      return tcb.receiveQueue.peek(0, target, 0, target.length)
    }
    return this.outcome(connection.read(target, 0, target.length, this.host.now))
  }

  write(bytes: Uint8Array): Outcome {
    if (this.connection === undefined) return 'EPIPE'
    return this.outcome(this.connection.write(bytes, 0, bytes.length, this.host.now))
  }

  shutdown(how: 'SHUT_RD' | 'SHUT_WR' | 'SHUT_RDWR'): Outcome {
    const { connection, host } = this
    if (this.listening !== undefined) throw new Unsupported('shutdown(2) of a listener')
    if (connection === undefined) return 'ENOTCONN'
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
    if (this.linger.onoff !== 0 && this.linger.linger > 0) throw new Unsupported('SO_LINGER that waits')
    if (this.linger.onoff !== 0) connection?.abort(host.now)
    else connection?.close(host.now)
    return 0
  }

  setOption(_level: string, name: string, value: OptionValue): Outcome {
    if (INHERENT_OPTIONS[name]?.includes(value)) return 0
    if (name === 'TCP_NODELAY') this.setNoDelay(value !== 0)
    else if (name === 'TCP_MAXSEG' && typeof value === 'number') return this.setMaxSegment(value)
    else if (name === 'SO_LINGER' && typeof value === 'object') this.linger = value
    else if (name === 'TCP_DEFER_ACCEPT' && typeof value === 'number') this.setListenerOption({ deferAccept: value })
    else if (name === 'TCP_SYNCNT' && typeof value === 'number') this.setListenerOption({ synAckRetries: value })
    else throw new Unsupported(`setsockopt(2) of ${name}`)
    return 0
  }

  getOption(_level: string, name: string): OptionValue | Errno {
    // Before there is a connection: what was set, or the default (Linux do_tcp_getsockopt).
    if (name === 'TCP_MAXSEG' && !this.connection?.isOver) {
      return this.tcb?.sndMss ?? (this.maxSegment === ADVERTISED_MSS ? DEFAULT_MSS : this.maxSegment)
    }
    throw new Unsupported(`getsockopt(2) of ${name}`)
  }

  poll(): ReadonlySet<string> {
    const ready = new Set<string>()
    const { tcb, listener, connection } = this
    if (listener !== undefined && listener.acceptQueue.length > 0) ready.add('POLLIN')
    if (connection?.isOver) for (const event of ['POLLIN', 'POLLOUT', 'POLLHUP', 'POLLRDHUP']) ready.add(event)
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

  onConnected(): void {
    this.wasConnected = true
  }

  onReadable(): void {}
  onWritable(): void {}

  onClosed(error: SocketError | undefined): void {
    if (!this.wasConnected) this.connectError = error
  }

  /** A result of the host's sockets as a system call has it: without anything to do, a blocking one waits. */
  private outcome(result: SocketResult): Outcome {
    return result === 'EAGAIN' && !this.nonBlocking ? WOULD_BLOCK : result
  }

  private setNoDelay(noDelay: boolean): void {
    this.noDelay = noDelay
    this.connection?.setNoDelay(noDelay, this.host.now)
  }

  /** 0 takes it back; the range is Linux's (TCP_MIN_MSS, MAX_TCP_WINDOW). A connection that exists keeps what it has. */
  private setMaxSegment(bytes: number): Outcome {
    if (bytes !== 0 && (bytes < 88 || bytes > 32_767)) return 'EINVAL'
    this.maxSegment = bytes === 0 ? ADVERTISED_MSS : Math.min(bytes, ADVERTISED_MSS)
    if (this.listener !== undefined) this.listener.maxSegment = this.maxSegment
    return 0
  }

  private setListenerOption(option: Partial<ListenerConfig>): void {
    this.own = { ...this.own, ...option }
    this.listener?.configure({ ...this.listener.config, ...option })
  }
}
