/**
 * A canvas that knows its size in device pixels and is painted by the page's painter: again whenever a signal that its
 * `watch` reads has changed, when its size changes, and when the theme does.
 */
import { effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { useLab } from '../app/lab-context.ts'
import { readTokens, type Tokens } from '../theme/tokens.ts'

export interface Surface {
  readonly context: CanvasRenderingContext2D
  /** CSS pixels. */
  readonly width: number
  readonly height: number
  /** Device pixels per CSS pixel. */
  readonly scale: number
  /** Size of the page's text, CSS pixels. */
  readonly rem: number
  readonly tokens: Tokens
}

interface CanvasProps {
  readonly class: string
  /** Reads the signals that the picture depends on. */
  watch(): void
  paint(surface: Surface): void
  readonly onPointer?: (x: number, width: number, kind: 'move' | 'leave' | 'down') => void
}

export function Canvas({ class: name, watch, paint, onPointer }: CanvasProps) {
  const { painter, ui } = useLab()
  const canvas = useRef<HTMLCanvasElement>(null)
  const latest = useRef({ watch, paint })
  latest.current = { watch, paint }

  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d', { alpha: true })
    if (!element || !context) return
    let size = { width: 0, height: 0 }
    const turn = (): void => {
      const { width, height } = size
      if (width === 0 || height === 0) return
      const scale = devicePixelRatio
      const pixels = { width: Math.round(width * scale), height: Math.round(height * scale) }
      // Setting a size clears the canvas, even to the one it has.
      if (element.width !== pixels.width || element.height !== pixels.height) Object.assign(element, pixels)
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
      context.setTransform(scale, 0, 0, scale, 0, 0)
      latest.current.paint({ context, width, height, scale, rem, tokens: readTokens(ui.theme.peek()) })
    }
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return
      size = { width: Math.floor(entry.contentRect.width), height: Math.floor(entry.contentRect.height) }
      painter.request(turn)
    })
    observer.observe(element)
    const stop = effect(() => {
      latest.current.watch()
      void ui.theme.value
      painter.request(turn)
    })
    return () => {
      stop()
      observer.disconnect()
      painter.cancel(turn)
    }
  }, [painter, ui])

  // The picture has a text twin beside it; the canvas itself says nothing to a screen reader.
  return (
    <div class="surface" aria-hidden="true">
      <canvas
        ref={canvas}
        class={name}
        onPointerMove={(event) => onPointer?.(event.offsetX, event.currentTarget.clientWidth, 'move')}
        onPointerLeave={(event) => onPointer?.(event.offsetX, event.currentTarget.clientWidth, 'leave')}
        onPointerDown={(event) => onPointer?.(event.offsetX, event.currentTarget.clientWidth, 'down')}
      />
    </div>
  )
}
