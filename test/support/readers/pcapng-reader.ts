/**
 * A strict reader of the pcapng files that the lab writes: every length, padding byte and constant is checked, and
 * anything unexpected throws. Little-endian, one section.
 */

export interface CapturedInterface {
  readonly linkType: number
  readonly snapLength: number
  readonly name: string
  readonly description: string
  /** `if_tsresol`: timestamps count units of 10^-n seconds. */
  readonly timestampResolution: number
}

export interface CapturedPacket {
  readonly interfaceId: number
  /** In the interface's unit. */
  readonly timestamp: number
  readonly direction: 'inbound' | 'outbound'
  readonly bytes: Uint8Array
}

export interface Capture {
  readonly interfaces: readonly CapturedInterface[]
  readonly packets: readonly CapturedPacket[]
}

function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`not the pcapng that was expected: ${message}`)
}

/** Reads forward through one block. */
class Cursor {
  readonly view: DataView
  at: number
  readonly end: number

  constructor(view: DataView, at: number, end: number) {
    this.view = view
    this.at = at
    this.end = end
  }

  uint16(): number {
    check(this.at + 2 <= this.end, 'a field beyond its block')
    this.at += 2
    return this.view.getUint16(this.at - 2, true)
  }

  uint32(): number {
    check(this.at + 4 <= this.end, 'a field beyond its block')
    this.at += 4
    return this.view.getUint32(this.at - 4, true)
  }

  /** Bytes, and the zeros that pad them to a 32-bit boundary. */
  bytes(length: number): Uint8Array {
    const paddedLength = Math.ceil(length / 4) * 4
    check(this.at + paddedLength <= this.end, 'bytes beyond their block')
    const all = new Uint8Array(this.view.buffer, this.view.byteOffset + this.at, paddedLength)
    check(
      all.subarray(length).every((byte) => byte === 0),
      'padding that is not zero',
    )
    this.at += paddedLength
    return all.slice(0, length)
  }

  /** All options up to the end of options, which must be the end of the block. */
  options(): Map<number, Uint8Array> {
    const options = new Map<number, Uint8Array>()
    for (;;) {
      const code = this.uint16()
      const length = this.uint16()
      if (code === 0) {
        check(length === 0 && this.at === this.end, 'an end of options that is not the end')
        return options
      }
      check(!options.has(code), `option ${code} twice`)
      options.set(code, this.bytes(length))
    }
  }
}

function readSectionHeader(body: Cursor): void {
  check(body.uint32() === 0x1a2b3c4d, 'byte order')
  check(body.uint16() === 1 && body.uint16() === 0, 'version 1.0')
  check(body.uint32() === 0xffffffff && body.uint32() === 0xffffffff, 'section length unknown')
  check(body.at === body.end, 'no options in the section header')
}

function readInterface(body: Cursor): CapturedInterface {
  const linkType = body.uint16()
  check(body.uint16() === 0, 'reserved field zero')
  const snapLength = body.uint32()
  const options = body.options()
  const text = (code: number): string => new TextDecoder().decode(options.get(code))
  const resolution = options.get(9)
  check(resolution?.length === 1, 'if_tsresol of one byte')
  check(options.size === 3, 'name, description and resolution, and no other option')
  return { linkType, snapLength, name: text(2), description: text(3), timestampResolution: resolution[0] }
}

function readPacket(body: Cursor): CapturedPacket {
  const interfaceId = body.uint32()
  const timestamp = body.uint32() * 2 ** 32 + body.uint32()
  const capturedLength = body.uint32()
  check(body.uint32() === capturedLength, 'captured in full')
  const bytes = body.bytes(capturedLength)
  const options = body.options()
  const flags = options.get(2)
  check(options.size === 1 && flags?.length === 4, 'epb_flags and no other option')
  check(flags[1] === 0 && flags[2] === 0 && flags[3] === 0 && (flags[0] === 1 || flags[0] === 2), 'only a direction')
  return { interfaceId, timestamp, direction: flags[0] === 1 ? 'inbound' : 'outbound', bytes }
}

/** Reads a whole file; throws on anything but what the lab may write. */
export function readPcapng(file: Uint8Array): Capture {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const interfaces: CapturedInterface[] = []
  const packets: CapturedPacket[] = []
  for (let at = 0; at < file.length; ) {
    check(at + 12 <= file.length, 'a block of at least 12 bytes')
    const type = view.getUint32(at, true)
    const length = view.getUint32(at + 4, true)
    check(length >= 12 && length % 4 === 0 && at + length <= file.length, `block length ${length} at ${at}`)
    check(view.getUint32(at + length - 4, true) === length, `the same length at both ends of the block at ${at}`)
    const body = new Cursor(view, at + 8, at + length - 4)
    check((type === 0x0a0d0d0a) === (at === 0), 'one section header, at the start')
    if (type === 0x0a0d0d0a) readSectionHeader(body)
    else if (type === 1) interfaces.push(readInterface(body))
    else if (type === 6) {
      const packet = readPacket(body)
      check(packet.interfaceId < interfaces.length, 'an interface described before its packets')
      packets.push(packet)
    } else check(false, `block type ${type}`)
    at += length
  }
  return { interfaces, packets }
}
