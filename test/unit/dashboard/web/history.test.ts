import { describe, expect, it } from 'vitest'
import { History } from '../../../../dashboard/web/store/history.ts'

function filled(...rows: readonly (readonly [at: number, value: number])[]): History<'x'> {
  const history = new History(['x'], 4)
  for (const [at, x] of rows) history.push(at, { x })
  return history
}

describe('a history of numbers', () => {
  it('keeps as many rows as it has room for, the newest ones', () => {
    const history = filled([1, 10], [2, 20], [3, 30], [4, 40], [5, 50], [6, 60])
    expect(history.length).toBe(4)
    expect([0, 1, 2, 3].map((row) => [history.time(row), history.value(row, 'x')])).toEqual([
      [3, 30],
      [4, 40],
      [5, 50],
      [6, 60],
    ])
    expect(history.time(4)).toBeNaN()
    expect(history.value(-1, 'x')).toBeNaN()
  })

  it('finds the last row that is not later than a moment', () => {
    const history = filled([1, 10], [2, 20], [3, 30], [4, 40], [5, 50])
    expect([0, 1.9, 2, 2.5, 5, 99].map((at) => history.rowAt(at))).toEqual([-1, -1, 0, 0, 3, 3])
    expect(new History(['x'], 4).rowAt(1)).toBe(-1)
  })

  it('leaves out a row that is not later than the last one', () => {
    const history = filled([2, 20], [2, 21], [1, 10])
    expect(history.length).toBe(1)
    expect(history.value(0, 'x')).toBe(20)
  })

  it('gives what a row does not name as not known', () => {
    const history = new History(['x', 'y'], 2)
    history.push(1, { x: 1 })
    expect(history.value(0, 'y')).toBeNaN()
  })

  it('makes rates per second over the span that is asked for', () => {
    const history = filled([0, 0], [500, 100], [1000, 300], [1500, 600])
    expect(history.rate(3, 'x', 1000)).toBe(500)
    expect(history.rate(3, 'x', 500)).toBe(600)
  })

  it('has no rate for one row, across a hole, or across a counter that was set to zero', () => {
    expect(filled([0, 5]).rate(0, 'x', 1000)).toBeNaN()
    expect(filled([0, 0], [10_000, 500]).rate(1, 'x', 1000)).toBeNaN()
    expect(filled([0, 900], [500, 950], [1000, 20]).rate(2, 'x', 1000)).toBeNaN()
  })

  it('counts growth on past a counter that was set to zero', () => {
    expect(filled([0, 900], [500, 950], [1000, 20], [1500, 30]).growth(3, 'x', 10_000)).toBe(80)
    expect(filled([0, 900], [500, 950], [1000, 960]).growth(2, 'x', 500)).toBe(10)
  })
})
