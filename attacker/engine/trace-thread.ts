/**
 * Reads traces in a thread of its own. A long recording takes seconds to read, in which the control plane has to answer
 * and to watch over leases: held up for longer than a lease lasts, it would take living control processes for dead.
 */
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { formatVictim, type Victim } from '../trace/account.ts'
import type { Trace } from '../trace/trace.ts'
import { nameRefusal } from './trace-file.ts'

/** What the worker thread is started with. */
export interface TraceWorkerData {
  readonly directory: string
  readonly name: string
  readonly victim: Victim | undefined
}

/**
 * The trace in the file `name` of `directory`; `victim`: who was attacked, default: whom the recording tells. A string is
 * the reason why there is none. As `readTrace` (trace-file.ts).
 */
export type TraceReader = (directory: string, name: string, victim?: Victim) => Promise<Trace | string>

/**
 * A reader that reads one trace at a time. The latest one is kept: many replays of one recording share its memory, because
 * threads do.
 */
export function makeTraceReader(): TraceReader {
  let previous: Promise<unknown> = Promise.resolve()
  let latest: { readonly key: string; readonly trace: Trace } | undefined
  const read = async (data: TraceWorkerData): Promise<Trace | string> => {
    const key = await identify(data)
    if (key !== undefined && latest?.key === key) return latest.trace
    latest = undefined
    const trace = await readInThread(data)
    if (key !== undefined && typeof trace !== 'string') latest = { key, trace }
    return trace
  }
  return (directory, name, victim) => {
    const reading = previous.then(() => read({ directory, name, victim }))
    previous = reading.catch(() => {})
    return reading
  }
}

/** What stays the same as long as the file does; undefined when there is none. */
async function identify({ directory, name, victim }: TraceWorkerData): Promise<string | undefined> {
  if (nameRefusal(name) !== undefined) return undefined
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(join(directory, name))
    return [dev, ino, size, mtimeMs, ctimeMs, victim && formatVictim(victim)].join(' ')
  } catch {
    return undefined
  }
}

async function readInThread(data: TraceWorkerData): Promise<Trace | string> {
  const worker = new Worker(new URL('./trace-worker.js', import.meta.url), { name: 'synlab-trace', workerData: data })
  try {
    const [trace] = (await once(worker, 'message')) as [Trace | string]
    return trace
  } finally {
    await worker.terminate()
  }
}
