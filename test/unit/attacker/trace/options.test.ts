/**
 * Options of a recording: what stays as it was, and what may not.
 */
import { describe, expect, it } from 'vitest'
import { blankOptions } from '../../../../attacker/trace/options.ts'

function blanked(...options: number[]): { count: number; bytes: number[] } {
  // Guards at both ends: nothing outside the options is touched.
  const bytes = Uint8Array.from([0xaa, ...options, 0xaa])
  const count = blankOptions(bytes, 1, bytes.length - 1)
  expect([bytes[0], bytes.at(-1)]).toEqual([0xaa, 0xaa])
  return { count, bytes: [...bytes.subarray(1, -1)] }
}

describe('blankOptions', () => {
  it.each([
    ['none', []],
    ['those of Linux', [2, 4, 5, 180, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3, 7]],
    ['those of Windows', [2, 4, 5, 180, 1, 3, 3, 8, 1, 1, 4, 2]],
    ['SACK blocks', [1, 1, 5, 10, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['padding', [3, 3, 7, 0]],
  ])('leaves %s alone', (_, options) => {
    expect(blanked(...options)).toEqual({ count: 0, bytes: options })
  })

  it('overwrites an option that holds an address, and those it does not know', () => {
    // MPTCP ADD_ADDR of 192.0.2.1 between MSS and window scale.
    expect(blanked(2, 4, 5, 180, 30, 8, 0x30, 1, 192, 0, 2, 1, 1, 3, 3, 7)).toEqual({
      count: 1,
      bytes: [2, 4, 5, 180, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 7],
    })
    expect(blanked(253, 4, 9, 9, 34, 2, 1, 1)).toEqual({ count: 2, bytes: [1, 1, 1, 1, 1, 1, 1, 1] })
  })

  it.each([
    [2, 6],
    [3, 4],
    [4, 4],
    [5, 2],
    [5, 11],
    [8, 12],
  ])('overwrites option %i with a length of %i, which it cannot have', (kind, length) => {
    const wrong = [kind, length, ...Array(length - 2).fill(7)]
    expect(blanked(...wrong)).toEqual({ count: 1, bytes: Array(length).fill(1) })
  })

  it('clears what follows the end of the options', () => {
    expect(blanked(1, 0, 192, 0, 2, 1)).toEqual({ count: 0, bytes: [1, 0, 0, 0, 0, 0] })
  })

  it.each([
    ['a length of 0', [1, 2, 0, 7]],
    ['a length of 1', [1, 2, 1, 7]],
    ['a length beyond the end', [1, 2, 4, 7]],
    ['no length', [1, 1, 1, 2]],
  ])('clears from an option with %s on', (_, options) => {
    const { count, bytes } = blanked(...options)
    expect(count).toBe(1)
    expect(bytes).toEqual(options.map((byte, i) => (byte === 1 && i < options.indexOf(2) ? 1 : 0)))
  })
})
