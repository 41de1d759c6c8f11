/**
 * The thread that reads one trace and ends. Started by trace-thread.ts.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { PAGE_PACKETS } from '../trace/pages.ts'
import type { Trace } from '../trace/trace.ts'
import { readTrace } from './trace-file.ts'
import { type SpooledTrace, spoolTrace } from './trace-spool.ts'
import type { TraceWorkerData } from './trace-thread.ts'

const { directory, name, victim, spool } = workerData as TraceWorkerData

/** A long trace in a file, if it can be written; a short one is no burden. */
function spooled(trace: Trace): Trace | SpooledTrace {
  if (spool === undefined || trace.count <= PAGE_PACKETS) return trace
  try {
    return spoolTrace(trace, spool)
  } catch {
    return trace
  }
}

const trace = await readTrace(directory, name, victim)
parentPort?.postMessage(typeof trace === 'string' ? trace : spooled(trace))
