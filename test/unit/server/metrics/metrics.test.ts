import { describe, expect, it } from 'vitest'
import { MetricsRegistry } from '../../../../control/metrics-registry.ts'
import { CONNECTIONS_AT, Gauge } from '../../../../server/engine/gauges.ts'
import { ServerStats } from '../../../../server/engine/published-stats.ts'
import { METRICS } from '../../../../server/metrics/catalogue.ts'
import { formatNodeMetrics } from '../../../../server/metrics/node-exporter.ts'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { DROP_REASON_NAMES, DropReason } from '../../../../tcpip/base/drop-reason.ts'
import { State } from '../../../../tcpip/base/states.ts'
import { PacketIn } from '../../../../tcpip/udp-link/udp-counters.ts'
import { parsePrometheusText } from '../../../support/readers/prometheus-text.ts'

/** The names others rely on, and the Linux counter or gauge that each must show. */
const PINNED: Record<string, Mib | undefined> = {
  syn_received_total: Mib.SynReceived,
  synack_sent_total: Mib.SynAckSent,
  synack_retransmits_total: Mib.TCPSynRetrans,
  syn_queue_length: undefined,
  syn_queue_limit: undefined,
  syn_queue_bytes: undefined,
  syn_queue_full_drops_total: Mib.TCPReqQFullDrop,
  syn_queue_full_cookies_total: Mib.TCPReqQFullDoCookies,
  accept_queue_length: undefined,
  accept_queue_limit: undefined,
  accept_queue_overflows_total: Mib.ListenOverflows,
  listen_drops_total: Mib.ListenDrops,
  syncookies_sent_total: Mib.SyncookiesSent,
  syncookies_received_total: Mib.SyncookiesRecv,
  syncookies_failed_total: Mib.SyncookiesFailed,
  syncookies_mode: undefined,
  handshakes_completed_total: Mib.PassiveOpens,
  half_open_expired_total: Mib.HalfOpenExpired,
  half_open_resets_total: Mib.EmbryonicRsts,
  connections: undefined,
  rst_sent_total: Mib.OutRsts,
  packets_dropped_total: undefined,
  app_connections: undefined,
  app_workers_limit: undefined,
  app_accepts_total: Mib.Accepted,
  app_request_timeouts_total: Mib.RequestTimeouts,
}

const STATES = ['syn_sent', 'syn_recv', 'established', 'fin_wait1', 'fin_wait2', 'close_wait', 'closing', 'last_ack']

function setUp() {
  const stats = new ServerStats()
  const registry = new MetricsRegistry(METRICS, () => stats)
  const scrape = async () => parsePrometheusText(await registry.metrics())
  return { stats, scrape }
}

describe('GET /metrics', () => {
  it('has every pinned name, with a type that fits the name and a help text', async () => {
    const metrics = await setUp().scrape()
    for (const name of Object.keys(PINNED)) {
      const metric = metrics.get(`synlab_${name}`)
      expect(metric?.type, name).toBe(name.endsWith('_total') ? 'counter' : 'gauge')
      expect(metric?.help, name).toMatch(/\w{3,}.*\.$/)
    }
  })

  it('has exactly the metrics of the catalogue', async () => {
    const metrics = await setUp().scrape()
    expect([...metrics.keys()].sort()).toEqual(METRICS.map(({ name }) => name).sort())
  })

  it('shows every series at 0 before anything happens, each drop reason and each state among them', async () => {
    const metrics = await setUp().scrape()
    for (const [name, { series }] of metrics) {
      expect(series.size, name).toBeGreaterThan(0)
      expect(
        [...series.values()].every((value) => value === 0),
        name,
      ).toBe(true)
    }
    const dropped = metrics.get('synlab_packets_dropped_total')?.series
    expect([...(dropped?.keys() ?? [])]).toEqual(
      DROP_REASON_NAMES.filter((name) => name !== 'accepted').map((reason) => `{reason="${reason}"}`),
    )
    const connections = metrics.get('synlab_connections')?.series
    expect([...(connections?.keys() ?? [])].sort()).toEqual(
      [...STATES, 'time_wait'].map((state) => `{state="${state}"}`).sort(),
    )
  })

  it('copies each counter of its own at every scrape', async () => {
    const { stats, scrape } = setUp()
    for (const [name, mib] of Object.entries(PINNED)) {
      if (mib === undefined) continue
      const before = await scrape()
      stats.counters.mib[mib] += 17
      const after = await scrape()
      for (const [other, { series }] of after) {
        const grown = (series.get('') ?? 0) - (before.get(other)?.series.get('') ?? 0)
        expect(grown, `${other} after ${name}`).toBe(other === `synlab_${name}` ? 17 : 0)
      }
    }
  })

  it('names HELP texts after the Linux counters they show', async () => {
    const metrics = await setUp().scrape()
    expect(metrics.get('synlab_syn_queue_full_drops_total')?.help).toContain('TcpExtTCPReqQFullDrop')
    expect(metrics.get('synlab_handshakes_completed_total')?.help).toContain('TcpPassiveOpens')
    expect(metrics.get('synlab_half_open_resets_total')?.help).toContain('TcpExtEmbryonicRsts')
  })

  it('shows gauges, states, drops by reason and link outcomes, and goes back to 0 with them', async () => {
    const { stats, scrape } = setUp()
    stats.gauges[Gauge.SYN_QUEUE_LENGTH] = 129
    stats.gauges[Gauge.SYNCOOKIES_MODE] = 2
    stats.gauges[CONNECTIONS_AT + State.SYN_RECEIVED] = 129
    stats.gauges[CONNECTIONS_AT + State.TIME_WAIT] = 3
    stats.counters.outcomes[DropReason.COOKIE_INVALID] = 5
    stats.counters.outcomes[DropReason.ACCEPTED] = 8
    stats.link.packetsIn[PacketIn.UNDECLARED_SOURCE] = 4
    stats.link.countSkipped(6)
    stats.link.countLate(2)
    const metrics = await scrape()
    const value = (name: string, labels = ''): number | undefined => metrics.get(`synlab_${name}`)?.series.get(labels)
    expect(value('syn_queue_length')).toBe(129)
    expect(value('syncookies_mode')).toBe(2)
    expect(value('connections', '{state="syn_recv"}')).toBe(129)
    expect(value('connections', '{state="time_wait"}')).toBe(3)
    expect(value('packets_dropped_total', '{reason="cookie_invalid"}')).toBe(5)
    expect(value('packets_accepted_total')).toBe(8)
    expect(value('link_packets_received_total', '{outcome="undeclared_source"}')).toBe(4)
    expect(value('link_packets_skipped_total')).toBe(6)
    expect(value('link_packets_late_total')).toBe(2)
    stats.words.fill(0)
    for (const [name, { series }] of await scrape()) {
      expect(
        [...series.values()].every((present) => present === 0),
        name,
      ).toBe(true)
    }
  })
})

describe('GET /metrics/node', () => {
  it('has the names of node_exporter’s netstat, tcpstat and sockstat collectors', () => {
    const metrics = parsePrometheusText(formatNodeMetrics(new ServerStats()))
    const untyped = [
      ...['SyncookiesSent', 'SyncookiesRecv', 'SyncookiesFailed', 'ListenOverflows', 'ListenDrops', 'EmbryonicRsts'],
      ...['TCPReqQFullDrop', 'TCPReqQFullDoCookies', 'TCPSynRetrans', 'TCPTimeouts'],
    ].map((name) => `node_netstat_TcpExt_${name}`)
    const tcp = ['ActiveOpens', 'PassiveOpens', 'InSegs', 'OutSegs', 'OutRsts', 'RetransSegs', 'CurrEstab', 'InErrs']
    for (const name of [...untyped, ...tcp.map((name) => `node_netstat_Tcp_${name}`)]) {
      expect(metrics.get(name)?.type, name).toBe('untyped')
      expect(metrics.get(name)?.series.get(''), name).toBe(0)
    }
    expect(metrics.get('node_tcp_connection_states')?.type).toBe('gauge')
    expect(metrics.get('node_sockstat_TCP_tw')?.type).toBe('gauge')
  })

  it('has what the TCP, netstat and sockstat panels of Node Exporter Full ask for and what can be true here', () => {
    const stats = new ServerStats()
    stats.counters.mib[Mib.PacketsIn] = 1000
    stats.counters.mib[Mib.PacketsOut] = 900
    stats.counters.mib[Mib.TransmitRingFull] = 5
    stats.counters.outcomes[DropReason.IP_BAD_CHECKSUM] = 3
    stats.counters.outcomes[DropReason.IP_TRUNCATED] = 1
    stats.counters.outcomes[DropReason.IP_NOT_LOCAL] = 2
    stats.counters.outcomes[DropReason.RECEIVE_BUFFER_FULL] = 6
    // Twelve connections: two wait to be accepted, seven are the program's, three have been let go of.
    stats.gauges[CONNECTIONS_AT + State.ESTABLISHED] = 9
    stats.gauges[CONNECTIONS_AT + State.FIN_WAIT_1] = 3
    stats.gauges[Gauge.ACCEPT_QUEUE_LENGTH] = 2
    stats.gauges[Gauge.APP_CONNECTIONS] = 7
    const metrics = parsePrometheusText(formatNodeMetrics(stats))
    const expected: Record<string, number> = {
      netstat_Ip_InReceives: 1000,
      netstat_Ip_InHdrErrors: 4,
      netstat_Ip_InAddrErrors: 2,
      netstat_Ip_OutRequests: 905,
      netstat_Ip_OutDiscards: 5,
      netstat_Ip_Forwarding: 2,
      netstat_Tcp_MaxConn: 65_536,
      netstat_TcpExt_TCPRcvQDrop: 6,
      sockstat_TCP_alloc: 13,
      sockstat_TCP_inuse: 13,
      sockstat_TCP_orphan: 3,
      sockstat_sockets_used: 8,
    }
    for (const [name, value] of Object.entries(expected)) {
      expect(metrics.get(`node_${name}`)?.series.get(''), name).toBe(value)
      expect(metrics.get(`node_${name}`)?.type, name).toBe(name.startsWith('netstat') ? 'untyped' : 'gauge')
    }
    const [[labels, one] = []] = metrics.get('node_uname_info')?.series ?? []
    expect(labels).toMatch(/nodename="synlab".*sysname="synlab"/)
    expect(one).toBe(1)
  })

  it('does not give the kernel counters that no kernel has', () => {
    const text = formatNodeMetrics(new ServerStats())
    for (const own of ['SynReceived', 'SynAckSent', 'PacketsIn', 'HalfOpenExpired', 'Accepted', 'RequestTimeouts']) {
      expect(text).not.toContain(own)
    }
  })

  it('shows the numbers of the simulated host', () => {
    const stats = new ServerStats()
    stats.counters.mib[Mib.TCPReqQFullDrop] = 12
    stats.counters.mib[Mib.PassiveOpens] = 7
    const counts = { SYN_RECEIVED: 129, ESTABLISHED: 4, CLOSE_WAIT: 2, TIME_WAIT: 30, FIN_WAIT_2: 1 } as const
    for (const [state, count] of Object.entries(counts)) {
      stats.gauges[CONNECTIONS_AT + State[state as keyof typeof counts]] = count
    }
    const metrics = parsePrometheusText(formatNodeMetrics(stats))
    const value = (name: string, labels = ''): number | undefined => metrics.get(`node_${name}`)?.series.get(labels)
    expect(value('netstat_TcpExt_TCPReqQFullDrop')).toBe(12)
    expect(value('netstat_Tcp_PassiveOpens')).toBe(7)
    expect(value('netstat_Tcp_CurrEstab')).toBe(6)
    expect(value('tcp_connection_states', '{state="syn_recv"}')).toBe(129)
    expect(value('tcp_connection_states', '{state="listen"}')).toBe(1)
    expect(value('sockstat_TCP_tw')).toBe(30)
    // The listener and seven connections; half-open entries are no sockets.
    expect(value('sockstat_TCP_inuse')).toBe(8)
  })
})
