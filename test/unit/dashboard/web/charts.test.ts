import { describe, expect, it } from 'vitest'
import { Flashes } from '../../../../dashboard/web/charts/flashes.ts'
import { layoutGrid } from '../../../../dashboard/web/charts/grid-layout.ts'
import { makePalette, paintDensity, paintPlaces } from '../../../../dashboard/web/charts/grid-pixels.ts'
import { countHolders, decodeFrame } from '../../../../dashboard/web/charts/queue-frame.ts'
import { FIRST_CHARTS, MORE_CHARTS, niceTop, sampleTimes } from '../../../../dashboard/web/charts/series.ts'
import { timeStep } from '../../../../dashboard/web/charts/time-window.ts'
import { spacedTicks, waitHeight } from '../../../../dashboard/web/charts/wait-scale.ts'
import { LabStore } from '../../../../dashboard/web/store/lab-store.ts'
import { attackerMessage, serverMessage } from '../../../support/page/lab-messages.ts'

const TOKENS = {
  bg: '#000000',
  panel: '#000000',
  line: '#111111',
  ink: '#ffffff',
  ink2: '#888888',
  honest: '#0000ff',
  hostile: '#ff0000',
  cookie: '#ff00ff',
  free: '#222222',
}

describe('the grid of a queue', () => {
  it.each([
    [129, 400, 240],
    [9, 400, 240],
    [1, 50, 50],
    [4097, 700, 380],
    [129, 300, 30],
  ])('has room for all of %d places in %d x %d pixels', (places, width, height) => {
    const { columns, rows, cellWidth, cellHeight, gap } = layoutGrid(places, width, height)
    expect(columns * rows).toBeGreaterThanOrEqual(places)
    expect(columns * cellWidth).toBeLessThanOrEqual(width + 1e-9)
    expect(rows * cellHeight).toBeLessThanOrEqual(height + 1e-9)
    expect(gap).toBeLessThan(Math.min(cellWidth, cellHeight))
    expect(cellWidth / cellHeight).toBeGreaterThan(0.4)
    expect(cellWidth / cellHeight).toBeLessThan(2.5)
  })

  it('paints who holds a place, fading with age, with a notch for each repeat', () => {
    const palette = makePalette(TOKENS)
    const layout = layoutGrid(4, 80, 20)
    expect(layout.columns).toBe(4)
    const pixels = new Uint32Array(80 * 20)
    // Honest and new; hostile, new, two repeats; hostile and old; free.
    const places = Uint8Array.of(0b000_000_01, 0b000_010_10, 0b111_000_10, 0)
    paintPlaces(pixels, 80, layout, places, new Uint8Array(4), palette)
    const at = (x: number, y = 5) => [0, 8, 16].map((shift) => ((pixels[y * 80 + x] ?? 0) >>> shift) & 0xff)
    expect(at(8)).toEqual([0, 0, 255])
    expect(at(28)).toEqual([255, 0, 0])
    expect(at(48)[0]).toBeLessThan(150)
    expect(at(68)).toEqual([0x22, 0x22, 0x22])
    const notches = (from: number) =>
      Array.from({ length: 18 }, (_, i) => at(from + i, 14)[0]).filter((red) => red === 0).length
    expect(notches(20)).toBeGreaterThan(notches(40))
  })

  it('lights a place that has just been taken', () => {
    const palette = makePalette(TOKENS)
    const pixels = new Uint32Array(400)
    paintPlaces(pixels, 20, layoutGrid(1, 20, 20), Uint8Array.of(2), Uint8Array.of(1), palette)
    expect((pixels[210] ?? 0) & 0xff).toBeGreaterThan(200)
    expect(((pixels[210] ?? 0) >>> 8) & 0xff).toBeGreaterThan(200)
  })

  it('mixes the hue of a cell of many places', () => {
    const pixels = new Uint32Array(40 * 10)
    const cells = [
      { honest: 0, hostile: 10, repeated: 0 },
      { honest: 10, hostile: 0, repeated: 0 },
      { honest: 0, hostile: 1, repeated: 0 },
      { honest: 0, hostile: 0, repeated: 0 },
    ]
    paintDensity(pixels, 40, layoutGrid(4, 40, 10), cells, 10, makePalette(TOKENS))
    const red = [5, 15, 25, 35].map((x) => (pixels[5 * 40 + x] ?? 0) & 0xff)
    expect(red[0]).toBe(255)
    expect(red[1]).toBe(0)
    expect(red[2]).toBeGreaterThan(red[3] ?? 0)
    expect(red[2]).toBeLessThan(255)
  })

  it('decodes places and density, and counts who holds them', () => {
    const base64 = (...bytes: number[]) => btoa(String.fromCharCode(...bytes))
    const places = decodeFrame({ kind: 'places', length: 3, limit: 3, places: base64(1, 2, 0, 0b0000_0110) })
    expect(countHolders(places)).toEqual({ honest: 1, hostile: 2 })
    const counts = base64(3, 0, 0x01, 0x01, 0, 0, 0, 0, 7, 0, 0, 0)
    const density = decodeFrame({ kind: 'density', length: 9, limit: 9999, cells: 2, placesPerCell: 300, counts })
    expect(countHolders(density)).toEqual({ honest: 3, hostile: 257 + 7 })
  })
})

describe('places that have just been taken', () => {
  const FREE = 0
  const YOUNG = 0b0000_0010
  const OLD = 0b0110_0010
  const lit = (...bytes: number[]) => Uint8Array.from(bytes)

  it('are lit for two frames, whether they were free or held by somebody older', () => {
    const flashes = new Flashes()
    expect(flashes.next(lit(FREE, OLD, YOUNG), 0)).toEqual(lit(0, 0, 0))
    expect(flashes.next(lit(YOUNG, YOUNG, YOUNG), 100)).toEqual(lit(2, 2, 0))
    expect(flashes.next(lit(YOUNG, YOUNG, YOUNG), 200)).toEqual(lit(1, 1, 0))
    expect(flashes.next(lit(YOUNG, YOUNG, YOUNG), 300)).toEqual(lit(0, 0, 0))
  })

  it('are not lit when the moments shown are no motion: a fast lab, a step back, another size', () => {
    for (const at of [1000, -100, 0]) {
      const flashes = new Flashes()
      flashes.next(lit(FREE, OLD), 0)
      expect(flashes.next(lit(YOUNG, YOUNG), at)).toEqual(lit(0, 0))
    }
    const flashes = new Flashes()
    flashes.next(lit(FREE, OLD), 0)
    expect(flashes.next(lit(YOUNG, YOUNG, YOUNG), 100)).toEqual(lit(0, 0, 0))
  })
})

describe('the scale of waits', () => {
  it('rises, and puts the repeats of a SYN where they can be told apart', () => {
    const heights = [0.1, 1, 10, 100, 999, 1000, 2000, 3000, 5000, 7000, 11_000, 60_000].map(waitHeight)
    for (let i = 1; i < heights.length; i++) expect(heights[i]).toBeGreaterThanOrEqual(heights[i - 1] ?? 0)
    expect(heights[0]).toBe(0)
    expect(heights.at(-1)).toBe(1)
    expect(waitHeight(2000) - waitHeight(1000)).toBeGreaterThan(0.1)
  })

  it('leaves out ticks that have no room', () => {
    expect(spacedTicks(0.01)).toHaveLength(9)
    expect(spacedTicks(0.2).length).toBeLessThan(6)
  })
})

describe('the small charts', () => {
  it('sample a grid that stands still while the window moves', () => {
    const first = sampleTimes(1234, 61_234, 300)
    const second = sampleTimes(1434, 61_434, 300)
    expect(first[0]).toBe(1500)
    expect(second[0]).toBe(1500)
    expect(sampleTimes(0, 600_000, 300).length).toBeLessThanOrEqual(301)
    expect(sampleTimes(5, 4, 300)).toHaveLength(0)
  })

  it('end at a round number', () => {
    expect([0, 9, 10, 11, 129, 5009].map((most) => niceTop(most, 10))).toEqual([10, 10, 10, 15, 150, 6000])
    expect([0, 12_288, 20_000].map((most) => niceTop(most, 1024, 1024) / 1024)).toEqual([1, 15, 20])
  })

  it('have a time step that gives few labels', () => {
    expect(timeStep(60_000, 4)).toBe(15_000)
    expect(timeStep(600_000, 5)).toBe(120_000)
  })

  it('show what the counters say, and nothing where nothing was told', () => {
    const store = new LabStore()
    for (let i = 0; i <= 4; i++) {
      store.apply(
        serverMessage(i * 500, {
          syn: { length: 7, bytes: 308 },
          counters: { SynReceived: i * 500, HalfOpenCreated: i * 5, SyncookiesSent: i * 10 },
        }),
      )
      store.apply(attackerMessage(i * 500, { outcomes: { ok: i, timeout: i * 3 } }))
    }
    const shown = (at: number) =>
      Object.fromEntries(
        [...FIRST_CHARTS, ...MORE_CHARTS].flatMap(({ series }) => series).map((s) => [s.key, s.value(store, at)]),
      )
    expect(shown(2000)).toMatchObject({
      received: 1000,
      accepted: 30,
      sent: 20,
      synQueue: 7,
      limit: 128,
      served: 0.25,
      queueBytes: 308,
      serverCpu: 0.25,
      attackersCpu: 0.5,
    })
    expect(shown(9000)).toMatchObject({ received: Number.NaN, synQueue: Number.NaN, served: Number.NaN })
  })
})
