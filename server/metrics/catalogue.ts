/**
 * Every metric of the server: name, type, help and where its numbers come from. The registry is built from this list,
 * and dashboards, alert rules and tests read it, so that a metric exists everywhere or nowhere.
 */
import { Mib } from '../../tcpip/base/counters.ts'
import { Gauge } from '../engine/gauges.ts'

/** Before every name. */
export const METRIC_PREFIX = 'synlab_'

export type MetricSource =
  /** One counter of the host. */
  | { readonly from: 'counter'; readonly mib: Mib }
  /** One gauge of the engine. */
  | { readonly from: 'gauge'; readonly gauge: Gauge }
  /** Label `state`: connections by state. */
  | { readonly from: 'connections' }
  /** Label `reason`: packets by drop reason, the accepted ones left out. */
  | { readonly from: 'drops' }
  /** Packets that were made use of. */
  | { readonly from: 'accepted' }
  /** Label `outcome`: what became of datagrams and packets on the UDP link. */
  | { readonly from: 'link'; readonly list: 'datagramsIn' | 'packetsIn' | 'packetsOut' }
  /** A sum over the UDP link. */
  | { readonly from: 'linkSum'; readonly sum: LinkSum }

export type LinkSum = 'packetsSkipped' | 'packetsLate' | 'sendErrors'

export interface MetricEntry {
  /** Full name. */
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  /** The label, if it has one. */
  readonly label: 'state' | 'reason' | 'outcome' | undefined
  readonly source: MetricSource
}

function counter(name: string, mib: Mib, help: string): MetricEntry {
  return { name: METRIC_PREFIX + name, type: 'counter', help, label: undefined, source: { from: 'counter', mib } }
}

function gauge(name: string, slot: Gauge, help: string): MetricEntry {
  const source = { from: 'gauge', gauge: slot } as const
  return { name: METRIC_PREFIX + name, type: 'gauge', help, label: undefined, source }
}

function link(name: string, list: 'datagramsIn' | 'packetsIn' | 'packetsOut', help: string): MetricEntry {
  return { name: METRIC_PREFIX + name, type: 'counter', help, label: 'outcome', source: { from: 'link', list } }
}

function linkSum(name: string, sum: LinkSum, help: string): MetricEntry {
  return { name: METRIC_PREFIX + name, type: 'counter', help, label: undefined, source: { from: 'linkSum', sum } }
}

export const SERVER_METRICS: readonly MetricEntry[] = [
  counter('syn_received_total', Mib.SynReceived, 'SYN segments that reached a listener, duplicates included.'),
  counter('synack_sent_total', Mib.SynAckSent, 'SYN-ACK segments sent: first copies, retransmissions and cookies.'),
  counter(
    'synack_retransmits_total',
    Mib.TCPSynRetrans,
    'SYN-ACK segments sent again, by timer or for a duplicate SYN (Linux TcpExtTCPSynRetrans).',
  ),
  gauge('syn_queue_length', Gauge.SYN_QUEUE_LENGTH, 'Half-open requests in the SYN queue.'),
  gauge('syn_queue_young', Gauge.SYN_QUEUE_YOUNG, 'Half-open requests that have never timed out.'),
  gauge(
    'syn_queue_limit',
    Gauge.SYN_QUEUE_LIMIT,
    'Limit of the SYN queue: min(backlog, somaxconn). It holds one more.',
  ),
  gauge('syn_queue_bytes', Gauge.SYN_QUEUE_BYTES, 'Memory of the SYN queue with its hash table and timers, bytes.'),
  counter(
    'syn_queue_full_drops_total',
    Mib.TCPReqQFullDrop,
    'SYNs dropped because the SYN queue was full and cookies are off (Linux TcpExtTCPReqQFullDrop).',
  ),
  counter(
    'syn_queue_full_cookies_total',
    Mib.TCPReqQFullDoCookies,
    'SYNs to be answered with a cookie instead of a place in the SYN queue (Linux TcpExtTCPReqQFullDoCookies).',
  ),
  gauge('accept_queue_length', Gauge.ACCEPT_QUEUE_LENGTH, 'Established connections that wait to be accepted.'),
  gauge(
    'accept_queue_limit',
    Gauge.ACCEPT_QUEUE_LIMIT,
    'Limit of the accept queue: min(backlog, somaxconn). It holds one more.',
  ),
  counter(
    'accept_queue_overflows_total',
    Mib.ListenOverflows,
    'SYNs and final ACKs that found the accept queue full (Linux TcpExtListenOverflows).',
  ),
  counter(
    'listen_drops_total',
    Mib.ListenDrops,
    'Segments a listener dropped for any reason (Linux TcpExtListenDrops).',
  ),
  counter('syncookies_sent_total', Mib.SyncookiesSent, 'SYN cookies sent (Linux TcpExtSyncookiesSent).'),
  counter(
    'syncookies_received_total',
    Mib.SyncookiesRecv,
    'Valid SYN cookies that came back (Linux TcpExtSyncookiesRecv).',
  ),
  counter(
    'syncookies_failed_total',
    Mib.SyncookiesFailed,
    'ACKs whose cookie was not valid (Linux TcpExtSyncookiesFailed).',
  ),
  gauge('syncookies_mode', Gauge.SYNCOOKIES_MODE, 'SYN cookies: 0 never, 1 when the SYN queue is full, 2 always.'),
  counter(
    'handshakes_completed_total',
    Mib.PassiveOpens,
    'Three-way handshakes completed by a listener (Linux TcpPassiveOpens).',
  ),
  gauge('app_connections', Gauge.APP_CONNECTIONS, 'Accepted connections that the program is serving.'),
  gauge('app_workers_limit', Gauge.APP_WORKERS_LIMIT, 'Connections served at a time at most; 0 for no limit.'),
  counter('app_accepts_total', Mib.Accepted, 'Connections handed to the program by accept().'),
  counter(
    'app_request_timeouts_total',
    Mib.RequestTimeouts,
    'Connections that the program closed because no whole request had come in time.',
  ),
  counter(
    'half_open_created_total',
    Mib.RequestsCreated,
    'SYNs stored in the SYN queue as half-open requests; those answered with a cookie are not.',
  ),
  counter('half_open_expired_total', Mib.HalfOpenExpired, 'Half-open requests removed because nobody answered.'),
  counter(
    'half_open_resets_total',
    Mib.EmbryonicRsts,
    'Half-open requests ended by a RST or a new SYN (Linux TcpExtEmbryonicRsts).',
  ),
  {
    name: `${METRIC_PREFIX}connections`,
    type: 'gauge',
    help: 'Connections by state; syn_recv are the half-open requests in the SYN queue.',
    label: 'state',
    source: { from: 'connections' },
  },
  counter('rst_sent_total', Mib.OutRsts, 'RST segments sent (Linux TcpOutRsts).'),
  counter('packets_received_total', Mib.PacketsIn, 'Packets taken from the link: accepted + dropped.'),
  {
    name: `${METRIC_PREFIX}packets_accepted_total`,
    type: 'counter',
    help: 'Packets that were made use of.',
    label: undefined,
    source: { from: 'accepted' },
  },
  {
    name: `${METRIC_PREFIX}packets_dropped_total`,
    type: 'counter',
    help: 'Packets dropped, by the one reason each (after Linux skb_drop_reason).',
    label: 'reason',
    source: { from: 'drops' },
  },
  counter('packets_sent_total', Mib.PacketsOut, 'Packets handed to the link.'),
  counter('transmit_ring_full_total', Mib.TransmitRingFull, 'Packets lost because the transmit ring was full.'),
  gauge('link_peers', Gauge.LINK_PEERS, 'Processes that have joined the UDP link.'),
  link(
    'link_datagrams_received_total',
    'datagramsIn',
    'Datagrams that arrived on the UDP link, by what became of them.',
  ),
  link('link_packets_received_total', 'packetsIn', 'Packets inside accepted datagrams, by what became of them.'),
  link('link_packets_sent_total', 'packetsOut', 'Packets to be sent over the UDP link, by what became of them.'),
  linkSum(
    'link_packets_skipped_total',
    'packetsSkipped',
    'Packets that a peer sent and that had not arrived when a later one did: skipped - late are lost.',
  ),
  linkSum('link_packets_late_total', 'packetsLate', 'Packets that arrived after a later one of the same peer.'),
  linkSum('link_send_errors_total', 'sendErrors', 'Datagrams that the operating system refused to send.'),
]
