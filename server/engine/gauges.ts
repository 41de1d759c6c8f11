/**
 * What is, rather than what has happened: queue lengths and limits, connections by state. One slot each in a
 * Float64Array, filled once per turn, so that another thread can read them beside the counters.
 */
import { STATE_COUNT, State } from '../../tcpip/base/states.ts'
import type { ServerHost } from '../app/server-host.ts'

export const Gauge = {
  /** Half-open entries stored, and those among them that never timed out. */
  SYN_QUEUE_LENGTH: 0,
  SYN_QUEUE_YOUNG: 1,
  /** The queue holds one more than its limit. */
  SYN_QUEUE_LIMIT: 2,
  /** Memory of the SYN queue: records, hash table and timers. */
  SYN_QUEUE_BYTES: 3,
  ACCEPT_QUEUE_LENGTH: 4,
  ACCEPT_QUEUE_LIMIT: 5,
  /** 0, 1 or 2, as net.ipv4.tcp_syncookies. */
  SYNCOOKIES_MODE: 6,
  /** Spokes that have joined the link. */
  LINK_PEERS: 7,
  /** Connections that the program is serving, and how many it serves at a time; 0 for no limit. */
  APP_CONNECTIONS: 8,
  APP_WORKERS_LIMIT: 9,
} as const

export type Gauge = (typeof Gauge)[keyof typeof Gauge]

/** First slot of the connections by `State`; SYN-RECEIVED are the half-open entries. */
export const CONNECTIONS_AT = Object.keys(Gauge).length

export const GAUGE_COUNT = CONNECTIONS_AT + STATE_COUNT

/** Connections in `state`, half-open entries being those in SYN-RECEIVED. */
export function connectionsIn(gauges: Float64Array, state: State): number {
  return gauges[CONNECTIONS_AT + state] ?? 0
}

/** Reads everything but LINK_PEERS from the host. */
export function fillGauges({ endpoint, listener, config, openConnections }: ServerHost, gauges: Float64Array): void {
  const { synQueue, acceptQueue, synLimit } = listener
  gauges[Gauge.SYN_QUEUE_LENGTH] = synQueue.length
  gauges[Gauge.SYN_QUEUE_YOUNG] = synQueue.young
  gauges[Gauge.SYN_QUEUE_LIMIT] = synLimit
  gauges[Gauge.SYN_QUEUE_BYTES] = synQueue.bytes
  gauges[Gauge.ACCEPT_QUEUE_LENGTH] = acceptQueue.length
  gauges[Gauge.ACCEPT_QUEUE_LIMIT] = acceptQueue.limit
  gauges[Gauge.SYNCOOKIES_MODE] = config.synCookies
  gauges[Gauge.APP_CONNECTIONS] = openConnections
  gauges[Gauge.APP_WORKERS_LIMIT] = config.workers
  gauges.set(endpoint.tcbs.counts, CONNECTIONS_AT)
  gauges[CONNECTIONS_AT + State.SYN_RECEIVED] = synQueue.length
}
