import { expect, it } from 'vitest'
import { cellsOf, describeCell } from '../../../../lab/bench/bench-cells.ts'

it('the matrix has every combination once, the cookies changing fastest', () => {
  const cells = cellsOf({
    flood: [false, true],
    synCookies: [0, 1],
    keepAlive: [false],
    backlog: [64, 128],
    rate: [200],
  })
  expect(cells).toHaveLength(8)
  expect(new Set(cells.map(describeCell)).size).toBe(8)
  expect(cells.slice(0, 3).map(describeCell)).toEqual([
    'flood=off cookies=0 keep-alive=no backlog=64 rate=200',
    'flood=off cookies=1 keep-alive=no backlog=64 rate=200',
    'flood=off cookies=0 keep-alive=no backlog=128 rate=200',
  ])
})
