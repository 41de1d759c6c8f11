/**
 * Which half-open entry gives up its place to a new SYN, as a contract. An order knows entries by their number in the SYN
 * queue and keeps beside it what it needs to choose. The queue itself, whose records every packet reads, is one class
 * whatever the order, so that those reads stay monomorphic.
 */
export interface EvictionOrder {
  /** Memory of the order, bytes. */
  readonly bytes: number
  /** Whether a SYN of this flow hash finds no place, although the queue as a whole may have one. */
  isFull(flowHash: number): boolean
  /** The entry that makes room for a SYN of this flow hash; -1 when none may. */
  victim(flowHash: number): number
  /** An entry was stored; entries are told of in the order of their age. */
  added(entry: number, flowHash: number): void
  /** An entry is about to go, for whatever reason. */
  removed(entry: number, flowHash: number): void
}
