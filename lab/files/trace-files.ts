/**
 * Recordings on disk, which scenarios name relative to where they are themselves.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TraceSource } from '../scenario/traces.ts'

/** Reads recordings from files relative to `directory`. */
export function traceFilesIn(directory: string): TraceSource {
  return (file) => {
    try {
      return readFileSync(resolve(directory, file))
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? String(error)
    }
  }
}
