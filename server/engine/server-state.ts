/**
 * The server's state as the API shows it: configuration, queues, counters, connections, link. Counter names are Linux's
 * MIB names, drop reasons and socket states those of the metrics.
 */

import { MIB_NAMES, Mib } from '../../tcpip/base/counters.ts'
import { DROP_REASON_NAMES, DropReason } from '../../tcpip/base/drop-reason.ts'
import type { State } from '../../tcpip/base/states.ts'
import { FRAME_OUTCOME_NAMES, PACKET_IN_NAMES, PACKET_OUT_NAMES } from '../../tcpip/udp-link/udp-counters.ts'
import { formatAddress } from '../../tcpip/wire/address.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { CONNECTION_STATES, SOCKET_STATE_NAMES } from '../app/socket-state.ts'
import { transitionCounts } from '../app/socket-transitions.ts'
import type { ServerState } from '../contract.ts'
import { connectionsIn, Gauge } from './gauges.ts'
import type { EngineReady, Inspection } from './protocol.ts'
import type { ServerStats } from './published-stats.ts'

/** What the state says of whoever runs the server. */
export interface Runner {
  readonly pid: number
  readonly uptimeSeconds: number
  readonly cpuSeconds: number | null
}

/** Copies everything out of `stats`. */
export function describeState(
  stats: ServerStats,
  { config, peers }: Inspection,
  { linkHost, linkPort }: EngineReady,
  { pid, uptimeSeconds, cpuSeconds }: Runner,
): ServerState {
  const { gauges, link } = stats
  const { mib, outcomes } = stats.counters
  const gauge = (slot: Gauge): number => gauges[slot] ?? 0
  return {
    pid,
    uptimeSeconds: Math.round(uptimeSeconds * 1000) / 1000,
    cpuSeconds,
    address: formatAddress(SERVER_ADDRESS),
    port: SERVER_PORT,
    config,
    synQueue: {
      length: gauge(Gauge.SYN_QUEUE_LENGTH),
      young: gauge(Gauge.SYN_QUEUE_YOUNG),
      limit: gauge(Gauge.SYN_QUEUE_LIMIT),
      bytes: gauge(Gauge.SYN_QUEUE_BYTES),
    },
    acceptQueue: { length: gauge(Gauge.ACCEPT_QUEUE_LENGTH), limit: gauge(Gauge.ACCEPT_QUEUE_LIMIT) },
    connections: Object.fromEntries(
      CONNECTION_STATES.map((name) => [name, connectionsIn(gauges, SOCKET_STATE_NAMES.indexOf(name) as State)]),
    ),
    transitions: transitionCounts(stats.counters),
    counters: byName(MIB_NAMES, mib),
    packets: {
      in: mib[Mib.PacketsIn] ?? 0,
      accepted: outcomes[DropReason.ACCEPTED] ?? 0,
      out: mib[Mib.PacketsOut] ?? 0,
    },
    drops: byName(DROP_REASON_NAMES.slice(1), outcomes.subarray(1)),
    link: {
      address: linkHost,
      port: linkPort,
      peers,
      datagramsIn: byName(FRAME_OUTCOME_NAMES, link.datagramsIn),
      packetsIn: byName(PACKET_IN_NAMES, link.packetsIn),
      packetsOut: byName(PACKET_OUT_NAMES, link.packetsOut),
      packetsMissing: link.packetsSkipped - link.packetsLate,
    },
  }
}

function byName(names: readonly string[], values: Float64Array): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? 0]))
}
