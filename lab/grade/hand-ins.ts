/**
 * Bundles that were handed in: reads them from files and folders, and refuses what must not be graded. What is wrong with
 * one bundle never stops the others.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ClassDirectory } from '../class/class-directory.ts'
import { sealKeyOf, seedOf } from '../class/course.ts'
import { readText } from '../class/json-file.ts'
import { changedPart, isSealed, parseBundle, type SheetBundle } from '../class/sheet-bundle.ts'
import { SHEETS } from '../class/sheets/catalogue.ts'
import { UsageError } from '../usage-error.ts'
import type { Refusal } from './grades.ts'

export interface HandIn {
  readonly file: string
  readonly bundle: SheetBundle
}

export interface HandIns {
  /** The newest of each student and sheet. */
  readonly accepted: readonly HandIn[]
  readonly refused: readonly Refusal[]
}

/** Reads bundles; `only` is the student whose they have to be. Throws UsageError when there is none at all. */
export function readHandIns(paths: readonly string[], teaching: ClassDirectory, only?: string): HandIns {
  const files = paths.flatMap(filesAt)
  if (files.length === 0) throw new UsageError(`${paths.join(', ')}: no bundle there; a bundle is a file *.json`)
  const whole: HandIn[] = []
  const refused: Refusal[] = []
  for (const file of files) {
    const read = readBundle(file)
    if (typeof read === 'string') {
      refused.push({ file, message: read, student: undefined, sheet: undefined, superseded: false })
      continue
    }
    const message = refusalOf(file, read, teaching, only)
    if (message === undefined) whole.push({ file, bundle: read })
    else refused.push(refusal(file, message, read, teaching))
  }
  return selectNewest(whole, refused, teaching)
}

/** What a run leaves beside the bundle: students who hand in their whole directory hand it in, too. */
const RUN_RESULT = 'result.json'

/** The files of a folder, of folders in it, or the file itself. */
function filesAt(path: string): string[] {
  let isDirectory: boolean
  try {
    isDirectory = statSync(path).isDirectory()
  } catch (error) {
    throw new UsageError(`${path}: cannot be read: ${(error as NodeJS.ErrnoException).code}`)
  }
  if (!isDirectory) return [path]
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap((entry) => {
    if (entry.isDirectory()) return filesAt(join(path, entry.name))
    return entry.name.endsWith('.json') && entry.name !== RUN_RESULT ? [join(path, entry.name)] : []
  })
}

/** The bundle, or what is wrong with the file. */
function readBundle(file: string): SheetBundle | string {
  try {
    return parseBundle(file, readText(file))
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
}

/** Why a bundle must not be graded; undefined when it may. */
function refusalOf(
  file: string,
  bundle: SheetBundle,
  { course, roster }: ClassDirectory,
  only: string | undefined,
): string | undefined {
  const { student, sheet } = bundle
  if (bundle.course !== course.name) return `${file}: is of course ${bundle.course}; this is course ${course.name}`
  if (!roster.students.some(({ id }) => id === student)) {
    return `${file}: is of student ${student}, who is not on the roster (${roster.idHeader})`
  }
  if (only !== undefined && student !== only) return `${file}: is of student ${student}; a bundle of ${only} is wanted`
  if (bundle.sheet_version !== SHEETS[sheet].version) {
    return `${file}: answers version ${bundle.sheet_version} of sheet ${sheet}; this synlab has version ${SHEETS[sheet].version}`
  }
  const part = changedPart(bundle)
  if (part !== undefined)
    return `${file}: ${part} was changed after the bundle was made; hand in the file as the tool made it`
  if (bundle.seed !== seedOf(course, sheet, student)) {
    return `${file}: was run with a seed that is not that of ${student} for sheet ${sheet}: it is the run of somebody else`
  }
  if (!isSealed(bundle, sealKeyOf(course, student))) {
    return `${file}: the seal is not that of ${student}: made with another student's file, or changed after it was made`
  }
  return undefined
}

function refusal(
  file: string,
  message: string,
  { student, sheet }: SheetBundle,
  { roster }: ClassDirectory,
  superseded = false,
): Refusal {
  const isKnown = roster.students.some(({ id }) => id === student)
  return { file, message, student: isKnown ? student : undefined, sheet, superseded }
}

/** Of each student and sheet the newest run; the others are refused. */
function selectNewest(whole: readonly HandIn[], refused: Refusal[], teaching: ClassDirectory): HandIns {
  const newest = new Map<string, HandIn>()
  for (const handIn of whole) {
    const { bundle } = handIn
    const key = `${bundle.sheet} ${bundle.student}`
    const other = newest.get(key)
    if (other === undefined) {
      newest.set(key, handIn)
      continue
    }
    const [older, newer] = isBefore(bundle, other.bundle) ? [handIn, other] : [other, handIn]
    newest.set(key, newer)
    const what =
      older.bundle.run.id === newer.bundle.run.id
        ? `is the same run as ${newer.file}; one is graded`
        : `is the run of ${older.bundle.run.time}; ${newer.file} has a newer one, of ${newer.bundle.run.time}, and only the newest counts`
    refused.push(refusal(older.file, `${older.file}: ${what}`, older.bundle, teaching, true))
  }
  return { accepted: [...newest.values()], refused }
}

/** ISO 8601 in UTC sorts as text. */
function isBefore(a: SheetBundle, b: SheetBundle): boolean {
  return a.run.time < b.run.time
}
