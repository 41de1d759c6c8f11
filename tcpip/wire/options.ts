/**
 * TCP options: maximum segment size (RFC 9293 3.7.1), window scale and timestamps (RFC 7323), SACK-permitted and SACK
 * (RFC 2018 2, 3). Read Linux `tcp_parse_options` and `tcp_options_write` first: what they
 * tolerate, skip, order and pad is what a peer sees.
 */
import { SACK_BLOCKS_MAX, type Segment, SYN } from './segment.ts'

/** Option kinds, from the IANA registry "TCP Option Kind Numbers". */
const KIND_END = 0
const KIND_NOP = 1
const KIND_MSS = 2
const KIND_WINDOW_SCALE = 3
const KIND_SACK_PERMITTED = 4
const KIND_SACK = 5
const KIND_TIMESTAMPS = 8

/** Option lengths in bytes, kind and length included. */
const LENGTH_MSS = 4
const LENGTH_WINDOW_SCALE = 3
const LENGTH_SACK_PERMITTED = 2
const LENGTH_TIMESTAMPS = 10
const LENGTH_SACK = 2
const LENGTH_SACK_BLOCK = 8

/** Largest window shift; a larger one on the wire means this one (RFC 7323 2.3). */
export const WINDOW_SCALE_MAX = 14

/** Most bytes of options that a header has room for, and that `writeOptions` writes: timestamps and three SACK blocks. */
export const OPTIONS_BYTES_MAX = 40

/** First words of options as they are sent: every option, with its padding, starts and ends on a word. */
const WORD_MSS = (KIND_MSS << 24) | (LENGTH_MSS << 16)
const WORD_SACK_TIMESTAMPS =
  (KIND_SACK_PERMITTED << 24) | (LENGTH_SACK_PERMITTED << 16) | (KIND_TIMESTAMPS << 8) | LENGTH_TIMESTAMPS
const WORD_NOP_NOP_TIMESTAMPS = (KIND_NOP << 24) | (KIND_NOP << 16) | (KIND_TIMESTAMPS << 8) | LENGTH_TIMESTAMPS
const WORD_NOP_NOP_SACK_PERMITTED =
  (KIND_NOP << 24) | (KIND_NOP << 16) | (KIND_SACK_PERMITTED << 8) | LENGTH_SACK_PERMITTED
const WORD_NOP_NOP_SACK_BLOCKS = (KIND_NOP << 24) | (KIND_NOP << 16) | (KIND_SACK << 8) | LENGTH_SACK
const WORD_NOP_WINDOW_SCALE = (KIND_NOP << 24) | (KIND_WINDOW_SCALE << 16) | (LENGTH_WINDOW_SCALE << 8)

/**
 * Reads the options in `[at, end)` into the option fields of `into`, whose flags are already set: a segment without SYN
 * can only carry timestamps and SACK blocks. Unknown options and known ones of a wrong length are skipped; an option that does not fit,
 * or whose length is below 2, ends the parsing; of repeated options the last counts (Linux `tcp_parse_options`).
 */
export function parseOptions(view: DataView, at: number, end: number, into: Segment): void {
  let i = at
  while (i < end) {
    const kind = view.getUint8(i)
    if (kind === KIND_NOP) {
      i++
      continue
    }
    if (kind === KIND_END || i + 2 > end) return
    const length = view.getUint8(i + 1)
    if (length < 2 || i + length > end) return
    parseOption(view, i, kind, length, into)
    i += length
  }
}

/** One option that lies wholly inside the header. */
function parseOption(view: DataView, at: number, kind: number, length: number, into: Segment): void {
  if (kind === KIND_TIMESTAMPS) {
    if (length !== LENGTH_TIMESTAMPS) return
    into.hasTimestamps = true
    into.tsVal = view.getInt32(at + 2)
    into.tsEcr = view.getInt32(at + 6)
    return
  }
  if (kind === KIND_SACK) {
    parseSackBlocks(view, at, length, into)
    return
  }
  if ((into.flags & SYN) === 0) return
  switch (kind) {
    case KIND_MSS: {
      // An MSS of 0 is as good as none, also when an earlier option said otherwise.
      const mss = length === LENGTH_MSS ? view.getUint16(at + 2) : 0
      if (mss !== 0) into.mss = mss
      break
    }
    case KIND_WINDOW_SCALE:
      if (length === LENGTH_WINDOW_SCALE) into.windowScale = Math.min(view.getUint8(at + 2), WINDOW_SCALE_MAX)
      break
    case KIND_SACK_PERMITTED:
      if (length === LENGTH_SACK_PERMITTED) into.sackPermitted = true
      break
  }
}

/** Whole blocks only: an option that ends inside a block is skipped, as is one without any. */
function parseSackBlocks(view: DataView, at: number, length: number, into: Segment): void {
  const blockBytes = length - LENGTH_SACK
  if (blockBytes === 0 || blockBytes % LENGTH_SACK_BLOCK !== 0) return
  const words = blockBytes / 4
  // A header has no room for more: only a caller that gives a longer range gets here.
  if (words > 2 * SACK_BLOCKS_MAX) return
  for (let i = 0; i < words; i++) into.sackEdges[i] = view.getInt32(at + LENGTH_SACK + 4 * i)
  into.sackBlocks = words / 2
}

/** Bytes that a SACK option of `blocks` blocks takes, padding included; none for none. */
export function sackLength(blocks: number): number {
  return blocks === 0 ? 0 : 4 + LENGTH_SACK_BLOCK * blocks
}

/** Bytes that `writeOptions` writes for a segment: 0..40, a multiple of 4. */
export function optionsLength(segment: Segment): number {
  const own = (segment.mss !== 0 ? 4 : 0) + (segment.windowScale >= 0 ? 4 : 0) + sackLength(segment.sackBlocks)
  return own + (segment.hasTimestamps ? 12 : segment.sackPermitted ? 4 : 0)
}

/**
 * Writes the options that a segment has, in the order and with the padding of Linux `tcp_options_write`, so that a
 * fingerprint of ours reads like Linux: MSS, SACK-permitted packed with the timestamps, NOP and window scale, SACK blocks.
 * It writes what it is told, also options that RFC 9293 allows on a SYN only; what it is told must fit the 40 bytes.
 * Returns the bytes written.
 */
export function writeOptions(view: DataView, at: number, segment: Segment): number {
  let i = at
  if (segment.mss !== 0) {
    view.setInt32(i, WORD_MSS | segment.mss)
    i += 4
  }
  if (segment.hasTimestamps) {
    view.setInt32(i, segment.sackPermitted ? WORD_SACK_TIMESTAMPS : WORD_NOP_NOP_TIMESTAMPS)
    view.setInt32(i + 4, segment.tsVal)
    view.setInt32(i + 8, segment.tsEcr)
    i += 12
  } else if (segment.sackPermitted) {
    view.setInt32(i, WORD_NOP_NOP_SACK_PERMITTED)
    i += 4
  }
  if (segment.windowScale >= 0) {
    view.setInt32(i, WORD_NOP_WINDOW_SCALE | segment.windowScale)
    i += 4
  }
  if (segment.sackBlocks > 0) {
    view.setInt32(i, WORD_NOP_NOP_SACK_BLOCKS + LENGTH_SACK_BLOCK * segment.sackBlocks)
    i += 4
    for (let edge = 0; edge < 2 * segment.sackBlocks; edge++, i += 4) view.setInt32(i, segment.sackEdges[edge])
  }
  return i - at
}
