/**
 * The bytes of every stream in every script: a function of the position alone, so that whatever arrives at a wrong place
 * is noticed, be it read by the application or sent to the peer.
 */

/** The byte at position `offset` of a stream. */
export function patternByte(offset: number): number {
  return (offset * 31 + (offset >>> 8) * 101) & 0xff
}

/** Bytes `[offset, offset + length)` of a stream. */
export function patternBytes(offset: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => patternByte(offset + i))
}

/** Index of the first byte that is not the stream's at `offset` and after; -1 when all are. */
export function firstWrongByte(bytes: Uint8Array, offset: number): number {
  return bytes.findIndex((byte, i) => byte !== patternByte(offset + i))
}
