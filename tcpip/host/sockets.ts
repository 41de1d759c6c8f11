/**
 * A host's sockets for programs, in the manner of BSD: listen, accept, connect, with the errors of Linux's calls. What is
 * done with a connection afterwards is in socket.ts.
 */
import type { SynOffer } from '../connection/segment-size.ts'
import type { SynSchedule } from '../connection/syn-schedule.ts'
import type { Tcb } from '../connection/tcb.ts'
import type { WaitingConnection } from './connection-end.ts'
import type { Endpoint } from './endpoint.ts'
import type { ActiveOpenOptions } from './endpoint-options.ts'
import type { PassiveOpen } from './passive-open.ts'
import { Socket, type SocketEvents } from './socket.ts'
import { type SocketError, WOULD_BLOCK } from './socket-error.ts'

/** Ports of connections that ask for none, both ends included (Linux ip_local_port_range). */
export const EPHEMERAL_PORT_MIN = 32_768
const EPHEMERAL_PORT_MAX = 60_999

const EPHEMERAL_PORTS = EPHEMERAL_PORT_MAX - EPHEMERAL_PORT_MIN + 1
const MAX_PORT = 65_535

/** Where accepted connections come from: a listener, as far as a program needs it. */
export interface AcceptSource {
  /** The connection that has waited longest, or undefined. It may have ended meanwhile. */
  acceptWaiting(): WaitingConnection | undefined
}

/** A listener that a program may put on a port and take away again. */
export interface SocketListener extends AcceptSource, PassiveOpen {
  /** Resets the connections that were never accepted and forgets half-open entries. */
  close(now: number): void
}

export interface ConnectFrom {
  /** One of the host's own addresses. */
  readonly address?: number
  /** 1..65535. */
  readonly port?: number
  /** What the SYN says; default: the host's own (TCP_MAXSEG, SO_RCVBUF). */
  readonly offer?: SynOffer
  /** When the SYN is repeated; default: Linux's times (TCP_SYNCNT). */
  readonly synSchedule?: SynSchedule
}

/**
 * The oldest connection that waits at `source` as a socket, or WOULD_BLOCK. Bytes, the end or a RST may have come
 * already, and have been announced to nobody: `read` tells.
 */
export function acceptSocket(endpoint: Endpoint, source: AcceptSource): Socket | typeof WOULD_BLOCK {
  const waiting = source.acceptWaiting()
  if (waiting === undefined) return WOULD_BLOCK
  const socket = new Socket(endpoint, undefined)
  socket.attachAccepted(waiting)
  return socket
}

/** A port with a listener. */
export class ListeningSocket {
  readonly port: number
  private readonly endpoint: Endpoint
  private readonly listener: SocketListener
  private isClosed = false

  constructor(endpoint: Endpoint, port: number, listener: SocketListener) {
    this.endpoint = endpoint
    this.port = port
    this.listener = listener
  }

  /** The oldest connection that waits; WOULD_BLOCK when none does, EINVAL after `close`. */
  accept(): Socket | SocketError | typeof WOULD_BLOCK {
    return this.isClosed ? 'EINVAL' : acceptSocket(this.endpoint, this.listener)
  }

  /** Gives the port back and ends what was never accepted. Harmless when repeated. */
  close(now: number): void {
    if (this.isClosed) return
    this.isClosed = true
    this.endpoint.unlisten(this.port)
    this.listener.close(now)
  }
}

export class Sockets {
  private readonly endpoint: Endpoint
  private readonly address: number
  private nextPort = EPHEMERAL_PORT_MIN

  /** `address`: the one of the host's that connections come from. */
  constructor(endpoint: Endpoint, address: number) {
    this.endpoint = endpoint
    this.address = address
  }

  /** Puts `listener` on `port`. EINVAL for no port, EADDRINUSE when it has a listener. */
  listen(port: number, listener: SocketListener): ListeningSocket | SocketError {
    if (!isPort(port)) return 'EINVAL'
    if (this.endpoint.isListening(port)) return 'EADDRINUSE'
    this.endpoint.listen(port, listener)
    return new ListeningSocket(this.endpoint, port, listener)
  }

  /**
   * Begins a connection; `events.onConnected` or `events.onClosed` tells what became of it. EINVAL for no port, what
   * `refusesBind` gives, EADDRNOTAVAIL when the 4-tuple or every port to that peer is in use, ENOBUFS when the connection
   * table is full.
   */
  connect(
    remote: number,
    remotePort: number,
    events: SocketEvents,
    now: number,
    from: ConnectFrom = {},
  ): Socket | SocketError {
    const { address = this.address, port, offer, synSchedule } = from
    if (!isPort(remotePort)) return 'EINVAL'
    const refused = this.refusesBind(from)
    if (refused !== undefined) return refused
    const options = { ...(offer && { offer }), ...(synSchedule && { synSchedule }) }
    const socket = new Socket(this.endpoint, events)
    const tcb =
      port === undefined
        ? this.connectFromAnyPort(address, remote, remotePort, socket, now, options)
        : this.endpoint.connect(address, port, remote, remotePort, socket, now, options)
    if (typeof tcb === 'string') return tcb
    socket.attach(tcb)
    return socket
  }

  /**
   * Why a connection cannot come from there, whoever the peer is (bind() with SO_REUSEADDR): EINVAL for no port,
   * EADDRNOTAVAIL for an address of another host, EADDRINUSE for a port with a listener. Undefined when it can.
   */
  refusesBind({ address = this.address, port }: ConnectFrom): SocketError | undefined {
    if (port !== undefined && !isPort(port)) return 'EINVAL'
    if (!this.endpoint.isLocal(address)) return 'EADDRNOTAVAIL'
    return port !== undefined && this.endpoint.isListening(port) ? 'EADDRINUSE' : undefined
  }

  private connectFromAnyPort(
    address: number,
    remote: number,
    remotePort: number,
    socket: Socket,
    now: number,
    options: ActiveOpenOptions,
  ): Tcb | SocketError {
    for (let tries = 0; tries < EPHEMERAL_PORTS; tries++) {
      const port = this.nextPort
      this.nextPort = port === EPHEMERAL_PORT_MAX ? EPHEMERAL_PORT_MIN : port + 1
      const tcb = this.endpoint.connect(address, port, remote, remotePort, socket, now, options)
      if (tcb !== 'EADDRNOTAVAIL') return tcb
    }
    return 'EADDRNOTAVAIL'
  }
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port <= MAX_PORT
}
