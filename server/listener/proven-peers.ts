/**
 * Addresses with which a connection has ended well lately: Linux remembers their round-trip time (tcp_metrics), and the
 * last-quarter rule lets only them into the reserved part of the SYN queue (tcp_peer_is_proven).
 */
import { SECOND } from '../../tcpip/base/time.ts'

/** How long a peer stays proven after its last connection, microseconds (Linux TCP_METRICS_TIMEOUT). */
const PROVEN_FOR = 3600 * SECOND

/** Most peers remembered; the one proven longest ago makes room. */
const CAPACITY = 4096

export class ProvenPeers {
  /** Address to the time it was last proven; insertion order is age order. */
  private readonly peers = new Map<number, number>()

  add(address: number, now: number): void {
    this.peers.delete(address)
    if (this.peers.size === CAPACITY) {
      const [oldest] = this.peers.keys()
      this.peers.delete(oldest)
    }
    this.peers.set(address, now)
  }

  has(address: number, now: number): boolean {
    const provenAt = this.peers.get(address)
    return provenAt !== undefined && now - provenAt <= PROVEN_FOR
  }

  get size(): number {
    return this.peers.size
  }

  /** Forgets everybody (`ip tcp_metrics flush`). */
  clear(): void {
    this.peers.clear()
  }
}
