/**
 * Traces from files. Live, an attack names a file and never a path: everything comes out of the one directory that the
 * attacker process was given, and nothing else on the machine can be read by way of the control API.
 */
import { statSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Victim } from '../trace/account.ts'
import { makeTrace, type Trace } from '../trace/trace.ts'
import { faultText, openRecording, type RecordingFile } from './recording-file.ts'

/** Longest file name, characters (NAME_MAX of Linux). */
const NAME_LENGTH_MAX = 255

/**
 * The trace in the file `name` of `directory`; its columns are in memory that threads share. A string is the reason why
 * there is none, in one line that tells nothing about the machine. A symbolic link is followed when it stays inside the
 * directory.
 */
export async function readTrace(directory: string, name: string, victim?: Victim): Promise<Trace | string> {
  const refusal = nameRefusal(name)
  if (refusal !== undefined) return refusal
  const file = await openInside(directory, name)
  if (typeof file === 'string') return `trace ${JSON.stringify(name)}: ${file}`
  try {
    const trace = makeTrace(file, victim, (bytes) => new SharedArrayBuffer(bytes))
    return typeof trace === 'string' ? `trace ${JSON.stringify(name)}: ${trace}` : trace
  } catch (error) {
    return `trace ${JSON.stringify(name)}: ${faultText(error)}`
  } finally {
    file.close()
  }
}

/** Why `directory` cannot be that of the traces, for the end of a line; undefined when it can. */
export function directoryRefusal(directory: string): string | undefined {
  try {
    return statSync(directory).isDirectory() ? undefined : 'is no directory'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such directory' : faultText(error)
  }
}

/** Why `name` cannot be that of a trace, in one line; undefined when it can. */
export function nameRefusal(name: string): string | undefined {
  if (name === '' || name.length > NAME_LENGTH_MAX) {
    return `the name of a trace has 1 to ${NAME_LENGTH_MAX} characters, got ${name.length}`
  }
  if (name.includes('\0')) return 'the name of a trace must not contain NUL'
  if (name.includes('/') || name.includes('\\')) {
    return `the name of a trace must not contain / or \\, got ${JSON.stringify(name)}`
  }
  if (name === '.' || name === '..') return `the name of a trace must be that of a file, got "${name}"`
  return undefined
}

async function openInside(directory: string, name: string): Promise<RecordingFile | string> {
  let path: string
  try {
    const root = await realpath(directory)
    path = await realpath(join(root, name))
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) return 'leads out of the directory of traces'
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return isAbsent ? 'no such file in the directory of traces' : faultText(error)
  }
  return openRecording(path)
}
