/**
 * A file that is whole or not there: it is written beside its place and moved there.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs'

/** Writes `text`, in the place of whatever was there. `mode` is that of a new file. Throws what the file system throws. */
export function writeWholeFile(path: string, text: string, mode = 0o666): void {
  const stage = `${path}.partial-${process.pid}`
  try {
    writeFileSync(stage, text, { mode })
    renameSync(stage, path)
  } catch (error) {
    rmSync(stage, { force: true })
    throw error
  }
}
