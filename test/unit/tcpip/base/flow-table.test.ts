import { describe, expect, test } from 'vitest'
import { FlowTable } from '../../../../tcpip/base/flow-table.ts'

/** Handles of all entries with a hash, in probe order. */
function handles(table: FlowTable, hash: number): number[] {
  const found: number[] = []
  for (let at = table.find(hash); at >= 0; at = table.findNext(at)) found.push(table.handleAt(at))
  return found
}

describe('memory', () => {
  test('is 8 bytes per slot, with the least power of two of slots that keeps the table at most two thirds full', () => {
    expect(new FlowTable(1).bytes).toBe(8 * 8)
    expect(new FlowTable(5).bytes).toBe(8 * 8)
    expect(new FlowTable(6).bytes).toBe(16 * 8)
    expect(new FlowTable(10).bytes).toBe(16 * 8)
    expect(new FlowTable(11).bytes).toBe(32 * 8)
    expect(new FlowTable(128).bytes).toBe(256 * 8)
  })

  test('asserts a capacity that is a positive integer', () => {
    for (const capacity of [0, -1, 1.5, Number.NaN, 2 ** 29]) {
      expect(() => new FlowTable(capacity)).toThrow('assertion failed')
    }
  })
})

describe('lookup', () => {
  test('finds nothing in an empty table, not even hash 0', () => {
    const table = new FlowTable(4)
    expect(table.find(0)).toBe(-1)
    expect(table.find(-1)).toBe(-1)
    expect(table.size).toBe(0)
  })

  test('finds handle 0 and the greatest handle, under any int32 hash', () => {
    const table = new FlowTable(8)
    const hashes = [0, 1, -1, 0x7fffffff, -0x80000000]
    for (const hash of hashes) table.insert(hash, 0)
    table.insert(5, 0x7ffffffe)
    for (const hash of hashes) expect(handles(table, hash)).toEqual([0])
    expect(handles(table, 5)).toEqual([0x7ffffffe])
    table.assertInvariants()
  })

  test('visits every entry that shares a hash, and none of another hash in the same run', () => {
    const table = new FlowTable(10)
    table.insert(3, 100)
    table.insert(3 + 16, 200)
    table.insert(3, 101)
    table.insert(3 + 32, 300)
    table.insert(3, 102)
    expect(handles(table, 3)).toEqual([100, 101, 102])
    expect(handles(table, 3 + 16)).toEqual([200])
    expect(handles(table, 3 + 32)).toEqual([300])
    expect(handles(table, 3 + 48)).toEqual([])
  })
})

describe('removal', () => {
  test('keeps entries reachable whose run goes round the end of the table', () => {
    const table = new FlowTable(5)
    table.insert(7, 1)
    table.insert(7 + 8, 2)
    table.insert(0, 3)
    table.insert(7 + 16, 4)
    expect(table.remove(7, 1)).toBe(true)
    table.assertInvariants()
    expect(handles(table, 7)).toEqual([])
    expect(handles(table, 7 + 8)).toEqual([2])
    expect(handles(table, 0)).toEqual([3])
    expect(handles(table, 7 + 16)).toEqual([4])
  })

  test('takes only the entry of both the hash and the handle', () => {
    const table = new FlowTable(5)
    table.insert(1, 10)
    table.insert(1, 11)
    expect(table.remove(1, 12)).toBe(false)
    expect(table.remove(2, 10)).toBe(false)
    expect(table.size).toBe(2)
    expect(table.remove(1, 10)).toBe(true)
    expect(table.remove(1, 10)).toBe(false)
    expect(handles(table, 1)).toEqual([11])
    expect(table.size).toBe(1)
  })

  test('clear leaves an empty table', () => {
    const table = new FlowTable(5)
    for (let i = 0; i < 5; i++) table.insert(i * 8, i)
    table.clear()
    table.assertInvariants()
    expect(table.size).toBe(0)
    for (let i = 0; i < 5; i++) expect(table.find(i * 8)).toBe(-1)
    table.insert(0, 1)
    expect(handles(table, 0)).toEqual([1])
  })
})

test('a full table still ends its searches, and asserts on one entry more', () => {
  for (const capacity of [1, 5, 10, 100]) {
    const table = new FlowTable(capacity)
    for (let i = 0; i < capacity; i++) table.insert(42, i)
    expect(handles(table, 42)).toHaveLength(capacity)
    expect(table.find(43)).toBe(-1)
    expect(table.remove(43, 0)).toBe(false)
    expect(() => table.insert(42, capacity)).toThrow('assertion failed: flow table has room')
    expect(table.size).toBe(capacity)
    table.assertInvariants()
  }
})

test('asserts handles that are not small non-negative integers', () => {
  const table = new FlowTable(5)
  expect(() => table.insert(1, -1)).toThrow('assertion failed')
  expect(() => table.insert(1, 0x7fffffff)).toThrow('assertion failed')
  expect(table.size).toBe(0)
})
