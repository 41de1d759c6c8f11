/**
 * Paints the places of a queue into pixels: hue for who, fading with age, a notch for each SYN-ACK sent again. Pixels are
 * written directly, because thousands of small rectangles ten times a second would cost the page its smoothness.
 */
import { type Cell, decodePlace, HOSTILE } from '../../../server/app/slot-frame.ts'
import { rgbOf, type Tokens } from '../theme/tokens.ts'
import type { GridLayout } from './grid-layout.ts'

/** How strong a place is when it is new, and when it is old. */
const FRESH = 1
const OLD = 0.42
const AGE_CLASSES = 7

/** Notches that have room in a cell. */
const NOTCHES_MAX = 5

/** Cells below this size, in pixels, have no notches and no soft corners. */
const DETAIL_MIN = 9

/** Colours as pixels in the byte order of ImageData on every machine that runs browsers: little-endian ABGR. */
export interface GridPalette {
  readonly free: number
  readonly notch: number
  /** A place in its first moments. */
  readonly flash: number
  /** By the byte of a place. */
  readonly byByte: Uint32Array
  readonly tokens: Tokens
}

export function makePalette(tokens: Tokens): GridPalette {
  const byByte = new Uint32Array(256)
  const free = pixel(tokens.free, tokens.panel, 1)
  for (let byte = 0; byte < 256; byte++) {
    const place = decodePlace(byte)
    byByte[byte] =
      place === undefined
        ? free
        : pixel(
            place.holder === HOSTILE ? tokens.hostile : tokens.honest,
            tokens.panel,
            FRESH - ((FRESH - OLD) * place.ageClass) / AGE_CLASSES,
          )
  }
  return {
    free,
    notch: pixel(tokens.panel, tokens.panel, 1),
    flash: pixel(tokens.ink, tokens.panel, 0.9),
    byByte,
    tokens,
  }
}

/** Paints all places; `flashes`: places that have just been taken, not 0. The pixels are `width` wide. */
export function paintPlaces(
  pixels: Uint32Array,
  width: number,
  layout: GridLayout,
  places: Uint8Array,
  flashes: Uint8Array,
  palette: GridPalette,
): void {
  pixels.fill(0)
  places.forEach((byte, i) => {
    const place = decodePlace(byte)
    const colour = place !== undefined && flashes[i] ? palette.flash : (palette.byByte[byte] ?? palette.free)
    paintCell(pixels, width, layout, i, colour, place?.repeats ?? 0, palette.notch)
  })
}

/** Paints a density map: the hue is the mixture of who is there, the strength how full a cell is. */
export function paintDensity(
  pixels: Uint32Array,
  width: number,
  layout: GridLayout,
  cells: readonly Cell[],
  placesPerCell: number,
  { tokens, free }: GridPalette,
): void {
  pixels.fill(0)
  cells.forEach(({ honest, hostile }, i) => {
    const taken = honest + hostile
    const mixed = mix(tokens.hostile, tokens.honest, taken === 0 ? 0 : honest / taken)
    const colour = taken === 0 ? free : blend(mixed, rgbOf(tokens.free), 0.25 + (0.75 * taken) / placesPerCell)
    paintCell(pixels, width, layout, i, colour, 0, 0)
  })
}

function paintCell(
  pixels: Uint32Array,
  width: number,
  { columns, cellWidth, cellHeight, gap }: GridLayout,
  index: number,
  colour: number,
  repeats: number,
  notch: number,
): void {
  const column = index % columns
  const row = Math.floor(index / columns)
  const left = Math.round(column * cellWidth)
  const right = Math.max(left + 1, Math.round((column + 1) * cellWidth) - gap)
  const top = Math.round(row * cellHeight)
  const bottom = Math.max(top + 1, Math.round((row + 1) * cellHeight) - gap)
  const isDetailed = right - left >= DETAIL_MIN && bottom - top >= DETAIL_MIN
  for (let y = top; y < bottom; y++) {
    const soft = isDetailed && (y === top || y === bottom - 1) ? 1 : 0
    pixels.fill(colour, y * width + left + soft, y * width + right - soft)
  }
  if (repeats === 0 || !isDetailed) return
  const size = Math.max(2, Math.round((right - left) / 9))
  const floor = bottom - size
  for (let i = 0; i < Math.min(repeats, NOTCHES_MAX); i++) {
    const x = left + size + i * Math.round(size * 1.6)
    if (x + size > right - 1) break
    for (let y = floor - Math.round(size * 1.4); y < floor; y++) pixels.fill(notch, y * width + x, y * width + x + size)
  }
}

type Rgb = readonly [number, number, number]

function pixel(colour: string, ground: string, strength: number): number {
  return blend(rgbOf(colour), rgbOf(ground), strength)
}

function mix(a: string, b: string, share: number): Rgb {
  const [from, to] = [rgbOf(a), rgbOf(b)]
  return [0, 1, 2].map((i) => Math.round((from[i] ?? 0) * (1 - share) + (to[i] ?? 0) * share)) as unknown as Rgb
}

function blend([r, g, b]: Rgb, [groundR, groundG, groundB]: Rgb, strength: number): number {
  const of = (value: number, ground: number): number => Math.round(value * strength + ground * (1 - strength))
  return ((0xff << 24) | (of(b, groundB) << 16) | (of(g, groundG) << 8) | of(r, groundR)) >>> 0
}
