/**
 * What lies between two link ends. An end belongs to a host, which reads its `rx` and writes its `tx`; a wire takes what
 * the hosts wrote and puts it where the other host reads: `near.tx` to `far.rx`, and `far.tx` to `near.rx`.
 *
 * Wires in a row need two ends between each pair of neighbours: the two of `makeMemoryLink`, one end being the far end of
 * the first wire, the other the near end of the second.
 */
import { assert } from '../base/assert.ts'

export interface Wire {
  /** Moves every packet that is due. Call it after each turn of a host, and when `nextDeadline` has come. */
  transfer(now: number): void

  /** When the next packet under way is due, microseconds, or NEVER. Packets not yet transferred do not count. */
  nextDeadline(): number
}

/** Wires in a row as one wire, first to last from the near host to the far one. */
export class WireChain implements Wire {
  private readonly wires: readonly Wire[]

  constructor(wires: readonly Wire[]) {
    assert(wires.length > 0, 'a chain has at least one wire')
    this.wires = wires
  }

  /** Forwards and then backwards, so that a packet without delay passes the whole row at once, whatever its direction. */
  transfer(now: number): void {
    for (let i = 0; i < this.wires.length; i++) this.wires[i].transfer(now)
    for (let i = this.wires.length - 2; i >= 0; i--) this.wires[i].transfer(now)
  }

  nextDeadline(): number {
    let deadline = this.wires[0].nextDeadline()
    for (let i = 1; i < this.wires.length; i++) deadline = Math.min(deadline, this.wires[i].nextDeadline())
    return deadline
  }
}
