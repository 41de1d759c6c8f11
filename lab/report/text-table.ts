/**
 * Columns of text, aligned with spaces.
 */
export interface Column {
  readonly title: string
  /** Printed above the title, once over neighbouring columns of the same group. */
  readonly group?: string
  readonly align: 'left' | 'right'
}

/** Spaces before a column: fewer between neighbours of one group. */
const GAP = 2
const GROUP_GAP = 1

/** Lines of a table: groups (if any column has one), titles, rows. No line ends in a space. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map(({ title }, index) =>
    rows.reduce((width, row) => Math.max(width, row[index]?.length ?? 0), title.length),
  )
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, index) => {
        const cell = cells[index] ?? ''
        const width = widths[index] ?? 0
        return ' '.repeat(gapBefore(columns, index)) + (align === 'left' ? cell.padEnd(width) : cell.padStart(width))
      })
      .join('')
      .trimEnd()
  const titles = line(columns.map(({ title }) => title))
  const groups = columns.some(({ group }) => group !== undefined) ? [groupLine(columns, widths)] : []
  return [...groups, titles, ...rows.map(line)]
}

function gapBefore(columns: readonly Column[], index: number): number {
  if (index === 0) return 0
  const group = columns[index]?.group
  return group !== undefined && group === columns[index - 1]?.group ? GROUP_GAP : GAP
}

/** The groups' names, each over the left edge of its first title. */
function groupLine(columns: readonly Column[], widths: readonly number[]): string {
  let text = ''
  let left = 0
  columns.forEach(({ group, title, align }, index) => {
    const width = widths[index] ?? 0
    left += gapBefore(columns, index)
    if (group !== undefined && columns[index - 1]?.group !== group) {
      text = text.padEnd(left + (align === 'right' ? width - title.length : 0)) + group
    }
    left += width
  })
  return text
}
