/**
 * What `synlab grade` does: reads bundles, grades them, and writes what a gradebook takes.
 */
import { type ClassDirectory, readClass } from '../class/class-directory.ts'
import { writeWholeFile } from '../files/whole-file.ts'
import { writeFault } from '../files/write-failure.ts'
import { gradeClass } from '../grade/grade-class.ts'
import { allPassed, type ClassGrades, type Format } from '../grade/grades.ts'
import { readHandIns } from '../grade/hand-ins.ts'
import { writeCanvas } from '../grade/writers/canvas-writer.ts'
import { writeGradescope } from '../grade/writers/gradescope-writer.ts'
import { writeJson } from '../grade/writers/json-writer.ts'
import { writeJunit } from '../grade/writers/junit-writer.ts'
import { writeMoodle } from '../grade/writers/moodle-writer.ts'
import { writeTable } from '../grade/writers/table-writer.ts'
import { makeProgress, SILENT } from '../report/progress.ts'
import { UsageError } from '../usage-error.ts'
import { EXIT_OK, EXIT_THRESHOLD } from './exit-code.ts'
import type { Output } from './output.ts'

const WRITERS = {
  table: writeTable,
  json: writeJson,
  canvas: (grades, { roster }) => writeCanvas(grades, roster),
  moodle: (grades, { roster }) => writeMoodle(grades, roster),
  gradescope: writeGradescope,
  junit: writeJunit,
} as const satisfies Record<Format, (grades: ClassGrades, teaching: ClassDirectory) => string>

export interface GradeOptions {
  readonly class: string
  readonly format: Format
  readonly json?: true
  readonly roster?: string
  readonly idColumn?: string
  readonly student?: string
  readonly passMark: number
  readonly out?: string
  readonly quiet?: boolean
}

/** Grades; returns the exit status. Throws UsageError when nothing can be graded, and then nothing is written. */
export async function gradeCommand(
  paths: readonly string[],
  options: GradeOptions,
  { stdout, stderr }: Output,
): Promise<number> {
  const format = options.json ? 'json' : options.format
  const teaching = readClass(options.class, options.roster, options.idColumn)
  const handIns = readHandIns(paths, teaching, options.student)
  const [refused, ...others] = handIns.refused
  if (format === 'gradescope' && handIns.accepted.length + handIns.refused.length > 1) {
    throw new UsageError(
      `--format gradescope: takes one bundle, not ${handIns.accepted.length + handIns.refused.length}`,
    )
  }
  if (handIns.accepted.length === 0 && refused !== undefined)
    throw new UsageError(refusedAll(refused.message, others.length))

  const progress = options.quiet || options.json ? SILENT : makeProgress(stderr)
  const grades = await gradeClass(teaching, handIns, options.passMark, (share, student) =>
    progress.update(share, student),
  )
  progress.end()
  const [edited, ...more] = grades.refusals
  if (grades.grades.length === 0 && edited !== undefined) throw new UsageError(refusedAll(edited.message, more.length))

  const text = WRITERS[format](grades, teaching)
  if (options.out === undefined) stdout.write(text)
  else write(options.out, text)
  // The table says it itself.
  if (format !== 'table' || options.out !== undefined) {
    for (const { message } of grades.refusals) stderr.write(`refused: ${message}\n`)
  }
  return allPassed(grades) ? EXIT_OK : EXIT_THRESHOLD
}

function refusedAll(message: string, others: number): string {
  return others === 0 ? message : `${message} (and ${others} more bundles refused; none could be graded)`
}

function write(path: string, text: string): void {
  try {
    writeWholeFile(path, text)
  } catch (error) {
    throw new UsageError(`--out ${path}: ${writeFault(error)}`)
  }
}
