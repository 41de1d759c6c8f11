/**
 * `synlab bench http`: its flags, and where its result is printed.
 */
import { type Command, Option } from 'commander'
import { ATTACK_RATE_MAX } from '../../attacker/traffic/caps.ts'
import { didYouMean } from '../../catalogue/suggest.ts'
import { KNOBS } from '../../server/knobs/knob-catalogue.ts'
import { cellsOf, type MatrixAxes } from '../bench/bench-cells.ts'
import { formatBench } from '../bench/bench-report.ts'
import { type BenchThreshold, failedThresholds, parseBenchThreshold, selects } from '../bench/bench-thresholds.ts'
import type { HttpBenchOptions } from '../bench/http-bench.ts'
import { makeProgress, SILENT } from '../report/progress.ts'
import { UsageError } from '../usage-error.ts'
import { EXIT_OK, EXIT_THRESHOLD, exitCodeOfSignal } from './exit-code.ts'
import { integerParser } from './integer-parser.ts'
import { listParser, wordParser } from './list-parser.ts'
import type { Output } from './output.ts'

/** Largest values that can be asked for: the gateway has 4,096 connections at a time. */
const SECONDS_MAX = 600
const CONNECTIONS_MAX = 2048
const RATE_MAX = 100_000
const TIMEOUT_MAX = 120
const PORT_MAX = 65_535
const CELLS_MAX = 64

/**
 * The offered rate is far below what one core serves, so that a flood that takes a core for itself changes nothing: what
 * is compared is the server's decision, not the machine.
 */
const DEFAULTS = { duration: 5, connections: 50, rate: 200, timeout: 2, floodRate: 5000 }

const BENCHES = ['http']

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const HELP = `
Starts a lab of its own and asks for the same page in eight ways: flood off and on, SYN cookies 0 and 1, a new connection for
each request and connections that are kept. Lists (values with commas between) make the matrix smaller or larger. Kept connections are opened before the flood starts. A new-connection line is
measured once the SYN queue is full and the first timeouts are over.
The offered rate is the same everywhere, and low enough that a flood does not take the processor away from the requests: the
table compares what the server decides. Raise --rate to find out what the machine can do.
A threshold is a figure, a comparison and a number: p99<50, or for some lines, "flood=on,cookies=1: timeouts==0". Figures:
requests_per_second, p50, p99, max (milliseconds), errors, timeouts, non2xx; lines: flood, cookies, keep-alive, backlog, rate.`

/** What was asked for on the command line. */
export interface BenchOptions extends Omit<HttpBenchOptions, 'axes'> {
  readonly flood: MatrixAxes['flood']
  readonly cookies: MatrixAxes['synCookies']
  readonly keepAlive: MatrixAxes['keepAlive']
  readonly backlog: MatrixAxes['backlog']
  readonly rate: MatrixAxes['rate']
  readonly threshold: readonly BenchThreshold[]
  readonly metricsHost: string
  readonly metricsPort?: number
  readonly json?: true
}

/** Adds the command; `finish` is told its exit status. */
export function addBenchCommand(program: Command, output: Output, finish: (status: number) => void): void {
  const { backlog, synCookies } = KNOBS
  const rates = integerParser(1, RATE_MAX)
  const bench = program
    .command('bench')
    .description('Measure the lab with a load generator.')
    .helpCommand(false)
    .allowExcessArguments()
    .action((_options: unknown, { args: [what] }: Command) => {
      if (what === undefined) throw new UsageError('bench: what to measure is missing: http (see synlab bench --help)')
      throw new UsageError(`bench: there is no "${what}"${didYouMean(what, BENCHES)}: there is ${BENCHES.join(', ')}`)
    })
  bench
    .command('http')
    .allowExcessArguments(false)
    .description('autocannon through the gateway: flood off/on, SYN cookies 0/1, new connections and kept ones.')
    .option('--duration <seconds>', 'measured per line', integerParser(1, SECONDS_MAX), DEFAULTS.duration)
    .option('--connections <n>', 'connections at a time', integerParser(1, CONNECTIONS_MAX), DEFAULTS.connections)
    .option('--timeout <seconds>', 'patience of a request', integerParser(1, TIMEOUT_MAX), DEFAULTS.timeout)
    .option('--flood-rate <n>', 'SYN/s of the flood', integerParser(1, ATTACK_RATE_MAX), DEFAULTS.floodRate)
    .addOption(list('--flood <list>', 'off, on', wordParser({ off: false, on: true }), [false, true], 'off,on'))
    .addOption(list('--cookies <list>', 'SYN cookies', integerParser(synCookies.min, synCookies.max), [0, 1]))
    .addOption(list('--keep-alive <list>', 'no, yes', wordParser({ no: false, yes: true }), [false, true], 'no,yes'))
    .addOption(list('--backlog <list>', 'of the server', integerParser(backlog.min, backlog.max), [backlog.default]))
    .addOption(list('--rate <list>', 'requests offered per second, over all connections', rates, [DEFAULTS.rate]))
    .option('--threshold <expression>', 'fail with status 99 unless it holds; can be given again', addThreshold, [])
    .option('--metrics-port <n>', 'show the figures to Prometheus while it runs', integerParser(0, PORT_MAX))
    .option('--metrics-host <address>', 'where', '127.0.0.1')
    .option('--json', 'print JSON instead of the table')
    .addHelpText('after', HELP)
    .action(async (options: BenchOptions) => finish(await benchCommand(options, output)))
}

/** A flag that is an axis of the matrix. */
function list<T>(
  flags: string,
  about: string,
  parse: (text: string) => T,
  values: readonly T[],
  words = values.join(','),
): Option {
  return new Option(flags, about).argParser(listParser(parse)).default(values, words)
}

function addThreshold(text: string, before: readonly BenchThreshold[]): BenchThreshold[] {
  return [...before, parseBenchThreshold(text)]
}

/** Runs the benchmark and prints it; returns the exit status. Throws UsageError before anything is started. */
export async function benchCommand(options: BenchOptions, output: Output): Promise<number> {
  const {
    json,
    flood,
    cookies,
    keepAlive,
    backlog,
    rate,
    threshold: thresholds,
    metricsHost,
    metricsPort,
    ...rest
  } = options
  const axes: MatrixAxes = { flood, synCookies: cookies, keepAlive, backlog, rate }
  refuseBadMatrix(axes, rest.connections, thresholds)
  const progress = json ? SILENT : makeProgress(output.stderr)
  const interruption = new AbortController()
  const interrupt = (signal: (typeof SIGNALS)[number]): void => interruption.abort(signal)
  // Every one of them, so that an impatient second one does not leave the processes behind.
  for (const signal of SIGNALS) process.on(signal, interrupt)
  let close = async (): Promise<void> => {}
  try {
    // Load generator and metrics take a second to load: only who measures waits for them.
    const { httpBench } = await import('../bench/http-bench.ts')
    const { BenchMetrics, serveMetrics } = await import('../bench/bench-metrics.ts')
    const metrics = new BenchMetrics()
    if (metricsPort !== undefined) close = await serveMetrics(metrics, metricsHost, metricsPort)
    const result = await httpBench({ ...rest, axes }, progress, metrics, interruption.signal)
    if (result === undefined) return exitCodeOfSignal(interruption.signal.reason)
    progress.end()
    output.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : formatBench(result))
    const failures = failedThresholds(thresholds, result.cells)
    for (const line of failures) output.stderr.write(`${line}\n`)
    return failures.length === 0 ? EXIT_OK : EXIT_THRESHOLD
  } finally {
    progress.end()
    await close()
    for (const signal of SIGNALS) process.removeListener(signal, interrupt)
  }
}

function refuseBadMatrix(axes: MatrixAxes, connections: number, thresholds: readonly BenchThreshold[]): void {
  for (const rate of axes.rate) {
    if (rate >= connections) continue
    const least = `must be at least --connections (${connections}): each of them asks once a second or more`
    throw new UsageError(`--rate ${rate}: ${least}`)
  }
  const cells = cellsOf(axes)
  if (cells.length > CELLS_MAX) throw new UsageError(`bench: ${cells.length} lines are asked for; at most ${CELLS_MAX}`)
  for (const threshold of thresholds) {
    if (cells.some((cell) => selects(threshold, cell))) continue
    throw new UsageError(`--threshold ${JSON.stringify(threshold.text)}: no line of this run is meant by it`)
  }
}
