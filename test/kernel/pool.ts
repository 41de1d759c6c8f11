/**
 * Plays many scripts on the kernel at once. A script is played synchronously, in a thread of its own, because the runner is
 * synchronous; what it asks the kernel goes through this thread, which owns the processes at the kernel's end. Scripts mostly
 * wait, so many threads share a core.
 */
import { spawnSync } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type Command, KernelEnd, type Reply } from './kernel-end.ts'

/**
 * Whoever plays against real time must not wait for those who do not: this process, and what it starts, come first. They
 * mostly sleep.
 */
function becomeRealTime(): void {
  const { status } = spawnSync('chrt', ['--all-tasks', '--rr', '--pid', '1', String(process.pid)], { stdio: 'ignore' })
  if (status !== 0) setPriority(constants.priority.PRIORITY_HIGHEST)
}

/** What a thread posts: it is ready for a job, puts a command to its kernel, or is done with its job. */
export type ThreadMessage<Result> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'ask'; readonly command: Command }
  | { readonly kind: 'done'; readonly result: Result }

/**
 * Gives every job to `program` (a module that calls `serveJobs`), `width` at a time, and hands out each result as it comes.
 * A thread that fails rejects.
 */
export async function playAll<Job, Result>(
  program: URL,
  jobs: readonly Job[],
  width: number,
  onResult: (job: Job, result: Result) => void,
): Promise<void> {
  becomeRealTime()
  let next = 0
  let starting = Math.min(width, jobs.length)
  const begin: (() => void)[] = []
  const thread = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const signal = new SharedArrayBuffer(4)
      const worker = new Worker(program, { workerData: { signal } })
      const end = new KernelEnd()
      let job: Job
      const give = (): void => {
        if (next === jobs.length) {
          end.end()
          void worker.terminate()
          resolve()
          return
        }
        job = jobs[next++]
        worker.postMessage(job)
      }
      const answer = async (reply: Promise<Reply>): Promise<void> => {
        worker.postMessage(await reply)
        Atomics.store(new Int32Array(signal), 0, 1)
        Atomics.notify(new Int32Array(signal), 0)
      }
      worker.on('message', (message: ThreadMessage<Result>) => {
        // No script begins while threads still start: that is when they are slow.
        if (message.kind === 'ready') {
          begin.push(give)
          if (--starting === 0) for (const first of begin) first()
        } else if (message.kind === 'ask') void answer(end.ask(message.command))
        else {
          onResult(job, message.result)
          give()
        }
      })
      worker.on('error', (error) => {
        end.end()
        reject(error)
      })
    })
  await Promise.all(Array.from({ length: starting }, thread))
}
