/**
 * TCP options: the bytes Linux sends for each combination, and what is made of the bytes others send.
 */
import { describe, expect, it } from 'vitest'
import {
  OPTIONS_BYTES_MAX,
  optionsLength,
  parseOptions,
  WINDOW_SCALE_MAX,
  writeOptions,
} from '../../../../tcpip/wire/options.ts'
import { ACK, makeSegment, type Segment, SYN } from '../../../../tcpip/wire/segment.ts'

type Options = Partial<Pick<Segment, 'mss' | 'windowScale' | 'sackPermitted' | 'hasTimestamps' | 'tsVal' | 'tsEcr'>>

function written(options: Options): number[] {
  const bytes = new Uint8Array(OPTIONS_BYTES_MAX + 1).fill(0xee)
  const segment = makeSegment({ flags: SYN, ...options })
  const length = writeOptions(new DataView(bytes.buffer), 0, segment)
  expect(length).toBe(optionsLength(segment))
  expect(bytes[length]).toBe(0xee)
  return [...bytes.subarray(0, length)]
}

function parsed(bytes: number[], flags = SYN): Options {
  const into = makeSegment({ flags })
  const guarded = Uint8Array.from([0xee, ...bytes, 2, 4, 0xee, 0xee])
  parseOptions(new DataView(guarded.buffer), 1, 1 + bytes.length, into)
  const { mss, windowScale, sackPermitted, hasTimestamps, tsVal, tsEcr } = into
  return { mss, windowScale, sackPermitted, hasTimestamps, tsVal, tsEcr }
}

const NONE: Options = { mss: 0, windowScale: -1, sackPermitted: false, hasTimestamps: false, tsVal: 0, tsEcr: 0 }
const TIMESTAMPS = { hasTimestamps: true, tsVal: 0x01020304, tsEcr: 0xfffefdfc | 0 }
const TIMESTAMP_BYTES = [8, 10, 1, 2, 3, 4, 0xff, 0xfe, 0xfd, 0xfc]

describe('writing options', () => {
  const MSS = [2, 4, 0x05, 0xb4]
  const WINDOW_SCALE = [1, 3, 3, 7]
  const cases: [string, Options, number[]][] = [
    ['nothing', {}, []],
    ['MSS', { mss: 1460 }, MSS],
    ['window scale behind a NOP', { windowScale: 7 }, WINDOW_SCALE],
    ['window scale 0, which is not absence', { windowScale: 0 }, [1, 3, 3, 0]],
    ['SACK-permitted behind two NOPs', { sackPermitted: true }, [1, 1, 4, 2]],
    ['timestamps behind two NOPs', TIMESTAMPS, [1, 1, ...TIMESTAMP_BYTES]],
    [
      'SACK-permitted in place of the NOPs of timestamps',
      { ...TIMESTAMPS, sackPermitted: true },
      [4, 2, ...TIMESTAMP_BYTES],
    ],
    ['MSS and window scale', { mss: 1460, windowScale: 7 }, [...MSS, ...WINDOW_SCALE]],
    ['MSS and SACK-permitted', { mss: 1460, sackPermitted: true }, [...MSS, 1, 1, 4, 2]],
    ['all but timestamps', { mss: 1460, windowScale: 7, sackPermitted: true }, [...MSS, 1, 1, 4, 2, ...WINDOW_SCALE]],
    [
      'everything, in the order of a Linux SYN',
      { ...TIMESTAMPS, mss: 1460, windowScale: 7, sackPermitted: true },
      [...MSS, 4, 2, ...TIMESTAMP_BYTES, ...WINDOW_SCALE],
    ],
  ]
  it.each(cases)('writes %s', (_title, options, bytes) => {
    expect(written(options)).toEqual(bytes)
  })

  it('pads all 16 combinations to a multiple of 4 and reads each back as written', () => {
    for (let bits = 0; bits < 16; bits++) {
      const options: Options = {
        ...NONE,
        ...(bits & 1 ? { mss: 65_535 } : {}),
        ...(bits & 2 ? { windowScale: WINDOW_SCALE_MAX } : {}),
        ...(bits & 4 ? { sackPermitted: true } : {}),
        ...(bits & 8 ? TIMESTAMPS : {}),
      }
      const bytes = written(options)
      expect(bytes.length % 4).toBe(0)
      expect(bytes.length).toBeLessThanOrEqual(OPTIONS_BYTES_MAX)
      expect(parsed(bytes)).toEqual(options)
    }
  })
})

describe('SACK blocks', () => {
  const EDGES = [1, 0x7fffffff, -5, 0x01020304, 5, 6, 7, 8]
  const bytesOf = (edge: number) => [edge >>> 24, (edge >>> 16) & 255, (edge >>> 8) & 255, edge & 255]
  const option = (blocks: number) => [5, 2 + 8 * blocks, ...EDGES.slice(0, 2 * blocks).flatMap(bytesOf)]

  /** Blocks found in `bytes`, as a flat list of edges. */
  function blocksIn(bytes: number[], flags = ACK): number[] {
    const into = makeSegment({ flags })
    parseOptions(new DataView(Uint8Array.from(bytes).buffer), 0, bytes.length, into)
    return [...into.sackEdges.subarray(0, 2 * into.sackBlocks)]
  }

  it.each([1, 2, 3, 4])('%i are written behind two NOPs, and read again', (count) => {
    const segment = makeSegment({ flags: ACK })
    for (let i = 0; i < count; i++) segment.addSackBlock(EDGES[2 * i] ?? 0, EDGES[2 * i + 1] ?? 0)
    const bytes = new Uint8Array(OPTIONS_BYTES_MAX)
    const length = writeOptions(new DataView(bytes.buffer), 0, segment)
    expect([length, optionsLength(segment)]).toEqual([4 + 8 * count, 4 + 8 * count])
    expect([...bytes.subarray(0, length)]).toEqual([1, 1, ...option(count)])
    expect(blocksIn([...bytes.subarray(0, length)])).toEqual(EDGES.slice(0, 2 * count))
  })

  it('come after timestamps, three of them fill the header', () => {
    const segment = makeSegment({ flags: ACK, ...TIMESTAMPS })
    for (let i = 0; i < 3; i++) segment.addSackBlock(EDGES[2 * i] ?? 0, EDGES[2 * i + 1] ?? 0)
    const bytes = new Uint8Array(OPTIONS_BYTES_MAX)
    expect(writeOptions(new DataView(bytes.buffer), 0, segment)).toBe(OPTIONS_BYTES_MAX)
    expect([...bytes]).toEqual([1, 1, ...TIMESTAMP_BYTES, 1, 1, ...option(3)])
  })

  it('that are none, cut short, or too many for a header are no option', () => {
    expect(blocksIn([5, 2])).toEqual([])
    expect(blocksIn([5, 6, 1, 2, 3, 4])).toEqual([])
    expect(blocksIn([5, 11, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([])
    expect(blocksIn(option(2).slice(0, -1))).toEqual([])
    expect(blocksIn([5, 42, ...new Array(40).fill(7)])).toEqual([])
  })

  it('of the last good option count, and none stay from the segment before', () => {
    expect(blocksIn([...option(2), ...option(1)])).toEqual(EDGES.slice(0, 2))
    expect(blocksIn([...option(1), 5, 3, 0])).toEqual(EDGES.slice(0, 2))
    const reused = makeSegment({ sackBlocks: 2 })
    reused.clearOptions()
    expect(reused.sackBlocks).toBe(0)
  })
})

describe('parsing options', () => {
  it('finds nothing in no options', () => {
    expect(parsed([])).toEqual(NONE)
  })

  it('clamps a window scale above 14 to 14', () => {
    expect(parsed([3, 3, 14]).windowScale).toBe(14)
    expect(parsed([3, 3, 15]).windowScale).toBe(14)
    expect(parsed([3, 3, 255]).windowScale).toBe(14)
  })

  it('takes an MSS of 0 for none', () => {
    expect(parsed([2, 4, 0, 0]).mss).toBe(0)
    expect(parsed([2, 4, 2, 24, 2, 4, 0, 0]).mss).toBe(536)
  })

  it('lets the last of repeated options count', () => {
    expect(parsed([2, 4, 0, 1, 2, 4, 0, 2]).mss).toBe(2)
  })

  it('skips unknown options by their length', () => {
    expect(parsed([254, 5, 9, 9, 9, 34, 2, 2, 4, 1, 0]).mss).toBe(256)
  })

  it('skips known options of a wrong length', () => {
    expect(parsed([2, 3, 5, 3, 4, 1, 1, 4, 3, 1, 8, 9, 1, 1, 1, 1, 1, 1, 1])).toEqual(NONE)
    expect(parsed([2, 3, 5, 2, 4, 1, 0]).mss).toBe(256)
  })

  it('stops at the end-of-options list', () => {
    expect(parsed([0, 2, 4, 1, 0])).toEqual(NONE)
  })

  it('stops at a length below 2, keeping what came before', () => {
    expect(parsed([4, 2, 254, 1, 2, 4, 1, 0])).toEqual({ ...NONE, sackPermitted: true })
    expect(parsed([4, 2, 254, 0, 2, 4, 1, 0])).toEqual({ ...NONE, sackPermitted: true })
  })

  it('stops at an option that reaches beyond the header', () => {
    expect(parsed([4, 2, 2, 4, 1])).toEqual({ ...NONE, sackPermitted: true })
    expect(parsed([4, 2, 2])).toEqual({ ...NONE, sackPermitted: true })
    expect(parsed([8, 10, 1, 2, 3, 4, 5, 6, 7])).toEqual(NONE)
  })

  it('honours only timestamps outside a SYN', () => {
    const bytes = [2, 4, 5, 180, 4, 2, 3, 3, 7, ...TIMESTAMP_BYTES]
    expect(parsed(bytes, ACK)).toEqual({ ...NONE, ...TIMESTAMPS })
    expect(parsed(bytes, SYN | ACK)).toEqual({ ...TIMESTAMPS, mss: 1460, windowScale: 7, sackPermitted: true })
  })
})
