/**
 * A line that is too long for the terminal goes on below.
 */
import { describe, expect, it } from 'vitest'
import { wrap } from '../../../lab/up/wrap.ts'

describe('a wrapped line', () => {
  it.each([
    ['short', 10, ['short']],
    ['one two three', 8, ['one two', '  three']],
    ['abcdefghij', 4, ['abcd', '  ef', '  gh', '  ij']],
    ['a b', 1, ['a', 'b']],
  ])('%j at %i columns', (line, columns, lines) => {
    expect(wrap(line, columns, '  ')).toEqual(lines)
  })
})
