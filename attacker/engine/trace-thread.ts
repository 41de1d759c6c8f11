/**
 * Reads traces in a thread of its own. A long recording takes seconds to read, in which the control plane has to answer
 * and to watch over leases: held up for longer than a lease lasts, it would take living control processes for dead.
 */
import { once } from 'node:events'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { formatVictim, type Victim } from '../trace/account.ts'
import type { Trace } from '../trace/trace.ts'
import { nameRefusal } from './trace-file.ts'
import { openSpool, SpoolDirectory, type SpooledTrace, type TraceOrder } from './trace-spool.ts'

/** What the worker thread is started with. */
export interface TraceWorkerData {
  readonly directory: string
  readonly name: string
  readonly victim: Victim | undefined
  /** Where a long trace may be put; undefined for nowhere. */
  readonly spool: string | undefined
}

/** Which recording, and whom it attacks. */
type Wanted = Omit<TraceWorkerData, 'spool'>

/**
 * The trace in the file `name` of `directory`; `victim`: who was attacked, default: whom the recording tells. A string is
 * the reason why there is none. As `readTrace` (trace-file.ts).
 */
export type TraceReader = (directory: string, name: string, victim?: Victim) => Promise<TraceOrder | string>

/**
 * A reader that reads one trace at a time. The latest one is kept: many replays of one recording share its memory, or its
 * file. A file is removed with the next recording; replays under way have it open.
 */
export function makeTraceReader(): TraceReader {
  const spools = new SpoolDirectory()
  let previous: Promise<unknown> = Promise.resolve()
  let latest: { readonly key: string; readonly order: () => TraceOrder; readonly path: string } | undefined
  const read = async (wanted: Wanted): Promise<TraceOrder | string> => {
    const key = await identify(wanted)
    if (latest !== undefined && latest.key === key) {
      try {
        return latest.order()
      } catch {
        // Somebody has tidied up among temporary files: it is read once more.
      }
    }
    if (latest !== undefined) await rm(latest.path, { force: true })
    latest = undefined
    const spool = spools.newPath()
    const trace = await readInThread({ ...wanted, spool })
    if (typeof trace === 'string') return trace
    const order = (): TraceOrder => ('offsets' in trace ? openSpool(trace, spool ?? '') : trace)
    latest = { key: key ?? '', order, path: spool ?? '' }
    return order()
  }
  return (directory, name, victim) => {
    const reading = previous.then(() => read({ directory, name, victim }))
    previous = reading.catch(() => {})
    return reading
  }
}

/** What stays the same as long as the file does; undefined when there is none. */
async function identify({ directory, name, victim }: Wanted): Promise<string | undefined> {
  if (nameRefusal(name) !== undefined) return undefined
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(join(directory, name))
    return [dev, ino, size, mtimeMs, ctimeMs, victim && formatVictim(victim)].join(' ')
  } catch {
    return undefined
  }
}

async function readInThread(data: TraceWorkerData): Promise<Trace | SpooledTrace | string> {
  const worker = new Worker(new URL('./trace-worker.js', import.meta.url), { name: 'synlab-trace', workerData: data })
  try {
    const [trace] = (await once(worker, 'message')) as [Trace | SpooledTrace | string]
    return trace
  } finally {
    await worker.terminate()
  }
}
