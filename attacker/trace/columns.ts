/**
 * The packets of a trace as columns: filled from a recording, put in the order of time, their sources numbered and their
 * flows kept apart.
 */
import { TCP_ACK, TCP_HEADER_BYTES, TCP_SEQ, TCP_WORD_FLAGS } from '../../tcpip/wire/tcp.ts'
import { CHANGES, type Change, noneOf, TRACE_PAYLOAD_MAX, type Victim } from './account.ts'
import { Flows } from './flows.ts'
import { blankOptions, wholeOptions } from './options.ts'
import { type Recording, TraceScan } from './scan.ts'
import { reasonNotFor } from './victim.ts'

/** Makes memory of so many bytes. */
export type Allocate = (bytes: number) => ArrayBufferLike

/** Packet i is in the i-th element of every column. */
export interface TraceColumns {
  /** Microseconds since the first packet, non-decreasing. */
  readonly times: Float64Array
  /** Which of the sources sent it, numbered in the order in which they first appear; see `traceSource`. */
  readonly sources: Int32Array
  readonly sourcePorts: Uint16Array
  readonly seqs: Int32Array
  readonly acks: Int32Array
  /** All eight control bits. */
  readonly flags: Uint8Array
  readonly windows: Uint16Array
  /** The options of packet i are `options[optionsAt[i] .. optionsAt[i] + optionsLengths[i])`. */
  readonly optionsAt: Uint32Array
  readonly optionsLengths: Uint8Array
  readonly options: Uint8Array
  /** Bytes, at most TRACE_PAYLOAD_MAX. */
  readonly payloadLengths: Uint16Array
}

/** What is only needed while a trace is made: the ports that the server's one stands for. */
interface RecordedColumns extends TraceColumns {
  readonly destinationPorts: Uint16Array
}

/** Columns for so many packets and bytes of options; `allocate` makes their memory. */
export function makeColumns(packets: number, optionBytes: number, allocate: Allocate): RecordedColumns {
  return {
    times: new Float64Array(allocate(8 * packets)),
    sources: new Int32Array(allocate(4 * packets)),
    sourcePorts: new Uint16Array(allocate(2 * packets)),
    seqs: new Int32Array(allocate(4 * packets)),
    acks: new Int32Array(allocate(4 * packets)),
    flags: new Uint8Array(allocate(packets)),
    windows: new Uint16Array(allocate(2 * packets)),
    optionsAt: new Uint32Array(allocate(4 * packets)),
    optionsLengths: new Uint8Array(allocate(packets)),
    options: new Uint8Array(allocate(optionBytes)),
    payloadLengths: new Uint16Array(allocate(2 * packets)),
    destinationPorts: new Uint16Array(packets),
  }
}

/**
 * Takes the segments for `victim` over in the order of the file, with times and source addresses of the recording, and
 * counts what is changed. Undefined when there are fewer of them than there were.
 */
export function fillColumns(
  columns: RecordedColumns,
  recording: Recording,
  victim: Victim,
): Record<Change, number> | undefined {
  const scan = new TraceScan(recording)
  const changed = noneOf(CHANGES)
  const packets = columns.times.length
  let i = 0
  let optionsAt = 0
  while (i < packets && scan.next()) {
    if (reasonNotFor(scan, victim) !== undefined) continue
    put(columns, i, scan)
    columns.optionsAt[i] = optionsAt
    optionsAt += putOptions(columns, i, scan, changed)
    if (scan.hasIpOptions) changed.ip_options_dropped++
    if (scan.payloadLength > TRACE_PAYLOAD_MAX) changed.payload_shortened++
    i++
  }
  return i === packets ? changed : undefined
}

/** Writes the fixed fields of the segment at which `scan` stands. */
function put(columns: RecordedColumns, i: number, scan: TraceScan): void {
  const { view, tcp } = scan
  columns.times[i] = scan.time
  columns.sources[i] = scan.source
  columns.sourcePorts[i] = scan.sourcePort
  columns.destinationPorts[i] = scan.destinationPort
  columns.seqs[i] = view.getInt32(tcp + TCP_SEQ)
  columns.acks[i] = view.getInt32(tcp + TCP_ACK)
  columns.flags[i] = scan.flags
  columns.windows[i] = view.getInt32(tcp + TCP_WORD_FLAGS) & 0xffff
  columns.payloadLengths[i] = Math.min(scan.payloadLength, TRACE_PAYLOAD_MAX)
}

/** Writes the options of that segment, the whole ones of those that were captured; returns the bytes they take. */
function putOptions(columns: TraceColumns, i: number, scan: TraceScan, changed: Record<Change, number>): number {
  const { bytes, tcp, optionBytes, capturedOptionBytes } = scan
  const { options } = columns
  const at = columns.optionsAt[i]
  const from = tcp + TCP_HEADER_BYTES
  const isCut = capturedOptionBytes < optionBytes
  const kept = isCut ? wholeOptions(bytes, from, from + capturedOptionBytes) : optionBytes
  const length = padded(kept)
  options.set(bytes.subarray(from, from + kept), at)
  options.fill(0, at + kept, at + length)
  if (isCut) changed.options_cut++
  if (blankOptions(options, at, at + length) > 0) changed.options_blanked++
  columns.optionsLengths[i] = length
  return length
}

/** Bytes that the options of the segment at which `scan` stands take in a trace, at most. */
export function optionRoom({ capturedOptionBytes }: TraceScan): number {
  return padded(capturedOptionBytes)
}

/** `length` rounded up to whole words, in which a TCP header is measured. */
function padded(length: number): number {
  return (length + 3) & ~3
}

/**
 * Puts the columns in the order of their times, equal ones in the order of the file; times then count from the first. Returns
 * the number of packets that stood behind later ones.
 */
export function sortByTime(columns: RecordedColumns): number {
  const { times } = columns
  let latest = times[0]
  let reordered = 0
  for (let i = 1; i < times.length; i++) {
    if (times[i] < latest) reordered++
    else latest = times[i]
  }
  if (reordered > 0) inOrderOfTime(columns)
  const first = times[0]
  for (let i = 0; i < times.length; i++) times[i] -= first
  return reordered
}

function inOrderOfTime(columns: RecordedColumns): void {
  const { times } = columns
  const order = new Uint32Array(times.length).map((_, i) => i).sort((a, b) => times[a] - times[b] || a - b)
  const { options: _, ...byPacket } = columns
  for (const column of Object.values(byPacket) as Float64Array[]) column.set(column.map((_, i) => column[order[i]]))
}

/** Replaces addresses by numbers, given in the order of first appearance; returns how many there are. */
export function numberSources(sources: Int32Array): number {
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

/** Gives flows that would become one their own source ports; returns the number of packets that this changes. */
export function separateFlows({ sources, sourcePorts, destinationPorts }: RecordedColumns): number {
  const flows = new Flows()
  let changed = 0
  for (let i = 0; i < sources.length; i++) {
    const port = flows.portOf(sources[i], sourcePorts[i], destinationPorts[i])
    if (port !== sourcePorts[i]) changed++
    sourcePorts[i] = port
  }
  return changed
}
