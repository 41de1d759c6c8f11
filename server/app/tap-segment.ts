/**
 * A segment as a tap tells it: numbers unsigned, flags and options by name.
 */
import { ACK, FIN, PSH, RST, type Segment, SYN, URG } from '../../tcpip/wire/segment.ts'
import type { TapSegment } from './tap-event.ts'

/** ECN's control bits (RFC 3168 6.1). */
const ECE = 0x40
const CWR = 0x80

/** In the order of the header, RFC 9293 3.1. */
const FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [CWR, 'CWR'],
  [ECE, 'ECE'],
  [URG, 'URG'],
  [ACK, 'ACK'],
  [PSH, 'PSH'],
  [RST, 'RST'],
  [SYN, 'SYN'],
  [FIN, 'FIN'],
]

/** What can be read in the segment itself. */
export function describeTapSegment(segment: Segment, direction: TapSegment['direction']): TapSegment {
  return {
    direction,
    flags: FLAGS.filter(([bit]) => (segment.flags & bit) !== 0).map(([, name]) => name),
    seq: segment.seq >>> 0,
    ack: segment.ack >>> 0,
    window: segment.window,
    payloadBytes: segment.payloadLength,
    options: {
      ...(segment.mss === 0 ? {} : { mss: segment.mss }),
      ...(segment.windowScale < 0 ? {} : { windowScale: segment.windowScale }),
      ...(segment.sackPermitted ? { sackPermitted: true } : {}),
      ...(segment.hasTimestamps ? { timestamps: [segment.tsVal >>> 0, segment.tsEcr >>> 0] } : {}),
      ...(segment.sackBlocks === 0 ? {} : { sack: sackBlocks(segment) }),
    },
  }
}

function sackBlocks({ sackBlocks: count, sackEdges }: Segment): [number, number][] {
  return Array.from({ length: count }, (_, block) => [sackEdges[2 * block] >>> 0, sackEdges[2 * block + 1] >>> 0])
}
