/**
 * Traces on disk: a long recording, made ready for replay, lies in a file of this process and is read page by page, so that
 * many different ones can be replayed beside each other in little memory. Where no file can be written (a container whose
 * disk is memory, and full), a trace stays in memory, which threads share.
 */
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TraceAccount } from '../trace/account.ts'
import { PAGE_PACKETS, pageBytes, pageColumns, pageCount } from '../trace/pages.ts'
import type { PagedTrace, Timeline } from '../trace/timeline.ts'
import type { Trace } from '../trace/trace.ts'

/** A trace in a file. Plain data: it can be handed to another thread. */
export interface SpooledTrace {
  readonly count: number
  readonly account: TraceAccount
  readonly ends: Float64Array
  /** Where each page begins in the file, and, last, where the file ends. */
  readonly offsets: Float64Array
}

/** The same, opened: whoever has it closes it. A descriptor belongs to all threads of a process. */
export interface OpenSpooledTrace extends SpooledTrace {
  readonly descriptor: number
}

/** A trace on its way to whoever replays it. */
export type TraceOrder = Trace | OpenSpooledTrace

/** Writes a trace to a new file. Throws what the file system throws, and leaves no file then. */
export function spoolTrace(trace: Trace, path: string): SpooledTrace {
  const pages = pageCount(trace)
  const offsets = new Float64Array(pages + 1)
  const ends = new Float64Array(pages)
  let size = 0
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    for (let page = 0; page < pages; page++) {
      const bytes = pageBytes(trace, page)
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
      size += bytes.length
      offsets[page + 1] = size
      ends[page] = trace.times[Math.min(trace.count, (page + 1) * PAGE_PACKETS) - 1] ?? 0
    }
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(descriptor)
  }
  const { count, account } = trace
  return { count, account, ends, offsets }
}

export function openSpool(trace: SpooledTrace, path: string): OpenSpooledTrace {
  return { ...trace, descriptor: openSync(path, 'r') }
}

/** An order as it is replayed. */
export function timelineOf(order: TraceOrder): Timeline {
  return 'descriptor' in order ? pagesOf(order) : order
}

/** Gives back what an order holds: no replay of it goes on. */
export function closeTrace(order: TraceOrder): void {
  if ('descriptor' in order) closeSync(order.descriptor)
}

function pagesOf({ descriptor, count, account, ends, offsets }: OpenSpooledTrace): PagedTrace {
  return {
    count,
    account,
    ends,
    load: (page, bytes) => {
      const [start = 0, end = 0] = offsets.subarray(page, page + 2)
      const length = end - start
      for (let at = 0; at < length; ) {
        const read = readSync(descriptor, bytes, at, length - at, start + at)
        if (read === 0) throw new Error('a spooled trace was cut short')
        at += read
      }
      return pageColumns(bytes, Math.min(PAGE_PACKETS, count - page * PAGE_PACKETS))
    },
  }
}

/** How these directories are called: this, the process that it is of, and something that nobody else has. */
const DIRECTORY_PREFIX = 'synlab-traces-'

/**
 * The directory of this process for its traces: removed when the process ends in order, and by the next process when it was
 * killed.
 */
export class SpoolDirectory {
  private directory: string | undefined
  private files = 0

  /** Path of a file that is not there yet; undefined when none can be made. */
  newPath(): string | undefined {
    try {
      // Whoever tidies up among temporary files may have taken it away.
      if (this.directory === undefined || !existsSync(this.directory)) this.directory = this.make()
      return join(this.directory, `${++this.files}.trace`)
    } catch {
      return undefined
    }
  }

  private make(): string {
    for (const entry of readdirSync(tmpdir())) {
      if (isLeftOver(entry)) rmSync(join(tmpdir(), entry), { recursive: true, force: true })
    }
    const directory = mkdtempSync(join(tmpdir(), `${DIRECTORY_PREFIX}${process.pid}-`))
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
    return directory
  }
}

/** Whether a directory is of a process that is gone. */
function isLeftOver(entry: string): boolean {
  const [, pid] = new RegExp(`^${DIRECTORY_PREFIX}(\\d+)-`).exec(entry) ?? []
  if (pid === undefined) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    // One that may not be asked is there.
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
