/**
 * The contract of a reader of capture files, whatever their format: a cursor over packets. A file may be larger than
 * memory: the reader sees a window of it.
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
  /** The captured bytes are `[at, at + length)` of the reader's `bytes`, until the next `next()`. */
  at: number
  length: number
  /** Bytes that the packet had on the wire; more than `length` when the capture was limited (snapshot length). */
  originalLength: number
}

/** Reads forward through a file, one packet at a time. */
export interface CaptureReader {
  /** The part of the file that is in memory; the whole of a file that was given as bytes. */
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly packet: Readonly<CapturedRange>
  /** What ended the reading; undefined while nothing has, and at the regular end of the file. */
  readonly problem: CaptureProblem | undefined
  /** On to the next packet; false at the end of the file or at a problem, from then on always. */
  next(): boolean
}

/** A file that is read piece by piece. */
export interface ByteSource {
  /** Bytes. */
  readonly size: number
  /** Why the file ends before its end; undefined when it does not. */
  readonly cut?: string
  /** Fills `into` with what stands at `offset`, as far as the file goes; returns the number of bytes. */
  read(into: Uint8Array, offset: number): number
}

/** Longest captured packet, bytes (libpcap MAXIMUM_SNAPLEN): a longer one is a sign that the file is damaged. */
export const CAPTURED_BYTES_MAX = 262_144

/** Bytes of a window: the longest packet, whatever stands before it, and so much more that it seldom has to move. */
export const WINDOW_BYTES = 4 * CAPTURED_BYTES_MAX

export function makeCapturedRange(): CapturedRange {
  return { time: 0, hasTime: false, linkType: 0, at: 0, length: 0, originalLength: 0 }
}

/** The part of a file that is in memory. It moves forward with whoever reads; the whole file if it is given as bytes. */
export class FileWindow {
  readonly size: number
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly cut: string | undefined
  private readonly source: ByteSource | undefined
  /** The file's bytes `[base, base + filled)` are in `bytes`, from its beginning. */
  private base = 0
  private filled: number

  constructor(file: Uint8Array | ByteSource) {
    if (file instanceof Uint8Array) {
      this.bytes = file
      this.size = file.length
      this.filled = file.length
    } else {
      this.bytes = new Uint8Array(Math.min(file.size, WINDOW_BYTES))
      this.size = file.size
      this.filled = 0
      this.source = file
      this.cut = file.cut
    }
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength)
  }

  /**
   * Where the file's bytes `[offset, offset + length)` stand in `bytes`, until the next call; `length` at most WINDOW_BYTES.
   * -1 when the file ends before, or has become shorter than it was.
   */
  find(offset: number, length: number): number {
    if (offset < this.base || offset + length > this.base + this.filled) this.move(offset)
    return offset + length <= this.base + this.filled ? offset - this.base : -1
  }

  private move(offset: number): void {
    if (this.source === undefined) return
    this.base = offset
    this.filled = offset < this.size ? this.source.read(this.bytes, offset) : 0
  }
}
