/**
 * ACKs with guessed cookies, from addresses that nobody has. A cookie has 2^32 values, of which a listener takes those of
 * two minutes and four MSS entries: a guess is right once in 2^29. Read first: Linux __cookie_v4_check().
 */

import type { Prng } from '../../tcpip/base/prng.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { writePacket } from '../../tcpip/wire/codec.ts'
import { ACK, Segment } from '../../tcpip/wire/segment.ts'
import type { PacketWriter } from './attack-action.ts'
import type { SourcePlaces } from './syn-writer.ts'

/** Guesses per cookie that is taken: 2^32 / (2 minutes * 4 MSS entries). */
export const GUESSES_PER_COOKIE = 2 ** 29

/** Window of a Linux client's first ACK, scaled by its usual 7: bytes / 128. */
const WINDOW = 502

export class AckFlood implements PacketWriter {
  private readonly places: SourcePlaces
  private readonly prng: Prng
  private readonly segment = new Segment()

  constructor(places: SourcePlaces, prng: Prng) {
    this.places = places
    this.prng = prng
    const { segment } = this
    segment.destination = SERVER_ADDRESS
    segment.destinationPort = SERVER_PORT
    segment.flags = ACK
    segment.window = WINDOW
  }

  write(bytes: Uint8Array, view: DataView, at: number): number {
    const { segment, prng } = this
    const { base, addresses, firstPort, ports } = this.places
    segment.source = (base + prng.below(addresses)) | 0
    segment.sourcePort = firstPort + prng.below(ports)
    segment.seq = prng.next()
    segment.ack = prng.next()
    return writePacket(bytes, view, at, segment)
  }
}
