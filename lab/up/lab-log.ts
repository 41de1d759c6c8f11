/**
 * What happened while the lab was up, each line with the time of day.
 */

/** Lines that are kept. */
const LINES_MAX = 1000

export class LabLog {
  /** Lines, the newest last. */
  readonly lines: string[] = []
  /** Lines ever added. */
  added = 0
  private readonly timeOfDay: () => Date

  constructor(timeOfDay: () => Date = () => new Date()) {
    this.timeOfDay = timeOfDay
  }

  add(line: string): void {
    const clock = this.timeOfDay().toTimeString().slice(0, 8)
    this.lines.push(`${clock}  ${line}`)
    this.added++
    if (this.lines.length > LINES_MAX) this.lines.shift()
  }
}
