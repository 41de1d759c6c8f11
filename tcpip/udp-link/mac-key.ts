/**
 * What the link needs of a key: an authentication tag over bytes. The tag itself takes a hash of the machine's, so whoever
 * opens the link brings the key along (tcpip/io/lab-key.ts).
 */

/** Bytes of a tag. */
export const TAG_BYTES = 16

export interface MacKey {
  /** The tag of `bytes[0 .. length)`. */
  tag(bytes: Uint8Array, length: number): Uint8Array
  /** Appends the tag of `bytes[0 .. length)` at `length`; returns the new length. */
  seal(bytes: Uint8Array, length: number): number
  /** Whether the last 16 of `length` bytes are the tag of those before them. */
  isSealed(bytes: Uint8Array, length: number): boolean
}
