/** What is run once and ends: a benchmark that Prometheus sees, a scenario in virtual time, a grading. */
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BenchResult } from '../../lab/bench/bench-report.ts'
import { type Composition, eventually } from '../support/processes/composition.ts'
import { PrometheusApi } from '../support/readers/prometheus-api.ts'

const BENCH = ['--duration=1', '--connections=10', '--rate=20', '--keep-alive=no', '--flood=off,on', '--cookies=1']

export function oneShotTests(lab: Composition): void {
  let runs = ''

  beforeAll(() => {
    runs = mkdtempSync(join(tmpdir(), 'synlab-runs-'))
    // Its owner is not the user in the container.
    chmodSync(runs, 0o777)
    lab.env.SYNLAB_RUNS = runs
    lab.env.SYNLAB_CLASS = runs
  })

  afterAll(() => rmSync(runs, { recursive: true, force: true }))

  it('bench: its figures are in Prometheus while it runs, its thresholds decide how it ends', async () => {
    const prometheus = new PrometheusApi(lab.url('prometheus'))
    const run = lab.runOnce('bench', [...BENCH, '--json', '--threshold=flood=on: timeouts==0', '--threshold=max<0.001'])
    const lines = await eventually('a line of the benchmark is in Prometheus', async () => {
      const samples = await prometheus.instant('synlab_bench_requests_per_second')
      return samples.length > 0 && samples.map(({ metric }) => metric)
    })
    expect(lines[0]).toMatchObject({ instance: 'bench', cookies: '1', keep_alive: 'no', backlog: '128', rate: '20' })
    const { status, stdout, stderr } = await run
    expect(status, stderr).toBe(99)
    expect(stderr).toContain('threshold "max<0.001" did not hold: max was')
    expect(stderr).not.toContain('timeouts==0')
    const { cells } = JSON.parse(stdout) as BenchResult
    expect(cells.map(({ flood }) => flood)).toEqual([false, true])
    for (const { answers } of cells) expect(answers).toBeGreaterThan(10)
  })

  it('scenario: writes its bundle into the folder that is mounted', async () => {
    const { status, stderr } = await lab.runOnce('scenario', ['handshake', '--out', '/runs/handshake'])
    expect(status, stderr).toBe(0)
    expect(existsSync(join(runs, 'handshake'))).toBe(true)
  })

  it('grade: a folder without bundles is one clear line', async () => {
    const { status, stderr } = await lab.runOnce('grade', ['/runs', '--class', '/class'])
    expect(status).toBe(2)
    expect(stderr.split('\n').filter((line) => line.startsWith('synlab: '))).toHaveLength(1)
  })
}
