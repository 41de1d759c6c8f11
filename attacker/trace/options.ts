/**
 * The TCP options of a recorded segment, made fit for replay: what every stack understands stays byte for byte, in its
 * order and padding; the rest is overwritten, because some of it is made of the original addresses (MPTCP ADD_ADDR, RFC
 * 8684 3.4.1; the digests of TCP MD5 and TCP-AO, RFC 2385 and RFC 5925; the cookie of TCP Fast Open, RFC 7413).
 */

const KIND_END = 0
const KIND_NOP = 1

/** Whether an option is kept: a known kind (RFC 9293 3.7.1, RFC 7323, RFC 2018) with the length that it must have. */
function isKept(kind: number, length: number): boolean {
  switch (kind) {
    case 2: // Maximum segment size.
      return length === 4
    case 3: // Window scale.
      return length === 3
    case 4: // SACK-permitted.
      return length === 2
    case 5: // SACK: one to four blocks of eight bytes.
      return length > 2 && (length - 2) % 8 === 0
    case 8: // Timestamps.
      return length === 10
    default:
      return false
  }
}

/** Bytes of the whole options at the beginning of `[at, end)`, of which the last may have been cut off. */
export function wholeOptions(bytes: Uint8Array, at: number, end: number): number {
  let i = at
  while (i < end && bytes[i] !== KIND_END) {
    const length = bytes[i] === KIND_NOP ? 1 : i + 1 < end ? bytes[i + 1] : 0
    if (length < 1 || i + length > end) break
    i += length
  }
  return i - at
}

/**
 * Overwrites in `[at, end)` every option that is not kept by NOPs, and what follows the end of the options, or the first
 * option that does not fit, by zeros. The number of bytes stays. Returns the number of options that were overwritten.
 */
export function blankOptions(bytes: Uint8Array, at: number, end: number): number {
  let blanked = 0
  let i = at
  while (i < end && bytes[i] !== KIND_END) {
    const kind = bytes[i]
    if (kind === KIND_NOP) {
      i++
      continue
    }
    const length = i + 1 < end ? bytes[i + 1] : 0
    if (length < 2 || i + length > end) {
      blanked++
      break
    }
    if (!isKept(kind, length)) {
      bytes.fill(KIND_NOP, i, i + length)
      blanked++
    }
    i += length
  }
  bytes.fill(KIND_END, i, end)
  return blanked
}
