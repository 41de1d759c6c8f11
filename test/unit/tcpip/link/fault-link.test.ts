/**
 * The wire with faults: each fault alone, then all of them, with every packet accounted for.
 */
import { describe, expect, it } from 'vitest'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { NEVER } from '../../../../tcpip/base/time.ts'
import { FaultLink, type FaultLinkOptions } from '../../../../tcpip/link/fault-link.ts'
import { type FaultOptions, type FaultPath, PER_MILLION } from '../../../../tcpip/link/fault-path.ts'
import { type LinkEnd, makeLinkEnd } from '../../../../tcpip/link/link.ts'
import { NUMBERED_BYTES, sendNumber, takeNumbers, takePackets } from '../../../support/readers/packets.ts'

interface Lab {
  readonly near: LinkEnd
  readonly far: LinkEnd
  readonly wire: FaultLink
}

function makeLab(options: Partial<FaultLinkOptions> = {}, seed = 1): Lab {
  const near = makeLinkEnd(1024)
  const far = makeLinkEnd(1024)
  return { near, far, wire: new FaultLink(near, far, new Prng(seed), { capacity: 1024, ...options }) }
}

/** A lab with faults from the near host to the far one. */
function makeFaultyLab(toFar: Partial<FaultOptions>, seed = 1): Lab {
  return makeLab({ toFar }, seed)
}

/** Sends numbered packets, one per `gap` microseconds, and returns what arrives, in order, until all is quiet. */
function sendAndDrain(lab: Lab, count: number, gap = 0): number[] {
  const arrived: number[] = []
  for (let i = 0; i < count; i++) {
    sendNumber(lab.near.tx, i)
    lab.wire.transfer(i * gap)
    arrived.push(...takeNumbers(lab.far.rx))
  }
  for (let due = lab.wire.nextDeadline(); due !== NEVER; due = lab.wire.nextDeadline()) {
    lab.wire.transfer(due)
    arrived.push(...takeNumbers(lab.far.rx))
  }
  return arrived
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

function expectConserved(path: FaultPath): void {
  expect(path.offered + path.duplicated).toBe(path.delivered + path.lost + path.overflowed + path.inFlight)
}

describe('FaultLink without faults', () => {
  it('delivers both ways at once, unchanged and in order', () => {
    const { near, far, wire } = makeLab()
    for (const number of [1, 2, 3]) sendNumber(near.tx, number)
    sendNumber(far.tx, 4)
    wire.transfer(0)
    expect([takeNumbers(far.rx), takeNumbers(near.rx)]).toEqual([[1, 2, 3], [4]])
    expect(wire.nextDeadline()).toBe(NEVER)
    expect(wire.toFar).toMatchObject({ offered: 3, delivered: 3, inFlight: 0 })
    expect(wire.toNear).toMatchObject({ offered: 1, delivered: 1, inFlight: 0 })
  })

  it('needs no room for packets without delay beyond one', () => {
    const lab = makeLab({ capacity: 1 })
    for (const number of numbers(10)) sendNumber(lab.near.tx, number)
    lab.wire.transfer(0)
    expect(takeNumbers(lab.far.rx)).toEqual(numbers(10))
  })
})

describe('latency', () => {
  it('holds each packet for exactly as long as told, and says when the next is due', () => {
    const { near, far, wire } = makeLab({ toFar: { latency: 100 }, toNear: { latency: 30 } })
    sendNumber(near.tx, 1)
    wire.transfer(1_000)
    sendNumber(near.tx, 2)
    sendNumber(far.tx, 3)
    wire.transfer(1_050)
    expect(wire.nextDeadline()).toBe(1_080)
    wire.transfer(1_080)
    expect(takeNumbers(near.rx)).toEqual([3])
    expect(wire.nextDeadline()).toBe(1_100)
    wire.transfer(1_099)
    expect(takeNumbers(far.rx)).toEqual([])
    wire.transfer(1_100)
    expect(takeNumbers(far.rx)).toEqual([1])
    wire.transfer(1_150)
    expect(takeNumbers(far.rx)).toEqual([2])
  })

  it('keeps packets sent at one time in order', () => {
    const lab = makeFaultyLab({ latency: 500 })
    for (const number of numbers(500)) sendNumber(lab.near.tx, number)
    lab.wire.transfer(0)
    lab.wire.transfer(500)
    expect(takeNumbers(lab.far.rx)).toEqual(numbers(500))
  })
})

describe('jitter', () => {
  it('adds a delay spread over 0 to the jitter told, both included', () => {
    const { near, far, wire } = makeFaultyLab({ latency: 100, jitter: 9 })
    const counts = new Array<number>(10).fill(0)
    for (let i = 0; i < 5_000; i++) {
      const now = i * 1_000
      sendNumber(near.tx, i)
      wire.transfer(now)
      const due = wire.nextDeadline()
      counts[due - now - 100]++
      wire.transfer(due)
      takeNumbers(far.rx)
    }
    expect(counts.length).toBe(10)
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(100)
  })

  it('lets packets overtake each other', () => {
    const arrived = sendAndDrain(makeFaultyLab({ latency: 100, jitter: 50 }), 100, 1)
    expect(arrived).not.toEqual(numbers(100))
    expect(arrived.toSorted((a, b) => a - b)).toEqual(numbers(100))
  })
})

describe('loss', () => {
  it('loses the share told, and delivers the rest in order', () => {
    const lab = makeFaultyLab({ loss: 200_000 })
    const arrived = sendAndDrain(lab, 10_000)
    expect(Math.abs(lab.wire.toFar.lost - 2_000)).toBeLessThan(200)
    expect(arrived.length).toBe(10_000 - lab.wire.toFar.lost)
    expect(arrived).toEqual(arrived.toSorted((a, b) => a - b))
    expectConserved(lab.wire.toFar)
  })

  it('of a million per million loses everything, in its own direction only', () => {
    const lab = makeFaultyLab({ loss: PER_MILLION })
    expect(sendAndDrain(lab, 100)).toEqual([])
    sendNumber(lab.far.tx, 1)
    lab.wire.transfer(1)
    expect(takeNumbers(lab.near.rx)).toEqual([1])
  })
})

describe('duplication', () => {
  it('delivers both copies', () => {
    const lab = makeFaultyLab({ duplicate: PER_MILLION, latency: 10 })
    expect(sendAndDrain(lab, 3)).toEqual([0, 0, 1, 1, 2, 2])
    expect(lab.wire.toFar).toMatchObject({ offered: 3, duplicated: 3, delivered: 6 })
  })

  it('happens as often as told', () => {
    const lab = makeFaultyLab({ duplicate: 100_000 })
    expect(sendAndDrain(lab, 10_000).length).toBe(10_000 + lab.wire.toFar.duplicated)
    expect(Math.abs(lab.wire.toFar.duplicated - 1_000)).toBeLessThan(150)
  })
})

describe('reordering', () => {
  it.each([
    ['all', PER_MILLION, 45],
    ['none', 0, 10],
  ])('adds its delay to %s of the packets when the chance says so', (_title, reorder, due) => {
    const { near, wire } = makeFaultyLab({ latency: 10, reorder, reorderDelay: 35 })
    sendNumber(near.tx, 1)
    wire.transfer(0)
    expect(wire.nextDeadline()).toBe(due)
  })

  it('holds a packet back so that later ones overtake it, losing none', () => {
    const lab = makeFaultyLab({ latency: 10, reorder: 100_000, reorderDelay: 35 })
    const arrived = sendAndDrain(lab, 1_000, 10)
    const heldBack = arrived.filter((number, i) => i > 0 && number < arrived[i - 1])
    expect(heldBack.length).toBeGreaterThan(50)
    expect(heldBack.length).toBeLessThanOrEqual(lab.wire.toFar.reordered)
    expect(arrived.toSorted((a, b) => a - b)).toEqual(numbers(1_000))
  })
})

describe('corruption', () => {
  it('flips exactly one bit of what is delivered, any bit, and not the sender’s', () => {
    const lab = makeFaultyLab({ corrupt: PER_MILLION })
    const flipped = new Set<number>()
    for (let i = 0; i < 2_000; i++) {
      sendNumber(lab.near.tx, 0)
      const at = lab.near.tx.peek()
      const sent = lab.near.tx.bytes.slice(at, at + NUMBERED_BYTES)
      lab.wire.transfer(i)
      expect([...lab.near.tx.bytes.subarray(at, at + NUMBERED_BYTES)]).toEqual([...sent])
      const [received] = takePackets(lab.far.rx)
      const bits: number[] = []
      for (let bit = 0; bit < NUMBERED_BYTES * 8; bit++) {
        if (((sent[bit >> 3] ^ received[bit >> 3]) >> (bit & 7)) & 1) bits.push(bit)
      }
      expect(bits.length).toBe(1)
      flipped.add(bits[0])
    }
    expect(flipped.size).toBe(NUMBERED_BYTES * 8)
    expect(lab.wire.toFar.corrupted).toBe(2_000)
  })

  it('damages the copies of a doubled packet independently', () => {
    const lab = makeFaultyLab({ duplicate: PER_MILLION, corrupt: 500_000 })
    sendAndDrain(lab, 1_000)
    expect(Math.abs(lab.wire.toFar.corrupted - 1_000)).toBeLessThan(100)
  })
})

describe('limits', () => {
  it('drops the newest packets, counted, when the store is full', () => {
    const lab = makeLab({ toFar: { latency: 10 }, capacity: 3 })
    expect(sendAndDrain(lab, 5)).toEqual([0, 1, 2])
    expect(lab.wire.toFar).toMatchObject({ offered: 5, delivered: 3, overflowed: 2 })
  })

  it('drops what is due, counted and without retry, when the receiver’s ring is full', () => {
    const near = makeLinkEnd(8)
    const far = makeLinkEnd(2)
    const wire = new FaultLink(near, far, new Prng(1), { toFar: { latency: 5 }, capacity: 8 })
    for (const number of numbers(4)) sendNumber(near.tx, number)
    wire.transfer(0)
    expect(wire.toFar.inFlight).toBe(4)
    wire.transfer(5)
    expect(takeNumbers(far.rx)).toEqual([0, 1])
    expect(wire.toFar).toMatchObject({ delivered: 2, overflowed: 2, inFlight: 0 })
    wire.transfer(6)
    expect(takeNumbers(far.rx)).toEqual([])
  })

  it.each<[string, Partial<FaultLinkOptions>]>([
    ['a chance above a million', { toFar: { loss: PER_MILLION + 1 } }],
    ['a chance below 0', { toNear: { corrupt: -1 } }],
    ['a fractional chance', { toFar: { reorder: 0.01 } }],
    ['a negative delay', { toFar: { latency: -1 } }],
    ['a delay that is no number', { toNear: { jitter: Number.NaN } }],
    ['a store without room', { capacity: 0 }],
  ])('refuses %s', (_title, options) => {
    expect(() => makeLab(options)).toThrow(/assertion failed/)
  })
})

describe('all faults together', () => {
  const FAULTS: FaultOptions = {
    latency: 1_000,
    jitter: 300,
    loss: 50_000,
    duplicate: 50_000,
    reorder: 50_000,
    reorderDelay: 2_000,
    corrupt: 50_000,
  }

  /** Random traffic both ways with small rings; returns everything that arrived and all counters. */
  function storm(seed: number): { arrived: number[][]; counters: unknown } {
    const near = makeLinkEnd(16)
    const far = makeLinkEnd(16)
    const wire = new FaultLink(near, far, new Prng(seed), { toFar: FAULTS, toNear: FAULTS, capacity: 24 })
    const traffic = new Prng(99)
    const arrived: number[][] = []
    for (let i = 0; i < 20_000; i++) {
      const sender = traffic.chance(1, 2) ? near : far
      for (let n = traffic.below(4); n > 0; n--) sendNumber(sender.tx, i * 4 + n)
      wire.transfer(i * 150)
      if (traffic.chance(1, 4)) arrived.push(takeNumbers(near.rx), takeNumbers(far.rx))
      expectConserved(wire.toFar)
      expectConserved(wire.toNear)
    }
    const { toFar, toNear } = wire
    const counters = [toFar, toNear].map((path) => [
      path.offered,
      path.delivered,
      path.lost,
      path.duplicated,
      path.reordered,
      path.corrupted,
      path.overflowed,
      path.inFlight,
    ])
    return { arrived, counters }
  }

  it('accounts for every packet at every moment, with every fault met', () => {
    const { counters } = storm(1)
    for (const counter of (counters as number[][]).flat()) expect(counter).toBeGreaterThan(0)
  })

  it('repeats itself for a seed, and for no other', () => {
    const first = storm(2)
    expect(storm(2)).toEqual(first)
    expect(storm(3)).not.toEqual(first)
  })

  it('meets the same faults in one direction, whatever happens in the other', () => {
    const lonely = makeLab({ toFar: FAULTS, toNear: FAULTS }, 4)
    const busy = makeLab({ toFar: FAULTS, toNear: FAULTS }, 4)
    for (const number of numbers(300)) sendNumber(busy.far.tx, number)
    expect(sendAndDrain(busy, 1_000, 50)).toEqual(sendAndDrain(lonely, 1_000, 50))
  })
})
