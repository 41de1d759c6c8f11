/**
 * Every metric of the server: name, type, unit, help, Linux's counterpart and where its number comes from. The registry is
 * built from this list, and dashboards, alert rules, documentation and tests read it, so that a metric exists everywhere or
 * nowhere.
 */
import { describe, labelled, linkMetrics, type PlainMetric, single } from '../../control/metric.ts'
import { linuxName } from '../../tcpip/base/counter-catalogue.ts'
import { MIB_NAMES, Mib } from '../../tcpip/base/counters.ts'
import { DROP_REASON_NAMES, DropReason } from '../../tcpip/base/drop-reason.ts'
import type { State } from '../../tcpip/base/states.ts'
import { CONNECTION_STATES, SOCKET_STATE_NAMES } from '../app/socket-state.ts'
import { SOCKET_TRANSITIONS, transitionsCounted } from '../app/socket-transitions.ts'
import { connectionsIn, Gauge } from '../engine/gauges.ts'
import type { ServerStats } from '../engine/published-stats.ts'

/** One counter of the host. */
function counter(name: string, unit: string, mib: Mib, help: string): PlainMetric<ServerStats> {
  const counted = MIB_NAMES[mib]
  const linux = counted === undefined ? undefined : linuxName(counted)
  return single('counter', describe(name, unit, help, linux), ({ counters }) => counters.mib[mib] ?? 0)
}

/** One gauge of the engine. */
function gauge(name: string, unit: string, slot: Gauge, help: string): PlainMetric<ServerStats> {
  return single('gauge', describe(name, unit, help), ({ gauges }) => gauges[slot] ?? 0)
}

/** A sum over the UDP link. */
function linkSum(
  name: string,
  unit: string,
  sum: 'packetsSkipped' | 'packetsLate' | 'sendErrors',
  help: string,
): PlainMetric<ServerStats> {
  return single('counter', describe(name, unit, help), ({ link }) => link[sum])
}

/** Sockets by the way they went from state to state. */
function transitions(): PlainMetric<ServerStats> {
  return {
    ...describe(
      'connection_transitions_total',
      'transitions',
      'Sockets that went from one state to another (RFC 9293 figure 5); half-open entries in syn_recv included.',
    ),
    type: 'counter',
    labelNames: ['from', 'to'],
    series: SOCKET_TRANSITIONS.map((way) => {
      return { labels: { from: way.from, to: way.to }, read: ({ counters }) => transitionsCounted(counters, way) }
    }),
  }
}

export const METRICS: readonly PlainMetric<ServerStats>[] = [
  counter(
    'syn_received_total',
    'segments',
    Mib.SynReceived,
    'SYN segments that reached a listener, duplicates included.',
  ),
  counter(
    'synack_sent_total',
    'segments',
    Mib.SynAckSent,
    'SYN-ACK segments sent: first copies, retransmissions and cookies.',
  ),
  counter(
    'synack_retransmits_total',
    'segments',
    Mib.TCPSynRetrans,
    'SYN-ACK segments sent again, by timer or for a duplicate SYN (Linux TcpExtTCPSynRetrans).',
  ),
  gauge('syn_queue_length', 'entries', Gauge.SYN_QUEUE_LENGTH, 'Half-open entries in the SYN queue.'),
  gauge('syn_queue_young', 'entries', Gauge.SYN_QUEUE_YOUNG, 'Half-open entries that have never timed out.'),
  gauge(
    'syn_queue_limit',
    'entries',
    Gauge.SYN_QUEUE_LIMIT,
    'Limit of the SYN queue: min(backlog, somaxconn). It holds one more.',
  ),
  gauge(
    'syn_queue_bytes',
    'bytes',
    Gauge.SYN_QUEUE_BYTES,
    'Memory of the SYN queue with its hash table and timers, bytes.',
  ),
  counter(
    'syn_queue_full_drops_total',
    'segments',
    Mib.TCPReqQFullDrop,
    'SYNs dropped because the SYN queue was full and cookies are off (Linux TcpExtTCPReqQFullDrop).',
  ),
  counter(
    'syn_queue_full_cookies_total',
    'segments',
    Mib.TCPReqQFullDoCookies,
    'SYNs to be answered with a cookie instead of a place in the SYN queue (Linux TcpExtTCPReqQFullDoCookies).',
  ),
  gauge(
    'accept_queue_length',
    'connections',
    Gauge.ACCEPT_QUEUE_LENGTH,
    'Established connections that wait to be accepted.',
  ),
  gauge(
    'accept_queue_limit',
    'connections',
    Gauge.ACCEPT_QUEUE_LIMIT,
    'Limit of the accept queue: min(backlog, somaxconn). It holds one more.',
  ),
  counter(
    'accept_queue_overflows_total',
    'segments',
    Mib.ListenOverflows,
    'SYNs and final ACKs that found the accept queue full (Linux TcpExtListenOverflows).',
  ),
  counter(
    'listen_drops_total',
    'segments',
    Mib.ListenDrops,
    'Segments a listener dropped for any reason (Linux TcpExtListenDrops).',
  ),
  counter('syncookies_sent_total', 'cookies', Mib.SyncookiesSent, 'SYN cookies sent (Linux TcpExtSyncookiesSent).'),
  counter(
    'syncookies_received_total',
    'cookies',
    Mib.SyncookiesRecv,
    'Valid SYN cookies that came back (Linux TcpExtSyncookiesRecv).',
  ),
  counter(
    'syncookies_failed_total',
    'segments',
    Mib.SyncookiesFailed,
    'ACKs whose cookie was not valid (Linux TcpExtSyncookiesFailed).',
  ),
  gauge(
    'syncookies_mode',
    'mode',
    Gauge.SYNCOOKIES_MODE,
    'SYN cookies: 0 never, 1 when the SYN queue is full, 2 always.',
  ),
  counter(
    'handshakes_completed_total',
    'handshakes',
    Mib.PassiveOpens,
    'Three-way handshakes completed by a listener (Linux TcpPassiveOpens).',
  ),
  gauge('app_connections', 'connections', Gauge.APP_CONNECTIONS, 'Accepted connections that the program is serving.'),
  gauge(
    'app_workers_limit',
    'connections',
    Gauge.APP_WORKERS_LIMIT,
    'Connections served at a time at most; 0 for no limit.',
  ),
  counter('app_accepts_total', 'connections', Mib.Accepted, 'Connections handed to the program by accept().'),
  counter(
    'app_request_timeouts_total',
    'connections',
    Mib.RequestTimeouts,
    'Connections that the program closed because no whole request had come in time.',
  ),
  counter(
    'half_open_created_total',
    'entries',
    Mib.HalfOpenCreated,
    'SYNs stored in the SYN queue as half-open entries; those answered with a cookie are not.',
  ),
  counter(
    'half_open_expired_total',
    'entries',
    Mib.HalfOpenExpired,
    'Half-open entries removed because nobody answered.',
  ),
  counter(
    'half_open_evicted_total',
    'entries',
    Mib.HalfOpenEvicted,
    'Half-open entries removed to make room for a new SYN.',
  ),
  counter(
    'half_open_resets_total',
    'entries',
    Mib.EmbryonicRsts,
    'Half-open entries ended by a RST or a new SYN (Linux TcpExtEmbryonicRsts).',
  ),
  labelled(
    'gauge',
    describe(
      'connections',
      'connections',
      'Connections by state; syn_recv are the half-open entries in the SYN queue.',
    ),
    'state',
    CONNECTION_STATES,
    ({ gauges }, state) => connectionsIn(gauges, SOCKET_STATE_NAMES.indexOf(state) as State),
  ),
  transitions(),
  counter('rst_sent_total', 'segments', Mib.OutRsts, 'RST segments sent (Linux TcpOutRsts).'),
  counter('packets_received_total', 'packets', Mib.PacketsIn, 'Packets taken from the link: accepted + dropped.'),
  single(
    'counter',
    describe('packets_accepted_total', 'packets', 'Packets that were made use of.'),
    ({ counters }) => counters.outcomes[DropReason.ACCEPTED] ?? 0,
  ),
  labelled(
    'counter',
    describe(
      'packets_dropped_total',
      'packets',
      'Packets dropped, by the one reason each (after Linux skb_drop_reason).',
      'skb_drop_reason',
    ),
    'reason',
    DROP_REASON_NAMES.slice(DropReason.ACCEPTED + 1),
    ({ counters }, _, index) => counters.outcomes[index + DropReason.ACCEPTED + 1] ?? 0,
  ),
  counter('packets_sent_total', 'packets', Mib.PacketsOut, 'Packets handed to the link.'),
  counter(
    'transmit_ring_full_total',
    'packets',
    Mib.TransmitRingFull,
    'Packets lost because the transmit ring was full.',
  ),
  gauge('link_peers', 'processes', Gauge.LINK_PEERS, 'Processes that have joined the UDP link.'),
  ...linkMetrics<ServerStats>(({ link }) => link),
  linkSum(
    'link_packets_skipped_total',
    'packets',
    'packetsSkipped',
    'Packets that a peer sent and that had not arrived when a later one did: skipped - late are lost.',
  ),
  linkSum(
    'link_packets_late_total',
    'packets',
    'packetsLate',
    'Packets that arrived after a later one of the same peer.',
  ),
  linkSum('link_send_errors_total', 'datagrams', 'sendErrors', 'Datagrams that the operating system refused to send.'),
]
