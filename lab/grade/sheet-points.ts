/**
 * What a sheet is worth.
 */
import type { SheetLetter } from '../class/sheet.ts'
import { SHEETS } from '../class/sheets/catalogue.ts'
import { maxPoints, POINTS } from './grade-answer.ts'

/** Points that can be had for a sheet: one for the run, and those of its questions. */
export function sheetPoints(letter: SheetLetter): number {
  return SHEETS[letter].questions.reduce((sum, question) => sum + maxPoints(question), POINTS)
}
