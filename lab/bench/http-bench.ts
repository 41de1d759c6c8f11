/**
 * `synlab bench http`: a lab of its own, the matrix in it, and its end: whatever happens, the processes are ended and
 * waited for.
 */
import { createRequire } from 'node:module'
import { packageVersion } from '../../control/package-info.ts'
import type { Progress } from '../report/progress.ts'
import { LabProcesses } from '../up/lab-processes.ts'
import type { BenchResult } from './bench-report.ts'
import { CELLS, type Cell, type CellKey, HttpMatrix, type MatrixOptions } from './http-matrix.ts'
import { describeMachine } from './machine.ts'

export interface HttpBenchOptions extends MatrixOptions {
  readonly backlog: number
}

/** Any free port for everything, and no traffic but the one that is measured. */
const LAB = { serverPort: 0, attackerPort: 0, attackers: 1, linkPort: 0, gatewayPort: 0, synCookies: 0, clientsRate: 0 }

/** Runs the benchmark. Undefined when `signal` was aborted. Throws RunFailure when a process dies. */
export async function httpBench(
  options: HttpBenchOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<BenchResult | undefined> {
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
    const addresses = await processes.start({ ...LAB, backlog: options.backlog })
    if (addresses !== undefined) {
      const matrix = new HttpMatrix(options, addresses, stop.signal)
      cells = await runCells(matrix, progress).finally(() => matrix.close())
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

async function runCells(matrix: HttpMatrix, progress: Progress): Promise<Cell[]> {
  const cells: Cell[] = []
  await matrix.warmUp()
  for (const key of CELLS) {
    progress.update(cells.length / CELLS.length, describe(key))
    cells.push(await matrix.run(key))
  }
  return cells
}

function describe({ flood, synCookies, keepAlive }: CellKey): string {
  const connections = keepAlive ? 'connections kept alive' : 'a new connection for each request'
  return `${connections}, flood ${flood ? 'on' : 'off'}, SYN cookies ${synCookies}`
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
