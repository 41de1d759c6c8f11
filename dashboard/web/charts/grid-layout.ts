/** How many columns and rows a queue's places make in a given room: cells that fill it and are as square as can be. */
export interface GridLayout {
  readonly columns: number
  readonly rows: number
  /** Pixels from one cell to the next. */
  readonly cellWidth: number
  readonly cellHeight: number
  /** Pixels between two cells. */
  readonly gap: number
}

/** Cells grow no larger than this, in units of `unit`. */
const CELL_MAX = 56

/** `places` at least 1; `width` and `height` in pixels; `unit`: pixels that one CSS pixel has. */
export function layoutGrid(places: number, width: number, height: number, unit = 1): GridLayout {
  let best = { columns: places, rows: 1 }
  let bestScore = Number.POSITIVE_INFINITY
  for (let columns = 1; columns <= places; columns++) {
    const rows = Math.ceil(places / columns)
    const squareness = Math.abs(Math.log(width / columns / (height / rows)))
    const spare = (rows * columns - places) / places
    const score = squareness + spare
    if (score < bestScore) {
      best = { columns, rows }
      bestScore = score
    }
    // Cells only become flatter from here on.
    if (width / columns < height / rows / 4) break
  }
  const most = CELL_MAX * unit
  const cellWidth = Math.min(width / best.columns, most)
  const cellHeight = Math.min(height / best.rows, most)
  const gap =
    Math.min(cellWidth, cellHeight) < 4 * unit ? 0 : Math.max(1, Math.round(Math.min(cellWidth, cellHeight) * 0.1))
  return { ...best, cellWidth, cellHeight, gap }
}
