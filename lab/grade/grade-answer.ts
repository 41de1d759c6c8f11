/**
 * One answer held against the run: a point or none, and why.
 */
import type { Band, Question, SheetFigures } from '../class/sheet.ts'
import type { AnswerReason, GradeReason } from './grade-words.ts'

/** Points of a question that earns any. */
export const POINTS = 1

export interface QuestionGrade {
  readonly id: string
  /** Whole numbers, always. */
  readonly points: number
  readonly max: number
  /** Where in the bundle the answer stands. */
  readonly where: string
  readonly reason: GradeReason
}

/** Points that a question can earn: a sentence is for people to judge. */
export function maxPoints({ kind }: Question): number {
  return kind === 'sentence' ? 0 : POINTS
}

/** `measured` is what the experiment shows when it is run again. */
export function gradeAnswer(
  question: Question,
  answer: number | string | undefined,
  measured: SheetFigures,
): QuestionGrade {
  const { earned, reason } = judgeAnswer(question, answer, measured)
  const max = maxPoints(question)
  return { id: question.id, points: earned ? max : 0, max, where: `answers.${question.id}`, reason }
}

function judgeAnswer(
  question: Question,
  given: number | string | undefined,
  measured: SheetFigures,
): { readonly earned: boolean; readonly reason: AnswerReason } {
  if (given === undefined) return { earned: false, reason: { key: 'not-answered', values: {} } }
  const values = { given }
  if (question.kind === 'sentence') return { earned: false, reason: { key: 'sentence-to-read', values } }
  const truth = measured[question.figure]
  if (truth === undefined) return { earned: false, reason: { key: 'not-run', values: { figure: question.figure } } }
  switch (question.kind) {
    case 'prediction': {
      const earned = typeof given === 'number' && typeof truth === 'number' && isWithin(given, truth, question.band)
      return { earned, reason: { key: earned ? 'prediction-near' : 'prediction-far', values } }
    }
    case 'reading': {
      const earned = given === truth
      return { earned, reason: { key: earned ? 'reading-agrees' : 'reading-differs', values } }
    }
    case 'word': {
      const earned = given === truth
      return { earned, reason: { key: earned ? 'word-agrees' : 'word-differs', values } }
    }
  }
}

/** Percent are of the measured value. */
function isWithin(given: number, truth: number, band: Band): boolean {
  const off = Math.abs(given - truth)
  return 'units' in band ? off <= band.units : off <= (band.percent / 100) * Math.abs(truth)
}
