/**
 * Notices that npm has gone. npm runs a script in a shell: a signal that ends npm, or the shell that npm hands it to, never
 * reaches the lab, which would go on without anybody who knows of it.
 */
import { readFileSync } from 'node:fs'

/** Between two looks, milliseconds. */
const LOOK_MS = 500

/**
 * Calls `onGone` once the shell that started this process is gone, or, where /proc tells, npm before it; never when it was
 * not npm that started it. Returns what ends the watch.
 */
export function watchNpm(onGone: () => void): () => void {
  if (process.env.npm_lifecycle_event === undefined) return () => {}
  const shell = process.ppid
  const npm = parentOf(shell)
  const timer = setInterval(() => {
    if (process.ppid !== shell || parentOf(shell) !== npm) onGone()
  }, LOOK_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** The parent of a process; undefined where nobody tells. */
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // After the name, which may hold anything: state, then parent (proc_pid_stat(5)).
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
