/**
 * Finds the TCP segments in a capture file and says of every other packet why it is none. Checksums are not looked at: a
 * capture of a host that leaves them to its network card holds wrong ones. Read first: tcpip/link/pcap.ts.
 */
import type { ByteSource, CaptureProblem, CaptureReader } from '../../tcpip/link/capture-reader.ts'
import {
  CUT_SHORT,
  IS_IPV6,
  ipv4Offset,
  NOT_IP,
  UNKNOWN_LINK_TYPE,
  UNREAD_TUNNEL,
} from '../../tcpip/link/link-layer.ts'
import { readCapture } from '../../tcpip/link/pcap.ts'
import { innermostIpv4 } from '../../tcpip/link/tunnels.ts'
import {
  destinationOf,
  headerLengthOf,
  IPV4_HEADER_BYTES,
  isFragment,
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
import { LEFT_OUT_REASONS, type LeftOut, noneOf } from './account.ts'

/** A recording: its bytes, or where they can be read. */
export type Recording = Uint8Array | ByteSource

/** Reasons by the value that says that there is no IPv4 packet. */
const REASONS: ReadonlyMap<number, LeftOut> = new Map([
  [UNKNOWN_LINK_TYPE, 'unknown_link_type'],
  [NOT_IP, 'not_ip'],
  [IS_IPV6, 'ipv6'],
  [CUT_SHORT, 'cut_short'],
  [UNREAD_TUNNEL, 'unread_tunnel'],
])

export class TraceScan {
  private readonly reader: CaptureReader
  readonly bytes: Uint8Array
  readonly view: DataView
  /** Packets so far, segments or not. */
  packets = 0
  /** Packets that are no segments, by reason. */
  readonly leftOut = noneOf(LEFT_OUT_REASONS)
  /** The link types that are not read, in the order in which they appear. */
  readonly unreadLinkTypes = new Set<number>()

  /** The segment that the scan stands at. Time in microseconds, as in the file; addresses int32. */
  time = 0
  source = 0
  destination = 0
  sourcePort = 0
  destinationPort = 0
  flags = 0
  /** Offset of the TCP header in `bytes`; its first TCP_HEADER_BYTES were captured. */
  tcp = 0
  /** Bytes of options in the packet, and those among them that were captured. */
  optionBytes = 0
  capturedOptionBytes = 0
  /** Bytes of payload on the wire, captured or not. */
  payloadLength = 0
  isTunnelled = false
  hasIpOptions = false

  constructor(recording: Recording) {
    this.reader = readCapture(recording)
    this.bytes = this.reader.bytes
    this.view = this.reader.view
  }

  get problem(): CaptureProblem | undefined {
    return this.reader.problem
  }

  /** On to the next segment; false at the end of the file, or at the `problem` with it. */
  next(): boolean {
    while (this.reader.next()) {
      this.packets++
      const reason = this.look()
      if (reason === undefined) return true
      this.leftOut[reason]++
    }
    return false
  }

  private look(): LeftOut | undefined {
    const { view } = this
    const { at, length, linkType, time, hasTime, originalLength } = this.reader.packet
    if (!hasTime) return 'no_time'
    const end = at + length
    const outer = ipv4Offset(view, at, length, linkType)
    if (outer === UNKNOWN_LINK_TYPE) this.unreadLinkTypes.add(linkType)
    const ip = outer < 0 ? outer : innermostIpv4(view, outer, end)
    if (ip < 0) return REASONS.get(ip)
    if (ip + IPV4_HEADER_BYTES > end) return 'cut_short'
    if (isFragment(view, ip)) return 'fragment'
    if (protocolOf(view, ip) !== PROTOCOL_TCP) return 'not_tcp'
    const ipHeader = headerLengthOf(view, ip)
    if (ipHeader < IPV4_HEADER_BYTES) return 'malformed'
    const tcp = ip + ipHeader
    const options = tcp + TCP_HEADER_BYTES
    if (options > end) return 'cut_short'
    const flagsWord = view.getInt32(tcp + TCP_WORD_FLAGS)
    const headerLength = dataOffsetIn(flagsWord)
    if (headerLength < TCP_HEADER_BYTES) return 'malformed'
    // A sender that leaves segmentation to its network card may capture a packet before its length is filled in.
    const totalLength = totalLengthOf(view, ip) || originalLength - (ip - at)
    if (totalLength < ipHeader + headerLength) return 'malformed'
    this.time = time
    this.source = sourceOf(view, ip)
    this.destination = destinationOf(view, ip)
    this.sourcePort = sourcePortOf(view, tcp)
    this.destinationPort = destinationPortOf(view, tcp)
    this.flags = flagsIn(flagsWord)
    this.tcp = tcp
    this.optionBytes = headerLength - TCP_HEADER_BYTES
    this.capturedOptionBytes = Math.min(this.optionBytes, end - options)
    this.payloadLength = totalLength - ipHeader - headerLength
    this.isTunnelled = ip !== outer
    this.hasIpOptions = ipHeader > IPV4_HEADER_BYTES
    return undefined
  }
}
