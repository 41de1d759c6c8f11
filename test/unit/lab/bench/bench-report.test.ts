import { describe, expect, it } from 'vitest'
import type { MatrixAxes } from '../../../../lab/bench/bench-cells.ts'
import { type BenchResult, formatBench } from '../../../../lab/bench/bench-report.ts'

const AXES: MatrixAxes = {
  flood: [false, true],
  synCookies: [0, 1],
  keepAlive: [false, true],
  backlog: [128],
  rate: [200],
}

const FIGURES = { seconds: 2, errors: 0, timeouts: 0, non2xx: 0, floodSent: 0, synQueue: { length: 0, limit: 128 } }

const RESULT: BenchResult = {
  tool: 'synlab bench http',
  versions: { synlab: '1.2.3', node: '20.1.0', autocannon: '9.0.0' },
  machine: { cpu: 'A processor', cores: 2, memoryGiB: 8, platform: 'Linux 6.1 x64' },
  parameters: { duration: 2, connections: 50, timeout: 3, floodRate: 5000, axes: AXES },
  cells: [
    {
      ...FIGURES,
      keepAlive: false,
      flood: false,
      synCookies: 0,
      backlog: 128,
      rate: 200,
      answers: 400,
      p50: 4.06,
      p99: 11,
      max: 12,
      opened: 400,
    },
    {
      ...FIGURES,
      keepAlive: false,
      flood: true,
      synCookies: 0,
      backlog: 128,
      rate: 200,
      answers: 0,
      p50: undefined,
      p99: undefined,
      max: undefined,
      opened: 33,
      timeouts: 33,
      errors: 2,
      non2xx: 1,
      floodSent: 4999.6,
      synQueue: { length: 129, limit: 128 },
    },
  ],
}

describe('the page of the benchmark', () => {
  it('has one line per cell, and says what was asked for and on what', () => {
    const lines = formatBench(RESULT).split('\n')
    expect(lines.slice(0, 7)).toMatchInlineSnapshot(`
      [
        "200 requests/s offered over 50 connections, 2 s measured per line, timeout 3 s, backlog 128, flood 5000 SYN/s",
        "A processor, 2 cores, 8 GiB; Linux 6.1 x64; Node.js 20.1.0, autocannon 9.0.0, synlab 1.2.3",
        "",
        "                                           latency, ms",
        "connection is  flood  cookies  requests/s  p50  p99  errors  timeouts  non-2xx  connections  flood SYN/s  SYN queue",
        "new for each   off          0       200.0  4.1 11.0       0         0        0          400            0      0/128",
        "new for each   on           0         0.0    -    -       2        33        1           33         5000    129/128",
      ]
    `)
  })

  it('has a column for backlog and rate when they vary', () => {
    const axes = { ...AXES, backlog: [128, 256], rate: [200, 400] }
    const lines = formatBench({ ...RESULT, parameters: { ...RESULT.parameters, axes } }).split('\n')
    expect(lines[0]).toBe('50 connections, 2 s measured per line, timeout 3 s, flood 5000 SYN/s')
    expect(lines[4]).toMatch(/^connection is +flood +cookies +backlog +offered\/s +requests\/s/)
    expect(lines[5]).toMatch(/^new for each +off +0 +128 +200 +200\.0/)
  })

  it('no line is wider than a page', () => {
    for (const line of formatBench(RESULT).split('\n')) expect(line.length).toBeLessThanOrEqual(130)
  })
})
