/**
 * `synlab class bundle`: checks that the predictions stand, runs the student's variant, and binds it all into one file.
 */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageVersion } from '../../control/package-info.ts'
import { BundleDirectory } from '../files/bundle-directory.ts'
import { writeWholeFile } from '../files/whole-file.ts'
import { orWriteFailure } from '../files/write-failure.ts'
import { formatTable } from '../report/text-table.ts'
import { UsageError } from '../usage-error.ts'
import { type Answers, type Form, predictionsOf, readForm } from './answer-form.ts'
import { variantOf } from './course.ts'
import { readText } from './json-file.ts'
import type { LiveTraffic } from './live-experiment.ts'
import type { Extent, Sheet } from './sheet.ts'
import { bundleText, parseBundle, type SheetBundle, sealBundle } from './sheet-bundle.ts'
import type { StudentFile } from './student-file.ts'

/** Files of a student's directory of one sheet. */
export const FORM_FILE = 'answers.yaml'
export const RUN_DIRECTORY = 'run'

/** The file that is handed in: a teacher puts those of a class into one folder. */
export function bundleFile({ letter }: Sheet, { student }: StudentFile): string {
  return `sheet-${letter.toLowerCase()}-${student}.json`
}

export interface MadeBundle {
  readonly form: Form
  readonly bundle: SheetBundle
  /** Questions without an answer. */
  readonly open: readonly string[]
  /** What the run has to say to a reader. */
  readonly lines: readonly string[]
}

/** Runs the experiment of a variant on live processes; undefined when it was interrupted. */
export type LiveRun = (traffic: LiveTraffic) => Promise<Record<string, number> | undefined>

/**
 * Runs the variant, with `live` on live processes as well, and writes run/ and the bundle into `directory`, which has a form
 * of answers. `time` is milliseconds since the Unix epoch. Undefined when the live run was interrupted: then nothing has
 * changed. Throws UsageError before anything is run or written.
 */
export async function makeSheetBundle(
  directory: string,
  sheet: Sheet,
  student: StudentFile,
  time: number,
  live?: LiveRun,
): Promise<MadeBundle | undefined> {
  if (live !== undefined && sheet.live === undefined) {
    throw new UsageError(`--live: sheet ${sheet.letter} is played in virtual time only; C, D and E can be run live`)
  }
  const formPath = join(directory, FORM_FILE)
  if (!existsSync(formPath)) {
    throw new UsageError(`${directory}: has no ${FORM_FILE}; make one with "synlab class sheet ${sheet.letter}"`)
  }
  const form = readForm(formPath, sheet)
  const { answers } = form
  const missing = predictionsOf(sheet, 'main').filter((id) => answers[id] === undefined)
  if (missing.length > 0) throw new UsageError(`${formPath}: ${missing.join(', ')}: predictions come before the run`)
  const before = earlierBundle(directory, sheet, student)
  if (before !== undefined) checkPredictions(before, formPath, sheet, answers)

  const isWhole = predictionsOf(sheet, 'whole').every((id) => answers[id] !== undefined)
  const extent: Extent = isWhole ? 'whole' : 'main'
  const seed = student.seeds[sheet.letter]
  const variant = variantOf(sheet.letter, seed)
  // Who fills in what was read of a live run does not run it again.
  const seen = live !== undefined && sheet.live !== undefined ? await live(sheet.live(variant)) : (before?.live ?? {})
  if (seen === undefined) return undefined
  const run = new BundleDirectory(join(directory, RUN_DIRECTORY))
  try {
    const { figures, lines } = await sheet.play(variant, seed, extent, run)
    const bundle = sealBundle(
      {
        synlab_version: packageVersion(),
        course: student.course,
        student: student.student,
        sheet: sheet.letter,
        sheet_version: sheet.version,
        language: form.language,
        seed,
        variant,
        run: { id: randomUUID(), time: new Date(time).toISOString(), extent },
        answers,
        observed: figures,
        live: seen,
      },
      student.seal_key,
    )
    run.commit()
    const file = join(directory, bundleFile(sheet, student))
    orWriteFailure(file, () => writeWholeFile(file, bundleText(bundle)))
    return {
      form,
      bundle,
      open: sheet.questions.filter(({ id }) => answers[id] === undefined).map(({ id }) => id),
      lines: [...lines, ...liveLines(seen)],
    }
  } catch (error) {
    run.abandon()
    throw error
  }
}

/** What a live run has counted. */
function liveLines(seen: Readonly<Record<string, number>>): string[] {
  const rows = Object.entries(seen).map(([figure, value]) => [figure, String(value)])
  if (rows.length === 0) return []
  return [
    '',
    ...formatTable(
      [
        { title: 'live', align: 'left' },
        { title: 'figure', align: 'right' },
      ],
      rows,
    ),
  ]
}

/** What this student has bundled of this sheet before; undefined when there is nothing. */
function earlierBundle(directory: string, sheet: Sheet, student: StudentFile): SheetBundle | undefined {
  const path = join(directory, bundleFile(sheet, student))
  if (!existsSync(path)) return undefined
  const before = parseBundle(path, readText(path))
  if (before.course === student.course && before.seed === student.seeds[sheet.letter]) return before
  throw new UsageError(
    `${path}: is of course ${before.course}, made with another file than yours; use another directory (--dir)`,
  )
}

/** A prediction that a run has already answered is no prediction any more. */
function checkPredictions(before: SheetBundle, formPath: string, sheet: Sheet, answers: Answers): void {
  const predictions = sheet.questions.filter(({ kind }) => kind === 'prediction').map(({ id }) => id)
  const changed = predictions.find((id) => before.answers[id] !== undefined && before.answers[id] !== answers[id])
  if (changed === undefined) return
  throw new UsageError(
    `${formPath}: ${changed}: was predicted as ${before.answers[changed]} before the run, and stays as it was made`,
  )
}
