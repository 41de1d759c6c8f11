/**
 * Segments in one line of packetdrill notation, so that tests, logs and tables read like the scripts of people who test
 * TCP. A cold path: it builds strings.
 */
import { formatAddress } from './address.ts'
import { ACK, FIN, PSH, RST, type Segment, SYN, URG } from './segment.ts'

/** What sequence numbers are shown relative to: the initial send sequence number (ISS) of either side, int32. */
export interface SequenceBases {
  /** ISS of the sender of the segment: subtracted from SEG.SEQ. */
  readonly sourceIss: number
  /** ISS of its receiver: subtracted from SEG.ACK. */
  readonly destinationIss: number
}

const ABSOLUTE: SequenceBases = { sourceIss: 0, destinationIss: 0 }

/** ECN's control bits (RFC 3168 6.1). */
const ECE = 0x40
const CWR = 0x80

/** Letters of the control bits in packetdrill's order. */
const FLAG_LETTERS: readonly (readonly [number, string])[] = [
  [FIN, 'F'],
  [SYN, 'S'],
  [RST, 'R'],
  [PSH, 'P'],
  [ACK, '.'],
  [URG, 'U'],
  [ECE, 'E'],
  [CWR, 'W'],
]

function describeFlags(flags: number): string {
  const letters = FLAG_LETTERS.filter(([bit]) => (flags & bit) !== 0).map(([, letter]) => letter)
  return letters.length === 0 ? '-' : letters.join('')
}

/** Options with the padding that `writeOptions` sends, or nothing. */
function describeOptions(segment: Segment, bases: SequenceBases): string {
  const options: string[] = []
  if (segment.mss !== 0) options.push(`mss ${segment.mss}`)
  if (segment.sackPermitted) options.push(segment.hasTimestamps ? 'sackOK' : 'nop,nop,sackOK')
  if (segment.hasTimestamps) {
    const padding = segment.sackPermitted ? '' : 'nop,nop,'
    options.push(`${padding}TS val ${segment.tsVal >>> 0} ecr ${segment.tsEcr >>> 0}`)
  }
  if (segment.windowScale >= 0) options.push(`nop,wscale ${segment.windowScale}`)
  if (segment.sackBlocks > 0) options.push(`nop,nop,sack ${describeSackBlocks(segment, bases)}`)
  return options.length === 0 ? '' : ` <${options.join(',')}>`
}

/** Blocks of the SACK option, for example `2001:3001 5001:6001`: like SEG.ACK they are numbers of the receiver's. */
function describeSackBlocks(segment: Segment, bases: SequenceBases): string {
  const blocks: string[] = []
  for (let i = 0; i < 2 * segment.sackBlocks; i += 2) {
    const left = (segment.sackEdges[i] - bases.destinationIss) >>> 0
    blocks.push(`${left}:${(segment.sackEdges[i + 1] - bases.destinationIss) >>> 0}`)
  }
  return blocks.join(' ')
}

/** For example `S. 0:0(0) ack 1 win 65535 <mss 1460>`: flags, sequence numbers (unsigned), window, options. */
export function describeSegment(segment: Segment, bases: SequenceBases = ABSOLUTE): string {
  const first = (segment.seq - bases.sourceIss) >>> 0
  const next = (first + segment.payloadLength) >>> 0
  const ack = (segment.flags & ACK) === 0 ? '' : ` ack ${(segment.ack - bases.destinationIss) >>> 0}`
  const sequence = `${first}:${next}(${segment.payloadLength})`
  return `${describeFlags(segment.flags)} ${sequence}${ack} win ${segment.window}${describeOptions(segment, bases)}`
}

/** For example `192.0.2.1:40000 > 192.0.2.2:80`. */
export function describeEndpoints(segment: Segment): string {
  const source = `${formatAddress(segment.source)}:${segment.sourcePort}`
  return `${source} > ${formatAddress(segment.destination)}:${segment.destinationPort}`
}
