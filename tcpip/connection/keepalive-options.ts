/**
 * How keepalive asks: what a program can set, and Linux's defaults.
 */
import { SECOND } from '../base/time.ts'

export interface KeepaliveOptions {
  /** Silence before the first probe, microseconds (TCP_KEEPIDLE). */
  readonly idle: number
  /** Time between probes, microseconds (TCP_KEEPINTVL). */
  readonly interval: number
  /** Probes without an answer before the connection is given up (TCP_KEEPCNT). */
  readonly probes: number
}

/** Linux's defaults: two hours, 75 s, 9 probes. */
export const KEEPALIVE_DEFAULTS: KeepaliveOptions = { idle: 7200 * SECOND, interval: 75 * SECOND, probes: 9 }
