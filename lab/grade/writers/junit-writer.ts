/**
 * Grades as JUnit XML, which any continuous integration shows: a suite a bundle, a case a question.
 */
import XMLBuilder from 'fast-xml-builder'
import { gradebookTitle } from '../feedback.ts'
import { sayGradeReason } from '../grade-words.ts'
import type { ClassGrades, Refusal, SheetGrade } from '../grades.ts'

/** Attributes are keys that begin with @. */
const BUILDER = { attributeNamePrefix: '@', ignoreAttributes: false, format: true, suppressEmptyNode: true }

/** Characters that XML 1.0 does not have. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are taken out.
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

export function writeJunit({ course, grades, refusals }: ClassGrades): string {
  const suites = [...grades.map(gradedSuite), ...refusals.map(refusedSuite)]
  const document = {
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    testsuites: { '@name': course, testsuite: suites },
  }
  return new XMLBuilder(BUILDER).build(document).replaceAll(NOT_XML, '')
}

function gradedSuite({ student, sheet, file, language, questions }: SheetGrade): object {
  const judged = questions.filter(({ max }) => max > 0)
  const failed = judged.filter(({ points, max }) => points < max)
  return {
    '@name': `${gradebookTitle(sheet)}: ${student}`,
    '@tests': judged.length,
    '@failures': failed.length,
    '@errors': 0,
    testcase: judged.map((question) => ({
      '@classname': `${sheet}.${student}`,
      '@name': question.id,
      '@file': file,
      ...(failed.includes(question)
        ? { failure: { '@message': sayGradeReason(question.reason, language), '#text': question.where } }
        : {}),
    })),
  }
}

function refusedSuite({ file, message }: Refusal): object {
  const testcase = { '@classname': file, '@name': 'bundle', error: { '@message': message } }
  return { '@name': file, '@tests': 1, '@failures': 0, '@errors': 1, testcase }
}
