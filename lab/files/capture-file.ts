/**
 * The capture of a run, written to disk while the run goes on.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { RunCapture } from '../bundle/run-capture.ts'

export class CaptureFile extends RunCapture {
  private readonly descriptor: number

  /** Makes the file, which must not exist. */
  constructor(path: string) {
    const descriptor = openSync(path, 'wx')
    super((chunk) => writeAll(descriptor, chunk))
    this.descriptor = descriptor
  }

  /** Writes what is left and closes the file. */
  close(): void {
    try {
      this.end()
    } finally {
      closeSync(this.descriptor)
    }
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
}
