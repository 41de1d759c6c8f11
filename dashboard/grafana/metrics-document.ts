/**
 * Makes docs/metrics.md: every metric with its type, unit, meaning, counterpart in Linux, the panels that show it and the questions of the worksheets that use it. Made
 * from the catalogues and the dashboards, so that it cannot tell anything else than they do.
 */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { buildBoard } from './board.ts'
import { BOARDS } from './boards/all.ts'
import { type CatalogueMetric, METRIC_CATALOGUE, seriesNames } from './metric-catalogue.ts'
import { questionsOf } from './worksheet-questions.ts'

const PROCESSES: readonly (readonly [CatalogueMetric['process'], string, string])[] = [
  ['server', 'The server', 'At http://127.0.0.1:8081/metrics.'],
  ['attacker', 'Attackers and gateway', 'At http://127.0.0.1:8082/metrics and the ports after it.'],
  ['dashboard', 'The page’s server', 'At http://127.0.0.1:8080/metrics.'],
  ['bench', 'A benchmark', 'While `synlab bench http --metrics-port` runs; in containers at bench:8083.'],
  ['each', 'Every process', 'What Node tells of itself, to see whether the measuring was what was slow.'],
]

const HEAD = `# Metrics

What the processes of the lab show to Prometheus, and where the dashboards of [dashboard/grafana](../dashboard/grafana) show it.
Every number is counted where the event happens and copied when it is scraped; every series is there from the start, at 0;
no label has a value that an attacker chooses. \`npm run dashboards\` makes this page from the catalogues in the code.

A window of 4 s and a scrape each second is as fast as it gets: \`rate(x[4s])\`. \`increase()\` over a reset is right, a
difference of two values is not. Counters under Linux’s own names are at \`/metrics/node\`; see the end of this page.
`

const NODE = `## Under node_exporter’s names

\`http://127.0.0.1:8081/metrics/node\` has the counters of the simulated server under the names, and with the types, that node_exporter
gives to a kernel’s: \`node_netstat_Tcp_*\`, \`node_netstat_TcpExt_*\` and \`node_netstat_Ip_*\` (untyped there, untyped here),
\`node_tcp_connection_states\`, \`node_sockstat_*\`, and \`node_uname_info\`, from which dashboards make their list of hosts. A counter
that no kernel has is not among them.

Of the well-known dashboard *Node Exporter Full*, the panels on TCP segments, errors, connections, SYN cookies, opens, states and
sockets have data. These queries of its netstat and sockstat rows have none, because no number would be true:

| query | why |
| --- | --- |
| \`node_netstat_IpExt_InOctets\`, \`-OutOctets\` | the lab counts packets, not bytes, at the IP layer |
| \`node_netstat_Icmp_*\`, \`node_netstat_Udp_*\`, \`node_netstat_UdpLite_*\` | the simulated host speaks TCP; ICMP errors that it takes in are not counted by kind |
| \`node_sockstat_UDP_*\`, \`-RAW_*\`, \`-FRAG_*\` | it has no such sockets |
| \`node_sockstat_TCP_mem\`, \`-TCP_mem_bytes\` | its buffers are not accounted in pages; what the SYN queue takes is \`synlab_syn_queue_bytes\` |
| \`node_tcp_connection_states{state="rx_queued_bytes"}\`, \`tx_queued_bytes\` | queued bytes are known for each socket (\`synlab ss\`), and not summed up |
`

/** The whole page. */
export function metricsDocument(): string {
  const panels = panelsByMetric()
  const sections = PROCESSES.map(([process, title, where]) => {
    const rows = METRIC_CATALOGUE.filter((metric) => metric.process === process).map((metric) => row(metric, panels))
    return [`## ${title}`, '', where, '', HEADER, RULE, ...rows, ''].join('\n')
  })
  return [HEAD, ...sections, NODE].join('\n')
}

const HEADER = '| metric | type | unit | labels | meaning | Linux | panels | worksheets |'
const RULE = '| --- | --- | --- | --- | --- | --- | --- | --- |'

function row(metric: CatalogueMetric, panels: ReadonlyMap<string, readonly string[]>): string {
  const { name, type, unit, labels, help, linux = '' } = metric
  const shown = [...new Set(seriesNames(metric).flatMap((series) => panels.get(series) ?? []))].join('; ')
  const labelText = labels.map((label) => `\`${label}\``).join(', ')
  // The column says it already.
  const meaning = help.replace(/ \((Linux|after Linux) [^)]*\)/, '')
  return `| \`${name}\` | ${type} | ${unit} | ${labelText} | ${meaning} | ${linux} | ${shown} | ${questionsOf(metric).join(', ')} |`
}

/** Titles of the panels, and marks, that ask for each series. */
function panelsByMetric(): ReadonlyMap<string, readonly string[]> {
  const panels = new Map<string, string[]>()
  for (const board of BOARDS) {
    for (const [title, expr] of queriesOf(buildBoard(board).build())) {
      for (const [name] of expr.matchAll(/\b(synlab|process|nodejs)_\w+/g)) {
        panels.set(name, [...(panels.get(name) ?? []), title])
      }
    }
  }
  return panels
}

/** Title and expression of every query. */
function queriesOf({ title: board = '', panels = [], annotations }: Dashboard): [string, string][] {
  const ofPanels = panels.flatMap((panel): [string, string][] => {
    if (!('targets' in panel) || panel.targets === undefined) return []
    return panel.targets.map((target) => [`${board}: ${panel.title}`, (target as { expr?: string }).expr ?? ''])
  })
  const ofMarks = (annotations.list ?? []).map(({ name, expr }): [string, string] => [`mark “${name}”`, expr ?? ''])
  return [...ofPanels, ...ofMarks]
}
