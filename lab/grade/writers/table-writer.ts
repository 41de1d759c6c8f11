/**
 * Grades for people at a terminal: one row a student, or every question of a single bundle.
 */
import { formatTable } from '../../report/text-table.ts'
import { feedbackLines } from '../feedback.ts'
import { type ClassGrades, gradeOf } from '../grades.ts'

export function writeTable(grades: ClassGrades): string {
  const { refusals } = grades
  const [only, ...others] = grades.grades
  const body = only !== undefined && others.length === 0 ? singleLines(grades) : classLines(grades)
  return `${[...body, ...refusals.map(({ message }) => `refused: ${message}`)].join('\n')}\n`
}

function singleLines({ grades }: ClassGrades): string[] {
  return grades.flatMap((grade) => [
    `${grade.student}, sheet ${grade.sheet}: ${grade.points} of ${grade.max} points, ${verdict(grade.passed)}`,
    ...feedbackLines(grade).map((line) => `  ${line}`),
  ])
}

function classLines(grades: ClassGrades): string[] {
  const { sheets, students, passPercent } = grades
  const rows = students.map(({ id, name }) => [
    id,
    name,
    ...sheets.flatMap((sheet) => {
      const grade = gradeOf(grades, id, sheet)
      if (grade === undefined) return ['-', isRefused(grades, id, sheet) ? 'refused' : 'none']
      return [`${grade.points}/${grade.max}`, verdict(grade.passed)]
    }),
  ])
  const columns = [
    { title: 'student', align: 'left' as const },
    { title: 'name', align: 'left' as const },
    ...sheets.flatMap((sheet) => [
      { title: `sheet ${sheet}`, align: 'right' as const },
      { title: '', align: 'left' as const },
    ]),
  ]
  const counts = sheets.map((sheet) => {
    const of = students.flatMap(({ id }) => gradeOf(grades, id, sheet) ?? [])
    return `sheet ${sheet}: ${of.filter(({ passed }) => passed).length} of ${students.length} passed`
  })
  return [...formatTable(columns, rows), '', `${counts.join(', ')} (from ${passPercent} % on)`]
}

function isRefused({ refusals }: ClassGrades, student: string, sheet: string): boolean {
  return refusals.some((refusal) => refusal.student === student && refusal.sheet === sheet && !refusal.superseded)
}

function verdict(passed: boolean): string {
  return passed ? 'passed' : 'not passed'
}
