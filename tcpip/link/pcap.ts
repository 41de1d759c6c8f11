/**
 * Reads capture files of either sort: pcap (draft-ietf-opsawg-pcap), both byte orders, micro- and nanoseconds, and
 * pcapng (draft-ietf-opsawg-pcapng, see pcapng-blocks.ts). Total: whatever the bytes are, nothing is thrown; what is
 * wrong is said with the offset at which it is wrong. Packets are not copied: they are ranges of the file.
 */
import { CAPTURED_BYTES_MAX, type CaptureProblem, type CaptureReader, makeCapturedRange } from './capture-reader.ts'
import { PcapngBlocks } from './pcapng-blocks.ts'

/** Magic numbers of pcap (4 of the draft), as read in the file's own byte order. */
const MAGIC_MICROSECONDS = 0xa1b2c3d4
const MAGIC_NANOSECONDS = 0xa1b23c4d

/** The first block of a pcapng file; the same in both byte orders. */
const SECTION_HEADER_BLOCK = 0x0a0d0d0a

const FILE_HEADER_BYTES = 24
const RECORD_HEADER_BYTES = 16

/** The version that every writer of this century writes: 2.4. Older ones swap the two lengths. */
const VERSION_MAJOR = 2
const VERSION_MINOR = 4

/** Link type: the low half of its word; above it are the length of a frame check sequence and reserved bits. */
const LINK_TYPE_MASK = 0xffff

const SECOND_MICROSECONDS = 1_000_000
const MICROSECOND_NANOSECONDS = 1_000

class PcapRecords implements CaptureReader {
  readonly view: DataView
  readonly packet = makeCapturedRange()
  problem: CaptureProblem | undefined
  private readonly littleEndian: boolean
  /** Units of the second half of a timestamp in a microsecond. */
  private readonly perMicrosecond: number
  private at = FILE_HEADER_BYTES

  constructor(view: DataView, littleEndian: boolean, perMicrosecond: number) {
    this.view = view
    this.littleEndian = littleEndian
    this.perMicrosecond = perMicrosecond
    this.problem = this.readFileHeader()
  }

  next(): boolean {
    const { view, at, littleEndian, packet } = this
    if (this.problem !== undefined || at === view.byteLength) return false
    if (at + RECORD_HEADER_BYTES > view.byteLength) return this.fail('the file ends inside the header of a packet', at)
    const length = view.getUint32(at + 8, littleEndian)
    if (length > CAPTURED_BYTES_MAX) {
      return this.fail(`a packet of ${length} captured bytes, more than ${CAPTURED_BYTES_MAX}`, at + 8)
    }
    const start = at + RECORD_HEADER_BYTES
    if (start + length > view.byteLength) return this.fail('the file ends inside a packet', at)
    const fraction = view.getUint32(at + 4, littleEndian)
    packet.time = view.getUint32(at, littleEndian) * SECOND_MICROSECONDS + Math.floor(fraction / this.perMicrosecond)
    packet.at = start
    packet.length = length
    packet.originalLength = view.getUint32(at + 12, littleEndian)
    this.at = start + length
    return true
  }

  private readFileHeader(): CaptureProblem | undefined {
    const { view, littleEndian, packet } = this
    if (view.byteLength < FILE_HEADER_BYTES) return { reason: 'the file ends inside the pcap header', offset: 0 }
    const major = view.getUint16(4, littleEndian)
    const minor = view.getUint16(6, littleEndian)
    if (major !== VERSION_MAJOR || minor !== VERSION_MINOR) {
      return { reason: `pcap version ${major}.${minor}; only 2.4 is read`, offset: 4 }
    }
    packet.hasTime = true
    packet.linkType = view.getUint32(20, littleEndian) & LINK_TYPE_MASK
    return undefined
  }

  private fail(reason: string, offset: number): false {
    this.problem = { reason, offset }
    return false
  }
}

/** A reader of a file that is neither sort. */
class Nothing implements CaptureReader {
  readonly view: DataView
  readonly packet = makeCapturedRange()
  readonly problem: CaptureProblem

  constructor(view: DataView) {
    this.view = view
    this.problem = { reason: 'neither a pcap nor a pcapng file', offset: 0 }
  }

  next(): boolean {
    return false
  }
}

/** A reader of the capture in `file`, before its first packet. The sort of file is told by its first four bytes. */
export function readCapture(file: Uint8Array): CaptureReader {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (view.byteLength < 4) return new Nothing(view)
  for (const littleEndian of [true, false]) {
    const magic = view.getUint32(0, littleEndian)
    if (magic === MAGIC_MICROSECONDS) return new PcapRecords(view, littleEndian, 1)
    if (magic === MAGIC_NANOSECONDS) return new PcapRecords(view, littleEndian, MICROSECOND_NANOSECONDS)
  }
  return view.getUint32(0) === SECTION_HEADER_BLOCK ? new PcapngBlocks(view) : new Nothing(view)
}
