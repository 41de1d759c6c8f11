/**
 * The thread that reads one trace and ends. Started by trace-thread.ts.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { readTrace } from './trace-file.ts'
import type { TraceWorkerData } from './trace-thread.ts'

const { directory, name } = workerData as TraceWorkerData
const trace = await readTrace(directory, name)
const columns = typeof trace === 'string' ? [] : Object.values(trace).filter((value) => ArrayBuffer.isView(value))
parentPort?.postMessage(
  trace,
  columns.map(({ buffer }) => buffer as ArrayBuffer),
)
