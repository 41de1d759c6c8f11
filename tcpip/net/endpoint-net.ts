/**
 * A host's connections as Node streams: what node:net is for the kernel, this is for an endpoint that a TurnLoop, or a
 * test in manual time, turns over.
 */

import type { Endpoint } from '../host/endpoint.ts'
import type { Socket, SocketEvents } from '../host/socket.ts'
import type { SocketError } from '../host/socket-error.ts'
import { type AcceptSource, acceptSocket, type ConnectFrom, Sockets } from '../host/sockets.ts'
import { EndpointDuplex } from './endpoint-duplex.ts'
import type { ConnectTarget, StreamNet, StreamTimers } from './stream-net.ts'

export interface EndpointNetOptions {
  readonly endpoint: Endpoint
  /** The one of the host's addresses that connections come from by default. */
  readonly address: number
  /** Microseconds, the clock of the host's turns. */
  readonly clock: () => number
  /** Asks for a turn of the host: a stream has written, or done something else that leaves packets to be sent. */
  readonly wake: () => void
  /** For the streams' `setTimeout`; `NODE_TIMERS` by default. */
  readonly scheduler?: StreamTimers
}

/** Node's timers, which keep no process alive. */
export const NODE_TIMERS: StreamTimers = {
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds).unref(),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
}

/** Period of the timer that stands for referenced streams, milliseconds: it has nothing to do. */
const HOLD_PERIOD = 2 ** 30

export class EndpointNet implements StreamNet {
  readonly clock: () => number
  readonly wake: () => void
  readonly timers: StreamTimers
  private readonly endpoint: Endpoint
  private readonly sockets: Sockets
  /** Streams that keep the process alive, and the timer that does it for them. */
  private held = 0
  private holding: NodeJS.Timeout | undefined

  constructor({ endpoint, address, clock, wake, scheduler = NODE_TIMERS }: EndpointNetOptions) {
    this.endpoint = endpoint
    this.sockets = new Sockets(endpoint, address)
    this.clock = clock
    this.wake = wake
    this.timers = scheduler
  }

  /** Begins a connection. What is wrong with it is told by an `error` event, as node:net does. */
  connect(target: ConnectTarget): EndpointDuplex {
    return new EndpointDuplex(this, { allowHalfOpen: target.allowHalfOpen ?? false, target })
  }

  /** The oldest connection that waits at `source`, or undefined. Its own side stays open until it is ended. */
  accept(source: AcceptSource): EndpointDuplex | undefined {
    const socket = acceptSocket(this.endpoint, source)
    return typeof socket === 'string' ? undefined : new EndpointDuplex(this, { allowHalfOpen: true, socket })
  }

  /** Why a connection cannot come from there, whoever the peer is: see `Sockets.refusesBind`. */
  refusesBind(from: ConnectFrom): SocketError | undefined {
    return this.sockets.refusesBind(from)
  }

  /** Opens the socket behind a stream. */
  open({ remote, remotePort, ...from }: ConnectTarget, events: SocketEvents): Socket | SocketError {
    return this.sockets.connect(remote, remotePort, events, this.clock(), from)
  }

  /** One more stream keeps the process alive. */
  hold(): void {
    if (this.held++ === 0) this.holding = setInterval(() => {}, HOLD_PERIOD)
  }

  /** One stream fewer keeps the process alive. */
  release(): void {
    if (--this.held === 0) clearInterval(this.holding)
  }
}
