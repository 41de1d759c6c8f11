/**
 * The link contract. A host sees one end of a link: a ring to read packets from and a ring to write packets to. What
 * lies between the rings of two hosts (nothing, delay and loss, a UDP socket, an Ethernet device) is written elsewhere, and
 * the host's code is the same over all of them.
 */
import { PacketRing } from './packet-ring.ts'

export interface LinkEnd {
  /** Packets that arrived for the host. */
  readonly rx: PacketRing
  /** Packets the host sends. */
  readonly tx: PacketRing
}

/** A link end with rings of its own; `capacity` in packets, a power of two. */
export function makeLinkEnd(capacity: number): LinkEnd {
  return { rx: new PacketRing(capacity), tx: new PacketRing(capacity) }
}
