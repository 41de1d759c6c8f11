/**
 * Numbered packets for tests of links: what was sent and what arrived compare as lists of numbers.
 */
import type { PacketRing } from '../../../tcpip/link/packet-ring.ts'

/** Bytes of a numbered packet. */
export const NUMBERED_BYTES = 24

/** Writes a packet that holds a number, and the same bytes after it in every packet. */
export function sendNumber(ring: PacketRing, number: number): void {
  const at = ring.reserve()
  if (at < 0) throw new Error('the test has filled its own ring')
  ring.bytes.fill(0x5a, at, at + NUMBERED_BYTES)
  ring.view.setUint32(at, number)
  ring.commit(NUMBERED_BYTES)
}

/** Takes every packet out of a ring, as copies. */
export function takePackets(ring: PacketRing): Uint8Array[] {
  const packets: Uint8Array[] = []
  for (let at = ring.peek(); at >= 0; at = ring.peek()) {
    packets.push(ring.bytes.slice(at, at + ring.peekLength()))
    ring.release()
  }
  return packets
}

/** Takes every packet out of a ring, as the numbers they hold. */
export function takeNumbers(ring: PacketRing): number[] {
  return takePackets(ring).map((packet) => new DataView(packet.buffer).getUint32(0))
}
