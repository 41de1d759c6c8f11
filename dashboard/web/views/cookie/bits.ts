/** Arithmetic of a SYN cookie's 32 bits, all numbers unsigned (Linux secure_tcp_syn_cookie(), check_tcp_syn_cookie()). Pure. */
import type { CookieAnatomy } from '../../../contract/server.ts'

export const COUNT_BITS = 8
export const HASH_BITS = 24
const HASH_MASK = 0xff_ffff

/** Counts that are still taken: the present one and the one before (Linux MAX_SYNCOOKIE_AGE). */
const COUNTS_TAKEN = 2

export interface CookieBits {
  /** What is left of the cookie without hash1 and the client's ISN. */
  readonly remainder: number
  /** Its upper 8 bits: the low bits of the minute in which it was made. */
  readonly count: number
  /** Its lower 24 bits, and what is left of them without hash2: the index into the MSS table. */
  readonly low: number
  readonly index: number
}

/** Takes `cookie` apart with the hashes of `anatomy`. */
export function takeApart(cookie: number, { hash1, hash2, clientIsn }: CookieAnatomy): CookieBits {
  const remainder = (cookie - hash1 - clientIsn) >>> 0
  const low = remainder & HASH_MASK
  return { remainder, count: remainder >>> HASH_BITS, low, index: (low - hash2) & HASH_MASK }
}

/** Bit `place` of `value`, 31 the highest. */
export function bitOf(value: number, place: number): 0 | 1 {
  return ((value >>> place) & 1) as 0 | 1
}

export function flip(value: number, place: number): number {
  return (value ^ (1 << place)) >>> 0
}

/** Of how many guesses one is taken: 2^32 numbers, of which each index with each count that is still taken is good. */
export function guessesPerHit(mssTable: readonly number[]): number {
  return 2 ** (COUNT_BITS + HASH_BITS) / (COUNTS_TAKEN * mssTable.length)
}

export function hex(value: number, digits = 8): string {
  return value.toString(16).padStart(digits, '0')
}
