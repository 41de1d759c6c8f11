/** Connection states: where connections are in their life, and the two states in which they pile up for opposite reasons. */
import type { Board } from '../board.ts'
import { curves } from '../panels.ts'
import { rate, server, sum } from '../queries.ts'

const inState = (state: string): string => sum(server('connections', `state="${state}"`))

export const CONNECTIONS: Board = {
  name: 'connections',
  title: 'Connection states',
  description: 'Connections by state, TIME-WAIT and CLOSE-WAIT: who closes first, and who forgets to.',
  rows: [
    {
      title: 'All states',
      panels: [
        curves(
          {
            title: 'Connections by state',
            description:
              'As ss -tan counts them, syn_recv being the half-open entries. A healthy server has few states besides established ' +
              'and time_wait; what grows without end is a leak or an attack.',
            unit: 'short',
            span: 24,
            curves: [{ expr: sum(server('connections'), 'state'), legend: '{{state}}' }],
          },
          true,
        ),
      ],
    },
    {
      title: 'Two piles',
      panels: [
        curves({
          title: 'TIME-WAIT',
          description:
            'Connections that this side closed first, remembered for 60 s so that a late segment cannot enter a new connection. The ' +
            'number is the rate of closes times 60. At the limit Linux forgets at once (TcpExtTCPTimeWaitOverflow).',
          unit: 'short',
          span: 12,
          curves: [
            { expr: inState('time_wait'), legend: 'time_wait' },
            { expr: 'synlab:threshold:time_wait', legend: 'alert above', limit: true },
          ],
        }),
        curves({
          title: 'CLOSE-WAIT',
          description:
            'The peer has closed, the program has not: nothing in TCP ends this state, only close() does. Ask for /leak through the ' +
            'gateway and see one more each time.',
          unit: 'short',
          span: 12,
          curves: [
            { expr: inState('close_wait'), legend: 'close_wait' },
            { expr: 'synlab:threshold:close_wait', legend: 'alert above', limit: true },
          ],
        }),
      ],
    },
    {
      title: 'Opening and closing',
      panels: [
        curves({
          title: 'Opening',
          description:
            'Half-open and established connections, and those that wait for accept(). Handshakes per second are TcpPassiveOpens.',
          unit: 'short',
          span: 12,
          curves: [
            { expr: inState('syn_recv'), legend: 'syn_recv' },
            { expr: inState('established'), legend: 'established' },
            { expr: sum(server('accept_queue_length')), legend: 'of them wait for accept()' },
            { expr: rate(server('handshakes_completed_total')), legend: 'handshakes, per second' },
          ],
        }),
        curves({
          title: 'Closing',
          description:
            'The states of a close in between: fin_wait1 waits for the ACK of its FIN, fin_wait2 for the FIN of the peer, last_ack ' +
            'for the ACK of the last FIN, closing is both at once. Each lasts a round trip; more means lost packets or a silent peer.',
          unit: 'short',
          span: 12,
          curves: ['fin_wait1', 'fin_wait2', 'closing', 'last_ack'].map((state) => ({
            expr: inState(state),
            legend: state,
          })),
        }),
        curves({
          title: 'Ways from state to state',
          description:
            'Sockets per second on each way of RFC 9293 figure 5 that is used. What enters a state and does not leave it stays there: ' +
            'close_wait without last_ack is a program that does not close.',
          unit: 'ops',
          span: 24,
          curves: [
            {
              expr: `${rate(server('connection_transitions_total'), 'from, to')} > 0`,
              legend: '{{from}} to {{to}}',
            },
          ],
        }),
      ],
    },
  ],
}
