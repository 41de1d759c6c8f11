/**
 * The same numbers under the names that Prometheus' node_exporter gives to the kernel's: existing dashboards and queries
 * for a Linux host work on the simulated one. Collectors imitated: netstat, tcpstat, sockstat.
 */

import { COUNTERS } from '../../tcpip/base/counter-catalogue.ts'
import { MIB_NAMES, Mib } from '../../tcpip/base/counters.ts'
import { State } from '../../tcpip/connection/states.ts'
import { SOCKET_STATE_NAMES } from '../app/socket-state.ts'
import { connectionsIn } from '../engine/gauges.ts'
import type { ServerStats } from '../engine/published-stats.ts'

/** Content type of the Prometheus text format. */
export const NODE_METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Listening sockets of the server. */
const LISTENERS = 1

/** Everything in the Prometheus text format. */
export function formatNodeMetrics(stats: ServerStats): string {
  return [...netstat(stats), ...tcpstat(stats.gauges), ...sockstat(stats.gauges)].join('')
}

function netstat({ counters, gauges }: ServerStats): string[] {
  const lines = MIB_NAMES.flatMap((name) => {
    const { group } = COUNTERS[name]
    return group === 'lab' ? [] : [untyped(group, name, counters.mib[Mib[name]] ?? 0)]
  })
  const open = connectionsIn(gauges, State.ESTABLISHED) + connectionsIn(gauges, State.CLOSE_WAIT)
  return [...lines, untyped('Tcp', 'CurrEstab', open)]
}

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

/** As in /proc/net/sockstat, where half-open requests do not count as sockets. */
function sockstat(gauges: Float64Array): string[] {
  const timeWait = connectionsIn(gauges, State.TIME_WAIT)
  const connections = SOCKET_STATE_NAMES.reduce((sum, _name, state) => sum + connectionsIn(gauges, state as State), 0)
  const inUse = LISTENERS + connections - timeWait - connectionsIn(gauges, State.SYN_RECEIVED)
  const values = { alloc: inUse, inuse: inUse, tw: timeWait }
  return Object.entries(values).map(([name, value]) => {
    const metric = `node_sockstat_TCP_${name}`
    return metricText(metric, 'gauge', `Number of TCP sockets in state ${name}.`, [`${metric} ${value}`])
  })
}

function metricText(name: string, type: string, help: string, lines: readonly string[]): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`
}
