import { describe, expect, it } from 'vitest'
import { failedThresholds, parseBenchThreshold } from '../../../../lab/bench/bench-thresholds.ts'
import type { Cell } from '../../../../lab/bench/http-matrix.ts'

const CALM: Cell = {
  ...{ flood: false, synCookies: 0, keepAlive: false, backlog: 128, rate: 200 },
  ...{ seconds: 2, answers: 400, errors: 0, timeouts: 0, non2xx: 0, p50: 4, p99: 11.2, max: 30 },
  ...{ opened: 400, floodSent: 0, synQueue: { length: 0, limit: 128 } },
}
const DROWNED: Cell = {
  ...CALM,
  flood: true,
  answers: 0,
  timeouts: 150,
  p50: undefined,
  p99: undefined,
  max: undefined,
}

function failures(...thresholds: string[]): string[] {
  return failedThresholds(thresholds.map(parseBenchThreshold), [CALM, DROWNED])
}

describe('thresholds of a benchmark', () => {
  it('hold, or are told with what was seen and where', () => {
    expect(failures('requests_per_second >= 0', 'flood=off: p99<=11.2', 'flood=off:timeouts==0')).toEqual([])
    expect(failures('flood=off: p99<11.2')).toEqual([
      'threshold "flood=off: p99<11.2" did not hold: p99 was 11.2 with flood=off cookies=0 keep-alive=no backlog=128 rate=200',
    ])
    expect(failures('timeouts<100', 'requests_per_second>199')).toEqual([
      'threshold "timeouts<100" did not hold: timeouts was 150 with flood=on cookies=0 keep-alive=no backlog=128 rate=200',
      'threshold "requests_per_second>199" did not hold: requests_per_second was 0 with flood=on cookies=0 keep-alive=no backlog=128 rate=200',
    ])
  })

  it('on a latency that nobody measured do not hold', () => {
    expect(failures('flood=on,cookies=0: p99<1000')).toEqual([
      'threshold "flood=on,cookies=0: p99<1000" did not hold: p99 was not measured with flood=on cookies=0 keep-alive=no backlog=128 rate=200',
    ])
    expect(failures('flood=on: p50>0')).toHaveLength(1)
  })

  it('are about the lines that they name', () => {
    expect(failures('flood=on,keep-alive=yes: timeouts==0', 'backlog=64: timeouts==0')).toEqual([])
  })
})
