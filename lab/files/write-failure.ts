/**
 * A file system that takes no more, in one line: what could not be written, and the system's reason.
 */
import { RunFailure } from '../usage-error.ts'

/** Runs `write`. What the file system throws becomes a RunFailure that names `what`; anything else stays what it is. */
export function orWriteFailure<T>(what: string, write: () => T): T {
  try {
    return write()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw code === undefined ? error : new RunFailure(`${what}: cannot be written: ${code}`)
  }
}
