/**
 * Bounds the work that datagrams of strangers can ask for: a tag costs more to check than a datagram to receive, and who has
 * no session yet can send as many as the machine carries. Strangers are spread over a few purses by where they come from, so
 * that one who floods empties his own, and whoever asks honestly finds another.
 */

/** Purses, a power of two. */
const PURSES = 64

/** Tags that are checked from one purse between two ticks of the link: all together 20,000 a second at most. */
export const CHECKS_PER_PURSE = 16

export class StrangerBudget {
  private readonly left = new Uint8Array(PURSES).fill(CHECKS_PER_PURSE)

  /** Whether a tag from this place may be checked now; counts it. */
  take(address: string, port: number): boolean {
    const purse = purseOf(address, port)
    if (this.left[purse] === 0) return false
    this.left[purse]--
    return true
  }

  /** Fills the purses: call every LINK_TICK. */
  refill(): void {
    this.left.fill(CHECKS_PER_PURSE)
  }
}

/** Somebody who holds many sockets can empty many purses: what all of them hold is the bound. */
function purseOf(address: string, port: number): number {
  let hash = port
  for (let i = 0; i < address.length; i++) hash = (Math.imul(hash, 31) + address.charCodeAt(i)) | 0
  return (hash ^ (hash >>> 6) ^ (hash >>> 12)) & (PURSES - 1)
}
