/**
 * A recorded attack, ready for replay: the TCP segments that a capture holds for one host, with their times and headers.
 * The host becomes the lab's server, all its ports the one port of the server, and every source an address where nobody
 * lives, so that no packet of a replay holds an address of the recording. Payloads are not kept, only their lengths:
 * zeros are sent in their place.
 */

import { SECOND } from '../../tcpip/base/time.ts'
import { prefixSize } from '../../tcpip/wire/address.ts'
import { SPOOFABLE_ADDRESSES } from '../../tcpip/wire/address-plan.ts'
import { describeNothing, formatVictim, TRACE_PACKETS_MAX, type TraceAccount, type Victim } from './account.ts'
import {
  type Allocate,
  fillColumns,
  makeColumns,
  numberSources,
  optionRoom,
  separateFlows,
  sortByTime,
  type TraceColumns,
} from './columns.ts'
import { type Recording, TraceScan } from './scan.ts'
import { findVictim, reasonNotFor } from './victim.ts'

/** Ports that there are. */
const PORTS = 65_536

/** Plain data: it can be handed to another thread. */
export interface Trace extends TraceColumns {
  readonly count: number
  readonly sourceCount: number
  readonly account: TraceAccount
}

/** What a replay pretends to come from: the ranges whose addresses nobody has, in the order in which they are used. */
const SOURCE_RANGES = SPOOFABLE_ADDRESSES.map((range) => ({ base: range.base, size: prefixSize(range) }))

/** Addresses in them. When a trace has more sources, some share an address, and differ in their ports. */
export const TRACE_ADDRESSES = SOURCE_RANGES.reduce((sum, { size }) => sum + size, 0)

/** The lab's address, int32, of the source with this number (0 and up). */
export function traceSource(index: number): number {
  let rest = index % TRACE_ADDRESSES
  let range = 0
  while (rest >= SOURCE_RANGES[range].size) rest -= SOURCE_RANGES[range++].size
  return SOURCE_RANGES[range].base | rest
}

/**
 * The trace of the attack in a recording. `told`: who was attacked; default: whom victim.ts finds. A string is the reason
 * why there is none, in one line. `allocate`: where the columns live, `bytes` of memory each.
 */
export function makeTrace(
  recording: Recording,
  told?: Victim,
  allocate: Allocate = (bytes) => new ArrayBuffer(bytes),
): Trace | string {
  const target = told === undefined ? findVictim(recording) : ({ victim: told, foundBy: 'told', equals: 1 } as const)
  const survey = surveyFor(recording, target?.victim)
  if (target === undefined || survey.replayed === 0) {
    if (survey.packets === 0) return describeNothing(survey)
    const whom = target === undefined ? '' : ` to ${formatVictim(target.victim)}`
    return `no TCP segment${whom} that can be replayed: ${describeNothing(survey)}`
  }
  const columns = makeColumns(survey.replayed, survey.optionBytes, allocate)
  const changed = fillColumns(columns, recording, target.victim)
  if (changed === undefined) return 'the file was changed while it was read'
  changed.reordered = sortByTime(columns)
  const sourceCount = numberSources(columns.sources)
  if (survey.ports > 1) changed.source_port_changed = separateFlows(columns)
  const { destinationPorts: _, ...kept } = columns
  const seconds = columns.times[survey.replayed - 1] / SECOND
  const { replayed: count, optionBytes: __, ...figures } = survey
  return { ...kept, count, sourceCount, account: { ...figures, ...target, seconds, changed } }
}

type Figures = Pick<TraceAccount, 'packets' | 'ports' | 'tunnelled' | 'leftOut' | 'unreadLinkTypes' | 'damage'>

interface Survey extends Figures {
  readonly replayed: number
  /** Bytes of options of what is replayed, at most. */
  readonly optionBytes: number
}

/** Goes through a recording once: what is replayed, and why the rest is not. */
function surveyFor(recording: Recording, victim: Victim | undefined): Survey {
  const scan = new TraceScan(recording)
  const { leftOut } = scan
  const ports = new Uint8Array(PORTS)
  let replayed = 0
  let optionBytes = 0
  let tunnelled = 0
  while (scan.next()) {
    const reason = victim === undefined ? 'other_host' : reasonNotFor(scan, victim)
    if (reason !== undefined) leftOut[reason]++
    else if (replayed === TRACE_PACKETS_MAX) leftOut.beyond_limit++
    else {
      replayed++
      optionBytes += optionRoom(scan)
      ports[scan.destinationPort] = 1
      if (scan.isTunnelled) tunnelled++
    }
  }
  const { packets, unreadLinkTypes, problem } = scan
  return {
    packets,
    replayed,
    optionBytes,
    tunnelled,
    leftOut,
    unreadLinkTypes: [...unreadLinkTypes],
    ports: ports.reduce((sum, port) => sum + port, 0),
    damage: problem,
  }
}
