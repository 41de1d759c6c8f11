/**
 * What a TCP stack has to offer so that packetdrill scripts can be run against it: a clock that the runner turns, packets
 * in and out, and the socket calls that scripts make. A call that a stack does not have throws `Unsupported`, which fails
 * the script with its line; it is never passed over.
 */

/** A Linux errno, by name. */
export type Errno =
  | 'EADDRINUSE'
  | 'EADDRNOTAVAIL'
  | 'EAGAIN'
  | 'EALREADY'
  | 'EBADF'
  | 'ECONNABORTED'
  | 'ECONNREFUSED'
  | 'ECONNRESET'
  | 'EDESTADDRREQ'
  | 'EFAULT'
  | 'EINPROGRESS'
  | 'EINVAL'
  | 'EISCONN'
  | 'ENOBUFS'
  | 'ENOPROTOOPT'
  | 'ENOTCONN'
  | 'EPIPE'
  | 'ETIMEDOUT'

/** What a call returned: a number >= 0, an error, or that it would have to wait (on a blocking socket). */
export type Outcome = number | Errno | typeof WOULD_BLOCK

/** A blocking call has not finished: it is made again when something has happened. */
export const WOULD_BLOCK = Symbol('would block')

/** What a stack, or the runner, does not offer. */
export class Unsupported extends Error {
  constructor(what: string) {
    super(what)
    this.name = 'Unsupported'
  }
}

/** An option value as scripts write it: `[1]`, `{onoff=1, linger=0}` or `"cubic"`. */
export type OptionValue = number | string | Linger

/** struct linger, with the names that scripts give its fields. */
export interface Linger {
  readonly onoff: number
  readonly linger: number
}

export interface SentPacket {
  /** Time of sending, microseconds on the stack's clock. */
  readonly at: number
  readonly bytes: Uint8Array
}

export interface StackUnderTest {
  /** The stack's clock, microseconds. */
  readonly now: number
  /** Why the windows that the stack tells now, other than in a SYN, are not those of the scripts' host; undefined when they are. */
  readonly foreignWindows: string | undefined
  /** Turns the clock to `to`; what is due until then happens at its own time. */
  advance(to: number): void
  /**
   * Turns the clock to the next moment at which the stack may do something by itself, not beyond `limit`. False when there is
   * none until then: where the clock stands then, up to `limit`, is left to the stack.
   */
  advanceToNext(limit: number): boolean
  /** Hands one packet to the stack, now. */
  inject(bytes: Uint8Array): void
  /** Packets sent since the last call, in order. */
  collect(): SentPacket[]

  /** Sets a sysctl, e.g. `net.ipv4.tcp_syncookies`; throws `Unsupported` for one that cannot be obeyed. */
  sysctl(name: string, value: string): void
  /** Loads what the scripts' `defaults.sh` sets. */
  loadDefaults(): void
  /** Whether a socket listens on the port. */
  isListening(port: number): boolean
  /** `ip tcp_metrics flush`: forgets what was learned about peers. */
  flushMetrics(): void

  /** A new TCP socket; returns a handle of the stack's own. */
  socket(nonBlocking: boolean): number
  bind(handle: number, address: number, port: number): Outcome
  listen(handle: number, backlog: number): Outcome
  /** Returns the handle of the accepted connection. */
  accept(handle: number, nonBlocking: boolean): Outcome
  connect(handle: number, address: number, port: number): Outcome
  /** Reads up to `target.length` bytes; 0 is the end of the stream. `peek` leaves them where they are. */
  read(handle: number, target: Uint8Array, peek: boolean): Outcome
  /** Writes; a result below `bytes.length` means that there was no room for more. `endsRecord`: with MSG_EOR. */
  write(handle: number, bytes: Uint8Array, endsRecord: boolean): Outcome
  shutdown(handle: number, how: 'SHUT_RD' | 'SHUT_WR' | 'SHUT_RDWR'): Outcome
  close(handle: number): Outcome
  setsockopt(handle: number, level: string, name: string, value: OptionValue): Outcome
  /** The value of an option. */
  getsockopt(handle: number, level: string, name: string): OptionValue | Errno
  setNonBlocking(handle: number, nonBlocking: boolean): void
  isNonBlocking(handle: number): boolean
  /** Readiness as poll() reports it: any of POLLIN, POLLOUT, POLLERR, POLLHUP, POLLRDHUP. */
  poll(handle: number): ReadonlySet<string>
  /** SIOCINQ, SIOCOUTQ. */
  ioctl(handle: number, request: string): number | Errno
  /** The 4-tuple of a connection, undefined for any other socket. */
  tupleOf(handle: number): Tuple | undefined

  /** A field of struct tcp_info, e.g. `tcpi_snd_mss`; undefined when the stack has no such value. */
  tcpInfo(handle: number, field: string): number | undefined
  /** A counter or a property of the stack by name: see README.md. Undefined for a name it does not know. */
  inspect(name: string): number | undefined
  /** Whether the name is one of another stack's own, which this one does not show: assertions on it are not made. */
  hides(name: string): boolean
}

export interface Tuple {
  readonly localAddress: number
  readonly localPort: number
  readonly remoteAddress: number
  readonly remotePort: number
}
