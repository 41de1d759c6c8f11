/**
 * The packets of a trace in the order of their times, wherever they are: of a long trace only those around the present one
 * have to be in memory. A cursor over them, and what their times say about a replay.
 */
import { SECOND } from '../../tcpip/base/time.ts'
import type { TraceAccount } from './account.ts'
import type { TraceColumns } from './columns.ts'
import { PAGE_BYTES_MAX, PAGE_PACKETS } from './pages.ts'
import type { Trace } from './trace.ts'

/** A trace whose packets are somewhere else. */
export interface PagedTrace {
  readonly count: number
  readonly account: TraceAccount
  /** Time of the last packet of each page, microseconds. */
  readonly ends: Float64Array
  /** Reads a page into `bytes`, which has PAGE_BYTES_MAX; what is returned is part of them. */
  load(page: number, bytes: Uint8Array): TraceColumns
}

/** What can be replayed: all of it in memory, or page by page. */
export type Timeline = Trace | PagedTrace

/** Stands at one packet of a trace. Moving it allocates nothing, except when it comes to another page. */
export class TraceCursor {
  /** The packet is the one at `at` of these columns. */
  columns: TraceColumns
  at = 0
  private readonly paged: PagedTrace | undefined
  private readonly bytes: Uint8Array
  private page = 0

  constructor(trace: Timeline) {
    this.paged = 'load' in trace ? trace : undefined
    this.bytes = new Uint8Array(this.paged === undefined ? 0 : PAGE_BYTES_MAX)
    this.columns = 'load' in trace ? trace.load(0, this.bytes) : trace
  }

  /** To the packet with this number, which the trace has. */
  go(index: number): void {
    if (this.paged === undefined) {
      this.at = index
      return
    }
    const page = Math.floor(index / PAGE_PACKETS)
    if (page !== this.page) {
      this.columns = this.paged.load(page, this.bytes)
      this.page = page
    }
    this.at = index % PAGE_PACKETS
  }

  /** When the packet was recorded, microseconds after the first. */
  get time(): number {
    return this.columns.times[this.at]
  }
}

/** When the last packet was recorded, microseconds after the first. */
export function lastTime(trace: Timeline): number {
  return 'load' in trace ? trace.ends[trace.ends.length - 1] : trace.times[trace.count - 1]
}

/** Most packets of a replay that fall due within one second, when the recording runs `speed` times as fast. */
export function peakRate(trace: Timeline, speed: number): number {
  const window = SECOND * speed
  const [oldest, newest] = [new TraceCursor(trace), new TraceCursor(trace)]
  let peak = 0
  let first = 0
  for (let last = 0; last < trace.count; last++) {
    newest.go(last)
    while (newest.time - oldest.time >= window) oldest.go(++first)
    peak = Math.max(peak, last - first + 1)
  }
  return peak
}

/** When a packet that was recorded at `time` is due after the start of a replay, microseconds, an integer. */
export function dueAfter(time: number, speed: number): number {
  return Math.round(time / speed)
}

/** How many packets do not fall due in the first `duration` microseconds of a replay. */
export function countBeyond(trace: Timeline, speed: number, duration: number): number {
  const cursor = new TraceCursor(trace)
  let low = 0
  let high = trace.count
  while (low < high) {
    const middle = (low + high) >>> 1
    cursor.go(middle)
    if (dueAfter(cursor.time, speed) < duration) low = middle + 1
    else high = middle
  }
  return trace.count - low
}
