/**
 * How far a run is: a bar that is redrawn on a terminal, a line at each quarter elsewhere.
 */

const BAR_WIDTH = 30
const QUARTERS = 4

export interface ProgressOutput {
  write(text: string): unknown
  readonly isTTY?: boolean
}

export interface Progress {
  /** `share` of the run is done, 0..1, and `what` is under way. */
  update(share: number, what: string): void
  /** The run is over, well or not. */
  end(): void
}

/** No progress at all. */
export const SILENT: Progress = { update: () => {}, end: () => {} }

export function makeProgress(output: ProgressOutput): Progress {
  return output.isTTY ? new ProgressBar(output) : new ProgressLines(output)
}

class ProgressBar implements Progress {
  private readonly output: ProgressOutput
  private drawn = ''

  constructor(output: ProgressOutput) {
    this.output = output
  }

  update(share: number, what: string): void {
    const filled = Math.round(share * BAR_WIDTH)
    const percent = String(Math.floor(share * 100)).padStart(3)
    const text = `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${percent} %  ${what}`
    if (text === this.drawn) return
    this.drawn = text
    this.output.write(`\r${text}\x1b[K`)
  }

  end(): void {
    if (this.drawn !== '') this.output.write('\r\x1b[K')
  }
}

class ProgressLines implements Progress {
  private readonly output: ProgressOutput
  private quarters = 0

  constructor(output: ProgressOutput) {
    this.output = output
  }

  update(share: number, what: string): void {
    const quarters = Math.floor(share * QUARTERS)
    if (quarters <= this.quarters) return
    this.quarters = quarters
    this.output.write(`${(100 / QUARTERS) * quarters} %  ${what}\n`)
  }

  end(): void {}
}
