/**
 * Notices that npm has gone. npm runs a script in a shell: a signal that ends npm, or the shell that npm hands it to, never
 * reaches the lab, which would go on without anybody who knows of it.
 */
import { readFileSync } from 'node:fs'

/** Between two looks, milliseconds. */
const LOOK_MS = 500

/** What shells are called: sh, bash, dash, zsh ... */
const SHELL = /^[a-z]*sh$/

/**
 * Calls `onGone` once the shell that started this process is gone, or, where /proc tells, npm before it; never when it was
 * not npm that started it. Returns what ends the watch.
 */
export function watchNpm(onGone: () => void): () => void {
  if (process.env.npm_lifecycle_event === undefined) return () => {}
  const starter = process.ppid
  // Some shells become the program that they are to start: then npm itself started this, and who started npm may go.
  const { name, parent: npm } = lookUp(starter)
  const isShell = SHELL.test(name)
  const timer = setInterval(() => {
    if (process.ppid !== starter || (isShell && lookUp(starter).parent !== npm)) onGone()
  }, LOOK_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** Name and parent of a process; both empty where nobody tells. */
function lookUp(pid: number): { readonly name: string; readonly parent: number | undefined } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in brackets, which may hold anything, the state, the parent (proc_pid_stat(5)).
    const end = stat.lastIndexOf(')')
    return { name: stat.slice(stat.indexOf('(') + 1, end), parent: Number(stat.slice(end + 2).split(' ')[1]) }
  } catch {
    return { name: '', parent: undefined }
  }
}
