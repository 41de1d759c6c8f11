/**
 * What a population of honest clients is told to do: names, defaults and ranges in one place, for the control API, the
 * scenario files and the command line alike.
 */
import type { ArrivalKind } from './arrivals.ts'

export interface ClientSpec {
  /** New connections per second, whatever becomes of the earlier ones. */
  readonly rate: number
  readonly arrivals: ArrivalKind
  /** Seconds from the intended start until a client gives up connecting. */
  readonly connectTimeout: number
  /** Seconds from ESTABLISHED until a client gives up waiting for the whole response. */
  readonly responseTimeout: number
  /** Safe integer >= 0; without one the host's own generator decides. */
  readonly seed?: number
}

/**
 * Three seconds is about what a visitor or a health check grants, and it is long enough for two repeats of a lost SYN
 * (1 s and 2 s). A response may take a little longer, because a request may have been lost as well.
 */
export const CLIENT_DEFAULTS = {
  arrivals: 'poisson',
  connectTimeout: 3,
  responseTimeout: 5,
} as const satisfies Omit<ClientSpec, 'rate' | 'seed'>

/**
 * Inclusive ranges. A connect timeout beyond 131 s would wait for a TCP that has given up itself (tcp_syn_retries); the
 * rate is bounded because each closed connection stays in TIME-WAIT for a minute.
 */
export const CLIENT_RANGES = {
  rate: { min: 0.001, max: 1000 },
  connectTimeout: { min: 1, max: 131 },
  responseTimeout: { min: 1, max: 131 },
} as const

/** Connections under way at a time, at most: 16 s of the highest rate without any answer. */
export const CLIENTS_IN_FLIGHT_MAX = 16_384
