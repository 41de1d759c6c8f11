/** The thread's side of the pool: takes jobs, and lets synchronous code ask the kernel. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { Command, Reply } from './kernel-end.ts'
import type { Ask } from './kernel-stack.ts'
import type { ThreadMessage } from './pool.ts'

/** Longer than any command takes, milliseconds: a wait of a script included. */
const ANSWER_LIMIT = 400_000

/** Does every job that the pool gives to this thread. */
export function serveJobs<Job, Result>(play: (job: Job, ask: Ask) => Result): void {
  const port = parentPort
  if (port === null) throw new Error('this module is for threads of the pool')
  const { signal } = workerData as { signal: SharedArrayBuffer }
  const answered = new Int32Array(signal)
  const post = (message: ThreadMessage<Result>): void => port.postMessage(message)
  const ask = (command: Command): Reply => {
    Atomics.store(answered, 0, 0)
    post({ kind: 'ask', command })
    for (;;) {
      if (Atomics.wait(answered, 0, 0, ANSWER_LIMIT) === 'timed-out') throw new Error(`no answer to ${command[0]}`)
      // A late notification of the answer before wakes too: then there is no message yet.
      const received = receiveMessageOnPort(port) as { message: Reply } | undefined
      if (received !== undefined) return received.message
    }
  }
  port.on('message', (job: Job) => post({ kind: 'done', result: play(job, ask) }))
  post({ kind: 'ready' })
}
