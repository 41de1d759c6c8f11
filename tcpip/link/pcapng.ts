/**
 * Writes packets in the pcapng capture file format (draft-ietf-opsawg-pcapng): one section, any number of interfaces of
 * raw IP packets, timestamps in microseconds, the direction of each packet. The same calls give the same bytes: no date,
 * no host name. Blocks are little-endian, whatever the machine.
 */
import { assert } from '../base/assert.ts'

/** Block types (4.1, 4.2, 4.3 of the draft). */
const SECTION_HEADER_BLOCK = 0x0a0d0d0a
const INTERFACE_DESCRIPTION_BLOCK = 1
const ENHANCED_PACKET_BLOCK = 6

/** Tells a reader the byte order of the section (4.1). */
const BYTE_ORDER_MAGIC = 0x1a2b3c4d

/** Packets start with the IP header (LINKTYPE_RAW of the tcpdump.org registry). */
const LINKTYPE_RAW = 101

/** Option codes (3.5, 4.2, 4.3). */
const OPTION_END = 0
const IF_NAME = 2
const IF_DESCRIPTION = 3
const IF_TSRESOL = 9
const EPB_FLAGS = 2

/** `if_tsresol`: timestamps count units of 10^-6 seconds. */
const MICROSECONDS = 6

/** `epb_flags`, bits 0 and 1: which way the packet went. */
const INBOUND = 1
const OUTBOUND = 2

const TWO_TO_32 = 0x1_0000_0000

/** Bytes of an enhanced packet block around the packet, its flags option and the end of options included. */
const PACKET_BLOCK_OVERHEAD = 44

/** Longest packet that can be captured, bytes: IPv4's limit. */
const PACKET_BYTES_MAX = 65_535

/** A chunk is handed on when it has reached this many bytes. */
const CHUNK_BYTES = 65_536

/** Longest text of an option, bytes; a limit of ours, so that a description fits into the buffer. */
const TEXT_BYTES_MAX = 1_024

/** `length` rounded up to the 32-bit boundary at which everything in a block starts. */
function padded(length: number): number {
  return (length + 3) & ~3
}

export class PcapngWriter {
  private readonly sink: (chunk: Uint8Array) => void
  private readonly bytes = new Uint8Array(CHUNK_BYTES + padded(PACKET_BYTES_MAX) + PACKET_BLOCK_OVERHEAD)
  private readonly view = new DataView(this.bytes.buffer)
  /** Bytes of the chunk being filled. */
  private used = 0
  private interfaces = 0

  /** `sink` gets the file chunk by chunk; a chunk is only good during the call: write it or copy it. */
  constructor(sink: (chunk: Uint8Array) => void) {
    this.sink = sink
    const start = this.startBlock(SECTION_HEADER_BLOCK)
    this.putUint32(BYTE_ORDER_MAGIC)
    // Version 1.0.
    this.putUint16(1)
    this.putUint16(0)
    // Length of the section, 64 bits: all ones for "not known".
    this.putUint32(-1)
    this.putUint32(-1)
    this.endBlock(start)
  }

  /** Describes an interface and returns its id. `name` and `description` are ASCII, at most 1,024 characters. */
  addInterface(name: string, description: string): number {
    const start = this.startBlock(INTERFACE_DESCRIPTION_BLOCK)
    this.putUint16(LINKTYPE_RAW)
    this.putUint16(0)
    // Snapshot length: 0 for no limit.
    this.putUint32(0)
    this.putTextOption(IF_NAME, name)
    this.putTextOption(IF_DESCRIPTION, description)
    this.putUint16(IF_TSRESOL)
    this.putUint16(1)
    this.putUint32(MICROSECONDS)
    this.putUint32(OPTION_END)
    this.endBlock(start)
    return this.interfaces++
  }

  /**
   * Appends one packet. `timestamp` in microseconds, a safe integer >= 0; `interfaceId` from `addInterface`; `length` at
   * most 65,535. `inbound` as seen by the host whose interface it is.
   */
  packet(
    interfaceId: number,
    timestamp: number,
    bytes: Uint8Array,
    at: number,
    length: number,
    inbound: boolean,
  ): void {
    assert(interfaceId >= 0 && interfaceId < this.interfaces, 'the interface was added')
    assert(Number.isSafeInteger(timestamp) && timestamp >= 0, 'a timestamp is a safe integer >= 0')
    assert(length <= PACKET_BYTES_MAX, 'a packet has at most 65,535 bytes')
    const start = this.startBlock(ENHANCED_PACKET_BLOCK)
    this.putUint32(interfaceId)
    this.putUint32(Math.floor(timestamp / TWO_TO_32))
    this.putUint32(timestamp >>> 0)
    this.putUint32(length)
    this.putUint32(length)
    for (let i = 0; i < length; i++) this.bytes[this.used + i] = bytes[at + i]
    this.used += length
    this.putPadding()
    this.putUint16(EPB_FLAGS)
    this.putUint16(4)
    this.putUint32(inbound ? INBOUND : OUTBOUND)
    this.putUint32(OPTION_END)
    this.endBlock(start)
  }

  /** Hands on what has been gathered; call it at the end, or to make a capture visible while it grows. */
  flush(): void {
    if (this.used === 0) return
    const length = this.used
    this.used = 0
    this.sink(this.bytes.subarray(0, length))
  }

  /** Starts a block of which the length is still open; returns where it starts. */
  private startBlock(type: number): number {
    const start = this.used
    this.putUint32(type)
    this.used += 4
    return start
  }

  /** Writes the length of a block at either end of it (3.1). */
  private endBlock(start: number): void {
    const length = this.used + 4 - start
    this.view.setUint32(start + 4, length, true)
    this.putUint32(length)
    if (this.used >= CHUNK_BYTES) this.flush()
  }

  private putTextOption(code: number, text: string): void {
    assert(text.length <= TEXT_BYTES_MAX, 'the text of an option has at most 1,024 characters')
    this.putUint16(code)
    this.putUint16(text.length)
    for (let i = 0; i < text.length; i++) {
      const character = text.charCodeAt(i)
      assert(character < 128, 'the text of an option is ASCII')
      this.bytes[this.used++] = character
    }
    this.putPadding()
  }

  private putUint16(value: number): void {
    this.view.setUint16(this.used, value, true)
    this.used += 2
  }

  private putUint32(value: number): void {
    this.view.setUint32(this.used, value, true)
    this.used += 4
  }

  /** Zeros up to the next 32-bit boundary. Blocks are whole words, so that the offset in the chunk tells. */
  private putPadding(): void {
    const end = padded(this.used)
    while (this.used < end) this.bytes[this.used++] = 0
  }
}
