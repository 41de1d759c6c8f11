/** Node Exporter view: the simulated server under node_exporter's names only, so that every query here works on a real Linux host as it is. */
import type { Board } from '../board.ts'
import { curves } from '../panels.ts'
import { node, rate, sum } from '../queries.ts'

const netstat = (name: string): string => rate(node(`netstat_${name}`))

export const NODE_EXPORTER: Board = {
  name: 'node-exporter',
  title: 'Node Exporter view',
  description:
    'Only node_exporter names: the same queries watch a real Linux host. Its netstat collector shows a part of these counters by default; ' +
    'see --collector.netstat.fields.',
  rows: [
    {
      title: 'netstat',
      panels: [
        curves({
          title: 'TCP segments',
          description: 'TcpInSegs, TcpOutSegs, TcpRetransSegs: cookies and SYN-ACKs are among those sent.',
          unit: 'pps',
          span: 8,
          curves: ['Tcp_InSegs', 'Tcp_OutSegs', 'Tcp_RetransSegs'].map((name) => ({
            expr: netstat(name),
            legend: name,
          })),
        }),
        curves({
          title: 'SYN cookies',
          description:
            'TcpExtSyncookiesSent, -Recv and -Failed. Sent without received is a flood; the kernel log says so once.',
          unit: 'pps',
          span: 8,
          curves: ['TcpExt_SyncookiesSent', 'TcpExt_SyncookiesRecv', 'TcpExt_SyncookiesFailed'].map((name) => {
            return { expr: netstat(name), legend: name }
          }),
        }),
        curves({
          title: 'Listener',
          description:
            'TcpExtListenOverflows is the accept queue alone; TcpExtListenDrops is everything that a listener drops. Drops without ' +
            'overflows is the SYN queue. The two counters that tell why (TCPReqQFull...) are not among those exported by default.',
          unit: 'pps',
          span: 8,
          curves: [
            'TcpExt_ListenOverflows',
            'TcpExt_ListenDrops',
            'TcpExt_TCPReqQFullDrop',
            'TcpExt_TCPReqQFullDoCookies',
          ].map((name) => ({ expr: netstat(name), legend: name })),
        }),
        curves({
          title: 'Opens and resets',
          description:
            'TcpPassiveOpens are handshakes completed by a listener; TcpOutRsts and TcpAttemptFails grow when strangers knock.',
          unit: 'cps',
          span: 8,
          curves: ['Tcp_PassiveOpens', 'Tcp_ActiveOpens', 'Tcp_AttemptFails', 'Tcp_EstabResets', 'Tcp_OutRsts'].map(
            (name) => {
              return { expr: netstat(name), legend: name }
            },
          ),
        }),
        curves({
          title: 'Retransmissions and errors',
          description:
            'TcpExtTCPSynRetrans counts repeated SYN-ACKs here; TcpInErrs wrong packets, most of them wrong checksums.',
          unit: 'pps',
          span: 8,
          curves: ['TcpExt_TCPSynRetrans', 'TcpExt_TCPTimeouts', 'Tcp_InErrs', 'Tcp_InCsumErrors'].map((name) => {
            return { expr: netstat(name), legend: name }
          }),
        }),
        curves({
          title: 'Current connections',
          description: 'TcpCurrEstab: connections in ESTABLISHED or CLOSE-WAIT, as RFC 4022 defines it.',
          unit: 'short',
          span: 8,
          curves: [{ expr: sum(node('netstat_Tcp_CurrEstab')), legend: 'Tcp_CurrEstab' }],
        }),
      ],
    },
    {
      title: 'tcpstat and sockstat',
      panels: [
        curves(
          {
            title: 'Connection states',
            description: 'node_tcp_connection_states of the tcpstat collector, which is off by default on a real host.',
            unit: 'short',
            span: 12,
            curves: [{ expr: sum(node('tcp_connection_states'), 'state'), legend: '{{state}}' }],
          },
          true,
        ),
        curves({
          title: 'Sockets',
          description:
            '/proc/net/sockstat: sockets in use and in TIME-WAIT. Half-open entries are no sockets, ' +
            'and are not in it. Orphans are those that no program holds any more.',
          unit: 'short',
          span: 12,
          curves: ['inuse', 'alloc', 'orphan', 'tw'].map((name) => ({
            expr: sum(node(`sockstat_TCP_${name}`)),
            legend: `TCP_${name}`,
          })),
        }),
      ],
    },
  ],
}
