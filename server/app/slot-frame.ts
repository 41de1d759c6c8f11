/**
 * One queue of a listener at one moment, place by place, as the page draws it: who holds each place, how often a SYN-ACK
 * was sent again, how old it is. Encoded where the queue is, decoded where it is drawn; a long queue becomes a density map.
 *
 * A place is one byte, 0 for a free one: who in bits 0-1, SYN-ACKs sent again in bits 2-4, age class in bits 5-7.
 */

import { assert } from '../../tcpip/base/assert.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { isHonest } from '../../tcpip/wire/address-plan.ts'
import type { AcceptQueue } from '../listener/accept-queue.ts'
import type { SynQueue } from '../listener/syn-queue.ts'

/** Who holds a place. Only the lab can know: by its address plan (tcpip/wire/address-plan.ts). */
export const HONEST = 1
export const HOSTILE = 2
export type Holder = typeof HONEST | typeof HOSTILE

/** Largest number of SYN-ACKs sent again that is told apart. */
export const REPEATS_MAX = 7

/** Seconds at which age classes 1 to 7 begin; class 0 is younger than the first. */
export const AGE_CLASS_SECONDS: readonly number[] = [0.5, 1, 3, 7, 15, 31, 45]

/** Most places that are told one by one, and most cells of a density map. */
export const PLACES_MAX = 4096

const HOLDER_MASK = 0x03
const REPEATS_SHIFT = 2
const AGE_SHIFT = 5

/** Counts of a cell: honest places, hostile ones, places of either whose SYN-ACK was sent again. */
export const COUNTS_PER_CELL = 3

/** Most places of a cell: its counts are 16-bit numbers. */
const PLACES_PER_CELL_MAX = 0xffff

/**
 * One queue at one moment. `places`: one byte a place; an entry keeps its place for life. `density`, for more than 4,096
 * places: a map of cells in reading order, each the counts of `placesPerCell` neighbouring places. `Bytes`: in base64 where
 * JSON carries them.
 */
export type SlotFrame<Bytes = Uint8Array> =
  | { readonly kind: 'places'; readonly length: number; readonly limit: number; readonly places: Bytes }
  | {
      readonly kind: 'density'
      readonly length: number
      readonly limit: number
      readonly cells: number
      readonly placesPerCell: number
      /** 16-bit numbers, little-endian, `COUNTS_PER_CELL` a cell. */
      readonly counts: Bytes
    }

/** A place as it is drawn. */
export interface Place {
  readonly holder: Holder
  /** 0 to REPEATS_MAX, which stands for that many or more. */
  readonly repeats: number
  /** 0 to 7, see `AGE_CLASS_SECONDS`. */
  readonly ageClass: number
}

/** A cell of a density map. */
export interface Cell {
  readonly honest: number
  readonly hostile: number
  readonly repeated: number
}

/** The SYN queue at `now`, microseconds; `limit` is the listener's. */
export function encodeSynQueue(queue: SynQueue, limit: number, now: number): SlotFrame {
  const { length, timers } = queue
  // Records above the limit are spare ones; one that is taken has its place all the same.
  let size = limit + 1
  for (let entry = queue.capacity - 1; entry >= size; entry--) if (timers.isArmed(entry)) size = entry + 1
  return encode(length, limit, size, (entry) => {
    // A stored entry always has its timer armed, and a free record never.
    if (!timers.isArmed(entry)) return 0
    const age = now - queue.sentAt(entry, now)
    return placeByte(queue.remoteAddress(entry), queue.timeouts(entry), age)
  })
}

/** The accept queue at `now`, microseconds, the connection that has waited longest first. */
export function encodeAcceptQueue(queue: AcceptQueue, now: number): SlotFrame {
  const { length, limit } = queue
  return encode(length, limit, Math.max(limit + 1, length), (place) => {
    const waiting = queue.at(place)
    return waiting === undefined ? 0 : placeByte(waiting.remoteAddress, 0, now - waiting.opening.establishedAt)
  })
}

/** The place that a byte tells of; undefined for a free one. */
export function decodePlace(byte: number): Place | undefined {
  const holder = byte & HOLDER_MASK
  if (holder !== HONEST && holder !== HOSTILE) return undefined
  return { holder, repeats: (byte >>> REPEATS_SHIFT) & REPEATS_MAX, ageClass: byte >>> AGE_SHIFT }
}

/** Cell `index` of the counts of a density map. */
export function decodeCell(counts: Uint8Array, index: number): Cell {
  const at = index * COUNTS_PER_CELL
  return { honest: countAt(counts, at), hostile: countAt(counts, at + 1), repeated: countAt(counts, at + 2) }
}

/** A frame of `size` places, each as `byteOf` has it. */
function encode(length: number, limit: number, size: number, byteOf: (place: number) => number): SlotFrame {
  if (size <= PLACES_MAX + 1) {
    const places = new Uint8Array(size)
    for (let place = 0; place < size; place++) places[place] = byteOf(place)
    return { kind: 'places', length, limit, places }
  }
  const placesPerCell = Math.ceil(size / PLACES_MAX)
  assert(placesPerCell <= PLACES_PER_CELL_MAX, 'the counts of a cell fit 16 bits')
  const cells = Math.ceil(size / placesPerCell)
  const counts = new Uint8Array(cells * COUNTS_PER_CELL * 2)
  for (let place = 0; place < size; place++) {
    const byte = byteOf(place)
    if (byte === 0) continue
    const at = Math.floor(place / placesPerCell) * COUNTS_PER_CELL
    increment(counts, (byte & HOLDER_MASK) === HONEST ? at : at + 1)
    if (((byte >>> REPEATS_SHIFT) & REPEATS_MAX) > 0) increment(counts, at + 2)
  }
  return { kind: 'density', length, limit, cells, placesPerCell, counts }
}

/** `age` in microseconds. */
function placeByte(address: number, repeats: number, age: number): number {
  const holder = isHonest(address) ? HONEST : HOSTILE
  return holder | (Math.min(repeats, REPEATS_MAX) << REPEATS_SHIFT) | (ageClassOf(age) << AGE_SHIFT)
}

function ageClassOf(age: number): number {
  const seconds = age / SECOND
  let ageClass = 0
  while (ageClass < AGE_CLASS_SECONDS.length && seconds >= AGE_CLASS_SECONDS[ageClass]) ageClass++
  return ageClass
}

function increment(counts: Uint8Array, index: number): void {
  const count = countAt(counts, index) + 1
  counts[2 * index] = count & 0xff
  counts[2 * index + 1] = count >>> 8
}

function countAt(counts: Uint8Array, index: number): number {
  return counts[2 * index] | (counts[2 * index + 1] << 8)
}
