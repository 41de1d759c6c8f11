/**
 * A teacher's directory of one course: course.json with the secret, roster.csv, and one file for each student to be handed
 * out. The secret is made once; everything else can be made again from it.
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import Type from 'typebox'
import { writeWholeFile } from '../files/whole-file.ts'
import { writeFault } from '../files/write-failure.ts'
import { UsageError } from '../usage-error.ts'
import { type Course, makeCourse } from './course.ts'
import { jsonText, parseFile, readText } from './json-file.ts'
import { type Roster, readRoster } from './roster.ts'
import { makeStudentFile, studentFileText } from './student-file.ts'

const FORMAT = { format: 'synlab-course', format_version: 1 } as const
const COURSE_FILE = 'course.json'
const ROSTER_FILE = 'roster.csv'
const STUDENTS_DIRECTORY = 'students'

/** For the owner alone. */
const SECRET_MODE = 0o600

const CourseFile = Type.Object(
  {
    format: Type.String(),
    format_version: Type.Integer(),
    name: Type.String({ minLength: 1, maxLength: 64 }),
    secret: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    id_header: Type.String(),
  },
  { additionalProperties: false },
)

export interface ClassDirectory {
  readonly course: Course
  readonly roster: Roster
}

export interface InitOptions {
  readonly name: string | undefined
  readonly roster: string
  readonly idHeader: string | undefined
}

/**
 * Makes the directory of a course, or brings it up to date with a roster: the secret of a course that is there stays.
 * Throws UsageError before anything is written. Returns the ids whose files are new, and how many students there are.
 */
export function initClass(
  directory: string,
  options: InitOptions,
): { readonly course: Course; readonly added: string[]; readonly total: number } {
  const roster = readRoster(options.roster, options.idHeader)
  const courseFile = join(directory, COURSE_FILE)
  const existing = existsSync(courseFile) ? readCourse(directory).course : undefined
  if (existing !== undefined && options.name !== undefined && options.name !== existing.name) {
    throw new UsageError(
      `--course ${options.name}: ${directory} is of course ${existing.name}; leave --course out or name a new directory`,
    )
  }
  const name = existing?.name ?? options.name
  if (name === undefined) throw new UsageError('--course: the name of the new course is missing')
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u.test(name)) {
    throw new UsageError(`--course "${name}": must be 1 to 64 letters, digits, spaces and . _ -`)
  }
  const course = existing ?? makeCourse(name)
  const students = join(directory, STUDENTS_DIRECTORY)
  const added: string[] = []
  try {
    mkdirSync(students, { recursive: true })
    const text = jsonText({ ...FORMAT, ...course, id_header: roster.idHeader })
    writeWholeFile(courseFile, text, SECRET_MODE)
    const target = join(directory, ROSTER_FILE)
    if (resolve(target) !== resolve(options.roster)) copyFileSync(options.roster, target)
    for (const { id } of roster.students) {
      const file = join(students, `${id}.json`)
      if (!existsSync(file)) added.push(id)
      writeWholeFile(file, studentFileText(makeStudentFile(course, id)))
    }
  } catch (error) {
    throw new UsageError(`${directory}: ${writeFault(error)}`)
  }
  return { course, added, total: roster.students.length }
}

/**
 * A course with its roster: its own, or one that the teacher has exported since. The column of ids is the one that the
 * course was made with, unless `idHeader` names another. Throws UsageError.
 */
export function readClass(directory: string, rosterPath?: string, idHeader?: string): ClassDirectory {
  const { course, idHeader: known } = readCourse(directory)
  const path = rosterPath ?? join(directory, ROSTER_FILE)
  return { course, roster: readRoster(path, idHeader ?? known) }
}

function readCourse(directory: string): { readonly course: Course; readonly idHeader: string } {
  const path = join(directory, COURSE_FILE)
  if (!existsSync(path)) {
    throw new UsageError(
      `${directory}: is no directory of a course: it has no ${COURSE_FILE}; make one with "synlab class init"`,
    )
  }
  const { name, secret, id_header } = parseFile(path, readText(path), FORMAT, CourseFile)
  return { course: { name, secret }, idHeader: id_header }
}
