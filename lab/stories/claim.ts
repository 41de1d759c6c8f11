/**
 * What a story concludes, as numbers that a program can check: each claim has a value that was expected and one that was
 * counted in the run.
 */
import { fill, type Language, type Words } from '../checks/language.ts'

export interface Claim {
  readonly name: string
  readonly expected: string
  readonly measured: string
  readonly holds: boolean
}

/** What can be claimed of: compared as text, so that lists count as one value. */
export type ClaimValue = string | number | boolean | readonly (string | number)[]

/** How a claim says what it expects of a number. */
const WITHIN: Words = { en: '{value} within {share} %', 'zh-CN': '{value}，误差不超过 {share} %' }
const AT_LEAST: Words = { en: 'at least {value}', 'zh-CN': '至少 {value}' }

/** The measured value is exactly the expected one. */
export function claimEqual(name: string, expected: ClaimValue, measured: ClaimValue): Claim {
  return { name, expected: show(expected), measured: show(measured), holds: exact(expected) === exact(measured) }
}

/** The measured value is within `tolerance` (a share, 0.01 for 1 %) of the expected one. */
export function claimNear(
  name: string,
  expected: number,
  measured: number,
  tolerance: number,
  language: Language = 'en',
): Claim {
  const holds = Math.abs(measured - expected) <= tolerance * Math.abs(expected)
  const band = fill(WITHIN, { value: show(expected), share: tolerance * 100 }, language)
  return { name, expected: band, measured: show(measured), holds }
}

/** The measured value is at least `least`. */
export function claimAtLeast(name: string, least: number, measured: number, language: Language = 'en'): Claim {
  const bound = fill(AT_LEAST, { value: show(least) }, language)
  return { name, expected: bound, measured: show(measured), holds: measured >= least }
}

/** To the millionth: what is left below is the rounding of floating point. */
function exact(value: ClaimValue): string {
  if (typeof value === 'number') return String(Math.round(value * 1e6) / 1e6)
  if (typeof value === 'string' || typeof value === 'boolean') return String(value)
  return value.map(exact).join(', ')
}

/** For readers: whole numbers as they are, others to four digits. */
function show(value: ClaimValue): string {
  if (typeof value === 'number') return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)))
  if (typeof value === 'string' || typeof value === 'boolean') return String(value)
  return value.map(show).join(', ')
}
