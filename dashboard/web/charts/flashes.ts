/** Which places of a queue have just been taken, from frame to frame, so that the eye sees them being taken. */

/** Frames that a place which has just been taken is lit: two of ten a second. */
const FLASH_FRAMES = 2

/**
 * Frames further apart than this, in milliseconds of the lab's clock, are no motion: after a pause, in a lab that runs
 * faster than real time, and where somebody turns time back, what is new to the page is not new in the queue.
 */
const MOTION_MS = 250

const AGE_SHIFT = 5

export class Flashes {
  private before: Uint8Array = new Uint8Array(0)
  private lit: Uint8Array = new Uint8Array(0)
  private at = Number.NaN

  /**
   * Takes the next frame: one byte a place (server/app/slot-frame.ts), at `at`, milliseconds of the lab's clock. Returns
   * the places that are lit, not 0: free in the frame before, or held by somebody older.
   */
  next(places: Uint8Array, at: number): Uint8Array {
    const elapsed = at - this.at
    const isMotion = this.before.length === places.length && elapsed > 0 && elapsed <= MOTION_MS
    if (!isMotion) this.lit = new Uint8Array(places.length)
    else {
      places.forEach((byte, i) => {
        const was = this.before[i] ?? 0
        const isNew = byte !== 0 && byte >>> AGE_SHIFT === 0 && (was === 0 || was >>> AGE_SHIFT > 0)
        this.lit[i] = isNew ? FLASH_FRAMES : Math.max(0, (this.lit[i] ?? 0) - 1)
      })
    }
    this.before = places
    this.at = at
    return this.lit
  }
}
