/**
 * The capture of a run, written to disk while the run goes on.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { RunCapture } from '../bundle/run-capture.ts'
import type { BundleDirectory } from './bundle-directory.ts'
import { orWriteFailure } from './write-failure.ts'

export class CaptureFile extends RunCapture {
  private readonly descriptor: number

  /** Makes the file in a bundle that has none yet. Whatever is done with it throws RunFailure when the disk takes no more. */
  constructor(bundle: BundleDirectory) {
    const what = `bundle ${bundle.path}`
    const descriptor = orWriteFailure(what, () => openSync(bundle.fileAt('capture.pcapng'), 'wx'))
    super((chunk) => orWriteFailure(what, () => writeAll(descriptor, chunk)))
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
