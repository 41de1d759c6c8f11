/**
 * Files that a caller names are read up to a limit and no further: some have no end.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs'

/** Why a file was not read, beside the codes of the system: a directory, a device, more bytes than are allowed. */
export const IS_DIRECTORY = 'EISDIR'
export const IS_DEVICE = 'device'
export const IS_TOO_LARGE = 'EFBIG'

/** The bytes of a file, `bytesMax` at most; a string says why not. A pipe is read to its end, a device is not. */
export function readAtMost(path: string, bytesMax: number): Buffer | string {
  try {
    const kind = statSync(path)
    if (kind.isDirectory()) return IS_DIRECTORY
    if (!kind.isFile() && !kind.isFIFO()) return IS_DEVICE
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(bytesMax + 1)
      let length = 0
      for (let read = -1; read !== 0 && length < bytes.length; length += read) {
        read = readSync(file, bytes, length, bytes.length - length, null)
      }
      return length > bytesMax ? IS_TOO_LARGE : bytes.subarray(0, length)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}
