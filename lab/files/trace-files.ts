/**
 * Recordings on disk, which scenarios name relative to where they are themselves.
 */
import { resolve } from 'node:path'
import { openRecording } from '../../attacker/engine/recording-file.ts'
import type { TraceSource } from '../scenario/traces.ts'

/** Opens recordings in files relative to `directory`. */
export function traceFilesIn(directory: string): TraceSource {
  return (file) => {
    const recording = openRecording(resolve(directory, file))
    return typeof recording === 'string' ? recording : { recording, close: () => recording.close() }
  }
}
