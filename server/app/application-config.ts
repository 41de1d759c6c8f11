/**
 * The knobs of the program behind the listener: names, defaults and ranges in one place, for the control API, the
 * scenario files and the command line alike.
 */

export interface ApplicationConfig {
  /** Milliseconds between two accepts, as of a program that is busy with something else; 0 for at once. */
  readonly acceptInterval: number
  /**
   * Connections served at a time, as by a server with a fixed pool of processes; 0 for no limit. While that many are
   * open nothing more is accepted.
   */
  readonly workers: number
  /**
   * Seconds a connection may take to send a whole request, from accept() or from the end of the last response; then the
   * server closes it. 0 for ever; 300 unless told, as in Node's http server.
   */
  readonly requestTimeout: number
  /** The server speaks first, as SMTP's does: it sends `GREETING` at accept() and closes when the peer has. */
  readonly greeting: boolean
}

export const APPLICATION_DEFAULTS: ApplicationConfig = {
  acceptInterval: 0,
  workers: 0,
  requestTimeout: 300,
  greeting: false,
}

/** Inclusive ranges of the numeric knobs. All are integers. */
export const APPLICATION_RANGES = {
  acceptInterval: { min: 0, max: 60_000 },
  workers: { min: 0, max: 65_536 },
  requestTimeout: { min: 0, max: 3600 },
} as const satisfies Partial<Record<keyof ApplicationConfig, { min: number; max: number }>>

/** What a server says that speaks first: the form of SMTP's opening line (RFC 5321 3.1). */
export const GREETING = '220 synlab\r\n'
