/**
 * One bundle's grade as the results.json of a Gradescope autograder. Read first: Gradescope's "Autograder Specifications",
 * output format.
 */
import { jsonText } from '../../class/json-file.ts'
import { sayGradeReason } from '../grade-words.ts'
import type { ClassGrades } from '../grades.ts'

/** `grades` is of one bundle, graded or refused. */
export function writeGradescope({ grades, refusals }: ClassGrades): string {
  const tests = grades.flatMap(({ questions, language }) =>
    questions.map(({ id, points, max, reason, where }) => ({
      name: `${id} (${where})`,
      number: id,
      score: points,
      max_score: max,
      status: points === max ? 'passed' : 'failed',
      output: sayGradeReason(reason, language),
      visibility: 'visible',
    })),
  )
  const score = grades.reduce((sum, { points }) => sum + points, 0)
  const output = refusals.map(({ message }) => message).join('\n')
  return jsonText({ score, visibility: 'visible', ...(output === '' ? {} : { output }), tests })
}
