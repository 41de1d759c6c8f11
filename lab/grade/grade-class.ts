/**
 * Grades what was handed in. Every experiment is run again from the seed that the secret gives: a figure that was edited is
 * found, however well its hashes were made to fit.
 */

import { judgeAll } from '../checks/checks.ts'
import type { ClassDirectory } from '../class/class-directory.ts'
import { variantOf } from '../class/course.ts'
import { SHEET_LETTERS, type Sheet, type SheetFigures } from '../class/sheet.ts'
import { SHEETS } from '../class/sheets/catalogue.ts'
import { gradeAnswer, POINTS, type QuestionGrade } from './grade-answer.ts'
import type { ClassGrades, Refusal, SheetGrade } from './grades.ts'
import type { HandIn, HandIns } from './hand-ins.ts'
import { unlikelyFigure } from './live-figures.ts'

/** Grades in the order of the roster; `onProgress` is told the share that is done, 0..1, and the student under way. */
export async function gradeClass(
  { course, roster }: ClassDirectory,
  { accepted, refused }: HandIns,
  passPercent: number,
  onProgress: (share: number, student: string) => void = () => {},
): Promise<ClassGrades> {
  const grades: SheetGrade[] = []
  const refusals: Refusal[] = [...refused]
  const order = new Map(roster.students.map(({ id }, index) => [id, index]))
  const place = ({ bundle }: HandIn): number => order.get(bundle.student) ?? 0
  const sorted = accepted.toSorted((a, b) => place(a) - place(b) || (a.bundle.sheet < b.bundle.sheet ? -1 : 1))
  for (const [index, handIn] of sorted.entries()) {
    onProgress(index / sorted.length, handIn.bundle.student)
    const graded = await gradeHandIn(handIn, passPercent)
    if ('message' in graded) refusals.push(graded)
    else grades.push(graded)
  }
  const handedIn = new Set([...accepted.map(({ bundle }) => bundle.sheet), ...refused.map(({ sheet }) => sheet)])
  return {
    course: course.name,
    passPercent,
    sheets: SHEET_LETTERS.filter((letter) => handedIn.has(letter)),
    grades,
    refusals: refusals.toSorted((a, b) => (a.file < b.file ? -1 : 1)),
    students: roster.students.map(({ id, name }) => ({ id, name })),
  }
}

async function gradeHandIn({ file, bundle }: HandIn, passPercent: number): Promise<SheetGrade | Refusal> {
  const { student, sheet: letter, seed, observed, live, answers, run, language } = bundle
  const sheet = SHEETS[letter]
  const { figures } = await sheet.play(variantOf(letter, seed), seed, run.extent)
  const differing = differingFigure(observed, figures)
  if (differing !== undefined) {
    const message = `${file}: observed.${differing.figure} is ${differing.seen ?? 'missing'}, which no run of this seed shows: edited by hand, or made by another version of synlab (${bundle.synlab_version})`
    return { file, message, student, sheet: letter, superseded: false }
  }
  const unlikely = unlikelyFigure(live, figures)
  if (unlikely !== undefined) {
    const message = `${file}: live.${unlikely} is ${live[unlikely]}, which is far from anything that this variant shows: edited by hand, or run on a machine too slow for it`
    return { file, message, student, sheet: letter, superseded: false }
  }
  // Who ran it live has read what was counted live.
  const measured = { ...figures, ...live }
  const questions = [
    gradeRun(sheet, measured),
    ...sheet.questions.map((question) => gradeAnswer(question, answers[question.id], measured)),
  ]
  const points = questions.reduce((sum, question) => sum + question.points, 0)
  const max = questions.reduce((sum, question) => sum + question.max, 0)
  const passed = points * 100 >= max * passPercent
  return { student, sheet: letter, language, file, run: { id: run.id, time: run.time }, points, max, passed, questions }
}

/** A point for a run that shows what the sheet is about. */
function gradeRun(sheet: Sheet, figures: SheetFigures): QuestionGrade {
  const { reached, reason } = judgeAll(sheet.checks, sheet.checked(figures))
  return { id: `${sheet.letter}0`, points: reached ? POINTS : 0, max: POINTS, where: 'observed', reason }
}

/** The first figure that differs, is missing or does not belong, and what the bundle shows of it. */
function differingFigure(
  observed: SheetFigures,
  measured: SheetFigures,
): { readonly figure: string; readonly seen: number | string | undefined } | undefined {
  for (const figure of new Set([...Object.keys(measured), ...Object.keys(observed)])) {
    if (observed[figure] !== measured[figure]) return { figure, seen: observed[figure] }
  }
  return undefined
}
