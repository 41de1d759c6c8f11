/**
 * What a worksheet is to the program: a variant that follows from the student's seed, an experiment that plays it in virtual
 * time, and questions that are held against what the experiment shows. The text that students read is in docs/worksheets.
 */

import type { Prng } from '../../tcpip/base/prng.ts'
import type { CheckName } from '../checks/checks.ts'
import type { Figures } from '../checks/figures.ts'
import type { Words } from '../checks/language.ts'
import type { BundleDirectory } from '../files/bundle-directory.ts'

import type { LiveTraffic } from './live-experiment.ts'

export const SHEET_LETTERS = ['A', 'B', 'C', 'D', 'E', 'F'] as const
export type SheetLetter = (typeof SHEET_LETTERS)[number]

/** The numbers that make one student's experiment another one than the neighbour's, by the letters that the sheet uses. */
export type Variant = Readonly<Record<string, number>>

/** Everything that a run of a variant showed, by name. */
export type SheetFigures = Readonly<Record<string, number | string>>

/**
 * How much of the experiment is played: `main` alone, or `whole`, with the change that the last question asks for. A student
 * sees the change only when it has been predicted.
 */
export type Extent = 'main' | 'whole'

/** What a run showed: figures for the questions, and lines for the student to read. */
export interface Played {
  readonly figures: SheetFigures
  readonly lines: readonly string[]
}

/** How far a prediction may be off: percent of what is measured, or as many units. */
export type Band = { readonly percent: number } | { readonly units: number }

export type Question = { readonly id: string; readonly part: Extent } & (
  | { readonly kind: 'prediction'; readonly figure: string; readonly band: Band }
  | { readonly kind: 'reading'; readonly figure: string }
  | { readonly kind: 'word'; readonly figure: string; readonly words: readonly string[] }
  /** For people to read; it earns no points. */
  | { readonly kind: 'sentence' }
)

export interface Sheet {
  readonly letter: SheetLetter
  /** Goes up when a variant or a question changes, so that bundles made before are told from bundles of today. */
  readonly version: number
  readonly title: Words
  /** Name of its text in docs/worksheets/LANGUAGE, without .md. */
  readonly text: string
  /** What each letter of the variant means, with its unit. */
  readonly letters: Readonly<Record<string, Words>>
  readonly vary: (prng: Prng) => Variant
  /** Plays the variant; writes what the student is to look at into `bundle`. One variant and seed give the same figures. */
  readonly play: (variant: Variant, seed: number, extent: Extent, bundle?: BundleDirectory) => Promise<Played>
  /** The same experiment on live processes, for sheets that have one. */
  readonly live?: (variant: Variant) => LiveTraffic
  /** What the run has to have reached, and its figures as the checks call them. */
  readonly checks: readonly [CheckName, ...CheckName[]]
  readonly checked: (figures: SheetFigures) => Figures
  readonly questions: readonly Question[]
}

/** A whole number from `min` to `max`, a multiple of `step` above `min`. */
export function draw(prng: Prng, min: number, max: number, step = 1): number {
  return min + step * prng.below(Math.floor((max - min) / step) + 1)
}

/** A figure that is known to be a number. Throws when the experiment has none of that name: a fault of the sheet. */
export function numberOf(figures: SheetFigures, name: string): number {
  const value = figures[name]
  if (typeof value !== 'number') throw new Error(`the experiment has no number ${name}`)
  return value
}
