/**
 * A TCP segment and the IPv4 fields that TCP needs, as plain numbers. The same shape serves the hot path, where one
 * record is refilled for every packet, and tests, where a literal of the interesting fields is enough.
 */

/** Control bits, RFC 9293 3.1. */
export const FIN = 0x01
export const SYN = 0x02
export const RST = 0x04
export const PSH = 0x08
export const ACK = 0x10
export const URG = 0x20

const NO_BYTES = new Uint8Array(0)

/** Most blocks of a SACK option: what 40 bytes of options have room for (RFC 2018 3). */
export const SACK_BLOCKS_MAX = 4

export class Segment {
  /** IPv4 addresses, int32 in host order. */
  source = 0
  destination = 0
  sourcePort = 0
  destinationPort = 0
  /** SEG.SEQ and SEG.ACK, int32. */
  seq = 0
  ack = 0
  /** Control bits. */
  flags = 0
  /** The window field as sent, unscaled, 0..65535. */
  window = 0

  /** Maximum segment size option, bytes; 0 when absent. */
  mss = 0
  /** Window scale option, shift count 0..14; -1 when absent. */
  windowScale = -1
  sackPermitted = false
  /** Timestamps option (RFC 7323): TSval and TSecr, int32. */
  hasTimestamps = false
  tsVal = 0
  tsEcr = 0
  /** SACK option (RFC 2018): blocks of it, 0 when absent, and their edges, int32: left, right, left, right, ... */
  sackBlocks = 0
  sackEdges = new Int32Array(2 * SACK_BLOCKS_MAX)

  /** The payload is `payload[payloadAt .. payloadAt + payloadLength)`: a window into somebody else's bytes. */
  payload: Uint8Array = NO_BYTES
  payloadAt = 0
  payloadLength = 0

  /** Forgets the options; the fixed fields are expected to be overwritten by the caller. */
  clearOptions(): void {
    this.mss = 0
    this.windowScale = -1
    this.sackPermitted = false
    this.hasTimestamps = false
    this.tsVal = 0
    this.tsEcr = 0
    this.sackBlocks = 0
  }

  /** Adds a block to the SACK option; the caller sees to it that there is room. */
  addSackBlock(left: number, right: number): void {
    this.sackEdges[2 * this.sackBlocks] = left
    this.sackEdges[2 * this.sackBlocks + 1] = right
    this.sackBlocks++
  }

  clearPayload(): void {
    this.payload = NO_BYTES
    this.payloadAt = 0
    this.payloadLength = 0
  }
}

/** A segment from the fields that matter to the caller; the others are 0 or absent. */
export function makeSegment(fields: Partial<Omit<Segment, 'clearOptions' | 'clearPayload' | 'addSackBlock'>>): Segment {
  const segment = Object.assign(new Segment(), fields)
  if (fields.payload && fields.payloadLength === undefined) segment.payloadLength = fields.payload.length
  return segment
}

/** SEG.LEN: sequence space the segment occupies, SYN and FIN counting one each (RFC 9293 3.4). */
export function segmentLength(segment: Segment): number {
  return segment.payloadLength + ((segment.flags & SYN) >> 1) + (segment.flags & FIN)
}
