/**
 * A file system that takes no more, in one line: what could not be written, and the system's reason.
 */
import { RunFailure } from '../usage-error.ts'

/** What the system's commonest codes mean to somebody who wants to write. */
const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the quota is used up'],
  ['EROFS', 'the file system is read-only'],
  ['EACCES', 'this user may not write there'],
  ['EPERM', 'this user may not write there'],
  ['ENOTDIR', 'a part of the path is no directory'],
  ['ENAMETOOLONG', 'the name is too long'],
])

/** Why the file system has refused, for the end of a line. */
export function writeFault(error: unknown): string {
  const { code = String(error) } = error as NodeJS.ErrnoException
  const meaning = MEANINGS.get(code)
  return `cannot be written: ${code}${meaning === undefined ? '' : `, ${meaning}`}`
}

/** Runs `write`. What the file system throws becomes a RunFailure that names `what`; anything else stays what it is. */
export function orWriteFailure<T>(what: string, write: () => T): T {
  try {
    return write()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw code === undefined ? error : new RunFailure(`${what}: ${writeFault(error)}`)
  }
}
