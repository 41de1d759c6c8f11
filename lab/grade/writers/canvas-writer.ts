/**
 * Grades merged into the teacher's own Canvas export: its rows and columns stay, and one column a sheet is filled in or
 * added. Ids are never made up, and who handed nothing in keeps what is there.
 */
import { csvText, type Roster } from '../../class/roster.ts'
import type { SheetLetter } from '../../class/sheet.ts'
import { gradebookTitle } from '../feedback.ts'
import { type ClassGrades, gradeOf } from '../grades.ts'
import { sheetPoints } from '../sheet-points.ts'

/** Canvas's row of what each column is worth. */
const POINTS_POSSIBLE = 'Points Possible'

export function writeCanvas(grades: ClassGrades, roster: Roster): string {
  const [header = [], ...rest] = roster.rows
  const table = [[...header], ...rest.map((row) => [...row])]
  for (const sheet of grades.sheets) fillColumn(table, sheet, grades, roster)
  return csvText(table.filter((row) => row.some((cell) => cell.trim() !== '')))
}

function fillColumn(table: string[][], sheet: SheetLetter, grades: ClassGrades, roster: Roster): void {
  const [header = []] = table
  const column = columnOf(header, gradebookTitle(sheet))
  for (const row of table) while (row.length < header.length) row.push('')
  const pointsRow = table.find((row) => row.some((cell) => cell.trim() === POINTS_POSSIBLE))
  if (pointsRow !== undefined) pointsRow[column] = String(sheetPoints(sheet))
  for (const { id, row } of roster.students) {
    const grade = gradeOf(grades, id, sheet)
    const cells = table[row]
    if (grade !== undefined && cells !== undefined) cells[column] = String(grade.points)
  }
}

/** The column of an assignment; Canvas writes its number behind the title. A new one is added to the header. */
function columnOf(header: string[], title: string): number {
  const known = header.findIndex((cell) => cell === title || cell.startsWith(`${title} (`))
  if (known >= 0) return known
  return header.push(title) - 1
}
