/**
 * What grading gives: the one shape from which every writer makes its file.
 */
import type { Language } from '../checks/language.ts'
import type { SheetLetter } from '../class/sheet.ts'
import type { QuestionGrade } from './grade-answer.ts'

/** What grades can be written as. */
export const FORMATS = ['table', 'json', 'canvas', 'moodle', 'gradescope', 'junit'] as const
export type Format = (typeof FORMATS)[number]

/** Percent of the points that pass a sheet. */
export const DEFAULT_PASS_PERCENT = 60

export interface SheetGrade {
  readonly student: string
  readonly sheet: SheetLetter
  /** Of the bundle; the questions' reasons are to be said in it. */
  readonly language: Language
  readonly file: string
  readonly run: { readonly id: string; readonly time: string }
  readonly points: number
  readonly max: number
  readonly passed: boolean
  readonly questions: readonly QuestionGrade[]
}

/** A bundle that was not graded. */
export interface Refusal {
  readonly file: string
  /** What was seen and what is allowed, in one line. */
  readonly message: string
  /** Whose it says it is; undefined when that cannot be read, or is nobody of the roster. */
  readonly student: string | undefined
  readonly sheet: SheetLetter | undefined
  /** A newer run of the same student and sheet was handed in: nothing is lost. */
  readonly superseded: boolean
}

export interface ClassGrades {
  readonly course: string
  /** Points, in percent of those that can be had, from which a sheet is passed. */
  readonly passPercent: number
  /** Sheets of which at least one bundle was handed in. */
  readonly sheets: readonly SheetLetter[]
  /** By student in the order of the roster, then by sheet. */
  readonly grades: readonly SheetGrade[]
  /** In the order of their files. */
  readonly refusals: readonly Refusal[]
  readonly students: readonly { readonly id: string; readonly name: string }[]
}

/** The grade of a student for a sheet; undefined when there is none. */
export function gradeOf(grades: ClassGrades, student: string, sheet: SheetLetter): SheetGrade | undefined {
  return grades.grades.find((grade) => grade.student === student && grade.sheet === sheet)
}

/** Whether every sheet that was handed in is passed: nothing refused but what a newer run replaces. */
export function allPassed({ grades, refusals }: ClassGrades): boolean {
  return grades.every(({ passed }) => passed) && refusals.every(({ superseded }) => superseded)
}
