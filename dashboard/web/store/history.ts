/**
 * A table of numbers over time with a fixed number of rows: the newest push the oldest out, so that a page that is open
 * for a week holds no more than one that is open for ten minutes. A figure that was not known is NaN.
 */
export class History<Column extends string> {
  private readonly columns: ReadonlyMap<Column, Float64Array>
  private readonly times: Float64Array
  private readonly capacity: number
  /** Rows ever pushed. */
  private pushed = 0
  /** Rows before this one, counted as `pushed` is, were overwritten by rows that have been forgotten since. */
  private floor = 0

  constructor(columns: readonly Column[], capacity: number) {
    this.capacity = capacity
    this.times = new Float64Array(capacity)
    this.columns = new Map(columns.map((column) => [column, new Float64Array(capacity).fill(Number.NaN)]))
  }

  get length(): number {
    return Math.min(this.pushed - this.floor, this.capacity)
  }

  /** Appends a row; `at` milliseconds. A row that is not later than the last one is left out. */
  push(at: number, row: Readonly<Partial<Record<Column, number>>>): void {
    if (this.length > 0 && at <= this.time(this.length - 1)) return
    const slot = this.pushed % this.capacity
    this.times[slot] = at
    for (const [column, values] of this.columns) values[slot] = row[column] ?? Number.NaN
    this.pushed++
  }

  /** When row `row` was so; 0 is the oldest. NaN beyond the ends. */
  time(row: number): number {
    return row < 0 || row >= this.length ? Number.NaN : (this.times[this.slot(row)] ?? Number.NaN)
  }

  value(row: number, column: Column): number {
    if (row < 0 || row >= this.length) return Number.NaN
    return this.columns.get(column)?.[this.slot(row)] ?? Number.NaN
  }

  /** The last row that is not later than `at`; -1 when there is none. */
  rowAt(at: number): number {
    let low = 0
    let high = this.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.time(middle) <= at) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  /**
   * How much `column` grew per second up to row `row`, over about `spanMs`. NaN where nothing can be said: too few rows, a
   * hole between them (more than twice the span), or a counter that was set to zero in between.
   */
  rate(row: number, column: Column, spanMs: number): number {
    const at = this.time(row)
    let from = row - 1
    while (from > 0 && at - this.time(from) < spanMs - ROUNDING_MS) from--
    const elapsed = at - this.time(from)
    const grown = this.value(row, column) - this.value(from, column)
    return elapsed > 0 && elapsed <= 2 * spanMs && grown >= 0 ? (grown / elapsed) * 1000 : Number.NaN
  }

  /** How much `column` grew from `spanMs` before row `row`, or from the last time it was set to zero since. */
  growth(row: number, column: Column, spanMs: number): number {
    const since = this.time(row) - spanMs
    let grown = 0
    for (let i = row; i > 0 && this.time(i) > since; i--) {
      const value = this.value(i, column)
      const step = value - this.value(i - 1, column)
      if (Number.isNaN(step)) continue
      grown += step >= 0 ? step : value
    }
    return grown
  }

  /** Forgets what is later than `at`, milliseconds. */
  rewind(at: number): void {
    this.floor = Math.max(this.floor, this.pushed - this.capacity)
    this.pushed -= this.length - 1 - this.rowAt(at)
  }

  clear(): void {
    this.pushed = 0
    this.floor = 0
  }

  private slot(row: number): number {
    return (this.pushed - this.length + row) % this.capacity
  }
}

/** Timers that are a little early still make a whole span. */
const ROUNDING_MS = 100
