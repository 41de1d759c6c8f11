/**
 * Data frames: packing packets into datagrams, taking them out again, and noticing which never arrived. The sequence
 * word of a data frame is the number of packets its sender packed before it in this session, modulo 2^32, so that the
 * receiver counts lost packets, not lost datagrams. A lost or late packet is not asked for again: this is an IP link.
 */
import type { PacketRing } from '../link/packet-ring.ts'
import type { Datagram, DatagramOutput } from './datagram-pool.ts'
import { PacketIn, type UdpCounters } from './udp-counters.ts'
import { DATA_HEADER_BYTES, type FrameType, PACKET_PREFIX_BYTES, type SessionId, writeDataHeader } from './udp-frame.ts'

/** Bytes of the shortest IPv4 header (RFC 791 3.1). */
export const MIN_PACKET_BYTES = 20

/** Default limit of a datagram's payload: with IPv4 and UDP headers it fits an Ethernet frame, overlay network included. */
export const DEFAULT_DATAGRAM_BYTES = 1400
/** Smallest and largest limit that can be set; the largest is for loopback only, where nothing is fragmented. */
export const MIN_DATAGRAM_BYTES = 576
export const MAX_DATAGRAM_BYTES = 16_384

/** Default ring capacity, packets per direction: four times what one event loop turn (32 datagrams) brings at most. */
export const DEFAULT_RING_CAPACITY = 4096

/** Up to this length a loop over words is faster than the views that a block copy needs. Measured: 150 to 200 bytes. */
const SHORT_COPY_BYTES = 160

/** Throws a RangeError for a datagram limit that cannot be set. */
export function checkDatagramBytes(bytes: number): void {
  if (!Number.isInteger(bytes) || bytes < MIN_DATAGRAM_BYTES || bytes > MAX_DATAGRAM_BYTES) {
    throw new RangeError(
      `datagram size must be an integer from ${MIN_DATAGRAM_BYTES} to ${MAX_DATAGRAM_BYTES} bytes, got ${bytes}`,
    )
  }
}

/** Bytes and a view of the same bytes: the view copies words, at any alignment, three times as fast as a loop over bytes. */
interface Place {
  readonly bytes: Uint8Array
  readonly view: DataView
}

function copyPacket(to: Place, toAt: number, from: Uint8Array, fromView: DataView, at: number, length: number): void {
  if (length > SHORT_COPY_BYTES) {
    to.bytes.set(new Uint8Array(from.buffer, from.byteOffset + at, length), toAt)
    return
  }
  const toView = to.view
  const words = length & -4
  for (let i = 0; i < words; i += 4) toView.setInt32(toAt + i, fromView.getInt32(at + i))
  for (let i = words; i < length; i++) toView.setUint8(toAt + i, fromView.getUint8(at + i))
}

/** A view of a datagram that arrived. One small object per datagram, which carries many packets. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Number of packets in a data frame, or -1 when there is none or their lengths do not add up to its size. */
export function countPackets(bytes: Uint8Array, length: number): number {
  let packets = 0
  let at = DATA_HEADER_BYTES
  while (at + PACKET_PREFIX_BYTES < length) {
    const packetLength = (bytes[at] << 8) | bytes[at + 1]
    if (packetLength === 0) return -1
    at += PACKET_PREFIX_BYTES + packetLength
    packets++
  }
  return at === length && packets > 0 ? packets : -1
}

/** Copies a packet into a receive ring, or says why it cannot. `view` is that of `bytes`. */
export function deliver(rx: PacketRing, bytes: Uint8Array, view: DataView, at: number, length: number): PacketIn {
  if (length > rx.slotBytes) return PacketIn.TOO_LONG
  const slot = rx.reserve()
  if (slot < 0) return PacketIn.RING_FULL
  copyPacket(rx, slot, bytes, view, at, length)
  rx.commit(length)
  return PacketIn.DELIVERED
}

/** Fills datagrams for one session. */
export class PacketPacker {
  private readonly output: DatagramOutput
  private readonly type: FrameType
  private readonly session: SessionId
  private readonly address: string
  private readonly port: number
  private readonly maxBytes: number
  private open: Datagram | undefined
  /** Packets packed so far, modulo 2^32 as int32. */
  private sequence = 0

  /** `maxBytes`: limit of a datagram, except for a packet that is longer all alone. A spoke has no use for `address`. */
  constructor(
    output: DatagramOutput,
    type: FrameType,
    session: SessionId,
    maxBytes: number,
    address: string,
    port: number,
  ) {
    this.output = output
    this.type = type
    this.session = session
    this.address = address
    this.port = port
    this.maxBytes = maxBytes
    this.open = undefined
  }

  /** Adds the packet at `from[at .. at + length)`; false when it needs a new datagram and none is left. */
  append(from: PacketRing, at: number, length: number): boolean {
    let datagram = this.open
    if (datagram !== undefined && datagram.length + PACKET_PREFIX_BYTES + length > this.maxBytes) {
      this.flush()
      datagram = undefined
    }
    if (datagram === undefined) {
      datagram = this.output.takeData()
      if (datagram === undefined) return false
      this.begin(datagram)
    }
    const end = datagram.length
    datagram.view.setUint16(end, length)
    copyPacket(datagram, end + PACKET_PREFIX_BYTES, from.bytes, from.view, at, length)
    datagram.length = end + PACKET_PREFIX_BYTES + length
    datagram.packets++
    this.sequence = (this.sequence + 1) | 0
    return true
  }

  /** Sends what is packed. Every `append` must be followed by a `flush` before control returns to the event loop. */
  flush(): void {
    const datagram = this.open
    if (datagram === undefined) return
    this.open = undefined
    this.output.send(datagram)
  }

  private begin(datagram: Datagram): void {
    datagram.length = writeDataHeader(datagram.bytes, this.type, this.session, this.sequence)
    datagram.address = this.address
    datagram.port = this.port
    this.open = datagram
  }
}

/** Follows the sequence words of one peer. */
export class ArrivalTracker {
  private readonly counters: UdpCounters
  private expected = 0
  private skipped = 0
  private late = 0

  constructor(counters: UdpCounters) {
    this.counters = counters
  }

  /** A data frame with this sequence word (int32) and this many packets was accepted. */
  arrived(sequence: number, packets: number): void {
    const ahead = (sequence - this.expected) | 0
    if (ahead < 0) {
      this.late += packets
      this.counters.countLate(packets)
      return
    }
    if (ahead > 0) {
      this.skipped += ahead
      this.counters.countSkipped(ahead)
    }
    this.expected = (sequence + packets) | 0
  }

  /** Packets that the peer sent and that have not arrived, as far as later ones tell. */
  get missing(): number {
    return Math.max(0, this.skipped - this.late)
  }
}
