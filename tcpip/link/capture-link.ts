/**
 * A wire without delay that shows every packet to a tap on its way, as tcpdump would see it at the near host.
 */
import { NEVER } from '../base/time.ts'
import type { LinkEnd } from './link.ts'
import type { PacketRing } from './packet-ring.ts'
import type { Wire } from './wire.ts'

/** Receives a copy of the traffic; `PcapngWriter` is one. */
export interface PacketTap {
  /** One packet at `timestamp` (microseconds), as `length` bytes at `at`, which are only good during the call. */
  packet(interfaceId: number, timestamp: number, bytes: Uint8Array, at: number, length: number, inbound: boolean): void
}

export class CaptureLink implements Wire {
  /** Packets that found the destination's ring full, and were lost there, by direction. The tap has seen them. */
  overflowedToFar = 0
  overflowedToNear = 0

  private readonly near: LinkEnd
  private readonly far: LinkEnd
  private readonly tap: PacketTap
  private readonly interfaceId: number

  /** `interfaceId`: the tap's name for the near host's side; inbound packets are those that come to the near host. */
  constructor(near: LinkEnd, far: LinkEnd, tap: PacketTap, interfaceId: number) {
    this.near = near
    this.far = far
    this.tap = tap
    this.interfaceId = interfaceId
  }

  transfer(now: number): void {
    this.overflowedToFar += this.move(this.near.tx, this.far.rx, now, false)
    this.overflowedToNear += this.move(this.far.tx, this.near.rx, now, true)
  }

  nextDeadline(): number {
    return NEVER
  }

  /** Empties `from` into `to`; returns the packets lost. */
  private move(from: PacketRing, to: PacketRing, now: number, inbound: boolean): number {
    let overflowed = 0
    for (let at = from.peek(); at >= 0; at = from.peek()) {
      const length = from.peekLength()
      this.tap.packet(this.interfaceId, now, from.bytes, at, length, inbound)
      if (!to.push(from.bytes, at, length)) overflowed++
      from.release()
    }
    return overflowed
  }
}
