/** What a host, and a single connection from it, can be told. */

import type { Counters } from '../base/counters.ts'
import type { SynOffer } from '../connection/segment-size.ts'
import type { SynSchedule } from '../connection/syn-schedule.ts'
import type { LinkEnd } from '../link/link.ts'
import type { Prefix } from '../wire/address.ts'

export interface EndpointOptions {
  readonly link: LinkEnd
  /** The addresses that are this host's own. */
  readonly addresses: Prefix
  /** `SECRET_BYTES` bytes nobody else knows. */
  readonly secret: Uint8Array
  readonly counters: Counters
  /** Most connections at a time, TIME-WAIT included, half-open entries not. */
  readonly maxConnections: number
  /** What SYNs and SYN-ACKs say otherwise than `DEFAULT_OFFER`; `NO_WINDOW_SCALE` takes none either (Linux tcp_window_scaling). */
  readonly offer?: Partial<SynOffer>
  /** Whether timestamps and SACK are offered and taken; both by default (Linux tcp_timestamps, tcp_sack). */
  readonly timestamps?: boolean
  readonly sack?: boolean
  /** Length of TIME-WAIT, microseconds, 60 s by default; anything shorter gives up what TIME-WAIT is for. */
  readonly timeWaitLength?: number
  /** Most connections in TIME-WAIT (Linux tcp_max_tw_buckets); `maxConnections` by default. */
  readonly maxTimeWait?: number
  /** Ignore RSTs in TIME-WAIT (RFC 1337, Linux tcp_rfc1337); off by default, as in Linux. */
  readonly rfc1337?: boolean
}

/** What a client may have otherwise than this host's system. */
export interface ActiveOpenOptions {
  /** When the SYN is repeated; default: Linux's times. */
  readonly synSchedule?: SynSchedule
  /** What the SYN says; default: the host's own. */
  readonly offer?: SynOffer
}
