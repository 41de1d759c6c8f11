/** Server internals: packets in and out with the reason of each drop, the lives of half-open entries, the program, the link, the process. */
import type { Board } from '../board.ts'
import { curves } from '../panels.ts'
import { anyProcess, rate, server, sum } from '../queries.ts'

export const SERVER: Board = {
  name: 'server',
  title: 'Server internals',
  description: 'What the server decides about each packet, and what that costs it.',
  rows: [
    {
      title: 'Packets',
      panels: [
        curves({
          title: 'Packets',
          description:
            'Every packet that came in was accepted or dropped for one reason: received = accepted + dropped. Sent are those ' +
            'handed to the link, RSTs among them (TcpOutRsts): a RST answers what has no connection here.',
          unit: 'pps',
          span: 12,
          curves: [
            { expr: rate(server('packets_received_total')), legend: 'received' },
            { expr: rate(server('packets_accepted_total')), legend: 'accepted' },
            { expr: rate(server('packets_sent_total')), legend: 'sent' },
            { expr: rate(server('rst_sent_total')), legend: 'RST sent' },
            { expr: rate(server('transmit_ring_full_total')), legend: 'lost: transmit ring full' },
          ],
        }),
        curves(
          {
            title: 'Packets dropped, by reason',
            description:
              'One reason for each packet, as in skb_drop_reason of Linux (perf trace -e skb:kfree_skb). Dropped is not wrong: a SYN ' +
              'that finds no room, and an ACK that repeats what is known, are dropped as well.',
            unit: 'pps',
            span: 12,
            curves: [{ expr: `${rate(server('packets_dropped_total'), 'reason')} > 0`, legend: '{{reason}}' }],
          },
          true,
        ),
      ],
    },
    {
      title: 'Half-open entries',
      panels: [
        curves({
          title: 'Lives of half-open entries',
          description:
            'Each entry that is created is completed, expires, is reset or is evicted. Expired: nobody answered the SYN-ACK until its last ' +
            'repeat. Evicted: it made room for another SYN, which Linux does not do. ' +
            'Reset (TcpExtEmbryonicRsts): a host that never asked for the connection said so. Handshakes completed with a cookie ' +
            'were never an entry.',
          unit: 'ops',
          span: 8,
          curves: [
            { expr: rate(server('half_open_created_total')), legend: 'created' },
            { expr: rate(server('handshakes_completed_total')), legend: 'handshakes completed' },
            { expr: rate(server('half_open_expired_total')), legend: 'expired' },
            { expr: rate(server('half_open_resets_total')), legend: 'reset' },
            { expr: rate(server('half_open_evicted_total')), legend: 'evicted' },
          ],
        }),
        curves({
          title: 'SYN-ACKs',
          description:
            'SYN-ACKs sent, and those among them that were repeats (TcpExtTCPSynRetrans). Repeats are the price of patience: each ' +
            'half-open entry is answered again after 1, 3, 7, 15 and 31 s, five packets for one of the attacker.',
          unit: 'pps',
          span: 8,
          curves: [
            { expr: rate(server('synack_sent_total')), legend: 'sent' },
            { expr: rate(server('synack_retransmits_total')), legend: 'of them repeats' },
          ],
        }),
        curves({
          title: 'Memory of the SYN queue',
          description:
            'Bytes of records, hash table and timers of the SYN queue, allocated once for its limit: a flood does not make it ' +
            'grow, which is the point of a limit. Linux takes a request_sock from a slab for each (grep TCP /proc/slabinfo).',
          unit: 'bytes',
          span: 8,
          curves: [{ expr: sum(server('syn_queue_bytes')), legend: 'SYN queue' }],
        }),
      ],
    },
    {
      title: 'Full queues',
      panels: [
        curves({
          title: 'What a full queue costs',
          description:
            'SYNs dropped (TcpExtTCPReqQFullDrop) or to be answered with a cookie (TcpExtTCPReqQFullDoCookies) because the SYN queue ' +
            'was full; segments that found the accept queue full (TcpExtListenOverflows); everything that a listener dropped ' +
            '(TcpExtListenDrops), which includes the others.',
          unit: 'pps',
          span: 12,
          curves: [
            { expr: rate(server('syn_queue_full_drops_total')), legend: 'SYN queue full: dropped' },
            { expr: rate(server('syn_queue_full_cookies_total')), legend: 'SYN queue full: cookie' },
            { expr: rate(server('accept_queue_overflows_total')), legend: 'accept queue full' },
            { expr: rate(server('listen_drops_total')), legend: 'listener dropped' },
          ],
        }),
        curves({
          title: 'Accept queue overflows, as the alert sees them',
          description:
            'Segments per second over the last 5 s that found the accept queue full (TcpExtListenOverflows), and the threshold of ' +
            'the alert AcceptQueueOverflow.',
          unit: 'pps',
          span: 12,
          curves: [
            { expr: 'synlab:accept_queue_overflows:rate5s', legend: 'overflows' },
            { expr: 'synlab:threshold:accept_queue_overflows', legend: 'alert above', limit: true },
          ],
        }),
      ],
    },
    {
      title: 'The program behind the listener',
      panels: [
        curves({
          title: 'Connections being served',
          description:
            'Accepted connections that the program has not closed, and how many it serves at a time; a limit of 0 means none. A ' +
            'program at its limit leaves the others in the accept queue.',
          unit: 'short',
          span: 12,
          curves: [
            { expr: sum(server('app_connections')), legend: 'served' },
            { expr: sum(server('app_workers_limit')), legend: 'limit', limit: true },
          ],
        }),
        curves({
          title: 'Accepted and given up',
          description:
            'Connections handed to the program by accept(), and those that it closed because no whole request had come in time: ' +
            'what slow requests and idle connections cost is bounded by that time.',
          unit: 'cps',
          span: 12,
          curves: [
            { expr: rate(server('app_accepts_total')), legend: 'accepted' },
            { expr: rate(server('app_request_timeouts_total')), legend: 'request timeout' },
          ],
        }),
      ],
    },
    {
      title: 'The link of the lab',
      panels: [
        curves({
          title: 'Datagrams and packets in, by outcome',
          description:
            'Packets travel inside UDP datagrams between processes that have proven to know the lab key. Anything but accepted ' +
            'here is a fault of the lab or a stranger, and no figure of the lesson. Linux: UdpInDatagrams of the machine.',
          unit: 'pps',
          span: 8,
          curves: [
            { expr: rate(server('link_datagrams_received_total'), 'outcome'), legend: 'datagrams: {{outcome}}' },
            { expr: rate(server('link_packets_received_total'), 'outcome'), legend: 'packets: {{outcome}}' },
          ],
        }),
        curves({
          title: 'Packets out, by outcome',
          description:
            'What became of packets that the server sent: to a peer that claims the address, or to nobody, as SYN-ACKs to spoofed ' +
            'sources are. On the Internet they would be backscatter.',
          unit: 'pps',
          span: 8,
          curves: [{ expr: rate(server('link_packets_sent_total'), 'outcome'), legend: '{{outcome}}' }],
        }),
        curves({
          title: 'Losses of the link',
          description:
            'Packets that had not arrived when a later one did (skipped - late are lost), and datagrams that the operating system ' +
            'refused. As long as these are 0, what the server did not see was not sent. Linux: UdpRcvbufErrors of the machine.',
          unit: 'pps',
          span: 8,
          curves: [
            { expr: rate(server('link_packets_skipped_total')), legend: 'skipped' },
            { expr: rate(server('link_packets_late_total')), legend: 'late' },
            { expr: rate(server('link_send_errors_total')), legend: 'send errors' },
          ],
        }),
      ],
    },
    {
      title: 'Is the measuring slow? The processes themselves',
      panels: [
        curves(
          {
            title: 'Processor time',
            description:
              'Seconds of processor time per second, of each process with all its threads. Near 1 the packet thread of a process has ' +
              'no time left, and what you see is the limit of this machine and not of TCP.',
            unit: 'percentunit',
            span: 8,
            curves: [
              { expr: rate(anyProcess('process_cpu_user_seconds_total'), 'instance'), legend: '{{instance}}' },
              {
                expr: rate(anyProcess('process_cpu_system_seconds_total'), 'instance'),
                legend: '{{instance}}: kernel',
              },
            ],
          },
          true,
        ),
        curves({
          title: 'Lag of the event loop',
          description:
            'How late the control plane of each process is: at the scrape, and 99 of 100 times at most. It answers scrapes and the ' +
            'page; the packets have a thread of their own.',
          unit: 's',
          span: 8,
          curves: [
            { expr: anyProcess('nodejs_eventloop_lag_seconds'), legend: '{{instance}}: now' },
            { expr: anyProcess('nodejs_eventloop_lag_p99_seconds'), legend: '{{instance}}: 99 %' },
          ],
        }),
        curves({
          title: 'Memory',
          description:
            'Resident memory of each process, and the heap of its control plane. It does not grow with a flood: queues and tables are ' +
            'allocated for their limits.',
          unit: 'bytes',
          span: 8,
          curves: [
            { expr: anyProcess('process_resident_memory_bytes'), legend: '{{instance}}' },
            { expr: anyProcess('nodejs_heap_size_total_bytes'), legend: '{{instance}}: heap' },
            { expr: anyProcess('nodejs_heap_size_used_bytes'), legend: '{{instance}}: of it used' },
          ],
        }),
        curves({
          title: 'Age of each process',
          description:
            'Seconds since each process started. It falls to 0 where one was started anew, and with it every counter of that process: ' +
            'rate() knows, a difference of two values does not.',
          unit: 's',
          span: 6,
          curves: [{ expr: `time() - ${anyProcess('process_start_time_seconds')}`, legend: '{{instance}}' }],
        }),
        curves({
          title: 'Duration of a scrape',
          description:
            'How long each process took to answer Prometheus. Over 0.9 s the scrape is lost, and with it a second of every curve.',
          unit: 's',
          span: 6,
          curves: [{ expr: anyProcess('scrape_duration_seconds'), legend: '{{instance}}' }],
        }),
        curves({
          title: 'Pages and processes',
          description:
            'Processes that have joined the link of the server; pages that listen to the stream of the page server, and the processes ' +
            'that it sees: 1 or 0.',
          unit: 'none',
          span: 6,
          curves: [
            { expr: sum(server('link_peers')), legend: 'joined' },
            { expr: sum(anyProcess('synlab_dashboard_pages')), legend: 'pages' },
            { expr: anyProcess('synlab_dashboard_process_up'), legend: '{{process}}' },
          ],
        }),
        curves({
          title: 'Up',
          description: 'Whether each process answered the last scrape: 1 or 0. A gap in every other curve begins here.',
          unit: 'none',
          max: 1,
          span: 6,
          curves: [{ expr: anyProcess('up'), legend: '{{instance}}' }],
        }),
      ],
    },
  ],
}
