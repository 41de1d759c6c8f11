/**
 * `synlab bench http`: a lab of its own, the matrix in it, and its end: whatever happens, the processes are ended and
 * waited for.
 */
import { createRequire } from 'node:module'
import { packageVersion } from '../../control/package-info.ts'
import type { Progress } from '../report/progress.ts'
import { LabProcesses } from '../up/lab-processes.ts'
import { type CellKey, cellsOf, type MatrixAxes } from './bench-cells.ts'
import type { BenchMetrics } from './bench-metrics.ts'
import type { BenchResult } from './bench-report.ts'
import { type Cell, HttpMatrix, type MatrixOptions } from './http-matrix.ts'
import { describeMachine } from './machine.ts'

export interface HttpBenchOptions extends MatrixOptions {
  readonly axes: MatrixAxes
}

/** Any free port for everything, and no traffic but the one that is measured. */
const LAB = { serverPort: 0, attackerPort: 0, attackers: 1, linkPort: 0, gatewayPort: 0, synCookies: 0, clientsRate: 0 }

/** Runs the benchmark, and tells `metrics` of each cell. Undefined when `signal` was aborted. Throws RunFailure when a process dies. */
export async function httpBench(
  options: HttpBenchOptions,
  progress: Progress,
  metrics: BenchMetrics,
  signal: AbortSignal,
): Promise<BenchResult | undefined> {
  const cellKeys = cellsOf(options.axes)
  const stop = new AbortController()
  const processes = new LabProcesses(() => {})
  const end = (): void => stop.abort()
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  // Also while they are starting.
  stop.signal.addEventListener('abort', () => void processes.stop())
  void processes.failed.then(end)
  let cells: Cell[] | undefined
  try {
    const addresses = await processes.start({ ...LAB, backlog: cellKeys[0]?.backlog ?? 0 })
    if (addresses !== undefined) {
      const matrix = new HttpMatrix(options, addresses, stop.signal)
      cells = await runCells(matrix, cellKeys, progress, metrics).finally(() => matrix.close())
    }
  } catch (error) {
    // What goes wrong in a lab that is being ended goes wrong for that reason.
    if (!stop.signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', end)
    await processes.stop()
  }
  if (processes.failure !== undefined) throw processes.failure
  return cells && makeResult(options, cells)
}

async function runCells(
  matrix: HttpMatrix,
  keys: readonly CellKey[],
  progress: Progress,
  metrics: BenchMetrics,
): Promise<Cell[]> {
  const cells: Cell[] = []
  const [first] = keys
  if (first !== undefined) await matrix.warmUp(first)
  for (const key of keys) {
    progress.update(cells.length / keys.length, describe(key))
    metrics.update(cells.length / keys.length)
    const cell = await matrix.run(key)
    metrics.add(cell)
    cells.push(cell)
  }
  metrics.update(1)
  return cells
}

function describe({ flood, synCookies, keepAlive, backlog, rate }: CellKey): string {
  const connections = keepAlive ? 'connections kept alive' : 'a new connection for each request'
  const load = `${rate} requests/s, backlog ${backlog}`
  return `${connections}, flood ${flood ? 'on' : 'off'}, SYN cookies ${synCookies}, ${load}`
}

function makeResult(options: HttpBenchOptions, cells: readonly Cell[]): BenchResult {
  const { version } = createRequire(import.meta.url)('autocannon/package.json') as { version: string }
  return {
    tool: 'synlab bench http',
    versions: { synlab: packageVersion(), node: process.versions.node, autocannon: version },
    machine: describeMachine(),
    parameters: options,
    cells,
  }
}
