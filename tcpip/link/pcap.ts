/**
 * Reads capture files of either sort: pcap (draft-ietf-opsawg-pcap), both byte orders, micro- and nanoseconds, with the
 * longer records of old patches too (pcap-varieties.ts), and pcapng (draft-ietf-opsawg-pcapng, see pcapng-blocks.ts). Total: whatever
 * the bytes are, nothing is thrown; what is wrong is said with the offset at which it is wrong. Packets are not copied:
 * they are ranges of the window (capture-reader.ts).
 */
import {
  type ByteSource,
  CAPTURED_BYTES_MAX,
  type CaptureProblem,
  type CaptureReader,
  FileWindow,
  makeCapturedRange,
} from './capture-reader.ts'
import { nameOfFormat } from './foreign-formats.ts'
import { FILE_HEADER_BYTES, likeliestHeaderBytes, type Variety, varietyOf } from './pcap-varieties.ts'
import { PcapngBlocks } from './pcapng-blocks.ts'

/** The first block of a pcapng file; the same in both byte orders. */
const SECTION_HEADER_BLOCK = 0x0a0d0d0a

/** The version that every writer of this century writes: 2.4. Older ones swap the two lengths. */
const VERSION_MAJOR = 2
const VERSION_MINOR = 4

/** Link type: the low half of its word; above it are the length of a frame check sequence and reserved bits. */
const LINK_TYPE_MASK = 0xffff

const SECOND_MICROSECONDS = 1_000_000

class PcapRecords implements CaptureReader {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly packet = makeCapturedRange()
  problem: CaptureProblem | undefined
  private readonly window: FileWindow
  private readonly littleEndian: boolean
  private readonly magic: number
  private readonly perMicrosecond: number
  private recordHeaderBytes = 0
  private at = FILE_HEADER_BYTES
  private packets = 0

  constructor(window: FileWindow, littleEndian: boolean, variety: Variety) {
    this.window = window
    this.bytes = window.bytes
    this.view = window.view
    this.littleEndian = littleEndian
    this.magic = variety.magic
    this.perMicrosecond = variety.perMicrosecond
    this.problem = this.readFileHeader(variety)
  }

  next(): boolean {
    const { window, view, at, littleEndian, packet, recordHeaderBytes, perMicrosecond } = this
    if (this.problem !== undefined) return false
    if (at === window.size) return window.cut !== undefined && this.fail(window.cut, at)
    const header = window.find(at, recordHeaderBytes)
    if (header < 0) return this.fail('the file ends inside the header of a packet', at)
    if (this.isFileHeader(header)) return this.fail('another pcap file begins there; mergecap joins files', at)
    const length = view.getUint32(header + 8, littleEndian)
    if (length > CAPTURED_BYTES_MAX) {
      const which = `packet ${this.packets + 1} is said to have ${length} captured bytes`
      return this.fail(`${which}, more than any capture holds (${CAPTURED_BYTES_MAX})`, at + 8)
    }
    const fraction = view.getUint32(header + 4, littleEndian)
    packet.time = view.getUint32(header, littleEndian) * SECOND_MICROSECONDS + Math.floor(fraction / perMicrosecond)
    packet.originalLength = view.getUint32(header + 12, littleEndian)
    packet.length = length
    packet.at = window.find(at + recordHeaderBytes, length)
    if (packet.at < 0) return this.fail('the file ends inside a packet', at)
    this.at = at + recordHeaderBytes + length
    this.packets++
    return true
  }

  /** Files that were joined by `cat`. As a record it would be of one moment in 2055. */
  private isFileHeader(at: number): boolean {
    const { view, littleEndian, magic } = this
    if (view.getUint32(at, littleEndian) !== magic) return false
    return (
      view.getUint16(at + 4, littleEndian) === VERSION_MAJOR && view.getUint16(at + 6, littleEndian) === VERSION_MINOR
    )
  }

  private readFileHeader(variety: Variety): CaptureProblem | undefined {
    const { window, view, littleEndian, packet } = this
    if (window.find(0, FILE_HEADER_BYTES) < 0) return { reason: 'the file ends inside the pcap header', offset: 0 }
    const major = view.getUint16(4, littleEndian)
    const minor = view.getUint16(6, littleEndian)
    if (major !== VERSION_MAJOR || minor !== VERSION_MINOR) {
      return { reason: `pcap version ${major}.${minor}; only 2.4 is read`, offset: 4 }
    }
    packet.hasTime = true
    packet.linkType = view.getUint32(20, littleEndian) & LINK_TYPE_MASK
    this.recordHeaderBytes = likeliestHeaderBytes(window, littleEndian, variety)
    return undefined
  }

  private fail(reason: string, offset: number): false {
    this.problem = { reason, offset }
    return false
  }
}

/** A reader of a file that is neither sort. */
class Nothing implements CaptureReader {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly packet = makeCapturedRange()
  readonly problem: CaptureProblem

  constructor({ bytes, view, cut }: FileWindow) {
    this.bytes = bytes
    this.view = view
    this.problem = { reason: bytes.length === 0 ? (cut ?? 'the file is empty') : notACapture(bytes), offset: 0 }
  }

  next(): boolean {
    return false
  }
}

/** What may help with a file of which nothing is known. */
const CONVERTER = ' (editcap -F pcap makes a pcap of most other captures)'

function notACapture(bytes: Uint8Array): string {
  const name = nameOfFormat(bytes)
  return `neither a pcap nor a pcapng file${name === undefined ? CONVERTER : `, but ${name}`}`
}

/** A reader of the capture in `file`, before its first packet. The sort of file is told by its first four bytes. */
export function readCapture(file: Uint8Array | ByteSource): CaptureReader {
  const window = new FileWindow(file)
  const { view } = window
  if (window.find(0, 4) < 0) return new Nothing(window)
  for (const littleEndian of [true, false]) {
    const variety = varietyOf(view.getUint32(0, littleEndian))
    if (variety !== undefined) return new PcapRecords(window, littleEndian, variety)
  }
  return view.getUint32(0) === SECTION_HEADER_BLOCK ? new PcapngBlocks(window) : new Nothing(window)
}
