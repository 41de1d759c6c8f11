/**
 * The answers of one student's sheet, found by running the experiment. Made when a teacher asks for it, from the secret;
 * stored nowhere.
 */
import type { Course } from './course.ts'
import { seedOf, variantOf } from './course.ts'
import type { SheetLetter, Variant } from './sheet.ts'
import { SHEETS } from './sheets/catalogue.ts'

export interface AnswerKey {
  readonly student: string
  readonly sheet: SheetLetter
  readonly seed: number
  readonly variant: Variant
  /** By question; a sentence has none. */
  readonly answers: Readonly<Record<string, number | string>>
}

export async function answerKey(course: Course, letter: SheetLetter, student: string): Promise<AnswerKey> {
  const sheet = SHEETS[letter]
  const seed = seedOf(course, letter, student)
  const variant = variantOf(letter, seed)
  const { figures } = await sheet.play(variant, seed, 'whole')
  const answers: Record<string, number | string> = {}
  for (const question of sheet.questions) {
    if (question.kind === 'sentence') continue
    const value = figures[question.figure]
    if (value === undefined) throw new Error(`sheet ${letter}: the experiment has no figure ${question.figure}`)
    answers[question.id] = value
  }
  return { student, sheet: letter, seed, variant, answers }
}
