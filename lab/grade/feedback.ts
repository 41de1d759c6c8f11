/**
 * What a student is told about a sheet: every question with its points and the reason, in the language of the sheet.
 */
import type { QuestionGrade } from './grade-answer.ts'
import { sayGradeReason } from './grade-words.ts'
import type { SheetGrade } from './grades.ts'

/** `C3 1/1 Read 49, as in the run. (answers.C3)` */
export function questionLine({ id, points, max, reason, where }: QuestionGrade, { language }: SheetGrade): string {
  return `${id} ${points}/${max} ${sayGradeReason(reason, language)} (${where})`
}

export function feedbackLines(grade: SheetGrade): string[] {
  return grade.questions.map((question) => questionLine(question, grade))
}

/** Title of a sheet in a gradebook. */
export function gradebookTitle(sheet: string): string {
  return `synlab sheet ${sheet}`
}
