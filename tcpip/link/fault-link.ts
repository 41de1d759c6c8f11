/**
 * A wire with delay and faults, each direction on its own: what a network does to packets between two hosts.
 */
import type { Prng } from '../base/prng.ts'
import { type FaultOptions, FaultPath, NO_FAULTS } from './fault-path.ts'
import type { LinkEnd } from './link.ts'
import type { Wire } from './wire.ts'

export interface FaultLinkOptions {
  /** Faults from the near host to the far one; what is left out does not happen. */
  readonly toFar?: Partial<FaultOptions>
  /** Faults from the far host to the near one. */
  readonly toNear?: Partial<FaultOptions>
  /** Packets that can be under way at a time in each direction; more are dropped and counted as overflowed. */
  readonly capacity: number
}

export class FaultLink implements Wire {
  /** The two directions, with their counters. */
  readonly toFar: FaultPath
  readonly toNear: FaultPath

  /** `prng` is forked for each direction: what happens in one changes nothing in the other. */
  constructor(near: LinkEnd, far: LinkEnd, prng: Prng, options: FaultLinkOptions) {
    const { capacity } = options
    const toFar: FaultOptions = { ...NO_FAULTS, ...options.toFar }
    const toNear: FaultOptions = { ...NO_FAULTS, ...options.toNear }
    this.toFar = new FaultPath(near.tx, far.rx, toFar, prng.fork('to far'), capacity)
    this.toNear = new FaultPath(far.tx, near.rx, toNear, prng.fork('to near'), capacity)
  }

  transfer(now: number): void {
    this.toFar.transfer(now)
    this.toNear.transfer(now)
  }

  nextDeadline(): number {
    return Math.min(this.toFar.nextDeadline(), this.toNear.nextDeadline())
  }
}
