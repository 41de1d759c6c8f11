/**
 * A link that is nothing but memory: what one end writes the other reads, in the same two rings.
 */
import type { LinkEnd } from './link.ts'
import { PacketRing } from './packet-ring.ts'

/** Two connected ends; `capacity` is per direction, in packets, a power of two. */
export function makeMemoryLink(capacity: number): { readonly a: LinkEnd; readonly b: LinkEnd } {
  const toA = new PacketRing(capacity)
  const toB = new PacketRing(capacity)
  return { a: { rx: toA, tx: toB }, b: { rx: toB, tx: toA } }
}
