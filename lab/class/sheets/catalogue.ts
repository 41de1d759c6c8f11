/**
 * The worksheets, in the order in which a course gives them out.
 */
import { SHEET_LETTERS, type Sheet, type SheetLetter } from '../sheet.ts'
import { SHEET_A } from './a-handshake.ts'
import { SHEET_B } from './b-timeout.ts'
import { SHEET_C } from './c-flood.ts'
import { SHEET_D } from './d-cookies.ts'
import { SHEET_E } from './e-two-queues.ts'
import { SHEET_F } from './f-close.ts'

export const SHEETS: Readonly<Record<SheetLetter, Sheet>> = {
  A: SHEET_A,
  B: SHEET_B,
  C: SHEET_C,
  D: SHEET_D,
  E: SHEET_E,
  F: SHEET_F,
}

/** The letter of a sheet in either case; undefined when there is no such sheet. */
export function parseLetter(text: string): SheetLetter | undefined {
  return SHEET_LETTERS.find((letter) => letter === text.toUpperCase())
}
