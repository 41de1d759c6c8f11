/**
 * Lab overview: the whole lesson on one screen. Both queues against their limits, what becomes of each SYN, cookies, and
 * what honest clients notice of it all.
 */
import type { Board } from '../board.ts'
import { bucketBars, curves, heat, number, timeline } from '../panels.ts'
import { attacker, quantile, rate, server, sum } from '../queries.ts'

const CONNECT = attacker('client_connect_duration_seconds_bucket', 'outcome="ok"')

export const OVERVIEW: Board = {
  name: 'overview',
  title: 'Lab overview',
  description: 'A SYN flood and its defenses on one screen: queues, SYNs by fate, cookies, honest clients.',
  rows: [
    {
      title: 'Now',
      panels: [
        number(
          {
            title: 'Honest success',
            description:
              'Share of the honest attempts of the last 30 s that got their whole answer. This is what a flood takes away and a ' +
              'defense gives back; everything else on this screen says why. The objective is 95 %.',
            unit: 'percentunit',
            max: 1,
            span: 4,
            curves: [{ expr: 'synlab:honest_success:ratio30s', legend: 'success' }],
          },
          [
            [null, 'red'],
            [0.95, 'green'],
          ],
        ),
        number(
          {
            title: 'SYNs received',
            description:
              'SYNs per second that reached the listener, repeats included. Linux has no counter of its own for them: it is what ' +
              'tcpdump would show.',
            unit: 'pps',
            span: 4,
            curves: [{ expr: rate(server('syn_received_total')), legend: 'SYN/s' }],
          },
          [[null, 'blue']],
        ),
        number(
          {
            title: 'SYN queue',
            description:
              'Half-open entries against the limit min(backlog, somaxconn). Linux tests with >, so that the queue holds one more: ' +
              'full is a little over 100 %.',
            unit: 'percentunit',
            span: 4,
            curves: [
              { expr: `${sum(server('syn_queue_length'))} / ${sum(server('syn_queue_limit'))}`, legend: 'filled' },
            ],
          },
          [
            [null, 'green'],
            [0.75, 'orange'],
            [1, 'red'],
          ],
        ),
        number(
          {
            title: 'Accept queue',
            description:
              'Connections whose handshake is complete and that the program has not accepted yet (Recv-Q of a listening socket in ' +
              'ss -lt), against its limit (Send-Q). A flood of SYNs does not fill this one; a slow program does.',
            unit: 'percentunit',
            span: 4,
            curves: [
              {
                expr: `${sum(server('accept_queue_length'))} / ${sum(server('accept_queue_limit'))}`,
                legend: 'filled',
              },
            ],
          },
          [
            [null, 'green'],
            [0.75, 'orange'],
            [1, 'red'],
          ],
        ),
        number(
          {
            title: 'SYN cookies',
            description:
              'net.ipv4.tcp_syncookies: 0 never, 1 when the SYN queue is full (as Linux comes), 2 always. A blue mark on the curves ' +
              'shows when it was switched.',
            unit: 'none',
            max: 2,
            span: 4,
            curves: [{ expr: `max(${server('syncookies_mode')})`, legend: 'mode' }],
          },
          [
            [null, 'orange'],
            [1, 'green'],
          ],
        ),
        number(
          {
            title: 'Attack packets',
            description:
              'Packets per second that all attacks sent; of attacks that connect, the connections that they began. A red mark on ' +
              'the curves shows when an attack began, a green one when it ended.',
            unit: 'pps',
            span: 4,
            curves: [{ expr: rate(attacker('attack_packets_sent_total')), legend: 'packets/s' }],
          },
          [
            [null, 'green'],
            [1, 'red'],
          ],
        ),
      ],
    },
    {
      title: 'Two queues',
      panels: [
        curves({
          title: 'SYN queue',
          description:
            'Half-open entries: a SYN was answered, its ACK has not come. A flood holds every place for as long as the SYN-ACK is ' +
            'repeated (63 s with tcp_synack_retries 5). With cookies the queue stays as full, and service goes on without it. Linux: ' +
            'the SYN-RECV lines of ss.',
          unit: 'short',
          span: 12,
          curves: [
            { expr: sum(server('syn_queue_length')), legend: 'half-open' },
            { expr: sum(server('syn_queue_young')), legend: 'of them never repeated' },
            { expr: sum(server('syn_queue_limit')), legend: 'limit', limit: true },
          ],
        }),
        curves({
          title: 'Accept queue',
          description:
            'Complete connections that wait for accept(). When it is full, Linux drops final ACKs and further SYNs ' +
            '(TcpExtListenOverflows), and no cookie helps. Fill it by making the program slow, not by a flood.',
          unit: 'short',
          span: 12,
          curves: [
            { expr: sum(server('accept_queue_length')), legend: 'waiting' },
            { expr: sum(server('accept_queue_limit')), legend: 'limit', limit: true },
          ],
        }),
      ],
    },
    {
      title: 'SYNs and cookies',
      panels: [
        curves(
          {
            title: 'SYNs by fate',
            description:
              'What became of each SYN: stored in the SYN queue, answered with a cookie (TcpExtSyncookiesSent), dropped because the ' +
              'queue was full (TcpExtTCPReqQFullDrop) or because its last quarter is kept for hosts known from before, dropped ' +
              'because the accept queue was full, or a repeat of one that is there already.',
            unit: 'pps',
            span: 12,
            curves: [
              { expr: rate(server('half_open_created_total')), legend: 'stored' },
              { expr: rate(server('syncookies_sent_total')), legend: 'cookie' },
              { expr: rate(server('syn_queue_full_drops_total')), legend: 'dropped: SYN queue full' },
              {
                expr: rate(server('packets_dropped_total', 'reason="syn_queue_reserved"')),
                legend: 'dropped: last quarter',
              },
              {
                expr: rate(server('packets_dropped_total', 'reason="accept_queue_full"')),
                legend: 'dropped: accept queue full',
              },
              {
                expr: rate(server('packets_dropped_total', 'reason="half_open_rate_limited"')),
                legend: 'repeat, not answered',
              },
            ],
          },
          true,
        ),
        curves({
          title: 'SYN cookies',
          description:
            'Cookies sent, valid ones that came back, and ACKs whose cookie was wrong (TcpExtSyncookiesSent, -Recv, -Failed). Of a ' +
            'crowd of visitors nearly all come back, of a flood nearly none; failed ones are guesses or replays.',
          unit: 'pps',
          span: 12,
          curves: [
            { expr: rate(server('syncookies_sent_total')), legend: 'sent' },
            { expr: rate(server('syncookies_received_total')), legend: 'came back valid' },
            { expr: rate(server('syncookies_failed_total')), legend: 'failed' },
          ],
        }),
      ],
    },
    {
      title: 'Honest clients',
      panels: [
        curves(
          {
            title: 'Honest connections by outcome',
            description:
              'Attempts that ended, per second: ok, the whole answer was read; timeout, the client gave up waiting; refused, a RST ' +
              'answered its SYN; reset, the server ended the connection; local, it could not even begin. Counted at the client.',
            unit: 'cps',
            span: 8,
            curves: [{ expr: rate(attacker('client_connects_total'), 'outcome'), legend: '{{outcome}}' }],
          },
          true,
        ),
        curves({
          title: 'Connect time of honest clients',
          description:
            'From the moment somebody wanted to connect until the handshake was complete, of those who succeeded. It moves in ' +
            'steps of a second: that is how long a client waits before it sends a lost SYN again (tcp_syn_linear_timeouts).',
          unit: 's',
          span: 8,
          curves: [0.5, 0.9, 0.99].map((q) => ({ expr: quantile(q, CONNECT), legend: `${100 * q} %` })),
        }),
        bucketBars({
          title: 'Connections by lost SYNs',
          description:
            'Successful connects in the time shown, by connect time. From 1.1 s on each bar is one more lost SYN: Linux repeats ' +
            'after 1, 2, 3, 4, 5, 7, 11, 19 and 35 s. Without a flood all lie in the first bars.',
          unit: 'short',
          span: 8,
          curves: [{ expr: sum(`increase(${CONNECT}[$__range])`, 'le'), legend: '{{le}}' }],
        }),
        heat({
          title: 'Connect times over time',
          description:
            'The same over time: each cell is the rate of connects that took so long. A flood lifts the bright line from the ' +
            'bottom to the seconds; cookies put it back within a moment.',
          unit: 'cps',
          span: 12,
          curves: [{ expr: rate(CONNECT, 'le'), legend: '{{le}}' }],
        }),
        curves({
          title: 'What the alerts watch',
          description:
            'The shares that the alert rules compare, with their thresholds dashed: how long the SYN queue was full, how many ' +
            'SYN-ACKs were answered, how many cookies came back, how many honest attempts succeeded.',
          unit: 'percentunit',
          max: 1,
          span: 12,
          curves: [
            { expr: 'synlab:syn_queue_full:avg20s', legend: 'time with a full SYN queue' },
            { expr: 'synlab:synack_answered:ratio20s', legend: 'SYN-ACKs answered' },
            { expr: 'synlab:cookies_valid:ratio20s', legend: 'cookies that came back' },
            { expr: 'synlab:honest_success:ratio30s', legend: 'honest success' },
            { expr: 'synlab:threshold:syn_queue_full', legend: 'full above', limit: true },
            { expr: 'synlab:threshold:synack_answered', legend: 'answered below', limit: true },
            { expr: 'synlab:threshold:cookies_valid', legend: 'cookies below', limit: true },
            { expr: 'synlab:threshold:honest_success', legend: 'success below', limit: true },
          ],
        }),
      ],
    },
    {
      title: 'Alerts',
      panels: [
        timeline({
          title: 'Alerts',
          description:
            'Alerts of dashboard/prometheus/rules/alerts.yml that are pending or firing. What each means, and what mitigates, is ' +
            'told at http://127.0.0.1:9090/alerts.',
          unit: 'none',
          span: 24,
          curves: [{ expr: 'max by (alertname) (ALERTS)', legend: '{{alertname}}' }],
        }),
      ],
    },
  ],
}
