/**
 * Grades as JSON, with every reason both as key and values and as a sentence.
 */
import { jsonText } from '../../class/json-file.ts'
import { sayGradeReason } from '../grade-words.ts'
import type { ClassGrades } from '../grades.ts'

const FORMAT = { format: 'synlab-grades', format_version: 1 } as const

export function writeJson({ course, passPercent, sheets, grades, refusals, students }: ClassGrades): string {
  return jsonText({
    ...FORMAT,
    course,
    pass_percent: passPercent,
    sheets,
    grades: grades.map(({ questions, ...grade }) => ({
      ...grade,
      questions: questions.map((question) => ({ ...question, text: sayGradeReason(question.reason, grade.language) })),
    })),
    refused: refusals,
    students,
  })
}
