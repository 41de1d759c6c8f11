/**
 * `synlab ss`: the sockets of a running server, as `ss -tano` shows a kernel's.
 */
import type { Command } from 'commander'
import type { SocketList, SocketRow } from '../../server/app/socket-rows.ts'
import { CONNECTION_STATES, parseSocketState } from '../../server/app/socket-state.ts'
import { Refusal } from '../client/control-plane.ts'
import { ServerClient } from '../client/server-client.ts'
import { formatTable } from '../report/text-table.ts'
import { UsageError } from '../usage-error.ts'
import { EXIT_OK } from './exit-code.ts'
import { integerParser } from './integer-parser.ts'
import type { Output } from './output.ts'

const DEFAULT_SERVER = 'http://127.0.0.1:8081'

/** Rows that the server gives out at most. */
const ROWS_MAX = 10_000
const DEFAULT_ROWS = 100

const COLUMNS_HELP = `
Recv-Q: bytes that the program has not read. Send-Q: bytes that the peer has not acknowledged.
Of the LISTEN line: connections that wait to be accepted, and the limit of that queue.
Timer: (what for, time left, repeats so far). on: a segment is sent again; persist: the peer, whose window is
closed, is asked whether it has room; timewait: the socket is gone.
Age: how long the socket has been in this state.
To see CLOSE-WAIT and TIME-WAIT: curl http://127.0.0.1:8088/leak and /close-first.`

export interface SsOptions {
  readonly server: string
  readonly state?: string
  readonly limit: number
  readonly summary?: true
  readonly json?: true
}

/** Adds the command; `finish` is told its exit status. */
export function addSsCommand(program: Command, output: Output, finish: (status: number) => void): void {
  program
    .command('ss')
    .description('List the sockets of a running server: half-open entries, connections, their queues and timers.')
    .option('--server <url>', 'control API of the server', DEFAULT_SERVER)
    .option('--state <state>', `only this state: listen, ${CONNECTION_STATES.join(', ')}`)
    .option('--limit <n>', `rows at most, up to ${ROWS_MAX}`, integerParser(1, ROWS_MAX), DEFAULT_ROWS)
    .option('--summary', 'only the number of sockets by state, and the age of the oldest')
    .option('--json', 'print JSON')
    .addHelpText('after', COLUMNS_HELP)
    .action(async (options: SsOptions) => finish(await ssCommand(options, output)))
}

/** Prints the sockets; returns the exit status. Throws UsageError when there is no such state or no such server. */
export async function ssCommand(options: SsOptions, { stdout }: Output): Promise<number> {
  const list = await fetchSockets(options)
  if (options.json) {
    stdout.write(`${JSON.stringify(options.summary ? { summary: list.summary } : list, null, 2)}\n`)
    return EXIT_OK
  }
  const lines = options.summary ? summaryLines(list) : [...socketLines(list, options.state), '', ...summaryLines(list)]
  stdout.write(`${lines.join('\n')}\n`)
  return EXIT_OK
}

async function fetchSockets({ server, state, limit }: SsOptions): Promise<SocketList> {
  const wanted = state === undefined ? undefined : parseSocketState(state)
  if (state !== undefined && wanted === undefined) {
    throw new UsageError(`--state: there is no state "${state}"; states: listen, ${CONNECTION_STATES.join(', ')}`)
  }
  // "localhost:8081" parses too, as a URL of the scheme "localhost:".
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw new UsageError(`--server: "${server}" is not a URL such as ${DEFAULT_SERVER}`)
  }
  const list: unknown = await new ServerClient(new URL(server).origin)
    .sockets(limit, wanted)
    .catch((error: unknown) => {
      if (error instanceof Refusal)
        throw new UsageError(`--server: ${server} is no synlab server: it answered ${error.status}`)
      // An answer that is not JSON.
      if (error instanceof SyntaxError) return undefined
      throw new UsageError(`--server: nothing answers at ${server}; start the lab with "synlab up"`)
    })
  if (!isSocketList(list)) throw new UsageError(`--server: ${server} is no synlab server: it has no list of sockets`)
  return list
}

/** Whether an answer is that of a synlab server and not of some other program on the same port. */
function isSocketList(answer: unknown): answer is SocketList {
  const { sockets, summary } = (answer ?? {}) as Partial<SocketList>
  return Array.isArray(sockets) && Array.isArray(summary)
}

function socketLines({ sockets, total }: SocketList, wanted: string | undefined): string[] {
  if (sockets.length === 0) return [wanted === undefined ? 'No sockets.' : `No socket is in state ${wanted}.`]
  const lines = formatTable(
    [
      { title: 'State', align: 'left' },
      { title: 'Recv-Q', align: 'right' },
      { title: 'Send-Q', align: 'right' },
      { title: 'Local', align: 'left' },
      { title: 'Peer', align: 'left' },
      { title: 'Timer', align: 'left' },
      { title: 'Age', align: 'right' },
    ],
    sockets.map((row) => [
      row.state.toUpperCase().replaceAll('_', '-'),
      String(row.recvQ),
      String(row.sendQ),
      row.local,
      row.peer,
      timer(row),
      age(row.ageMs),
    ]),
  )
  return total > sockets.length ? [...lines, `... ${total - sockets.length} more; --limit shows them`] : lines
}

/** As ss writes it: kind, time left, repeats. */
function timer({ timer: running }: SocketRow): string {
  return running === null ? '' : `(${running.kind},${age(running.remainingMs)},${running.retries})`
}

function age(ms: number | null): string {
  if (ms === null) return ''
  return ms < 1000 ? `${ms}ms` : `${(ms / 1000).toFixed(1)}s`
}

function summaryLines({ summary }: SocketList): string[] {
  return formatTable(
    [
      { title: 'State', align: 'left' },
      { title: 'Count', align: 'right' },
      { title: 'Oldest', align: 'right' },
    ],
    summary.map(({ state, count, oldestMs }) => [
      state.toUpperCase().replaceAll('_', '-'),
      String(count),
      age(oldestMs),
    ]),
  )
}
