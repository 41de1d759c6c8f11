/**
 * Reads traces in a thread of its own. A long recording takes seconds to read, in which the control plane has to answer
 * and to watch over leases: held up for longer than a lease lasts, it would take living control processes for dead.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Trace } from '../trace/trace.ts'

/** What the worker thread is started with. */
export interface TraceWorkerData {
  readonly directory: string
  readonly name: string
}

/** The trace in the file `name` of `directory`; a string is the reason why there is none. As `readTrace` (trace-file.ts). */
export type TraceReader = (directory: string, name: string) => Promise<Trace | string>

/** A reader that reads one trace at a time: each may need memory for the largest file that is allowed. */
export function makeTraceReader(): TraceReader {
  let previous: Promise<unknown> = Promise.resolve()
  return (directory, name) => {
    const reading = previous.then(() => readInThread({ directory, name }))
    previous = reading.catch(() => {})
    return reading
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
