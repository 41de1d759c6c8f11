/**
 * Which flows of a recording have been seen, either way, in bounded memory: one bit each (a Bloom filter with one hash).
 * Some that are new are taken for seen, more the more there are; none that was seen is taken for new.
 */

/** 2 MiB: of two million flows one in nine is taken for seen. */
const BITS = 1 << 24

export class SeenFlows {
  private readonly bits = new Uint8Array(BITS / 8)

  /** Adds the flow between two ends; true when neither end has been seen to speak in it. */
  add(source: number, sourcePort: number, destination: number, destinationPort: number): boolean {
    const place = (endHash(source, sourcePort) + endHash(destination, destinationPort)) & (BITS - 1)
    const bit = 1 << (place & 7)
    const isNew = (this.bits[place >> 3] & bit) === 0
    this.bits[place >> 3] |= bit
    return isNew
  }
}

/** MurmurHash3's finalizer (fmix32) over address and port; int32. */
function endHash(address: number, port: number): number {
  let hash = address ^ Math.imul(port, 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
