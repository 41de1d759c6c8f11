import { describe, expect, it } from 'vitest'
import {
  decodeCell,
  decodePlace,
  encodeAcceptQueue,
  encodeSynQueue,
  HONEST,
  HOSTILE,
} from '../../../../server/app/slot-frame.ts'
import { AcceptQueue } from '../../../../server/listener/accept-queue.ts'
import { SynQueue } from '../../../../server/listener/syn-queue.ts'
import { SECOND } from '../../../../tcpip/base/time.ts'
import { Handshake } from '../../../../tcpip/connection/open.ts'
import { Tcb } from '../../../../tcpip/connection/tcb.ts'
import { openingOf } from '../../../../tcpip/host/opening.ts'
import { SERVER_ADDRESS } from '../../../../tcpip/wire/address-plan.ts'

const CLIENT = 0x0a09_1001
const GATEWAY = 0x0a09_2001
const BOT = 0x0a09_4001
const SPOOFED = 0xc612_0001 | 0

/** Stores a request of `address` at `sentAt`, microseconds, whose SYN-ACK was sent `repeats` times again. */
function store(queue: SynQueue, address: number, sentAt = 0, repeats = 0): number {
  const request = queue.add(queue.length, address, SERVER_ADDRESS, 0, sentAt)
  queue.timers.arm(request, sentAt + SECOND)
  for (let i = 0; i < repeats; i++) queue.countTimeout(request)
  return request
}

describe('a frame of the SYN queue', () => {
  it('has a byte for each place, as many as fit: one more than the limit', () => {
    const queue = new SynQueue(4, 'none')
    store(queue, CLIENT)
    const frame = encodeSynQueue(queue, 4, 0)
    expect(frame).toMatchObject({ kind: 'places', length: 1, limit: 4 })
    if (frame.kind !== 'places') throw new Error('five places are told one by one')
    expect([...frame.places].map(decodePlace)).toEqual([
      { holder: HONEST, repeats: 0, ageClass: 0 },
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it.each([
    ['an honest client', CLIENT, HONEST],
    ['a real client behind the gateway', GATEWAY, HONEST],
    ['a bot', BOT, HOSTILE],
    ['a spoofed source', SPOOFED, HOSTILE],
  ])('knows %s', (_who, address, holder) => {
    const queue = new SynQueue(1, 'none')
    store(queue, address)
    expect(placesOf(queue, 0)[0]?.holder).toBe(holder)
  })

  it.each([
    [0, 0],
    [0.499, 0],
    [0.5, 1],
    [1, 2],
    [3, 3],
    [7, 4],
    [15, 5],
    [31, 6],
    [45, 7],
    [3600, 7],
  ])('puts an age of %s s into class %i', (seconds, ageClass) => {
    const queue = new SynQueue(1, 'none')
    store(queue, SPOOFED)
    expect(placesOf(queue, seconds * SECOND)[0]?.ageClass).toBe(ageClass)
  })

  it('counts SYN-ACKs sent again, seven standing for more', () => {
    const queue = new SynQueue(2, 'none')
    store(queue, SPOOFED, 0, 5)
    store(queue, SPOOFED, 0, 9)
    expect(placesOf(queue, 0).map((place) => place?.repeats)).toEqual([5, 7, undefined])
  })

  it('leaves a request its place for life', () => {
    const queue = new SynQueue(2, 'none')
    const [first, second] = [store(queue, CLIENT), store(queue, SPOOFED)]
    queue.remove(first)
    expect(placesOf(queue, 0).map((place) => place?.holder)).toEqual([undefined, HOSTILE, undefined])
    queue.remove(second)
    expect(placesOf(queue, 0)).toEqual([undefined, undefined, undefined])
  })

  it('shows the spare places of requests out of TIME-WAIT as far as they are taken', () => {
    const queue = new SynQueue(1, 'none')
    for (let i = 0; i < 4; i++) store(queue, CLIENT)
    expect(placesOf(queue, 0)).toHaveLength(4)
  })

  it('becomes a density map above 4,096 places, and loses nobody in it', () => {
    const limit = 9_999
    const queue = new SynQueue(limit, 'none')
    for (let i = 0; i < 5_000; i++) store(queue, i % 5 === 0 ? CLIENT : SPOOFED, 0, i % 2)
    const frame = encodeSynQueue(queue, limit, 0)
    if (frame.kind !== 'density') throw new Error('ten thousand places are told as a map')
    expect(frame).toMatchObject({ length: 5_000, limit, placesPerCell: 3, cells: 3_334 })
    const cells = Array.from({ length: frame.cells }, (_, index) => decodeCell(frame.counts, index))
    const sum = (of: (cell: (typeof cells)[number]) => number): number => cells.reduce((all, cell) => all + of(cell), 0)
    expect(sum(({ honest }) => honest)).toBe(1_000)
    expect(sum(({ hostile }) => hostile)).toBe(4_000)
    expect(sum(({ repeated }) => repeated)).toBe(2_500)
    expect(cells[0]).toEqual({ honest: 1, hostile: 2, repeated: 1 })
    expect(cells.at(-1)).toEqual({ honest: 0, hostile: 0, repeated: 0 })
  })

  it('counts 16 bits in a cell', () => {
    const limit = 4096 * 300
    const queue = new SynQueue(limit, 'none')
    for (let i = 0; i < 301; i++) store(queue, SPOOFED)
    const frame = encodeSynQueue(queue, limit, 0)
    expect(frame.kind === 'density' && decodeCell(frame.counts, 0).hostile).toBe(301)
  })
})

describe('a frame of the accept queue', () => {
  it('has the one that has waited longest first, with the time since it was established', () => {
    const queue = new AcceptQueue(2)
    for (const [index, address] of [SPOOFED, CLIENT].entries()) {
      const tcb = new Tcb(index)
      tcb.remoteAddress = address
      queue.push(tcb, openingOf(new Handshake(), index * 2 * SECOND))
    }
    const frame = encodeAcceptQueue(queue, 3 * SECOND)
    expect(frame).toMatchObject({ kind: 'places', length: 2, limit: 2 })
    expect(frame.kind === 'places' && [...frame.places].map(decodePlace)).toEqual([
      { holder: HOSTILE, repeats: 0, ageClass: 3 },
      { holder: HONEST, repeats: 0, ageClass: 2 },
      undefined,
    ])
  })
})

function placesOf(queue: SynQueue, now: number): ReturnType<typeof decodePlace>[] {
  const frame = encodeSynQueue(queue, queue.capacity - 9, now)
  if (frame.kind !== 'places') throw new Error('a small queue is told place by place')
  return [...frame.places].map(decodePlace)
}
