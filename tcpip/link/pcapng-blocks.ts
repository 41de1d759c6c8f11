/**
 * Reads pcapng files (draft-ietf-opsawg-pcapng): any number of sections, each in its own byte order, interfaces with
 * their resolution and offset of time, all three blocks that hold packets; other blocks are skipped. Total, as
 * capture-reader.ts asks.
 */
import {
  CAPTURED_BYTES_MAX,
  type CaptureProblem,
  type CaptureReader,
  type FileWindow,
  makeCapturedRange,
  WINDOW_BYTES,
} from './capture-reader.ts'

/** Block types (4.1 to 4.4, and the obsolete packet block of appendix A). */
const SECTION_HEADER_BLOCK = 0x0a0d0d0a
const INTERFACE_DESCRIPTION_BLOCK = 1
const OBSOLETE_PACKET_BLOCK = 2
const SIMPLE_PACKET_BLOCK = 3
const ENHANCED_PACKET_BLOCK = 6

const BYTE_ORDER_MAGIC = 0x1a2b3c4d

/** Type and length before the body of a block, and the length again after it (3.1). */
const BLOCK_BODY_AT = 8
const BLOCK_BYTES_MIN = 12

/** Least bytes of the bodies, options and packets not counted. */
const SECTION_HEADER_BYTES = 16
const INTERFACE_BYTES = 8
const PACKET_HEADER_BYTES = 20
const SIMPLE_HEADER_BYTES = 4

/** Option codes (3.5, 4.2). */
const OPTION_END = 0
const OPTION_HEADER_BYTES = 4
const IF_TSRESOL = 9
const IF_TSOFFSET = 14
const IF_TSRESOL_BYTES = 1
const IF_TSOFFSET_BYTES = 8

/** `if_tsresol`: the high bit chooses powers of 2, the others are the negative exponent; microseconds without the option. */
const POWER_OF_TWO = 0x80
const MICROSECOND_RESOLUTION = 6
const NANOSECOND_RESOLUTION = 9

const VERSION_MAJOR = 1
const TWO_TO_32 = 0x1_0000_0000
const TWO_TO_32_BY_1000 = 4_294_967
const TWO_TO_32_MODULO_1000 = 296
const MICROSECONDS = 1_000_000n

/** Interfaces of one section, at most; a limit of ours, so that a file cannot be made of nothing else. */
const INTERFACES_MAX = 65_536

interface Interface {
  readonly linkType: number
  /** Bytes; 0 for no limit. */
  readonly snapLength: number
  /** The resolution when it is a common one and there is no offset; such timestamps need no big integers. */
  readonly common: typeof MICROSECOND_RESOLUTION | typeof NANOSECOND_RESOLUTION | undefined
  /** Ticks in a second, and microseconds to be added. */
  readonly perSecond: bigint
  readonly offset: bigint
}

export class PcapngBlocks implements CaptureReader {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly packet = makeCapturedRange()
  problem: CaptureProblem | undefined
  private readonly window: FileWindow
  private littleEndian = false
  private interfaces: Interface[] = []
  /** Where the next block begins in the file. */
  private at = 0
  /** What has to be added to a place in the window for the place in the file. */
  private shift = 0

  constructor(window: FileWindow) {
    this.window = window
    this.bytes = window.bytes
    this.view = window.view
  }

  next(): boolean {
    while (this.problem === undefined && this.at < this.window.size) {
      const start = this.at
      const length = this.blockLength(start)
      if (length === 0) return false
      this.at = start + length
      // Of a block that is larger than the window only the beginning is there: that is where a packet stands.
      const shown = Math.min(length - 4, WINDOW_BYTES)
      const place = this.window.find(start, shown)
      // It was there a moment ago: somebody has cut the file meanwhile.
      if (place < 0) return this.wrong('the file ends inside a block', start) > 0
      this.shift = start - place
      const type = this.view.getUint32(place, this.littleEndian)
      if (this.readBlock(type, place + BLOCK_BODY_AT, place + shown)) return true
    }
    if (this.problem === undefined && this.window.cut !== undefined) this.wrong(this.window.cut, this.at)
    return false
  }

  /**
   * Checks the frame of the block at `start` in the file, and reads the byte order if a section begins there; 0 when it is
   * wrong.
   */
  private blockLength(start: number): number {
    const { window, view } = this
    const left = window.size - start
    const place = window.find(start, BLOCK_BYTES_MIN)
    if (place < 0) return this.wrong('the file ends inside a block', start)
    if (view.getUint32(place) === SECTION_HEADER_BLOCK) {
      this.littleEndian = view.getUint32(place + BLOCK_BODY_AT, true) === BYTE_ORDER_MAGIC
      if (view.getUint32(place + BLOCK_BODY_AT, this.littleEndian) !== BYTE_ORDER_MAGIC) {
        return this.wrong('a section without a byte order', start + BLOCK_BODY_AT)
      }
    }
    const length = view.getUint32(place + 4, this.littleEndian)
    if (length < BLOCK_BYTES_MIN || length % 4 !== 0) return this.wrong(`a block of ${length} bytes`, start + 4)
    if (length > left) return this.wrong('the file ends inside a block', start)
    // Where the whole block fits the window, it is there now, and this moves nothing.
    if (length <= WINDOW_BYTES) window.find(start, length)
    const end = window.find(start + length - 4, 4)
    if (end < 0) return this.wrong('the file ends inside a block', start)
    if (view.getUint32(end, this.littleEndian) !== length) {
      return this.wrong('a block with two different lengths', start + length - 4)
    }
    return length
  }

  /** Reads the body `[at, end)` of a block; true when it is a packet. */
  private readBlock(type: number, at: number, end: number): boolean {
    switch (type) {
      case SECTION_HEADER_BLOCK:
        return this.readSectionHeader(at, end)
      case INTERFACE_DESCRIPTION_BLOCK:
        return this.readInterface(at, end)
      case ENHANCED_PACKET_BLOCK:
      case OBSOLETE_PACKET_BLOCK:
        return this.readPacket(type, at, end)
      case SIMPLE_PACKET_BLOCK:
        return this.readSimplePacket(at, end)
      default:
        return false
    }
  }

  private readSectionHeader(at: number, end: number): false {
    if (end - at < SECTION_HEADER_BYTES) return this.fail('a section header that is too short', at)
    const major = this.view.getUint16(at + 4, this.littleEndian)
    if (major !== VERSION_MAJOR) return this.fail(`pcapng version ${major}; only 1 is read`, at + 4)
    this.interfaces = []
    return false
  }

  private readInterface(at: number, end: number): false {
    const { view, littleEndian } = this
    if (end - at < INTERFACE_BYTES) return this.fail('an interface description that is too short', at)
    if (this.interfaces.length === INTERFACES_MAX) return this.fail(`more than ${INTERFACES_MAX} interfaces`, at)
    let resolution: number = MICROSECOND_RESOLUTION
    let offset = 0n
    for (let i = at + INTERFACE_BYTES; i + OPTION_HEADER_BYTES <= end; ) {
      const code = view.getUint16(i, littleEndian)
      const length = view.getUint16(i + 2, littleEndian)
      if (code === OPTION_END) break
      const value = i + OPTION_HEADER_BYTES
      if (value + length > end) return this.fail('an option beyond its block', i)
      if (code === IF_TSRESOL) {
        if (length !== IF_TSRESOL_BYTES) return this.fail(`if_tsresol of ${length} bytes`, i)
        resolution = view.getUint8(value)
      } else if (code === IF_TSOFFSET) {
        if (length !== IF_TSOFFSET_BYTES) return this.fail(`if_tsoffset of ${length} bytes`, i)
        offset = view.getBigInt64(value, littleEndian) * MICROSECONDS
      }
      i = value + ((length + 3) & ~3)
    }
    const exponent = BigInt(resolution & ~POWER_OF_TWO)
    this.interfaces.push({
      linkType: view.getUint16(at, littleEndian),
      snapLength: view.getUint32(at + 4, littleEndian),
      common:
        offset === 0n && (resolution === MICROSECOND_RESOLUTION || resolution === NANOSECOND_RESOLUTION)
          ? resolution
          : undefined,
      perSecond: (resolution & POWER_OF_TWO) === 0 ? 10n ** exponent : 1n << exponent,
      offset,
    })
    return false
  }

  /** An enhanced packet block (4.3), or an obsolete one, whose interface id has 16 bits. */
  private readPacket(type: number, at: number, end: number): boolean {
    const { view, littleEndian, packet } = this
    if (end - at < PACKET_HEADER_BYTES) return this.fail('a packet block that is too short', at)
    const id = type === ENHANCED_PACKET_BLOCK ? view.getUint32(at, littleEndian) : view.getUint16(at, littleEndian)
    const from = this.interfaces[id]
    if (from === undefined) return this.fail(`a packet of interface ${id}, which is not described`, at)
    const time = timeOf(from, view.getUint32(at + 4, littleEndian), view.getUint32(at + 8, littleEndian))
    if (!Number.isSafeInteger(time)) return this.fail('a time beyond 2^53 microseconds', at + 4)
    packet.time = time
    packet.hasTime = true
    packet.originalLength = view.getUint32(at + 16, littleEndian)
    const length = view.getUint32(at + 12, littleEndian)
    return this.setBytes(from.linkType, at + PACKET_HEADER_BYTES, length, end)
  }

  /** A simple packet block (4.4): of the first interface, without a time, and as long as the interface lets it be. */
  private readSimplePacket(at: number, end: number): boolean {
    const { view, littleEndian, packet } = this
    if (end - at < SIMPLE_HEADER_BYTES) return this.fail('a packet block that is too short', at)
    const [from] = this.interfaces
    if (from === undefined) return this.fail('a packet of interface 0, which is not described', at)
    packet.time = 0
    packet.hasTime = false
    packet.originalLength = view.getUint32(at, littleEndian)
    const length = from.snapLength === 0 ? packet.originalLength : Math.min(from.snapLength, packet.originalLength)
    return this.setBytes(from.linkType, at + SIMPLE_HEADER_BYTES, length, end)
  }

  private setBytes(linkType: number, at: number, length: number, end: number): boolean {
    if (length > end - at) return this.fail('a packet beyond its block', at)
    if (length > CAPTURED_BYTES_MAX) {
      return this.fail(`a packet of ${length} captured bytes, more than ${CAPTURED_BYTES_MAX}`, at)
    }
    this.packet.linkType = linkType
    this.packet.at = at
    this.packet.length = length
    return true
  }

  /** `place`: in the window. */
  private fail(reason: string, place: number): false {
    this.problem = { reason, offset: place + this.shift }
    return false
  }

  /** `offset`: in the file. */
  private wrong(reason: string, offset: number): 0 {
    this.problem = { reason, offset }
    return 0
  }
}

/** A timestamp in microseconds, rounded down; not a safe integer when it is too large for one. */
function timeOf(from: Interface, high: number, low: number): number {
  if (from.common === MICROSECOND_RESOLUTION) return high * TWO_TO_32 + low
  if (from.common === NANOSECOND_RESOLUTION) {
    // Both halves are divided by 1000 with their remainders, so that no step leaves the safe integers.
    return high * TWO_TO_32_BY_1000 + Math.floor((high * TWO_TO_32_MODULO_1000 + low) / 1000)
  }
  const ticks = (BigInt(high) << 32n) | BigInt(low)
  return Number((ticks * MICROSECONDS) / from.perSecond + from.offset)
}
