/**
 * A class in a directory of its own: a course, its students, and bundles as students make them with the tool.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { Language } from '../../../lab/checks/language.ts'
import { formText } from '../../../lab/class/answer-form.ts'
import { answerKey } from '../../../lab/class/answer-key.ts'
import { type ClassDirectory, initClass, readClass } from '../../../lab/class/class-directory.ts'
import { variantOf } from '../../../lab/class/course.ts'
import { bundleFile, FORM_FILE, type LiveRun, makeSheetBundle } from '../../../lab/class/make-bundle.ts'
import type { SheetLetter } from '../../../lab/class/sheet.ts'
import { parseBundle, type SheetBundle, sealBundle } from '../../../lab/class/sheet-bundle.ts'
import { SHEETS } from '../../../lab/class/sheets/catalogue.ts'
import { readStudentFile, type StudentFile } from '../../../lab/class/student-file.ts'
import { synlab } from '../processes/lab-cli.ts'

export const COURSE = 'networks-2026'
const SECRET = '5e'.repeat(32)

export type GivenAnswers = Record<string, number | string>

export class Classroom {
  readonly root: string
  readonly course: string
  readonly handIns: string

  /** `roster` is the text of a CSV. */
  constructor(root: string, roster: string) {
    this.root = root
    this.course = join(root, 'course')
    this.handIns = join(root, 'hand-ins')
    const rosterFile = join(root, 'roster-given.csv')
    writeFileSync(rosterFile, roster)
    mkdirSync(this.course)
    // One secret, so that every run of a test has the same students with the same variants.
    const known = { format: 'synlab-course', format_version: 1, name: COURSE, secret: SECRET, id_header: '' }
    writeFileSync(join(this.course, 'course.json'), JSON.stringify(known))
    initClass(this.course, { name: COURSE, roster: rosterFile, idHeader: undefined })
    mkdirSync(this.handIns)
  }

  get teaching(): ClassDirectory {
    return readClass(this.course)
  }

  studentPath(student: string): string {
    return join(this.course, 'students', `${student}.json`)
  }

  student(student: string): StudentFile {
    return readStudentFile(this.studentPath(student))
  }

  /** The right answers, and a sentence. */
  async rightAnswers(student: string, letter: SheetLetter): Promise<GivenAnswers> {
    const { answers } = await answerKey(this.teaching.course, letter, student)
    const sentence = SHEETS[letter].questions.find(({ kind }) => kind === 'sentence')
    return { ...answers, ...(sentence === undefined ? {} : { [sentence.id]: 'In my own words, "quoted" & <marked>.' }) }
  }

  /**
   * Answers and bundles a sheet as a student does, at `time` (ms since the Unix epoch); returns the file to hand in.
   * `directory` is where the student works.
   */
  async solve(
    student: string,
    letter: SheetLetter,
    answers: GivenAnswers,
    { language = 'en', time = 0, directory = `work-${student}-${letter}-${time}`, live }: SolveOptions = {},
  ): Promise<string> {
    const sheet = SHEETS[letter]
    const file = this.student(student)
    const work = join(this.root, directory)
    mkdirSync(work, { recursive: true })
    const form = formText(sheet, variantOf(letter, file.seeds[letter]), language)
    writeFileSync(join(work, FORM_FILE), stringify({ ...(parse(form) as object), ...answers }))
    await makeSheetBundle(work, sheet, file, time, live)
    return join(work, bundleFile(sheet, file))
  }

  /** Puts a bundle into the folder of hand-ins, changed by `edit`; returns its path there. */
  handIn(bundle: string, name: string, edit: (bundle: SheetBundle) => object = (whole) => whole): string {
    const path = join(this.handIns, name)
    writeFileSync(path, JSON.stringify(edit(readBundle(bundle))))
    return path
  }

  /** A bundle whose hashes and seal fit again after `edit`, as a student could make them who knows how. */
  reseal(bundle: SheetBundle, edit: Partial<SheetBundle>): SheetBundle {
    const {
      format: _format,
      format_version: _version,
      hashes: _hashes,
      seal: _seal,
      ...record
    } = { ...bundle, ...edit }
    return sealBundle(record, this.student(bundle.student).seal_key)
  }
}

interface SolveOptions {
  readonly language?: Language
  readonly time?: number
  readonly directory?: string
  readonly live?: LiveRun
}

export function readBundle(path: string): SheetBundle {
  return parseBundle(path, readFileSync(path, 'utf8'))
}

/** Grades and gives the JSON. */
export async function grade(
  room: Classroom,
  ...args: string[]
): Promise<{ status: number; grades: Grades; stderr: string }> {
  const { status, stdout, stderr } = await synlab('grade', ...args, '--class', room.course, '--json', '--quiet')
  return { status, stderr, grades: (stdout === '' ? undefined : JSON.parse(stdout)) as Grades }
}

export interface Grades {
  readonly grades: readonly {
    readonly student: string
    readonly points: number
    readonly max: number
    readonly passed: boolean
    readonly questions: readonly {
      readonly id: string
      readonly points: number
      readonly max: number
      readonly text: string
    }[]
  }[]
  readonly refused: readonly { readonly file: string; readonly message: string; readonly superseded: boolean }[]
}
