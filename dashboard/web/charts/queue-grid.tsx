/** The picture of a queue, place by place, or as a density map where there are too many places. */
import type { ReadonlySignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { Flashes } from './flashes.ts'
import { layoutGrid } from './grid-layout.ts'
import { type GridPalette, makePalette, paintDensity, paintPlaces } from './grid-pixels.ts'
import type { DecodedFrame } from './queue-frame.ts'
import { Canvas, type Surface } from './surface.tsx'

/** No place is lit, for those who want no motion. */
const NONE = new Uint8Array(0)

interface QueueGridProps {
  readonly frame: ReadonlySignal<DecodedFrame | undefined>
  /** The moment of the frame, milliseconds of the lab's clock. */
  readonly at: ReadonlySignal<number>
  readonly name: string
}

export function QueueGrid({ frame, at, name }: QueueGridProps) {
  const picture = useRef(new GridPicture())
  return (
    <Canvas
      class={name}
      watch={() => void frame.value}
      paint={(surface) => picture.current.paint(surface, frame.value, at.value)}
    />
  )
}

/** Keeps what is needed from frame to frame: the pixels, and which places are new. */
class GridPicture {
  private image: ImageData | undefined
  private pixels = new Uint32Array(0)
  private palette: GridPalette | undefined
  private readonly flashes = new Flashes()
  private lit: Uint8Array = new Uint8Array(0)
  private shown: DecodedFrame | undefined
  private readonly stillness = matchMedia('(prefers-reduced-motion: reduce)')

  paint({ context, tokens, scale }: Surface, frame: DecodedFrame | undefined, at: number): void {
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
      this.notice(frame, at)
      const layout = layoutGrid(Math.max(1, frame.places.length), width, height, scale)
      paintPlaces(this.pixels, width, layout, frame.places, this.lit, this.palette)
    } else {
      const layout = layoutGrid(Math.max(1, frame.cells.length), width, height, scale)
      paintDensity(this.pixels, width, layout, frame.cells, frame.placesPerCell, this.palette)
    }
    context.putImageData(this.image, 0, 0)
  }

  private notice(frame: DecodedFrame & { kind: 'places' }, at: number): void {
    if (frame === this.shown) return
    const lit = this.flashes.next(frame.places, at)
    this.lit = this.stillness.matches ? NONE : lit
    this.shown = frame
  }
}
