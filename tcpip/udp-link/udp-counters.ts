/**
 * What one end of the UDP link counts: three closed lists of outcomes and a few sums. Every datagram that arrives has
 * exactly one FrameOutcome, every packet inside an accepted datagram exactly one PacketIn, every packet taken from the
 * transmit ring exactly one PacketOut (once its datagram is no longer on its way to the kernel).
 */

/** What became of a datagram that arrived. */
export const FrameOutcome = {
  ACCEPTED: 0,
  /** Shorter than the four bytes that every frame begins with. */
  TRUNCATED: 1,
  BAD_MAGIC: 2,
  BAD_VERSION: 3,
  /** Not a type that this side of the link receives; frames of the other direction are among them. */
  UNKNOWN_TYPE: 4,
  /** A control frame whose length or fields contradict its type. */
  MALFORMED: 5,
  BAD_MAC: 6,
  /** No live session has this id. */
  UNKNOWN_SESSION: 7,
  /** The session lives, but at another address and port. */
  WRONG_PEER: 8,
  /** A data frame whose packet lengths do not add up to its size; none of its packets is taken. */
  BAD_PACKET_LIST: 9,
  /** Genuine, but answers nothing that is being asked: an old nonce, a keepalive counter that was seen before. */
  STALE: 10,
  /** Of a stranger, while too many of those came to look at each: its tag was not checked (stranger-budget.ts). */
  OVER_BUDGET: 11,
} as const

export type FrameOutcome = (typeof FrameOutcome)[keyof typeof FrameOutcome]

/** What became of a packet that an accepted data frame brought. */
export const PacketIn = {
  DELIVERED: 0,
  /** No IPv4 header, so no source that could be compared with the declared prefixes. */
  TOO_SHORT: 1,
  /** Longer than a slot of the receive ring. */
  TOO_LONG: 2,
  /** The IPv4 source lies outside the prefixes that the peer was granted. */
  UNDECLARED_SOURCE: 3,
  RING_FULL: 4,
} as const

export type PacketIn = (typeof PacketIn)[keyof typeof PacketIn]

/** What became of a packet taken from the transmit ring. */
export const PacketOut = {
  SENT: 0,
  TOO_SHORT: 1,
  /** No live session owns the destination. */
  NO_ROUTE: 2,
  /** The destination lies in a prefix that is declared silent: nobody answers there. */
  SILENT: 3,
  /** The spoke has no session. */
  NOT_READY: 4,
  /** The operating system refused the datagram. */
  SEND_FAILED: 5,
} as const

export type PacketOut = (typeof PacketOut)[keyof typeof PacketOut]

function names(outcomes: Record<string, number>): readonly string[] {
  return Object.keys(outcomes).map((name) => name.toLowerCase())
}

/** Names by number, lower case, for metrics labels. */
export const FRAME_OUTCOME_NAMES = names(FrameOutcome)
export const PACKET_IN_NAMES = names(PacketIn)
export const PACKET_OUT_NAMES = names(PacketOut)

const SUM_COUNT = 5
const SLOTS = FRAME_OUTCOME_NAMES.length + PACKET_IN_NAMES.length + PACKET_OUT_NAMES.length + SUM_COUNT

export class UdpCounters {
  /** Bytes of the buffer that the counters need. */
  static readonly BYTES = SLOTS * Float64Array.BYTES_PER_ELEMENT

  /** Datagrams that arrived, by FrameOutcome. */
  readonly datagramsIn: Float64Array
  /** Packets of accepted datagrams, by PacketIn. */
  readonly packetsIn: Float64Array
  /** Packets of the transmit ring, by PacketOut. */
  readonly packetsOut: Float64Array
  private readonly sums: Float64Array

  /** `buffer` may be a SharedArrayBuffer, so that another thread can read while this one counts. */
  constructor(buffer: ArrayBufferLike = new ArrayBuffer(UdpCounters.BYTES), byteOffset = 0) {
    this.datagramsIn = new Float64Array(buffer, byteOffset, FRAME_OUTCOME_NAMES.length)
    this.packetsIn = new Float64Array(buffer, byteOffset + this.datagramsIn.byteLength, PACKET_IN_NAMES.length)
    const packetsOutAt = this.packetsIn.byteOffset + this.packetsIn.byteLength
    this.packetsOut = new Float64Array(buffer, packetsOutAt, PACKET_OUT_NAMES.length)
    this.sums = new Float64Array(buffer, packetsOutAt + this.packetsOut.byteLength, SUM_COUNT)
  }

  /** Datagrams, of any type, that the operating system took. */
  get datagramsOut(): number {
    return this.sums[0]
  }

  /** Datagrams that the operating system refused (ECONNREFUSED, ENOBUFS, ...). */
  get sendErrors(): number {
    return this.sums[1]
  }

  /** Errors that a socket reported outside a send. */
  get socketErrors(): number {
    return this.sums[2]
  }

  /** Packets that a peer numbered and that had not arrived when a later one did: lost in a kernel's socket buffer. */
  get packetsSkipped(): number {
    return this.sums[3]
  }

  /** Packets that arrived after a later one had: reordered, or twice. Packets missing = skipped - late. */
  get packetsLate(): number {
    return this.sums[4]
  }

  countDatagramOut(): void {
    this.sums[0]++
  }

  countSendError(): void {
    this.sums[1]++
  }

  countSocketError(): void {
    this.sums[2]++
  }

  countSkipped(packets: number): void {
    this.sums[3] += packets
  }

  countLate(packets: number): void {
    this.sums[4] += packets
  }

  /** Everything to zero. */
  reset(): void {
    for (const counts of [this.datagramsIn, this.packetsIn, this.packetsOut, this.sums]) counts.fill(0)
  }
}
