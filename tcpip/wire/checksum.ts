/**
 * The Internet checksum (RFC 1071). Sums are kept open as 32-bit partial sums, so that a header, a pseudo header and a
 * payload add up in any order, and are folded to 16 bits once at the end.
 *
 * A partial sum is an int32 read as unsigned. One packet cannot overflow it: 65,535 bytes add less than 2^31, which
 * leaves as much again for what the caller adds.
 */

/** The two 16-bit halves of a 32-bit word, added: what the word contributes to a partial sum. */
export function halves(word: number): number {
  return (word >>> 16) + (word & 0xffff)
}

/**
 * Adds the bytes `[at, at + length)` to a partial sum. The range must start at an even offset of the message that is
 * summed; an odd last byte counts as if a zero byte followed (RFC 1071 1).
 */
export function addBytes(sum: number, view: DataView, at: number, length: number): number {
  const end = at + length
  let i = at
  for (; i + 4 <= end; i += 4) {
    const word = view.getInt32(i)
    sum = (sum + (word >>> 16) + (word & 0xffff)) | 0
  }
  if (i + 2 <= end) {
    sum = (sum + view.getUint16(i)) | 0
    i += 2
  }
  return i < end ? (sum + (view.getUint8(i) << 8)) | 0 : sum
}

/** Copies `length` bytes and adds them to a partial sum in the same pass; the rules of `addBytes` apply. */
export function addBytesCopying(
  sum: number,
  from: Uint8Array,
  fromAt: number,
  length: number,
  to: Uint8Array,
  toAt: number,
): number {
  const evenLength = length & ~1
  for (let i = 0; i < evenLength; i += 2) {
    const high = from[fromAt + i]
    const low = from[fromAt + i + 1]
    to[toAt + i] = high
    to[toAt + i + 1] = low
    sum = (sum + (high << 8) + low) | 0
  }
  if (evenLength === length) return sum
  const last = from[fromAt + evenLength]
  to[toAt + evenLength] = last
  return (sum + (last << 8)) | 0
}

/** Partial sum of the TCP pseudo header (RFC 9293 3.1). `length`: TCP header and payload, bytes. */
export function pseudoHeaderSum(source: number, destination: number, protocol: number, length: number): number {
  return halves(source) + halves(destination) + protocol + length
}

/** The checksum field for a partial sum: folded to 16 bits with end-around carry, and inverted. */
export function finishChecksum(sum: number): number {
  const once = (sum >>> 16) + (sum & 0xffff)
  return ~(once + (once >>> 16)) & 0xffff
}

/**
 * Whether a partial sum that includes the checksum field proves the bytes intact: all ones after folding. A sum of
 * plain zero cannot come from a valid packet, whose version or protocol number is not zero.
 */
export function isIntact(sum: number): boolean {
  return finishChecksum(sum) === 0
}
