/** The picture of a queue, place by place, or as a density map where there are too many places. */
import type { ReadonlySignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { layoutGrid } from './grid-layout.ts'
import { type GridPalette, makePalette, paintDensity, paintPlaces } from './grid-pixels.ts'
import type { DecodedFrame } from './queue-frame.ts'
import { Canvas, type Surface } from './surface.tsx'

/** Frames that a place which has just been taken is lit: two of ten a second. */
const FLASH_FRAMES = 2

/** Frames that come later than this after the last one are no motion, milliseconds. */
const PAUSE_MS = 500

const AGE_SHIFT = 5

export function QueueGrid({ frame, name }: { frame: ReadonlySignal<DecodedFrame | undefined>; name: string }) {
  const picture = useRef(new GridPicture())
  return (
    <Canvas
      class={name}
      watch={() => void frame.value}
      paint={(surface) => picture.current.paint(surface, frame.value)}
    />
  )
}

/** Keeps what is needed from frame to frame: the pixels, and which places are new. */
class GridPicture {
  private image: ImageData | undefined
  private pixels = new Uint32Array(0)
  private palette: GridPalette | undefined
  private before: Uint8Array = new Uint8Array(0)
  private flashes: Uint8Array = new Uint8Array(0)
  private shown: DecodedFrame | undefined
  private shownAt = 0
  private readonly stillness = matchMedia('(prefers-reduced-motion: reduce)')

  paint({ context, tokens, scale }: Surface, frame: DecodedFrame | undefined): void {
    const { width, height } = context.canvas
    if (frame === undefined) {
      context.clearRect(0, 0, width, height)
      return
    }
    if (this.image?.width !== width || this.image.height !== height) {
      this.image = new ImageData(width, height)
      this.pixels = new Uint32Array(this.image.data.buffer)
    }
    if (this.palette?.tokens !== tokens) this.palette = makePalette(tokens)
    if (frame.kind === 'places') {
      this.notice(frame)
      const layout = layoutGrid(Math.max(1, frame.places.length), width, height, scale)
      paintPlaces(this.pixels, width, layout, frame.places, this.flashes, this.palette)
    } else {
      const layout = layoutGrid(Math.max(1, frame.cells.length), width, height, scale)
      paintDensity(this.pixels, width, layout, frame.cells, frame.placesPerCell, this.palette)
    }
    context.putImageData(this.image, 0, 0)
  }

  /** Finds the places that were taken since the last frame: free before, or held by somebody older. */
  private notice(frame: DecodedFrame & { kind: 'places' }): void {
    if (frame === this.shown) return
    const { places } = frame
    // After a pause, as of a tab that nobody saw, all that is new has long been so.
    const now = performance.now()
    const isSame = this.before.length === places.length && now - this.shownAt < PAUSE_MS
    this.shownAt = now
    if (!isSame) this.flashes = new Uint8Array(places.length)
    if (isSame && !this.stillness.matches) {
      places.forEach((byte, i) => {
        const was = this.before[i] ?? 0
        const isNew = byte !== 0 && byte >>> AGE_SHIFT === 0 && (was === 0 || was >>> AGE_SHIFT > 0)
        this.flashes[i] = isNew ? FLASH_FRAMES : Math.max(0, (this.flashes[i] ?? 0) - 1)
      })
    }
    this.before = places
    this.shown = frame
  }
}
