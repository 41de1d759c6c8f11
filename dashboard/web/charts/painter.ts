/**
 * The one loop that paints. A chart asks for a turn when something it shows has changed; each frame gives a turn to one
 * chart, so that no frame carries the cost of all. A tab that nobody sees paints nothing.
 */
export class Painter {
  private readonly waiting = new Set<() => void>()
  private isRequested = false

  constructor() {
    document.addEventListener('visibilitychange', () => this.requestFrame())
  }

  /** `paint` gets a turn soon; asking again before that is asking once. */
  request(paint: () => void): void {
    this.waiting.add(paint)
    this.requestFrame()
  }

  /** Takes the wish back. */
  cancel(paint: () => void): void {
    this.waiting.delete(paint)
  }

  private requestFrame(): void {
    if (this.isRequested || document.hidden || this.waiting.size === 0) return
    this.isRequested = true
    requestAnimationFrame(() => {
      this.isRequested = false
      const [paint] = this.waiting
      if (paint !== undefined) {
        this.waiting.delete(paint)
        paint()
      }
      this.requestFrame()
    })
  }
}
