/**
 * Recordings on disk: read piece by piece, however large they are; what gzip or zstd has packed is unpacked in memory.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import * as zlib from 'node:zlib'
import type { ByteSource } from '../../tcpip/link/capture-reader.ts'

/** Most bytes of a packed recording, packed or unpacked. */
export const UNPACKED_BYTES_MAX = 512 * 1024 * 1024

/** Without blocking: a name may be that of a FIFO that nobody writes to. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK

const TOO_LARGE = `more than ${UNPACKED_BYTES_MAX} bytes when unpacked: unpack it first`

type Unpack = (bytes: Uint8Array, options: zlib.ZlibOptions) => Uint8Array

/** How zlib says that there is no more where more must come. */
const CUT_CODE = 'Z_BUF_ERROR'

/** A packer, told by the first bytes of what it makes. */
interface Packer {
  readonly name: string
  readonly magic: readonly number[]
  /** Undefined where this Node has no such thing. */
  readonly unpack: Unpack | undefined
}

/** Node has zstd since 22.15; the types of its oldest release that runs this have not. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: Unpack }

const PACKERS: readonly Packer[] = [
  { name: 'gzip', magic: [0x1f, 0x8b], unpack: zlib.gunzipSync },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], unpack: zstdDecompressSync },
]
const MAGIC_BYTES = 4

/** A recording that is open. */
export interface RecordingFile extends ByteSource {
  close(): void
}

/** What a failed call of the file system means, without the path. */
export function faultText(error: unknown): string {
  const { code = String(error) } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'there is no such file'
    case 'EACCES':
    case 'EPERM':
      return 'may not be read'
    case 'ENXIO':
      return 'not a file'
    default:
      return `cannot be read (${code})`
  }
}

/** Opens the recording at `path`; a string is the reason why there is none, without the path, for the end of a line. */
export function openRecording(path: string): RecordingFile | string {
  let file: number | undefined
  try {
    file = openSync(path, OPEN_FLAGS)
    const stats = fstatSync(file)
    if (!stats.isFile()) {
      closeSync(file)
      return 'not a file'
    }
    const source = sourceOf(file, stats.size)
    const packer = packerOf(source)
    if (packer === undefined) return source
    const unpacked = unpack(source, packer)
    source.close()
    return unpacked
  } catch (error) {
    if (file !== undefined) closeSync(file)
    return faultText(error)
  }
}

function sourceOf(file: number, size: number): RecordingFile {
  return {
    size,
    read: (into, offset) => {
      let filled = 0
      while (filled < into.length) {
        const count = readSync(file, into, filled, into.length - filled, offset + filled)
        if (count === 0) break
        filled += count
      }
      return filled
    },
    close: () => closeSync(file),
  }
}

function packerOf(source: ByteSource): Packer | undefined {
  const magic = new Uint8Array(Math.min(source.size, MAGIC_BYTES))
  source.read(magic, 0)
  return PACKERS.find((packer) => packer.magic.every((byte, i) => magic[i] === byte))
}

function unpack(source: ByteSource, { name, unpack }: Packer): RecordingFile | string {
  if (unpack === undefined)
    return `packed by ${name}, which this Node (${process.version}) cannot unpack: unpack it first`
  if (source.size > UNPACKED_BYTES_MAX) return `packed by ${name}: ${TOO_LARGE}`
  const packed = new Uint8Array(source.size)
  source.read(packed, 0)
  try {
    const file = unpackToEnd(packed, name, unpack)
    // Node's zstd does not say that a file was cut.
    return file.size === 0 ? `packed by ${name}: nothing is in it, or it is cut` : file
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const isTooLarge = code === 'ERR_BUFFER_TOO_LARGE' || error instanceof RangeError
    return `packed by ${name}: ${isTooLarge ? TOO_LARGE : `damaged (${code})`}`
  }
}

/** What is in `packed`; of a file that was cut what is there, and that there was more. */
function unpackToEnd(packed: Uint8Array, name: string, unpack: Unpack): RecordingFile {
  const options = { maxOutputLength: UNPACKED_BYTES_MAX }
  try {
    return memorySource(unpack(packed, options))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== CUT_CODE) throw error
    const bytes = unpack(packed, { ...options, finishFlush: zlib.constants.Z_SYNC_FLUSH })
    return memorySource(bytes, `the file is cut: ${name} has not come to its end`)
  }
}

function memorySource(bytes: Uint8Array, cut?: string): RecordingFile {
  return {
    size: bytes.length,
    ...(cut === undefined ? {} : { cut }),
    read: (into, offset) => {
      const part = bytes.subarray(offset, offset + into.length)
      into.set(part)
      return part.length
    },
    close: () => {},
  }
}
