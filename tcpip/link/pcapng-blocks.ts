/**
 * Reads pcapng files (draft-ietf-opsawg-pcapng): any number of sections, each in its own byte order, interfaces with
 * their resolution and offset of time, all three blocks that hold packets; other blocks are skipped. Total, as
 * capture-reader.ts asks.
 */
import { CAPTURED_BYTES_MAX, type CaptureProblem, type CaptureReader, makeCapturedRange } from './capture-reader.ts'

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
  readonly view: DataView
  readonly packet = makeCapturedRange()
  problem: CaptureProblem | undefined
  private littleEndian = false
  private interfaces: Interface[] = []
  /** Where the next block begins. */
  private at = 0

  constructor(view: DataView) {
    this.view = view
  }

  next(): boolean {
    while (this.problem === undefined && this.at < this.view.byteLength) {
      const at = this.at
      const length = this.blockLength(at)
      if (length === 0) return false
      this.at = at + length
      const type = this.view.getUint32(at, this.littleEndian)
      if (this.readBlock(type, at + BLOCK_BODY_AT, at + length - 4)) return true
    }
    return false
  }

  /** Checks the frame of the block at `at`, and reads the byte order if a section begins there; 0 when it is wrong. */
  private blockLength(at: number): number {
    const { view } = this
    const left = view.byteLength - at
    if (left < BLOCK_BYTES_MIN) return this.wrong('the file ends inside a block', at)
    if (view.getUint32(at) === SECTION_HEADER_BLOCK) {
      this.littleEndian = view.getUint32(at + BLOCK_BODY_AT, true) === BYTE_ORDER_MAGIC
      if (view.getUint32(at + BLOCK_BODY_AT, this.littleEndian) !== BYTE_ORDER_MAGIC) {
        return this.wrong('a section without a byte order', at + BLOCK_BODY_AT)
      }
    }
    const length = view.getUint32(at + 4, this.littleEndian)
    if (length < BLOCK_BYTES_MIN || length % 4 !== 0) return this.wrong(`a block of ${length} bytes`, at + 4)
    if (length > left) return this.wrong('the file ends inside a block', at)
    if (view.getUint32(at + length - 4, this.littleEndian) !== length) {
      return this.wrong('a block with two different lengths', at + length - 4)
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

  private fail(reason: string, offset: number): false {
    this.problem = { reason, offset }
    return false
  }

  private wrong(reason: string, offset: number): 0 {
    this.fail(reason, offset)
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
