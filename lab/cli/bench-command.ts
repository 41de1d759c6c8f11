/**
 * `synlab bench http`: its flags, and where its result is printed.
 */
import type { Command } from 'commander'
import { ATTACK_RATE_MAX } from '../../attacker/traffic/caps.ts'
import { didYouMean } from '../../catalogue/suggest.ts'
import { KNOBS } from '../../server/knobs/knob-catalogue.ts'
import { formatBench } from '../bench/bench-report.ts'
import type { HttpBenchOptions } from '../bench/http-bench.ts'
import { makeProgress, SILENT } from '../report/progress.ts'
import { UsageError } from '../usage-error.ts'
import { EXIT_OK, exitCodeOfSignal } from './exit-code.ts'
import { integerParser } from './integer-parser.ts'
import type { Output } from './output.ts'

/** Largest values that can be asked for: the gateway has 4,096 connections at a time. */
const SECONDS_MAX = 600
const CONNECTIONS_MAX = 2048
const RATE_MAX = 100_000
const TIMEOUT_MAX = 120

/**
 * The offered rate is far below what one core serves, so that a flood that takes a core for itself changes nothing: what
 * is compared is the server's decision, not the machine.
 */
const DEFAULTS = { duration: 5, connections: 50, rate: 200, timeout: 2, floodRate: 5000 }

const BENCHES = ['http']

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const HELP = `
Starts a lab of its own and asks for the same page in eight ways: flood off and on, SYN cookies 0 and 1, a new connection for
each request and connections that are kept. Kept connections are opened before the flood starts. A new-connection line is
measured once the SYN queue is full and the first timeouts are over.
The offered rate is the same everywhere, and low enough that a flood does not take the processor away from the requests: the
table compares what the server decides. Raise --rate to find out what the machine can do.`

export type BenchOptions = HttpBenchOptions & { readonly json?: true }

/** Adds the command; `finish` is told its exit status. */
export function addBenchCommand(program: Command, output: Output, finish: (status: number) => void): void {
  const { backlog } = KNOBS
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
    .option(
      '--rate <n>',
      'requests offered per second, over all connections',
      integerParser(1, RATE_MAX),
      DEFAULTS.rate,
    )
    .option('--timeout <seconds>', 'patience of a request', integerParser(1, TIMEOUT_MAX), DEFAULTS.timeout)
    .option('--flood-rate <n>', 'SYN/s of the flood', integerParser(1, ATTACK_RATE_MAX), DEFAULTS.floodRate)
    .option('--backlog <n>', 'backlog of the server', integerParser(backlog.min, backlog.max), backlog.default)
    .option('--json', 'print JSON instead of the table')
    .addHelpText('after', HELP)
    .action(async (options: BenchOptions) => finish(await benchCommand(options, output)))
}

/** Runs the benchmark and prints it; returns the exit status. Throws UsageError before anything is started. */
export async function benchCommand({ json, ...options }: BenchOptions, output: Output): Promise<number> {
  if (options.rate < options.connections) {
    const least = `must be at least --connections (${options.connections}): each of them asks once a second or more`
    throw new UsageError(`--rate ${options.rate}: ${least}`)
  }
  const progress = json ? SILENT : makeProgress(output.stderr)
  const interruption = new AbortController()
  const interrupt = (signal: (typeof SIGNALS)[number]): void => interruption.abort(signal)
  // Every one of them, so that an impatient second one does not leave the processes behind.
  for (const signal of SIGNALS) process.on(signal, interrupt)
  try {
    // The load generator takes a second to load: only who measures waits for it.
    const { httpBench } = await import('../bench/http-bench.ts')
    const result = await httpBench(options, progress, interruption.signal)
    if (result === undefined) return exitCodeOfSignal(interruption.signal.reason)
    progress.end()
    output.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : formatBench(result))
    return EXIT_OK
  } finally {
    progress.end()
    for (const signal of SIGNALS) process.removeListener(signal, interrupt)
  }
}
