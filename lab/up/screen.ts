/**
 * A full-screen view on a terminal: on the alternate screen, redrawn in place with one write, and gone without a trace.
 */

const ENTER = '\x1b[?1049h\x1b[?25l'
const LEAVE = '\x1b[?25h\x1b[?1049l'
const HOME = '\x1b[H'
const CLEAR_TO_END_OF_LINE = '\x1b[K'
const CLEAR_BELOW = '\x1b[J'

export interface Terminal {
  write(text: string): unknown
  readonly columns?: number
  readonly rows?: number
}

/** Size of a terminal that does not tell. */
const DEFAULT_COLUMNS = 80
const DEFAULT_ROWS = 24

export class Screen {
  private readonly terminal: Terminal
  private drawn = ''

  constructor(terminal: Terminal) {
    this.terminal = terminal
  }

  get columns(): number {
    return this.terminal.columns ?? DEFAULT_COLUMNS
  }

  get rows(): number {
    return this.terminal.rows ?? DEFAULT_ROWS
  }

  enter(): void {
    this.terminal.write(ENTER)
  }

  draw(lines: readonly string[]): void {
    const text = HOME + lines.map((line) => line + CLEAR_TO_END_OF_LINE).join('\r\n') + CLEAR_BELOW
    if (text === this.drawn) return
    this.drawn = text
    this.terminal.write(text)
  }

  leave(): void {
    this.terminal.write(LEAVE)
  }
}
