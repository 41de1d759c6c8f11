/**
 * The shared key of a lab, and the authentication tag that it puts on every frame of the UDP link but the data frames:
 * HMAC-SHA-256 (RFC 2104) cut to 128 bits (RFC 4868 2.6 allows half the hash). Who holds the key is a member of the lab.
 */
import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto'
import { type MacKey, TAG_BYTES } from '../udp-link/mac-key.ts'
import { fillRandom } from './random.ts'

/** Characters of the shortest acceptable key text: below that it is a typing error, not a key. */
export const MIN_KEY_CHARACTERS = 8

const KEY_BYTES = 32

export class HmacKey implements MacKey {
  private readonly key: KeyObject

  /** `bytes`: the key itself, 32 bytes that nobody can guess. */
  constructor(bytes: Uint8Array) {
    this.key = createSecretKey(bytes)
  }

  tag(bytes: Uint8Array, length: number): Uint8Array {
    return createHmac('sha256', this.key).update(bytes.subarray(0, length)).digest().subarray(0, TAG_BYTES)
  }

  seal(bytes: Uint8Array, length: number): number {
    bytes.set(this.tag(bytes, length), length)
    return length + TAG_BYTES
  }

  isSealed(bytes: Uint8Array, length: number): boolean {
    if (length < TAG_BYTES) return false
    const end = length - TAG_BYTES
    return timingSafeEqual(this.tag(bytes, end), bytes.subarray(end, length))
  }
}

/**
 * The key that a text stands for, by HKDF (RFC 5869): whoever is given the same text gets the same key. Throws a
 * RangeError for a text of less than 8 characters.
 */
export function deriveLabKey(text: string): MacKey {
  if (text.length < MIN_KEY_CHARACTERS) {
    throw new RangeError(`the lab key needs at least ${MIN_KEY_CHARACTERS} characters, got ${text.length}`)
  }
  return new HmacKey(new Uint8Array(hkdfSync('sha256', text, 'synlab', 'udp-link', KEY_BYTES)))
}

/** A key that nobody else has, now or later. */
export function freshKey(): MacKey {
  const bytes = new Uint8Array(KEY_BYTES)
  fillRandom(bytes)
  return new HmacKey(bytes)
}
