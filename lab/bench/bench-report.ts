/**
 * What `synlab bench http` prints: the table for people, JSON for programs, and what was measured where.
 */
import { type Column, formatTable } from '../report/text-table.ts'
import type { MatrixAxes } from './bench-cells.ts'
import type { Cell, MatrixOptions } from './http-matrix.ts'
import type { Machine } from './machine.ts'

export interface BenchResult {
  readonly tool: 'synlab bench http'
  readonly versions: Readonly<Record<'synlab' | 'node' | 'autocannon', string>>
  readonly machine: Machine
  readonly parameters: MatrixOptions & { readonly axes: MatrixAxes }
  readonly cells: readonly Cell[]
}

const COLUMNS: readonly Column[] = [
  { title: 'connection is', align: 'left' },
  { title: 'flood', align: 'left' },
  { title: 'cookies', align: 'right' },
  { title: 'backlog', align: 'right' },
  { title: 'offered/s', align: 'right' },
  { title: 'requests/s', align: 'right' },
  { title: 'p50', group: 'latency, ms', align: 'right' },
  { title: 'p99', group: 'latency, ms', align: 'right' },
  { title: 'errors', align: 'right' },
  { title: 'timeouts', align: 'right' },
  { title: 'non-2xx', align: 'right' },
  { title: 'connections', align: 'right' },
  { title: 'flood SYN/s', align: 'right' },
  { title: 'SYN queue', align: 'right' },
]

/** What is the same in every line is told once, above. */
function isShown(title: string | undefined, axes: MatrixAxes): boolean {
  if (title === 'backlog') return axes.backlog.length > 1
  if (title === 'offered/s') return axes.rate.length > 1
  return true
}

/** The result on one page. */
export function formatBench(result: BenchResult): string {
  const { machine, versions, parameters, cells } = result
  const { connections, timeout, duration, floodRate, axes } = parameters
  const [rate, backlog] = [axes.rate, axes.backlog].map((values) => (values.length === 1 ? values[0] : undefined))
  const offered = rate === undefined ? '' : `${rate} requests/s offered over `
  const columns = COLUMNS.filter(({ title }) => isShown(title, axes))
  const lines = [
    `${offered}${connections} connections, ${duration} s measured per line, timeout ${timeout} s, ` +
      `${backlog === undefined ? '' : `backlog ${backlog}, `}flood ${floodRate} SYN/s`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB; ${machine.platform}; Node.js ${versions.node}, ` +
      `autocannon ${versions.autocannon}, synlab ${versions.synlab}`,
    '',
    ...formatTable(
      columns,
      cells.map((cell) => row(cell).filter((_, index) => isShown(COLUMNS[index]?.title, axes))),
    ),
    '',
    ...NOTES,
  ]
  return `${lines.join('\n')}\n`
}

const NOTES = [
  'requests/s, latency, errors, timeouts and non-2xx are autocannon’s, on real sockets in front of the gateway; latency is from',
  'the writing of a request to the end of its answer. Connections are those that came to the gateway. The flood is what the',
  'attacker sent. SYN queue: length at the end / limit, by the server; it is full above its limit.',
  'autocannon is a closed loop: a connection that waits for an answer or a timeout asks nothing meanwhile, so that in an outage',
  'fewer requests are sent than offered, and latencies are those of requests that were answered. Each connection asks for its',
  'share of a second at once, and then opens the next one ahead of its turn, whose handshake is not in the latency. "synlab run"',
  'measures honest clients from the moment they meant to start.',
]

function row(cell: Cell): string[] {
  const { keepAlive, flood, synCookies, backlog, rate, answers, seconds, synQueue } = cell
  return [
    keepAlive ? 'kept alive' : 'new for each',
    flood ? 'on' : 'off',
    String(synCookies),
    String(backlog),
    String(rate),
    (answers / seconds).toFixed(1),
    milliseconds(cell.p50),
    milliseconds(cell.p99),
    String(cell.errors),
    String(cell.timeouts),
    String(cell.non2xx),
    String(cell.opened),
    cell.floodSent.toFixed(0),
    `${synQueue.length}/${synQueue.limit}`,
  ]
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(1)
}
