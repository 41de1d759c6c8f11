/**
 * The knobs of a listener: names, defaults and ranges in one place, for the control API, the scenario files and the
 * command line alike. Names follow Linux's sysctls and socket options.
 */

export interface ListenerConfig {
  /** SYN cookies: 0 never, 1 when the SYN queue is full, 2 for every SYN (net.ipv4.tcp_syncookies). */
  readonly synCookies: number
  /** The argument of listen(): with `somaxconn` the limit of both queues. -1 means "as many as somaxconn allows". */
  readonly backlog: number
  /** Upper bound of every backlog (net.core.somaxconn). */
  readonly somaxconn: number
  /** Only used by the last-quarter rule while cookies are off (net.ipv4.tcp_max_syn_backlog). */
  readonly maxSynBacklog: number
  /** Retransmissions of a SYN-ACK before a request expires (net.ipv4.tcp_synack_retries). */
  readonly synAckRetries: number
  /** Answer a final ACK with RST when the accept queue is full (net.ipv4.tcp_abort_on_overflow). */
  readonly abortOnOverflow: boolean
  /** Seconds a handshake may wait for data before accept() hears of it, 0 for not at all (TCP_DEFER_ACCEPT). */
  readonly deferAccept: number
}

export const LISTENER_DEFAULTS: ListenerConfig = {
  synCookies: 1,
  backlog: 128,
  somaxconn: 4096,
  maxSynBacklog: 4096,
  synAckRetries: 5,
  abortOnOverflow: false,
  deferAccept: 0,
}

/** Inclusive ranges of the numeric knobs. All are integers. */
export const LISTENER_RANGES = {
  synCookies: { min: 0, max: 2 },
  backlog: { min: -1, max: 4_194_304 },
  somaxconn: { min: 0, max: 4_194_304 },
  maxSynBacklog: { min: 1, max: 4_194_304 },
  synAckRetries: { min: 0, max: 255 },
  deferAccept: { min: 0, max: 3600 },
} as const satisfies Partial<Record<keyof ListenerConfig, { min: number; max: number }>>

/**
 * The limit of both queues, Linux's sk_max_ack_backlog: a negative backlog is taken as unsigned and becomes somaxconn
 * (Linux __sys_listen). Each queue holds one more than this.
 */
export function effectiveBacklog(config: ListenerConfig): number {
  return Math.min(config.backlog >>> 0, config.somaxconn)
}
