/**
 * A kept picture of honest connections: each is drawn once, when it is told, onto a strip of time that is wider than what
 * is seen and moves on when it is full. Only another stretch, size or theme draws them all again.
 */
import { type Connections, OK } from '../store/connections.ts'
import type { Tokens } from '../theme/tokens.ts'
import { waitHeight } from './wait-scale.ts'

export interface StripShape {
  /** Device pixels. */
  readonly width: number
  readonly height: number
  /** The band at the top where those are that gave up. */
  readonly band: number
  readonly scale: number
  readonly msPerPixel: number
  readonly tokens: Tokens
}

/** Room beyond what is seen, as a share of it, before everything has to be moved. */
const RESERVE = 0.5

/** CSS pixels: half the side of a dot, and of a cross. */
const DOT = 1.5
const CROSS = 2.6

export class DotStrip {
  private readonly canvas = document.createElement('canvas')
  private readonly context = this.canvas.getContext('2d')
  private shape: StripShape | undefined
  /** The time at the strip's left edge. */
  private origin = 0
  /** Connections that are on it, counted as `Connections.pushed` is. */
  private drawn = 0
  private generation = -1

  /** Brings the strip up to date for a picture that begins at `from`; the picture is `at(from)` pixels in. */
  update(connections: Connections, from: number, shape: StripShape): { canvas: HTMLCanvasElement; at: number } {
    const span = shape.width * shape.msPerPixel
    const covers = from >= this.origin && from + span <= this.origin + span * (1 + RESERVE)
    const isKept =
      this.shape !== undefined && isSameShape(this.shape, shape) && this.generation === connections.generation
    if (!isKept || from < this.origin || connections.first > this.drawn) this.begin(connections, from, shape)
    else if (!covers) this.move(from)
    for (; this.drawn < connections.pushed; this.drawn++) this.draw(connections, this.drawn)
    return { canvas: this.canvas, at: Math.round((from - this.origin) / shape.msPerPixel) }
  }

  private begin(connections: Connections, from: number, shape: StripShape): void {
    this.canvas.width = Math.ceil(shape.width * (1 + RESERVE))
    this.canvas.height = shape.height
    this.shape = shape
    this.origin = from
    this.generation = connections.generation
    this.drawn = connections.first
  }

  /** Shifts what is there to the left, by whole pixels, so that `from` is the left edge. */
  private move(from: number): void {
    if (this.shape === undefined || this.context === null) return
    const pixels = Math.floor((from - this.origin) / this.shape.msPerPixel)
    this.context.globalCompositeOperation = 'copy'
    this.context.drawImage(this.canvas, -pixels, 0)
    this.context.globalCompositeOperation = 'source-over'
    this.origin += pixels * this.shape.msPerPixel
  }

  private draw(connections: Connections, index: number): void {
    const { context, shape } = this
    if (context === null || shape === undefined) return
    const { scale, band, height, tokens } = shape
    const x = Math.round((connections.startedAt(index) - this.origin) / shape.msPerPixel)
    if (x < 0 || x > this.canvas.width) return
    if (connections.outcome(index) === OK) {
      const y = Math.round(band + (height - band) * (1 - waitHeight(connections.connect(index))))
      const half = Math.round(DOT * scale)
      context.fillStyle = tokens.honest
      context.fillRect(x - half, y - half, 2 * half, 2 * half)
      return
    }
    // Spread over the band, so that many are seen to be many: by their number, because their height means nothing.
    const room = band - 4 * CROSS * scale
    const y = Math.round(2 * CROSS * scale + ((index * SPREAD) % 1) * Math.max(0, room))
    const half = CROSS * scale
    context.strokeStyle = tokens.honest
    context.lineWidth = 1.3 * scale
    context.beginPath()
    context.moveTo(x - half, y - half)
    context.lineTo(x + half, y + half)
    context.moveTo(x + half, y - half)
    context.lineTo(x - half, y + half)
    context.stroke()
  }
}

/** The golden section: successive numbers are spread evenly. */
const SPREAD = 0.618_033_988_75

function isSameShape(a: StripShape, b: StripShape): boolean {
  return (
    a.width === b.width &&
    a.height === b.height &&
    a.msPerPixel === b.msPerPixel &&
    a.tokens === b.tokens &&
    a.scale === b.scale
  )
}
