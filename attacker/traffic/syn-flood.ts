/**
 * The packets of a SYN flood: SYNs to the server, each from a random address of a range where nobody lives, from a random
 * port and with a random sequence number. Read first: RFC 4987 2.
 *
 * A SYN carries an MSS and nothing else, as common flood tools send it. Without timestamps a listener that answers with
 * cookies cannot keep window scale or SACK for it, which costs a flood nothing: nobody ever completes the handshake.
 */
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/address-plan.ts'
import type { Prng } from '../../tcpip/prng.ts'
import { netmask, type Prefix } from '../../tcpip/wire/address.ts'
import { writePacket } from '../../tcpip/wire/codec.ts'
import { Segment, SYN } from '../../tcpip/wire/segment.ts'

/** First port that an ordinary process may use; a flood pretends to be ordinary processes. */
const PORT_MIN = 1024
const PORT_COUNT = 65_536 - PORT_MIN

/** MSS of a host on Ethernet, bytes. */
const MSS = 1460

/** Window of Linux's SYN with that MSS, bytes. */
const WINDOW = 64_240

export class SynFlood {
  private readonly base: number
  private readonly hostBits: number
  private readonly prng: Prng
  private readonly segment = new Segment()

  constructor(sources: Prefix, prng: Prng) {
    this.base = sources.base
    this.hostBits = ~netmask(sources.length)
    this.prng = prng
    const { segment } = this
    segment.destination = SERVER_ADDRESS
    segment.destinationPort = SERVER_PORT
    segment.flags = SYN
    segment.window = WINDOW
    segment.mss = MSS
  }

  /** Writes the next SYN at `at` and returns its length in bytes. */
  write(bytes: Uint8Array, view: DataView, at: number): number {
    const { segment, prng } = this
    segment.source = this.base | (prng.next() & this.hostBits)
    segment.sourcePort = PORT_MIN + prng.below(PORT_COUNT)
    segment.seq = prng.next()
    return writePacket(bytes, view, at, segment)
  }
}
