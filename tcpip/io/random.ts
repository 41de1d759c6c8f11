/** Randomness that nobody can guess, from the operating system: for nonces, session ids and secrets. */
import { randomFillSync } from 'node:crypto'

export function fillRandom(bytes: Uint8Array): void {
  randomFillSync(bytes)
}
