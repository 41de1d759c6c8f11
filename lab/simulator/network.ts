/**
 * What lies between the two hosts of a simulation: seen from the server, a tap that sees every packet, then the wire with
 * the scenario's delay, jitter and loss.
 */

import type { Prng } from '../../tcpip/base/prng.ts'
import { MILLISECOND } from '../../tcpip/base/time.ts'
import { CaptureLink, type PacketTap } from '../../tcpip/link/capture-link.ts'
import { FaultLink } from '../../tcpip/link/fault-link.ts'
import { type FaultOptions, PER_MILLION } from '../../tcpip/link/fault-path.ts'
import { type LinkEnd, makeLinkEnd } from '../../tcpip/link/link.ts'
import { makeMemoryLink } from '../../tcpip/link/memory-link.ts'
import { type Wire, WireChain } from '../../tcpip/link/wire.ts'
import type { Scenario } from '../scenario/resolve.ts'

/** Packets that a host's ring holds: what one turn can produce, and room to spare. */
const RING_PACKETS = 2048

/** Packets under way in one direction at a time, at most: 1,000,000 SYN/s for 65 ms. More are lost, and counted. */
const UNDER_WAY_MAX = 65_536

export interface NetworkTap {
  readonly tap: PacketTap
  readonly interfaceId: number
}

export interface Network {
  readonly server: LinkEnd
  readonly attacker: LinkEnd
  readonly wire: Wire
  /** The part of the wire that delays and loses, with its counters; the server is the near host. */
  readonly faults: FaultLink
}

export function makeNetwork(link: Scenario['link'], prng: Prng, tap: NetworkTap | undefined): Network {
  const server = makeLinkEnd(RING_PACKETS)
  const attacker = makeLinkEnd(RING_PACKETS)
  const roundTrip = Math.round(link.rttMs * MILLISECOND)
  const oneWay = Math.floor(roundTrip / 2)
  const shared = { jitter: Math.round(link.jitterMs * MILLISECOND), loss: Math.round(link.loss * PER_MILLION) }
  const options: { toFar: Partial<FaultOptions>; toNear: Partial<FaultOptions>; capacity: number } = {
    toFar: { ...shared, latency: roundTrip - oneWay },
    toNear: { ...shared, latency: oneWay },
    capacity: UNDER_WAY_MAX,
  }
  if (tap === undefined) {
    const faults = new FaultLink(server, attacker, prng, options)
    return { server, attacker, wire: faults, faults }
  }
  const middle = makeMemoryLink(RING_PACKETS)
  const capture = new CaptureLink(server, middle.a, tap.tap, tap.interfaceId)
  const faults = new FaultLink(middle.b, attacker, prng, options)
  return { server, attacker, wire: new WireChain([capture, faults]), faults }
}
