/**
 * What a run prints: the table, the thresholds, the progress.
 */
import { describe, expect, it } from 'vitest'
import { editDistance, nearest } from '../../../catalogue/suggest.ts'
import { makeProgress } from '../../../lab/report/progress.ts'
import { formatShare, formatThresholds } from '../../../lab/report/run-report.ts'
import { type Column, formatTable } from '../../../lab/report/text-table.ts'

describe('a share', () => {
  it.each([
    [1, '100.00 %'],
    [0.999999, '99.99 %'],
    [0.5, '50.00 %'],
    [0.000001, '0.01 %'],
    [0, '0.00 %'],
    [null, '-'],
  ])('of %f is %s: all and none are never claimed of something between', (share, text) => {
    expect(formatShare(share)).toBe(text)
  })
})

describe('a table', () => {
  const COLUMNS: readonly Column[] = [
    { title: 'arm', align: 'left' },
    { title: 'p50', align: 'right', group: 'connect' },
    { title: 'max', align: 'right', group: 'connect' },
    { title: 'n', align: 'right' },
  ]

  it('lines its columns up, with less room inside a group', () => {
    const rows = [
      ['cookies-off', '1020.0', '2021.0', '7'],
      ['', '-', '20.0', '12345'],
    ]
    expect(formatTable(COLUMNS, rows)).toEqual([
      '                connect',
      'arm             p50    max      n',
      'cookies-off  1020.0 2021.0      7',
      '                  -   20.0  12345',
    ])
  })
})

describe('a threshold', () => {
  it('is one line that says what was asked and what was found', () => {
    const common = { arm: 'on', phase: 'attack', metric: 'success_ratio' } as const
    expect(
      formatThresholds([
        { ...common, min: 1, actual: 1, passed: true },
        { ...common, min: 0.1, max: 0.3, actual: 0.5, passed: false },
        { ...common, max: 5, actual: null, passed: false },
      ]),
    ).toEqual([
      'pass  on attack success_ratio >= 1 (is 1)',
      'FAIL  on attack success_ratio >= 0.1 and <= 0.3 (is 0.5)',
      'FAIL  on attack success_ratio <= 5 (is not measurable)',
    ])
  })
})

describe('progress', () => {
  function collect(isTTY: boolean): { written: string[]; progress: ReturnType<typeof makeProgress> } {
    const written: string[] = []
    return { written, progress: makeProgress({ isTTY, write: (text) => written.push(text) }) }
  }

  it('is a line at each quarter when nobody watches', () => {
    const { written, progress } = collect(false)
    for (let share = 0; share <= 1; share += 1 / 64) progress.update(share, share < 0.5 ? 'off' : 'on')
    progress.end()
    expect(written).toEqual(['25 %  off\n', '50 %  on\n', '75 %  on\n', '100 %  on\n'])
  })

  it('is a bar on a terminal, redrawn only when it looks different and wiped at the end', () => {
    const { written, progress } = collect(true)
    progress.update(0.5, 'on')
    progress.update(0.5001, 'on')
    progress.end()
    expect(written).toEqual([`\r[${'#'.repeat(15)}${'.'.repeat(15)}]  50 %  on\x1b[K`, '\r\x1b[K'])
  })
})

describe('the word that was meant', () => {
  it.each([
    ['clasic', 'classic'],
    ['CLASSIC', 'classic'],
    ['low-and-slo', 'low-and-slow'],
    ['xyzzy', undefined],
    ['c', undefined],
  ])('by %s is %s', (word, meant) => {
    expect(nearest(word, ['classic', 'low-and-slow'])).toBe(meant)
  })

  it('is found by the number of edits', () => {
    expect(editDistance('', 'abc')).toBe(3)
    expect(editDistance('kitten', 'sitting')).toBe(3)
    expect(editDistance('same', 'same')).toBe(0)
  })
})
