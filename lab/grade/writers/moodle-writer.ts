/**
 * Grades as a CSV for Moodle's import: the ids of the roster under their own header, points and feedback of each sheet, and a
 * column for each question.
 */
import { csvText, type Roster } from '../../class/roster.ts'
import { SHEETS } from '../../class/sheets/catalogue.ts'
import { feedbackLines, gradebookTitle } from '../feedback.ts'
import { type ClassGrades, gradeOf } from '../grades.ts'

export function writeMoodle(grades: ClassGrades, { idHeader, students }: Roster): string {
  const { sheets, refusals } = grades
  const header = [
    idHeader,
    ...sheets.flatMap((sheet) => [gradebookTitle(sheet), ...questionIds(sheet), `${gradebookTitle(sheet)} feedback`]),
  ]
  const rows = students.map(({ id }) => [
    id,
    ...sheets.flatMap((sheet) => {
      const grade = gradeOf(grades, id, sheet)
      const ids = questionIds(sheet)
      if (grade === undefined) {
        const refusal = refusals.find((one) => one.student === id && one.sheet === sheet)
        return ['', ...ids.map(() => ''), refusal?.message ?? '']
      }
      const points = ids.map((one) => grade.questions.find((question) => question.id === one)?.points ?? 0)
      return [grade.points, ...points, feedbackLines(grade).join('\n')]
    }),
  ])
  return csvText([header, ...rows])
}

/** The run, and the questions that earn points. */
function questionIds(sheet: keyof typeof SHEETS): string[] {
  const { questions } = SHEETS[sheet]
  return [`${sheet}0`, ...questions.filter(({ kind }) => kind !== 'sentence').map(({ id }) => id)]
}
