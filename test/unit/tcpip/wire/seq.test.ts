/**
 * Sequence number arithmetic where it goes wrong first: at both wraps, of int32 and of uint32.
 */
import { describe, expect, it } from 'vitest'
import { ACK, FIN, makeSegment, SYN, segmentLength } from '../../../../tcpip/wire/segment.ts'
import { seqAdd, seqDiff, seqLess, seqLessOrEqual } from '../../../../tcpip/wire/seq.ts'

/** Values around which neighbours differ in sign or wrap. */
const EDGES = [0, 0x7fffffff, 0x80000000 | 0, -1, 0x12345678]

describe('sequence numbers', () => {
  it('wrap when advanced, and stay int32', () => {
    expect(seqAdd(0x7fffffff, 1)).toBe(-0x80000000)
    expect(seqAdd(-1, 1)).toBe(0)
    expect(seqAdd(0, -1)).toBe(-1)
    expect(seqAdd(-0x80000000, -1)).toBe(0x7fffffff)
  })

  it('are ordered by their distance, whatever wrap lies between', () => {
    for (const base of EDGES) {
      for (const distance of [1, 2, 65_535, 0x7fffffff]) {
        const later = seqAdd(base, distance)
        expect(seqDiff(later, base)).toBe(distance)
        expect(seqDiff(base, later)).toBe(-distance)
        expect([seqLess(base, later), seqLess(later, base)]).toEqual([true, false])
        expect([seqLessOrEqual(base, later), seqLessOrEqual(later, base)]).toEqual([true, false])
      }
    }
  })

  it('equal themselves', () => {
    for (const edge of EDGES) {
      expect([seqDiff(edge, edge), seqLess(edge, edge), seqLessOrEqual(edge, edge)]).toEqual([0, false, true])
    }
  })

  it('are used up by payload, SYN and FIN, one each for the flags', () => {
    expect(segmentLength(makeSegment({ flags: ACK }))).toBe(0)
    expect(segmentLength(makeSegment({ flags: SYN }))).toBe(1)
    expect(segmentLength(makeSegment({ flags: FIN | ACK, payloadLength: 10 }))).toBe(11)
    expect(segmentLength(makeSegment({ flags: SYN | FIN, payloadLength: 10 }))).toBe(12)
  })
})

describe('makeSegment', () => {
  it('takes the whole payload by default', () => {
    const payload = new Uint8Array(7)
    expect(makeSegment({ payload }).payloadLength).toBe(7)
    expect(makeSegment({ payload, payloadAt: 2, payloadLength: 3 })).toMatchObject({ payloadAt: 2, payloadLength: 3 })
  })
})
