/** The list of record ends: what shares a segment, across the wrap of numbers too, and what is forgotten. */
import { expect, it } from 'vitest'
import { RecordEnds } from '../../../../tcpip/connection/record-ends.ts'

const TOP = 0x7fffffff

it('cuts a length at the first record end beyond a number, also when numbers wrap', () => {
  const ends = new RecordEnds()
  expect(ends.within(100, 50)).toBe(50)
  ends.add((TOP + 10) | 0)
  ends.add((TOP + 30) | 0)
  expect(ends.within(TOP - 5, 100)).toBe(15)
  expect(ends.within(TOP - 5, 15)).toBe(15)
  expect(ends.within((TOP + 10) | 0, 100)).toBe(20)
  expect(ends.within((TOP + 30) | 0, 100)).toBe(100)
})

it('knows ends until they are acknowledged, and none twice', () => {
  const ends = new RecordEnds()
  ends.add(10)
  ends.add(10)
  ends.add(20)
  ends.discardTo(9)
  expect(ends.has(10)).toBe(true)
  ends.discardTo(10)
  expect([ends.has(10), ends.has(20)]).toEqual([false, true])
  expect(ends.within(10, 100)).toBe(10)
  ends.discardTo(25)
  expect(ends.within(10, 100)).toBe(100)
})
