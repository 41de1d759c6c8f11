/**
 * A recorded attack, ready for replay: the TCP segments that a capture holds for one destination, with their times and
 * headers. The destination becomes the lab's server and every source an address where nobody lives, so that no packet of
 * a replay holds an address of the recording. Payloads are not kept, only their lengths: zeros are sent in their place.
 */
import { SPOOFABLE_ADDRESSES } from '../../tcpip/base/address-plan.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { formatAddress, prefixSize } from '../../tcpip/wire/address.ts'
import { ACK, SYN } from '../../tcpip/wire/segment.ts'
import { TCP_ACK, TCP_HEADER_BYTES, TCP_SEQ, TCP_WORD_FLAGS } from '../../tcpip/wire/tcp.ts'
import { blankOptions } from './trace-options.ts'
import { type ScanSkip, TraceScan } from './trace-scan.ts'

/** Segments of a trace, at most. */
export const TRACE_PACKETS_MAX = 2_000_000

/**
 * Longest payload that is replayed, bytes: a full segment on Ethernet. Longer ones are of a sender that leaves segmentation
 * to its network card.
 */
export const TRACE_PAYLOAD_MAX = 1460

/** Destinations of SYNs among which the attacked one is looked for, at most: more are a scan and no flood. */
const DESTINATIONS_MAX = 65_536

/** Ports of an address: a destination's key is its address times this, and its port. */
const PORTS = 65_536

/** Who was attacked in the recording. */
export interface TraceVictim {
  /** int32. */
  readonly address: number
  readonly port: number
}

/** Why a packet of the file is not in the trace. `from-victim`: an answer; `elsewhere`: a segment between others. */
export type TraceSkip = ScanSkip | 'from-victim' | 'elsewhere'

/** Packet i is in the i-th element of every column. */
export interface TraceColumns {
  /** Microseconds since the first packet, non-decreasing. */
  readonly times: Float64Array<ArrayBuffer>
  /** Which of the sources sent it, numbered in the order in which they first appear; see `traceSource`. */
  readonly sources: Int32Array<ArrayBuffer>
  readonly sourcePorts: Uint16Array<ArrayBuffer>
  readonly seqs: Int32Array<ArrayBuffer>
  readonly acks: Int32Array<ArrayBuffer>
  /** All eight control bits. */
  readonly flags: Uint8Array<ArrayBuffer>
  readonly windows: Uint16Array<ArrayBuffer>
  /** The options of packet i are `options[optionsAt[i] .. optionsAt[i] + optionsLengths[i])`. */
  readonly optionsAt: Uint32Array<ArrayBuffer>
  readonly optionsLengths: Uint8Array<ArrayBuffer>
  readonly options: Uint8Array<ArrayBuffer>
  /** Bytes, at most TRACE_PAYLOAD_MAX. */
  readonly payloadLengths: Uint16Array<ArrayBuffer>
}

/** What was left out or changed. */
interface TraceLosses {
  /** Options that were overwritten, because they may tell addresses (trace-options.ts). */
  readonly optionsBlanked: number
  /** Packets whose payload was longer than TRACE_PAYLOAD_MAX. */
  readonly payloadsShortened: number
  /** Packets of the file that are not in the trace. */
  readonly skipped: Readonly<Record<TraceSkip, number>>
}

/** Plain data: it can be handed to another thread. */
export interface Trace extends TraceColumns, TraceLosses {
  readonly count: number
  /** As it was in the recording; it is in no packet. */
  readonly victim: TraceVictim
  readonly sourceCount: number
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
 * The trace of the attack in a capture file. `victim`: the destination whose packets are taken; unless told, the one that
 * gets most SYNs. A string is the reason why there is none, in one line.
 */
export function makeTrace(file: Uint8Array, victim?: TraceVictim): Trace | string {
  const target = victim ?? findVictim(file)
  if (typeof target === 'string') return target
  const size = measure(file, target)
  if (typeof size === 'string') return size
  const columns = makeColumns(size)
  const found = fill(columns, file, target)
  const sorted = sortByTime(columns)
  const sourceCount = numberSources(sorted.sources)
  return { count: size.packets, ...sorted, victim: target, sourceCount, ...found }
}

/** Most packets of a replay that fall due within one second, when the recording runs `speed` times as fast. */
export function peakRate(trace: Trace, speed: number): number {
  const { times, count } = trace
  const window = SECOND * speed
  let peak = 0
  let first = 0
  for (let last = 0; last < count; last++) {
    while (times[last] - times[first] >= window) first++
    peak = Math.max(peak, last - first + 1)
  }
  return peak
}

/** What a scan that ended with a problem says of it. */
function describeProblem(scan: TraceScan): string | undefined {
  const { problem } = scan
  return problem && `not a capture that can be read: ${problem.reason}, at byte ${problem.offset}`
}

/** The destination that gets most SYNs; the first of them to appear when several do. */
function findVictim(file: Uint8Array): TraceVictim | string {
  const scan = new TraceScan(file)
  const counts = new Map<number, number>()
  while (scan.next()) {
    if ((scan.flags & (SYN | ACK)) !== SYN) continue
    const key = (scan.destination >>> 0) * PORTS + scan.destinationPort
    const count = counts.get(key)
    if (count === undefined && counts.size === DESTINATIONS_MAX) {
      return `SYNs to more than ${DESTINATIONS_MAX} destinations: say which one was attacked`
    }
    counts.set(key, (count ?? 0) + 1)
  }
  const problem = describeProblem(scan)
  if (problem !== undefined) return problem
  let best = -1
  let most = 0
  for (const [key, count] of counts) {
    if (count <= most) continue
    best = key
    most = count
  }
  if (best < 0) return 'no SYN in the file: say which address and port was attacked'
  return { address: Math.floor(best / PORTS) | 0, port: best % PORTS }
}

interface TraceSize {
  readonly packets: number
  readonly optionBytes: number
}

/** What the segments for `victim` take; a reason when there are none, or too many. */
function measure(file: Uint8Array, victim: TraceVictim): TraceSize | string {
  const scan = new TraceScan(file)
  let packets = 0
  let optionBytes = 0
  while (scan.next()) {
    if (!isFor(scan, victim)) continue
    packets++
    optionBytes += scan.headerLength - TCP_HEADER_BYTES
  }
  const problem = describeProblem(scan)
  if (problem !== undefined) return problem
  if (packets === 0) return `no TCP segment for ${formatAddress(victim.address)}:${victim.port} in the file`
  if (packets > TRACE_PACKETS_MAX) return `${packets} packets, more than a trace may have (${TRACE_PACKETS_MAX})`
  return { packets, optionBytes }
}

function isFor(scan: TraceScan, victim: TraceVictim): boolean {
  return scan.destination === victim.address && scan.destinationPort === victim.port
}

function makeColumns(size: TraceSize): TraceColumns {
  const { packets, optionBytes } = size
  return {
    times: new Float64Array(packets),
    sources: new Int32Array(packets),
    sourcePorts: new Uint16Array(packets),
    seqs: new Int32Array(packets),
    acks: new Int32Array(packets),
    flags: new Uint8Array(packets),
    windows: new Uint16Array(packets),
    optionsAt: new Uint32Array(packets),
    optionsLengths: new Uint8Array(packets),
    options: new Uint8Array(optionBytes),
    payloadLengths: new Uint16Array(packets),
  }
}

/** Takes the segments for `victim` over in the order of the file, with times and source addresses of the recording. */
function fill(columns: TraceColumns, file: Uint8Array, victim: TraceVictim): TraceLosses {
  const scan = new TraceScan(file)
  let fromVictim = 0
  let elsewhere = 0
  let optionsBlanked = 0
  let payloadsShortened = 0
  let i = 0
  let optionsAt = 0
  while (scan.next()) {
    if (!isFor(scan, victim)) {
      if (scan.source === victim.address && scan.sourcePort === victim.port) fromVictim++
      else elsewhere++
      continue
    }
    put(columns, i++, scan)
    const { tcp, headerLength } = scan
    const optionsLength = headerLength - TCP_HEADER_BYTES
    columns.optionsAt[i - 1] = optionsAt
    columns.options.set(file.subarray(tcp + TCP_HEADER_BYTES, tcp + headerLength), optionsAt)
    optionsBlanked += blankOptions(columns.options, optionsAt, optionsAt + optionsLength)
    optionsAt += optionsLength
    if (scan.payloadLength > TRACE_PAYLOAD_MAX) payloadsShortened++
  }
  return { optionsBlanked, payloadsShortened, skipped: { ...scan.skipped, 'from-victim': fromVictim, elsewhere } }
}

/** Writes the fixed fields of the segment at which `scan` stands. */
function put(columns: TraceColumns, i: number, scan: TraceScan): void {
  const { view, tcp } = scan
  columns.times[i] = scan.time
  columns.sources[i] = scan.source
  columns.sourcePorts[i] = scan.sourcePort
  columns.seqs[i] = view.getInt32(tcp + TCP_SEQ)
  columns.acks[i] = view.getInt32(tcp + TCP_ACK)
  columns.flags[i] = scan.flags
  columns.windows[i] = view.getInt32(tcp + TCP_WORD_FLAGS) & 0xffff
  columns.optionsLengths[i] = scan.headerLength - TCP_HEADER_BYTES
  columns.payloadLengths[i] = Math.min(scan.payloadLength, TRACE_PAYLOAD_MAX)
}

/** The columns in the order of their times, equal ones in the order of the file; times then count from the first. */
function sortByTime(columns: TraceColumns): TraceColumns {
  const { times } = columns
  let isSorted = true
  for (let i = 1; i < times.length && isSorted; i++) isSorted = times[i - 1] <= times[i]
  const sorted = isSorted ? columns : inOrderOfTime(columns)
  const first = sorted.times[0]
  for (let i = 0; i < sorted.times.length; i++) sorted.times[i] -= first
  return sorted
}

function inOrderOfTime(columns: TraceColumns): TraceColumns {
  const { times } = columns
  const order = new Uint32Array(times.length).map((_, i) => i).sort((a, b) => times[a] - times[b] || a - b)
  return {
    times: columns.times.map((_, i) => columns.times[order[i]]),
    sources: columns.sources.map((_, i) => columns.sources[order[i]]),
    sourcePorts: columns.sourcePorts.map((_, i) => columns.sourcePorts[order[i]]),
    seqs: columns.seqs.map((_, i) => columns.seqs[order[i]]),
    acks: columns.acks.map((_, i) => columns.acks[order[i]]),
    flags: columns.flags.map((_, i) => columns.flags[order[i]]),
    windows: columns.windows.map((_, i) => columns.windows[order[i]]),
    optionsAt: columns.optionsAt.map((_, i) => columns.optionsAt[order[i]]),
    optionsLengths: columns.optionsLengths.map((_, i) => columns.optionsLengths[order[i]]),
    options: columns.options,
    payloadLengths: columns.payloadLengths.map((_, i) => columns.payloadLengths[order[i]]),
  }
}

/** Replaces addresses by numbers, given in the order of first appearance; returns how many there are. */
function numberSources(sources: Int32Array<ArrayBuffer>): number {
  const numbers = new Map<number, number>()
  for (let i = 0; i < sources.length; i++) {
    const address = sources[i]
    let number = numbers.get(address)
    if (number === undefined) {
      number = numbers.size
      numbers.set(address, number)
    }
    sources[i] = number
  }
  return numbers.size
}
