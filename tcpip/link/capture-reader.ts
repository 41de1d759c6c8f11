/**
 * The contract of a reader of capture files, whatever their format: a cursor over packets that are ranges of the file.
 */

/** Why a file cannot be read any further, and the byte offset in the file at which that is seen. */
export interface CaptureProblem {
  readonly reason: string
  readonly offset: number
}

/** The packet that a reader stands at: one record, refilled by every `next()`. */
export interface CapturedRange {
  /** Microseconds since 1970 (since whatever the capture counts from), a safe integer, rounded down. */
  time: number
  /** False for the blocks of pcapng that have no timestamp; `time` is 0 then. */
  hasTime: boolean
  /** LINKTYPE_ value of the tcpdump.org registry. */
  linkType: number
  /** The captured bytes are `[at, at + length)` of the file, and inside it. */
  at: number
  length: number
  /** Bytes that the packet had on the wire; more than `length` when the capture was limited (snapshot length). */
  originalLength: number
}

/** Reads forward through a file, one packet at a time. */
export interface CaptureReader {
  readonly view: DataView
  readonly packet: Readonly<CapturedRange>
  /** What ended the reading; undefined while nothing has, and at the regular end of the file. */
  readonly problem: CaptureProblem | undefined
  /** On to the next packet; false at the end of the file or at a problem, from then on always. */
  next(): boolean
}

/** Longest captured packet, bytes (libpcap MAXIMUM_SNAPLEN): a longer one is a sign that the file is damaged. */
export const CAPTURED_BYTES_MAX = 262_144

export function makeCapturedRange(): CapturedRange {
  return { time: 0, hasTime: false, linkType: 0, at: 0, length: 0, originalLength: 0 }
}
