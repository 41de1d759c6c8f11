/**
 * Finds the TCP segments in a capture file and says of every other packet why it is none. Checksums are not looked at: a
 * capture of a host that leaves them to its network card holds wrong ones. Read first: tcpip/link/pcap.ts.
 */
import type { CaptureProblem, CaptureReader } from '../../tcpip/link/capture-reader.ts'
import { ipv4Offset, UNKNOWN_LINK_TYPE } from '../../tcpip/link/link-layer.ts'
import { readCapture } from '../../tcpip/link/pcap.ts'
import {
  destinationOf,
  headerLengthOf,
  IPV4_HEADER_BYTES,
  PROTOCOL_TCP,
  protocolOf,
  sourceOf,
  totalLengthOf,
} from '../../tcpip/wire/ipv4.ts'
import {
  dataOffsetIn,
  destinationPortOf,
  flagsIn,
  sourcePortOf,
  TCP_HEADER_BYTES,
  TCP_WORD_FLAGS,
} from '../../tcpip/wire/tcp.ts'

/** "More fragments" and the fragment offset (RFC 791 3.1): all zero in a whole packet. */
const FRAGMENT_AT = 6
const FRAGMENT_MASK = 0x3fff

/**
 * Why a packet is no segment that can be replayed. `no-time`: its block has no timestamp; `cut-short`: the capture ends
 * before the TCP header does; `malformed`: header lengths that cannot be; `fragment`: a part of a packet.
 */
export type ScanSkip = 'no-time' | 'unknown-link-type' | 'not-ipv4' | 'not-tcp' | 'fragment' | 'cut-short' | 'malformed'

export class TraceScan {
  private readonly reader: CaptureReader
  readonly view: DataView
  /** Packets passed over. */
  readonly skipped: Record<ScanSkip, number> = {
    'no-time': 0,
    'unknown-link-type': 0,
    'not-ipv4': 0,
    'not-tcp': 0,
    fragment: 0,
    'cut-short': 0,
    malformed: 0,
  }

  /** The segment that the scan stands at. Time in microseconds, as in the file; addresses int32. */
  time = 0
  source = 0
  destination = 0
  sourcePort = 0
  destinationPort = 0
  flags = 0
  /** Offset of the TCP header in the file; all of its `headerLength` bytes were captured. */
  tcp = 0
  headerLength = 0
  /** Bytes of payload on the wire, captured or not. */
  payloadLength = 0

  constructor(file: Uint8Array) {
    this.reader = readCapture(file)
    this.view = this.reader.view
  }

  get problem(): CaptureProblem | undefined {
    return this.reader.problem
  }

  /** On to the next segment; false at the end of the file, or at the `problem` with it. */
  next(): boolean {
    while (this.reader.next()) {
      const skip = this.look()
      if (skip === undefined) return true
      this.skipped[skip]++
    }
    return false
  }

  private look(): ScanSkip | undefined {
    const { view } = this
    const { at, length, linkType, time, hasTime, originalLength } = this.reader.packet
    if (!hasTime) return 'no-time'
    const ip = ipv4Offset(view, at, length, linkType)
    if (ip < 0) return ip === UNKNOWN_LINK_TYPE ? 'unknown-link-type' : 'not-ipv4'
    const end = at + length
    if (ip + IPV4_HEADER_BYTES > end) return 'cut-short'
    if (protocolOf(view, ip) !== PROTOCOL_TCP) return 'not-tcp'
    if ((view.getUint16(ip + FRAGMENT_AT) & FRAGMENT_MASK) !== 0) return 'fragment'
    const ipHeader = headerLengthOf(view, ip)
    if (ipHeader < IPV4_HEADER_BYTES) return 'malformed'
    const tcp = ip + ipHeader
    if (tcp + TCP_HEADER_BYTES > end) return 'cut-short'
    const flagsWord = view.getInt32(tcp + TCP_WORD_FLAGS)
    const headerLength = dataOffsetIn(flagsWord)
    if (headerLength < TCP_HEADER_BYTES) return 'malformed'
    // A sender that leaves segmentation to its network card may capture a packet before its length is filled in.
    const totalLength = totalLengthOf(view, ip) || originalLength - (ip - at)
    if (totalLength < ipHeader + headerLength) return 'malformed'
    if (tcp + headerLength > end) return 'cut-short'
    this.time = time
    this.source = sourceOf(view, ip)
    this.destination = destinationOf(view, ip)
    this.sourcePort = sourcePortOf(view, tcp)
    this.destinationPort = destinationPortOf(view, tcp)
    this.flags = flagsIn(flagsWord)
    this.tcp = tcp
    this.headerLength = headerLength
    this.payloadLength = totalLength - ipHeader - headerLength
    return undefined
  }
}
