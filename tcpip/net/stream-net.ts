/**
 * What a stream needs of the host whose connection it is. EndpointNet implements it; streams know no more of it.
 */
import type { Socket, SocketEvents } from '../host/socket.ts'
import type { SocketError } from '../host/socket-error.ts'
import type { ConnectFrom } from '../host/sockets.ts'
import type { TurnScheduler } from '../io/turn-loop.ts'

export type StreamTimers = Pick<TurnScheduler, 'setTimeout' | 'clearTimeout'>

export interface ConnectTarget extends ConnectFrom {
  readonly remote: number
  readonly remotePort: number
  /** As of net.Socket: false, the default, ends the own side when the peer has ended its. */
  readonly allowHalfOpen?: boolean
}

export interface StreamNet {
  /** Microseconds, the clock of the host's turns. */
  readonly clock: () => number
  /** Asks for a turn of the host: a stream has written, or done something else that leaves packets to be sent. */
  readonly wake: () => void
  readonly timers: StreamTimers
  /** Why a connection cannot come from there, whoever the peer is: see `Sockets.refusesBind`. */
  refusesBind(from: ConnectFrom): SocketError | undefined
  /** Opens the socket behind a stream. */
  open(target: ConnectTarget, events: SocketEvents): Socket | SocketError
  /** One more stream keeps the process alive. */
  hold(): void
  /** One stream fewer keeps the process alive. */
  release(): void
}
