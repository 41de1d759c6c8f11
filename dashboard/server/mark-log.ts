/**
 * What was switched, began or ended in the last ten minutes, for a page that comes late.
 */
import type { Mark } from '../contract/stream.ts'

/** How long a mark is kept, milliseconds. */
export const MARK_LIFE_MS = 600_000

/** Marks kept at most: a queue on the verge may cross its threshold all the time. */
export const MARKS_MAX = 2_000

export class MarkLog {
  private marks: Mark[] = []

  /** Takes a mark, later than those before it. */
  add(mark: Mark): void {
    this.marks.push(mark)
    if (this.marks.length > MARKS_MAX) this.marks.shift()
  }

  /** The marks of the ten minutes before `now`, oldest first. */
  recent(now: number): readonly Mark[] {
    const begin = now - MARK_LIFE_MS
    this.marks = this.marks.filter(({ at }) => at >= begin)
    return [...this.marks]
  }
}
