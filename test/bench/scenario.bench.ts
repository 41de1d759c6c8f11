/**
 * How fast a scenario is simulated: virtual seconds per second of wall time for `synlab run classic`, both arms, as a user
 * runs it, capture and bundle included.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { report } from './bounds.ts'
import { machine } from './measure.ts'

const RUNS = 5
/** Two arms of 30 + 120 + 90 s. */
const VIRTUAL_SECONDS = 480

const command = fileURLToPath(new URL('../../lab/cli.js', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'synlab-bench-'))

function speed(run: number, ...args: string[]): number {
  const start = process.hrtime.bigint()
  execFileSync(process.execPath, [command, 'run', 'classic', '--seed', String(run), '--quiet', ...args])
  return VIRTUAL_SECONDS / (Number(process.hrtime.bigint() - start) / 1e9)
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] as number
}

console.log(machine())
const runs = Array.from({ length: RUNS }, (_, run) => run)
const withBundle = median(runs.map((run) => speed(run, '--out', join(directory, String(run)))))
const without = median(runs.map((run) => speed(run)))
rmSync(directory, { recursive: true })
report(
  { what: 'classic with bundle, virtual s per s', side: 'at least', limit: 100, digits: 0, kind: 'timing' },
  withBundle,
)
console.log(`classic without bundle: ${without.toFixed(0)} virtual s per s`)
