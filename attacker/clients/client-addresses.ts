/**
 * Where clients connect from. A few addresses at the beginning of the block are used over and over, by returning clients;
 * the others in turn, one client each, so that they repeat only when the whole block has been used. Linux remembers the
 * peers it has served (tcp_metrics) and prefers them in the last quarter of the SYN queue (tcp_peer_is_proven).
 */
import { type Prefix, prefixSize } from '../../tcpip/wire/address.ts'

/** Addresses of returning clients, at most; never more than half of the block. */
export const RETURNING_ADDRESSES = 16

export class ClientAddresses {
  readonly block: Prefix
  /** Addresses kept for returning clients. */
  readonly kept: number
  /** Whether each of them has been served before. */
  private readonly served: Uint8Array
  /** The next address for a new client, counted from the first that is not kept. */
  private fresh = 0

  constructor(block: Prefix) {
    this.block = block
    this.kept = Math.min(RETURNING_ADDRESSES, Math.floor(prefixSize(block) / 2))
    this.served = new Uint8Array(this.kept)
  }

  /** The address of one more new client. A block of one address has no choice. */
  takeFresh(): number {
    const address = (this.block.base + this.kept + this.fresh) | 0
    this.fresh = (this.fresh + 1) % (prefixSize(this.block) - this.kept)
    return address
  }

  /** The `index`th of the addresses that are kept. */
  keptAt(index: number): number {
    return (this.block.base + index) | 0
  }

  /** A client at this address has got what it came for. */
  markServed(address: number): void {
    const index = (address - this.block.base) | 0
    if (index < this.kept) this.served[index] = 1
  }

  /** Whether the address is one that returns, and has been served before. */
  hasBeenServed(address: number): boolean {
    const index = (address - this.block.base) | 0
    return index < this.kept && this.served[index] === 1
  }
}
