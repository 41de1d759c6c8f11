/**
 * What the scenarios of the worksheets have in common: the network, the phases, and watching what the server answers.
 */

import { DropReason } from '../../../tcpip/base/drop-reason.ts'
import type { Prefix } from '../../../tcpip/wire/address.ts'
import { prefixContains } from '../../../tcpip/wire/address.ts'
import { parsePacket } from '../../../tcpip/wire/codec.ts'
import { Segment } from '../../../tcpip/wire/segment.ts'
import type { ArmWatch } from '../scenario-experiment.ts'
import type { SheetFigures } from '../sheet.ts'

/** Seconds: long enough to be seen, short enough that a class is graded while the teacher looks on. */
export const PHASES = { baseline: 10, attack: 30, recovery: 20 } as const

/** Calls `see` with every whole segment of arm `main`, and its time in microseconds. The segment is refilled for the next. */
export function watchMain(see: (segment: Segment, inbound: boolean, at: number) => void): ArmWatch {
  const segment = new Segment()
  let view: DataView = new DataView(new ArrayBuffer(0))
  return (arm) => ({
    packet: (_id, timestamp, bytes, at, length, inbound) => {
      if (arm !== 'main') return
      if (view.buffer !== bytes.buffer) view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      if (parsePacket(bytes, view, at, length, segment) === DropReason.ACCEPTED) see(segment, inbound, timestamp)
    },
  })
}

/** Whether an address lies in one of the ranges. */
export function isIn(ranges: readonly Prefix[], address: number): boolean {
  return ranges.some((range) => prefixContains(range, address))
}

/** The counter among `names` that gained in `phase` exactly what `like` did; empty when there is none. */
export function sameGain(figures: SheetFigures, phase: string, like: string, names: readonly string[]): string {
  const gain = (name: string): unknown => figures[`${phase}.counters.${name}`]
  return names.find((name) => gain(name) === gain(like)) ?? ''
}
