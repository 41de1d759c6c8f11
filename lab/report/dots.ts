/**
 * Many small marks as one path: a mark is its place and a few pen strokes. Marks that cover each other may be drawn once;
 * how many were asked for and drawn is counted.
 */
import { coordinate } from './svg.ts'

/** Marks whose places are the same when rounded to this may share one, pixels. Smaller than any mark. */
const CELL = 1

export class Dots {
  /** Marks asked for, and marks drawn. */
  asked = 0
  drawn = 0
  private readonly path: string
  private readonly taken: Set<string> | undefined
  private readonly places: string[] = []

  /** `path` draws a mark from its middle; `share` lets marks share a place. */
  constructor(path: string, share: boolean) {
    this.path = path
    this.taken = share ? new Set() : undefined
  }

  add(x: number, y: number): void {
    this.asked++
    if (this.taken !== undefined) {
      const cell = `${Math.round(x / CELL)} ${Math.round(y / CELL)}`
      if (this.taken.has(cell)) return
      this.taken.add(cell)
    }
    this.drawn++
    this.places.push(`M${coordinate(x)} ${coordinate(y)}${this.path}`)
  }

  /** The `d` of a path element. */
  get data(): string {
    return this.places.join('')
  }
}
