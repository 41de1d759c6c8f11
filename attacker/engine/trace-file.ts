/**
 * Traces from files. Live, an attack names a file and never a path: everything comes out of the one directory that the
 * attacker process was given, and nothing else on the machine can be read by way of the control API.
 */
import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { makeTrace, type Trace, type TraceVictim } from '../trace/trace.ts'

/** Largest file, bytes: it is read into memory as a whole. */
export const TRACE_FILE_BYTES_MAX = 256 * 1024 * 1024

/** Longest file name, characters (NAME_MAX of Linux). */
const NAME_LENGTH_MAX = 255

/** Without blocking: a name may be that of a FIFO that nobody writes to. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW

/**
 * The trace in the file `name` of `directory`. A string is the reason why there is none, in one line that tells nothing
 * about the machine. A symbolic link is followed when it stays inside the directory.
 */
export async function readTrace(directory: string, name: string, victim?: TraceVictim): Promise<Trace | string> {
  const refusal = nameRefusal(name)
  if (refusal !== undefined) return refusal
  const bytes = await readInside(directory, name)
  if (typeof bytes === 'string') return `trace ${JSON.stringify(name)}: ${bytes}`
  const trace = makeTrace(bytes, victim)
  return typeof trace === 'string' ? `trace ${JSON.stringify(name)}: ${trace}` : trace
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

async function readInside(directory: string, name: string): Promise<Uint8Array | string> {
  let path: string
  try {
    const root = await realpath(directory)
    path = await realpath(join(root, name))
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) return 'leads out of the directory of traces'
  } catch (error) {
    return describeError(error)
  }
  let file: FileHandle | undefined
  try {
    file = await open(path, OPEN_FLAGS)
    return await readWhole(file)
  } catch (error) {
    return describeError(error)
  } finally {
    await file?.close()
  }
}

/** The content of a regular file of limited size: no more than it had when it was looked at, should it grow. */
async function readWhole(file: FileHandle): Promise<Uint8Array | string> {
  const stats = await file.stat()
  if (!stats.isFile()) return 'not a file'
  const { size } = stats
  if (size > TRACE_FILE_BYTES_MAX) return `${size} bytes, more than ${TRACE_FILE_BYTES_MAX}`
  const bytes = new Uint8Array(size)
  let read = 0
  while (read < size) {
    const { bytesRead } = await file.read(bytes, read, size - read, read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  return bytes.subarray(0, read)
}

/** What a failed call of the file system means, without the path. */
function describeError(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return 'no such file in the directory of traces'
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read'
  return `cannot be read (${code ?? String(error)})`
}
