/**
 * The packet ring: first in first out, bounded, reused for ever.
 */
import { describe, expect, it } from 'vitest'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { PacketRing } from '../../../../tcpip/link/packet-ring.ts'

function pushText(ring: PacketRing, ...values: number[]): boolean {
  return ring.push(Uint8Array.from(values), 0, values.length)
}

function shift(ring: PacketRing): number[] | undefined {
  const at = ring.peek()
  if (at < 0) return undefined
  const packet = [...ring.bytes.subarray(at, at + ring.peekLength())]
  ring.release()
  return packet
}

describe('PacketRing', () => {
  it('is empty at first', () => {
    const ring = new PacketRing(4)
    expect([ring.size, ring.peek(), ring.capacity]).toEqual([0, -1, 4])
  })

  it('gives packets back in order, with their lengths', () => {
    const ring = new PacketRing(4)
    pushText(ring, 1)
    pushText(ring)
    pushText(ring, 2, 3)
    expect(ring.size).toBe(3)
    expect([shift(ring), shift(ring), shift(ring), shift(ring)]).toEqual([[1], [], [2, 3], undefined])
  })

  it('takes as many packets as its capacity, and the next one after a release', () => {
    const ring = new PacketRing(2)
    expect([pushText(ring, 1), pushText(ring, 2), pushText(ring, 3)]).toEqual([true, true, false])
    expect(ring.reserve()).toBe(-1)
    expect(shift(ring)).toEqual([1])
    expect(pushText(ring, 4)).toBe(true)
    expect([shift(ring), shift(ring), shift(ring)]).toEqual([[2], [4], undefined])
  })

  it('goes round many times without mixing slots', () => {
    const ring = new PacketRing(4)
    for (let i = 0; i < 1_000; i++) {
      pushText(ring, i & 255)
      pushText(ring, i & 255, 1)
      expect([shift(ring), shift(ring)]).toEqual([[i & 255], [i & 255, 1]])
    }
  })

  it('agrees with a list over 50,000 packets of mixed lengths, never full below its capacity', () => {
    const prng = new Prng(6)
    const ring = new PacketRing(8, 128)
    const model: number[][] = []
    for (let i = 0; i < 50_000; i++) {
      if (prng.chance(11, 20)) {
        // Short ones and longest ones: what wastes most room.
        const length = prng.chance(1, 2) ? 128 - prng.below(2) : prng.below(70)
        const packet = Array.from({ length }, (_, n) => (i + n) & 255)
        const isTaken = pushText(ring, ...packet)
        if (isTaken !== model.length < 8) expect.fail(`step ${i}: ${isTaken} with ${model.length} queued`)
        if (isTaken) model.push(packet)
      } else expect(shift(ring)).toEqual(model.shift())
      expect(ring.size).toBe(model.length)
    }
  })

  it('hands out slots to be written in place, publishing nothing before commit', () => {
    const ring = new PacketRing(2, 64)
    const slot = ring.reserve()
    expect(ring.reserve()).toBe(slot)
    expect(ring.size).toBe(0)
    ring.view.setUint16(slot, 0x1234)
    ring.commit(2)
    expect(ring.reserve()).not.toBe(slot)
    expect(shift(ring)).toEqual([0x12, 0x34])
  })

  it('refuses a packet longer than a slot', () => {
    const ring = new PacketRing(2, 64)
    expect(ring.push(new Uint8Array(65), 0, 65)).toBe(false)
    expect(ring.push(new Uint8Array(65), 1, 64)).toBe(true)
    expect(ring.size).toBe(1)
  })

  it('forgets everything when cleared', () => {
    const ring = new PacketRing(2)
    pushText(ring, 1)
    pushText(ring, 2)
    ring.clear()
    expect([ring.size, ring.peek()]).toEqual([0, -1])
    expect(pushText(ring, 3)).toBe(true)
    expect(shift(ring)).toEqual([3])
  })

  it.each([0, 63, 100])('refuses slots of %d bytes', (slotBytes) => {
    expect(() => new PacketRing(4, slotBytes)).toThrow(/cache line/)
  })

  it.each([0, 3, -4, 6])('refuses the capacity %d', (capacity) => {
    expect(() => new PacketRing(capacity)).toThrow(/power of two/)
  })
})
