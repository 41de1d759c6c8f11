/**
 * A roster: the teacher's own CSV of students, from Canvas, Moodle or by hand. Its ids are taken as they stand, and never
 * made up.
 */
import Papa from 'papaparse'
import { UsageError } from '../usage-error.ts'
import { readText } from './json-file.ts'

/** Headers that name students, the most stable first: Canvas, Moodle, by hand. */
const ID_HEADERS = ['SIS User ID', 'SIS Login ID', 'ID number', 'Email address', 'ID', 'Student ID', '学号']
const NAME_HEADERS = ['Student', 'Full name', 'Name', '姓名']

/** What marks a row of a Canvas export that is no student: the points, the course's test student, the posting policy. */
const NO_STUDENTS = ['Points Possible', 'Student, Test', 'Manual Posting']

/** What an id may be: it names a file, too. */
const ID = /^[\p{L}\p{N}_@+-][\p{L}\p{N}._@+-]{0,63}$/u
const ID_RULE = '1 to 64 letters, digits and . _ @ + -, not beginning with a dot'

export interface Student {
  readonly id: string
  readonly name: string
  /** Index of the student's row in `Roster.rows`. */
  readonly row: number
}

export interface Roster {
  /** The table as it is in the file, header first. */
  readonly rows: readonly (readonly string[])[]
  readonly idHeader: string
  readonly students: readonly Student[]
}

/** Reads a roster; `idHeader` names the column of ids, and is looked for when it is undefined. Throws UsageError. */
export function readRoster(path: string, idHeader?: string): Roster {
  const { data, errors } = Papa.parse<string[]>(readText(path))
  const [broken] = errors.filter(({ type }) => type === 'Quotes')
  if (broken !== undefined) throw new UsageError(`${path}: line ${(broken.row ?? 0) + 1}: ${broken.message}`)
  const [header = [], ...rows] = data
  const idColumn = idHeader === undefined ? columnOf(header, ID_HEADERS) : columnOf(header, [idHeader])
  if (idColumn < 0) {
    const wanted = idHeader === undefined ? `one of ${ID_HEADERS.join(', ')}` : `"${idHeader}"`
    throw new UsageError(`${path}: line 1: no column of ids: ${wanted} is expected, there are ${header.join(', ')}`)
  }
  const nameColumn = columnOf(header, NAME_HEADERS)
  const students: Student[] = []
  const lines = new Map<string, number>()
  for (const [index, row] of rows.entries()) {
    const cells = row.map((cell) => cell.trim())
    if (cells.every((cell) => cell === '') || cells.some((cell) => NO_STUDENTS.includes(cell))) continue
    const id = cells[idColumn] ?? ''
    const line = index + 2
    if (!ID.test(id)) {
      throw new UsageError(`${path}: line ${line}: ${header[idColumn]} is "${id}"; an id is ${ID_RULE}`)
    }
    // A file name is made of it, and some file systems do not tell case.
    const before = lines.get(id.toLowerCase())
    if (before !== undefined) {
      throw new UsageError(
        `${path}: line ${line}: ${header[idColumn]} ${id} is on line ${before} already; ids are unique`,
      )
    }
    lines.set(id.toLowerCase(), line)
    students.push({ id, name: cells[nameColumn] ?? '', row: index + 1 })
  }
  if (students.length === 0) throw new UsageError(`${path}: has no students; one row each is expected below the header`)
  return { rows: data, idHeader: header[idColumn] ?? '', students }
}

/** The first of `names` that is a header, whatever its case; -1 when none is. */
function columnOf(header: readonly string[], names: readonly string[]): number {
  const present = header.map((title) => title.trim().toLowerCase())
  const name = names.find((one) => present.includes(one.toLowerCase()))
  return name === undefined ? -1 : present.indexOf(name.toLowerCase())
}

/** A table as CSV, lines ended as RFC 4180 says. */
export function csvText(rows: readonly (readonly (string | number)[])[]): string {
  return `${Papa.unparse(rows as (string | number)[][], { newline: '\r\n' })}\r\n`
}
