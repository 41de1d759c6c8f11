/** Attackers and clients: what each attacker meant to send and sent, what honest clients tried and got, what came through the gateway. */
import type { Board } from '../board.ts'
import { curves, heat } from '../panels.ts'
import { attacker, gateway, quantile, rate, sum } from '../queries.ts'

const FIRST_BYTE = attacker('client_first_byte_seconds_bucket', 'outcome="ok"')

export const ATTACKERS: Board = {
  name: 'attackers',
  title: 'Attackers and clients',
  description:
    'Both sides of the traffic: attacks with what they could not send, honest clients, and the gateway for real ones.',
  rows: [
    {
      title: 'Attacks',
      panels: [
        curves({
          title: 'Attack packets: due and sent',
          description:
            'What the attacks meant to send and what they sent, by kind. Where the two part, this machine is too slow, and the ' +
            'rate on the label is not the rate on the wire. hping3 and others do not tell.',
          unit: 'pps',
          span: 8,
          curves: [
            { expr: `${rate(attacker('attack_packets_offered_total'), 'kind')} > 0`, legend: '{{kind}}: due' },
            { expr: `${rate(attacker('attack_packets_sent_total'), 'kind')} > 0`, legend: '{{kind}}: sent' },
          ],
        }),
        curves({
          title: 'Attack packets not sent',
          description:
            'Due and not sent: the process was too late, or its transmit ring was full. 0 as long as the attack is what it says.',
          unit: 'pps',
          span: 8,
          curves: [{ expr: rate(attacker('attack_packets_skipped_total'), 'reason'), legend: '{{reason}}' }],
        }),
        curves(
          {
            title: 'Attack packets, by attacker',
            description:
              'Which process sends how much. Several attackers share the work, each with addresses of its own.',
            unit: 'pps',
            span: 8,
            curves: [{ expr: rate(attacker('attack_packets_sent_total'), 'attacker'), legend: '{{attacker}}' }],
          },
          true,
        ),
        curves({
          title: 'Attacks under way',
          description: 'How many attacks of each kind run. Every attack has an end and stops by itself.',
          unit: 'short',
          span: 8,
          curves: [{ expr: sum(attacker('attack_active'), 'kind'), legend: '{{kind}}' }],
        }),
        curves({
          title: 'Recordings',
          description:
            'Packets of the recordings whose replay was started, by what became of them: replayed, or the reason why a packet is none ' +
            'that the lab may send.',
          unit: 'pps',
          span: 8,
          curves: [{ expr: rate(attacker('trace_packets_total'), 'outcome'), legend: '{{outcome}}' }],
        }),
        curves({
          title: 'Backscatter',
          description:
            'Packets that came back to addresses where no TCP answers: SYN-ACKs to spoofed sources, and what firewalled bots drop. ' +
            'Network telescopes measure floods on the Internet by it.',
          unit: 'pps',
          span: 8,
          curves: [{ expr: rate(attacker('backscatter_packets_total')), legend: 'backscatter' }],
        }),
      ],
    },
    {
      title: 'Honest clients',
      panels: [
        curves({
          title: 'Attempts and answers',
          description:
            'Connections that honest clients meant to open, and requests that were answered whole. Attempts do not wait for ' +
            'answers: a load generator that does hides an outage by asking less.',
          unit: 'cps',
          span: 8,
          curves: [
            { expr: rate(attacker('client_attempts_total')), legend: 'attempts' },
            { expr: rate(attacker('client_requests_total')), legend: 'answered' },
          ],
        }),
        curves({
          title: 'Attempts in flight',
          description:
            'Attempts without an outcome yet: rate times waiting time (Little). In an outage it grows to rate times patience. ' +
            'Linux: the SYN-SENT lines of ss at the client.',
          unit: 'short',
          span: 8,
          curves: [{ expr: sum(attacker('client_attempts_in_flight'), 'attacker'), legend: '{{attacker}}' }],
        }),
        curves({
          title: 'Success of all honest clients',
          description:
            'Share of the attempts of the last 30 s that succeeded, how many they were, and the objective and the least number of the alert.',
          unit: 'short',
          span: 8,
          curves: [
            { expr: '100 * synlab:honest_success:ratio30s', legend: 'success, %' },
            { expr: 'synlab:honest_attempts:increase30s', legend: 'attempts in 30 s' },
            { expr: '100 * synlab:threshold:honest_success', legend: 'objective, %', limit: true },
            { expr: 'synlab:threshold:honest_attempts', legend: 'attempts at least', limit: true },
          ],
        }),
        curves({
          title: 'Mean connect time, by outcome',
          description:
            'Mean time until the handshake was complete, or until the attempt ended. A mean over successes alone looks better ' +
            'the worse it gets, for the slow ones are the first to fail: compare with the outcomes.',
          unit: 's',
          span: 8,
          curves: [
            {
              expr:
                `${rate(attacker('client_connect_duration_seconds_sum'), 'outcome')} / ` +
                `(${rate(attacker('client_connect_duration_seconds_count'), 'outcome')} > 0)`,
              legend: '{{outcome}}',
            },
          ],
        }),
        curves({
          title: 'Time to first byte',
          description:
            'From the moment somebody wanted to connect to the first byte of the answer, of those who succeeded: connect time, ' +
            'waiting for accept(), and the program.',
          unit: 's',
          span: 8,
          curves: [0.5, 0.9, 0.99].map((q) => ({ expr: quantile(q, FIRST_BYTE), legend: `${100 * q} %` })),
        }),
        heat({
          title: 'Times to first byte over time',
          description:
            'Rate of answers by time to first byte. A second line above the first one is one lost SYN higher.',
          unit: 'cps',
          span: 8,
          curves: [{ expr: rate(FIRST_BYTE, 'le'), legend: '{{le}}' }],
        }),
      ],
    },
    {
      title: 'Gateway: real clients',
      panels: [
        curves({
          title: 'Real connections',
          description:
            'Connections of browsers, curl and others that came to the gateway, per second, and those open now.',
          unit: 'short',
          span: 8,
          curves: [
            { expr: rate(gateway('gateway_accepted_total')), legend: 'came, per second' },
            { expr: sum(gateway('gateway_connections')), legend: 'open' },
          ],
        }),
        curves({
          title: 'Real connections by outcome',
          description:
            'How each connection through the gateway ended. The kernel connected the client to the gateway before the handshake of the ' +
            'lab began: what a flood keeps out is silence to it, and in the end a reset.',
          unit: 'cps',
          span: 12,
          curves: [{ expr: rate(gateway('gateway_connections_total'), 'outcome'), legend: '{{outcome}}' }],
        }),
      ],
    },
    {
      title: 'The link of the lab',
      panels: [
        curves({
          title: 'State of the link',
          description:
            'Attackers whose link to the server is connecting, ready or refused. Only ready ones can send packets.',
          unit: 'short',
          span: 8,
          curves: [{ expr: sum(attacker('link_state'), 'state'), legend: '{{state}}' }],
        }),
        curves({
          title: 'Datagrams and packets in, by outcome',
          description: 'What arrived at the attackers, by what became of it. Linux: UdpInDatagrams of the machine.',
          unit: 'pps',
          span: 8,
          curves: [
            { expr: rate(attacker('link_datagrams_received_total'), 'outcome'), legend: 'datagrams: {{outcome}}' },
            { expr: rate(attacker('link_packets_received_total'), 'outcome'), legend: 'packets: {{outcome}}' },
          ],
        }),
        curves({
          title: 'Packets out, by outcome',
          description:
            'What became of packets that the attackers sent. Linux: UdpOutDatagrams and UdpSndbufErrors of the machine.',
          unit: 'pps',
          span: 8,
          curves: [{ expr: rate(attacker('link_packets_sent_total'), 'outcome'), legend: '{{outcome}}' }],
        }),
      ],
    },
  ],
}
