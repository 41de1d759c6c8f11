/**
 * Recordings on disk, which scenarios name relative to where they are themselves.
 */
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { openRecording } from '../../attacker/engine/recording-file.ts'
import type { ByteSource } from '../../tcpip/link/capture-reader.ts'
import type { TraceSource } from '../scenario/traces.ts'

/** Bytes that are hashed at a time. */
const CHUNK_BYTES = 1_048_576

/** Opens recordings in files relative to `directory`. */
export function traceFilesIn(directory: string): TraceSource {
  return (file) => {
    const recording = openRecording(resolve(directory, file))
    if (typeof recording === 'string') return recording
    return { recording, sha256: () => sha256Of(recording), close: () => recording.close() }
  }
}

function sha256Of(source: ByteSource): string {
  const hash = createHash('sha256')
  const chunk = new Uint8Array(CHUNK_BYTES)
  for (let at = 0; at < source.size; ) {
    const count = source.read(chunk, at)
    if (count === 0) break
    hash.update(chunk.subarray(0, count))
    at += count
  }
  return hash.digest('hex')
}
