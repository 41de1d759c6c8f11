/**
 * The thread that reads one trace and ends. Started by trace-thread.ts.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { readTrace } from './trace-file.ts'
import type { TraceWorkerData } from './trace-thread.ts'

const { directory, name, victim } = workerData as TraceWorkerData
parentPort?.postMessage(await readTrace(directory, name, victim))
