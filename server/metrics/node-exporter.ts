/**
 * The same numbers under the names that Prometheus' node_exporter gives to the kernel's: existing dashboards and queries
 * for a Linux host work on the simulated one. Collectors imitated: netstat, tcpstat, sockstat, uname. What has no number here
 * that would be true is left out; docs/metrics.md says what that leaves empty on a well-known dashboard.
 */
import { packageVersion } from '../../control/package-info.ts'
import { COUNTERS } from '../../tcpip/base/counter-catalogue.ts'
import { MIB_NAMES, Mib } from '../../tcpip/base/counters.ts'
import { DropReason } from '../../tcpip/base/drop-reason.ts'
import { State } from '../../tcpip/base/states.ts'
import { MAX_CONNECTIONS } from '../app/server-host.ts'
import { SOCKET_STATE_NAMES } from '../app/socket-state.ts'
import { connectionsIn, Gauge } from '../engine/gauges.ts'
import type { ServerStats } from '../engine/published-stats.ts'

/** Content type of the Prometheus text format. */
export const NODE_METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Listening sockets of the server. */
const LISTENERS = 1

/** Everything in the Prometheus text format. */
export function formatNodeMetrics(stats: ServerStats): string {
  return [...netstat(stats), ...tcpstat(stats.gauges), ...sockstat(stats.gauges), uname()].join('')
}

function netstat({ counters, gauges }: ServerStats): string[] {
  const lines = MIB_NAMES.flatMap((name) => {
    const { group } = COUNTERS[name]
    return group === 'lab' ? [] : [untyped(group, name, counters.mib[Mib[name]] ?? 0)]
  })
  const open = connectionsIn(gauges, State.ESTABLISHED) + connectionsIn(gauges, State.CLOSE_WAIT)
  const packets = (mib: Mib) => counters.mib[mib] ?? 0
  const dropped = (...reasons: readonly DropReason[]) =>
    reasons.reduce<number>((sum, reason) => sum + (counters.outcomes[reason] ?? 0), 0)
  return [
    ...lines,
    untyped('Tcp', 'CurrEstab', open),
    // RFC 4022 tcpMaxConn. Linux says -1: there memory decides.
    untyped('Tcp', 'MaxConn', MAX_CONNECTIONS),
    untyped('TcpExt', 'TCPRcvQDrop', dropped(DropReason.RECEIVE_BUFFER_FULL)),
    // 2: no router (RFC 4293 ipForwarding).
    untyped('Ip', 'Forwarding', 2),
    untyped('Ip', 'InReceives', packets(Mib.PacketsIn)),
    untyped('Ip', 'InHdrErrors', dropped(...HEADER_ERRORS)),
    untyped('Ip', 'InAddrErrors', dropped(DropReason.IP_NOT_LOCAL)),
    untyped('Ip', 'OutRequests', packets(Mib.PacketsOut) + packets(Mib.TransmitRingFull)),
    untyped('Ip', 'OutDiscards', packets(Mib.TransmitRingFull)),
  ]
}

/** What RFC 4293 counts as ipInHdrErrors. */
const HEADER_ERRORS = [
  DropReason.IP_TRUNCATED,
  DropReason.IP_BAD_VERSION,
  DropReason.IP_BAD_HEADER_LENGTH,
  DropReason.IP_BAD_CHECKSUM,
]

function untyped(protocol: string, name: string, value: number): string {
  const metric = `node_netstat_${protocol}_${name}`
  return metricText(metric, 'untyped', `Statistic ${protocol}${name}.`, [`${metric} ${value}`])
}

function tcpstat(gauges: Float64Array): string[] {
  const metric = 'node_tcp_connection_states'
  const lines = SOCKET_STATE_NAMES.map((name, state) => {
    const count = state === State.LISTEN ? LISTENERS : connectionsIn(gauges, state as State)
    return `${metric}{state="${name}"} ${count}`
  })
  return [metricText(metric, 'gauge', 'Number of connection states.', lines)]
}

/** As in /proc/net/sockstat, where half-open entries do not count as sockets. */
function sockstat(gauges: Float64Array): string[] {
  const timeWait = connectionsIn(gauges, State.TIME_WAIT)
  const connections = SOCKET_STATE_NAMES.reduce((sum, _name, state) => sum + connectionsIn(gauges, state as State), 0)
  const inUse = LISTENERS + connections - timeWait - connectionsIn(gauges, State.SYN_RECEIVED)
  // What the program holds: the listener, and what it has accepted and not let go of.
  const used = LISTENERS + (gauges[Gauge.APP_CONNECTIONS] ?? 0)
  const orphans = Math.max(0, inUse - used - (gauges[Gauge.ACCEPT_QUEUE_LENGTH] ?? 0))
  const values = { alloc: inUse, inuse: inUse, orphan: orphans, tw: timeWait }
  const tcp = Object.entries(values).map(([name, value]) => {
    const metric = `node_sockstat_TCP_${name}`
    return metricText(metric, 'gauge', `Number of TCP sockets in state ${name}.`, [`${metric} ${value}`])
  })
  const metric = 'node_sockstat_sockets_used'
  return [...tcp, metricText(metric, 'gauge', 'Number of IPv4 sockets in use.', [`${metric} ${used}`])]
}

/** What dashboards choose a host by. It is no Linux, and does not say so. */
function uname(): string {
  const metric = 'node_uname_info'
  const labels = {
    domainname: '(none)',
    machine: process.arch,
    nodename: 'synlab',
    release: packageVersion(),
    sysname: 'synlab',
    version: 'simulated',
  }
  const text = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  const help = 'Labeled system information as provided by the uname system call.'
  return metricText(metric, 'gauge', help, [`${metric}{${text.join(',')}} 1`])
}

function metricText(name: string, type: string, help: string, lines: readonly string[]): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`
}
