/**
 * What socket calls give instead of a result: the names of Linux errno values, which are the codes of Node's net errors.
 */

/** Why a call failed, or why a connection ended. */
export type SocketError =
  /** Written after the own side was shut or closed, or after the end of the connection was reported. */
  | 'EPIPE'
  /** Nobody listens at the remote port. */
  | 'ECONNREFUSED'
  /** The port has a listener. */
  | 'EADDRINUSE'
  /** The peer sent a RST. */
  | 'ECONNRESET'
  /** The peer did not answer for as long as one waits for it. */
  | 'ETIMEDOUT'
  /** The local address is not the host's, or the 4-tuple, or every port to that peer, is in use. */
  | 'EADDRNOTAVAIL'
  /** The connection table is full. */
  | 'ENOBUFS'
  /** There is no connection yet, or no more. */
  | 'ENOTCONN'
  /** The argument is out of range, or the socket is of another kind than the call is for. */
  | 'EINVAL'

/** Nothing can be read, written or accepted now; an event will tell when it can (EAGAIN). */
export const WOULD_BLOCK = 'EAGAIN'

/** What `read` and `write` give: bytes moved, or why none were. */
export type SocketResult = number | SocketError | typeof WOULD_BLOCK
