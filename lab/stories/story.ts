/**
 * A story: a short piece about TCP, played by real endpoints, that ends in claims.
 */
import type { Words } from '../checks/language.ts'
import type { Storyteller } from './storyteller.ts'

export interface Story {
  readonly name: string
  /** One sentence: what it shows. */
  readonly summary: Words
  /** What to type into Wireshark's filter line, and what to look at then. */
  readonly wireshark: readonly { readonly filter: string; readonly shows: string }[]
  readonly tell: (teller: Storyteller) => void
}
