/**
 * A course: its name and the secret that only the teacher has. Everything that belongs to a student follows from it, so
 * that nothing needs to be stored to be found again: seed = hash(secret, course, sheet, student).
 */
import { createHmac, randomBytes } from 'node:crypto'
import { Prng } from '../../tcpip/base/prng.ts'
import { SHEET_LETTERS, type SheetLetter, type Variant } from './sheet.ts'
import { SHEETS } from './sheets/catalogue.ts'

export interface Course {
  readonly name: string
  /** 32 bytes, hexadecimal. */
  readonly secret: string
}

const SECRET_BYTES = 32
/** A seed has 48 bits, which every JSON reader keeps exactly. */
const SEED_BYTES = 6

export function makeCourse(name: string): Course {
  return { name, secret: randomBytes(SECRET_BYTES).toString('hex') }
}

/** Seed of one student's experiment. */
export function seedOf(course: Course, letter: SheetLetter, student: string): number {
  return derive(course, 'seed', letter, student).readUIntBE(0, SEED_BYTES)
}

export function seedsOf(course: Course, student: string): Record<SheetLetter, number> {
  const entries = SHEET_LETTERS.map((letter) => [letter, seedOf(course, letter, student)] as const)
  return Object.fromEntries(entries) as Record<SheetLetter, number>
}

/** The key with which a student's bundles are sealed, hexadecimal: nobody else's tool can make them. */
export function sealKeyOf(course: Course, student: string): string {
  return derive(course, 'seal', student).toString('hex')
}

export function variantOf(letter: SheetLetter, seed: number): Variant {
  return SHEETS[letter].vary(new Prng(seed))
}

/** Parts are separated by a byte that none of them contains. */
function derive({ name, secret }: Course, ...parts: readonly string[]): Buffer {
  return createHmac('sha256', Buffer.from(secret, 'hex'))
    .update([name, ...parts].join('\0'))
    .digest()
}
