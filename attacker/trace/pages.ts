/**
 * A trace in pages: what a page is as bytes, which a file may hold. Read next: timeline.ts.
 */
import type { TraceColumns } from './columns.ts'
import type { Trace } from './trace.ts'

/** Packets on a page; the last one may have fewer. */
export const PAGE_PACKETS = 4096

/** Most bytes of a page: 32 of each packet, and its options. */
export const PAGE_BYTES_MAX = PAGE_PACKETS * (32 + 40)

/** Pages that a trace has. */
export function pageCount({ count }: Pick<Trace, 'count'>): number {
  return Math.ceil(count / PAGE_PACKETS)
}

/** Page `page` of a trace as bytes: columns one after another, the widest elements first, so that each is aligned. */
export function pageBytes(trace: Trace, page: number): Uint8Array {
  const from = page * PAGE_PACKETS
  const to = Math.min(from + PAGE_PACKETS, trace.count)
  const { optionsAt, options } = optionsOf(trace, from, to)
  const columns = [
    trace.times.subarray(from, to),
    trace.sources.subarray(from, to),
    trace.seqs.subarray(from, to),
    trace.acks.subarray(from, to),
    optionsAt,
    trace.sourcePorts.subarray(from, to),
    trace.windows.subarray(from, to),
    trace.payloadLengths.subarray(from, to),
    trace.flags.subarray(from, to),
    trace.optionsLengths.subarray(from, to),
    options,
  ]
  const bytes = new Uint8Array(columns.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const { buffer, byteOffset, byteLength } of columns) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at)
    at += byteLength
  }
  return bytes
}

/** The options of some packets, and where each packet's begin: in the trace they stand in the order of the file. */
function optionsOf(trace: Trace, from: number, to: number): { optionsAt: Uint32Array; options: Uint8Array } {
  const optionsAt = new Uint32Array(to - from)
  let length = 0
  for (let i = from; i < to; i++) {
    optionsAt[i - from] = length
    length += trace.optionsLengths[i]
  }
  const options = new Uint8Array(length)
  for (let i = from; i < to; i++) {
    const at = trace.optionsAt[i]
    options.set(trace.options.subarray(at, at + trace.optionsLengths[i]), optionsAt[i - from])
  }
  return { optionsAt, options }
}

/** The columns of a page of `packets` packets that stands at the beginning of `bytes`, which begin a buffer. */
export function pageColumns({ buffer }: Uint8Array, packets: number): TraceColumns {
  let at = 0
  const next = (elementBytes: number): number => {
    const start = at
    at += elementBytes * packets
    return start
  }
  return {
    times: new Float64Array(buffer, next(8), packets),
    sources: new Int32Array(buffer, next(4), packets),
    seqs: new Int32Array(buffer, next(4), packets),
    acks: new Int32Array(buffer, next(4), packets),
    optionsAt: new Uint32Array(buffer, next(4), packets),
    sourcePorts: new Uint16Array(buffer, next(2), packets),
    windows: new Uint16Array(buffer, next(2), packets),
    payloadLengths: new Uint16Array(buffer, next(2), packets),
    flags: new Uint8Array(buffer, next(1), packets),
    optionsLengths: new Uint8Array(buffer, next(1), packets),
    options: new Uint8Array(buffer, at),
  }
}
