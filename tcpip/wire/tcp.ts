/**
 * The TCP header (RFC 9293 3.1): where its fields lie. It is handled as five 32-bit words, each read or written once.
 *
 * An accessor takes a view and the offset of the TCP header and never checks: it is for headers known to exist. The
 * functions ending in `In` take a field out of a word that was read already.
 */

/** Bytes of a header without options (data offset = 5). */
export const TCP_HEADER_BYTES = 20

/** Byte offsets of the five words: the ports; sequence and acknowledgment number; the last two hold several fields. */
export const TCP_WORD_PORTS = 0
export const TCP_SEQ = 4
export const TCP_ACK = 8
/** Data offset, control bits and window. */
export const TCP_WORD_FLAGS = 12
/** Checksum and urgent pointer. */
export const TCP_WORD_CHECKSUM = 16

/** Source port of the TCP header at `at`. */
export function sourcePortOf(view: DataView, at: number): number {
  return view.getUint16(at + TCP_WORD_PORTS)
}

/** Destination port of the TCP header at `at`. */
export function destinationPortOf(view: DataView, at: number): number {
  return view.getUint16(at + TCP_WORD_PORTS + 2)
}

/** SEG.SEQ of the TCP header at `at`, int32. */
export function seqOf(view: DataView, at: number): number {
  return view.getInt32(at + TCP_SEQ)
}

/** Header length in bytes out of the word of flags, options included: 0..60, below 20 only in a malformed segment. */
export function dataOffsetIn(flagsWord: number): number {
  return (flagsWord >>> 26) & 0x3c
}

/** All eight control bits, CWR and ECE (RFC 3168 6.1) included. */
export function flagsIn(flagsWord: number): number {
  return (flagsWord >>> 16) & 0xff
}

/** The word of flags. `headerLength` in bytes, a multiple of 4, at most 60. */
export function makeFlagsWord(headerLength: number, flags: number, window: number): number {
  return (headerLength << 26) | (flags << 16) | window
}
