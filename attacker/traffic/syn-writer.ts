/**
 * SYNs to the server as different programs make them, from random sources. Shared by every attack that sends SYNs.
 */

import type { Prng } from '../../tcpip/base/prng.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { writePacket } from '../../tcpip/wire/codec.ts'
import { Segment, SYN } from '../../tcpip/wire/segment.ts'
import type { PacketWriter } from './attack-action.ts'
import type { AttackSpecOf } from './attack-spec.ts'

/** What a SYN looks like. */
export type Fingerprint = AttackSpecOf<'syn-flood'>['fingerprint']

/** Where packets pretend to come from, or truly come from. */
export interface SourcePlaces {
  /** The first address, and how many there are. */
  readonly base: number
  readonly addresses: number
  readonly firstPort: number
  readonly ports: number
}

/** First port that an ordinary process may use; a flood pretends to be ordinary processes. */
const UNPRIVILEGED_PORT = 1024

/** Every unprivileged port of `addresses` addresses from `base` on. */
export function anyPort(base: number, addresses: number): SourcePlaces {
  return { base, addresses, firstPort: UNPRIVILEGED_PORT, ports: 65_536 - UNPRIVILEGED_PORT }
}

/** MSS of a host on Ethernet, bytes. */
const MSS = 1460

/** Window of Linux's SYN with that MSS, bytes. */
const LINUX_WINDOW = 64_240

/** Window scale of Linux's SYN with the usual limits of its receive buffer. */
const LINUX_WINDOW_SCALE = 7

/** hping3's window, bytes. */
const HPING3_WINDOW = 512

const FINGERPRINTS = ['mss-only', 'linux', 'hping3'] as const satisfies readonly Fingerprint[]

export class SynWriter implements PacketWriter {
  private readonly places: SourcePlaces
  private readonly fingerprint: Fingerprint
  private readonly prng: Prng
  private readonly segment = new Segment()

  /** `payload`: bytes of data in each SYN, zeros. */
  constructor(places: SourcePlaces, fingerprint: Fingerprint, prng: Prng, payload = 0) {
    this.places = places
    this.fingerprint = fingerprint
    this.prng = prng
    const { segment } = this
    segment.destination = SERVER_ADDRESS
    segment.destinationPort = SERVER_PORT
    segment.flags = SYN
    segment.payload = new Uint8Array(payload)
    segment.payloadLength = payload
    this.dress(fingerprint)
  }

  write(bytes: Uint8Array, view: DataView, at: number): number {
    const { segment, prng, fingerprint } = this
    const { base, addresses, firstPort, ports } = this.places
    segment.source = (base + prng.below(addresses)) | 0
    segment.sourcePort = firstPort + prng.below(ports)
    segment.seq = prng.next()
    if (fingerprint === 'mixed') this.dress(FINGERPRINTS[prng.below(FINGERPRINTS.length)])
    if (segment.hasTimestamps) segment.tsVal = prng.next()
    return writePacket(bytes, view, at, segment)
  }

  private dress(fingerprint: Fingerprint): void {
    const { segment } = this
    segment.clearOptions()
    segment.window = fingerprint === 'hping3' ? HPING3_WINDOW : LINUX_WINDOW
    if (fingerprint !== 'hping3') segment.mss = MSS
    if (fingerprint !== 'linux') return
    segment.windowScale = LINUX_WINDOW_SCALE
    segment.sackPermitted = true
    segment.hasTimestamps = true
  }
}
