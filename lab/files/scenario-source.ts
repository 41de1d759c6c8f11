/**
 * Where scenarios come from: the ones that ship with the lab, by name, and files, by path.
 */
import { isUtf8 } from 'node:buffer'
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { didYouMean } from '../../catalogue/suggest.ts'
import { packageRoot } from '../package-root.ts'
import type { ScenarioText } from '../scenario/load.ts'
import { UsageError } from '../usage-error.ts'

/** The text of a scenario, and where it stands. */
export interface ScenarioFileText extends ScenarioText {
  /** Other files are named relative to it. */
  readonly directory: string
}

/** Longest scenario file, bytes. */
const FILE_BYTES_MAX = 1_048_576
const EXTENSION = '.yaml'

function bundledDirectory(): string {
  return join(packageRoot(), 'lab', 'scenarios')
}

/** Names of the scenarios that ship with the lab, in alphabetical order. */
export function bundledNames(): string[] {
  return readdirSync(bundledDirectory())
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => basename(file, EXTENSION))
    .sort()
}

/**
 * The text of a scenario: `reference` is a bundled name, or a path (it has a slash or ends in .yaml or .yml). `stories` are
 * names that could have been meant instead. Throws UsageError when there is no such scenario or it cannot be read.
 */
export function readScenario(reference: string, stories: readonly string[] = []): ScenarioFileText {
  if (/[/\\]|\.ya?ml$/.test(reference)) return readFile(reference, reference)
  const names = bundledNames()
  if (names.includes(reference)) return readFile(join(bundledDirectory(), reference + EXTENSION), reference + EXTENSION)
  const hint = existsSync(reference) ? `; for the file of that name write ./${reference}` : ''
  const meant = didYouMean(reference, [...names, ...stories])
  const others = stories.length === 0 ? '' : ` the stories ${stories.join(', ')},`
  throw new UsageError(
    `no scenario "${reference}"${meant}: there are ${names.join(', ')},${others} or give the path of a .yaml file${hint}`,
  )
}

function readFile(path: string, label: string): ScenarioFileText {
  const bytes = readBytes(path, label)
  if (bytes.length > FILE_BYTES_MAX) {
    throw new UsageError(`scenario ${label} is too large: at most ${FILE_BYTES_MAX} bytes are allowed`)
  }
  if (!isUtf8(bytes) || bytes.includes(0))
    throw new UsageError(`scenario ${label} is not text: a scenario is YAML in UTF-8`)
  return { label, text: bytes.toString('utf8'), directory: dirname(path) }
}

/** At most one byte more than a scenario may have. A pipe is read to its end, a device is not: some have none. */
function readBytes(path: string, label: string): Buffer {
  try {
    const kind = statSync(path)
    if (kind.isDirectory())
      throw new UsageError(`scenario ${label} is a directory: give the path of a .yaml file in it`)
    if (!kind.isFile() && !kind.isFIFO())
      throw new UsageError(`scenario ${label} is a device: give the path of a .yaml file`)
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(FILE_BYTES_MAX + 1)
      let length = 0
      for (let read = -1; read !== 0 && length < bytes.length; length += read) {
        read = readSync(file, bytes, length, bytes.length - length, null)
      }
      return bytes.subarray(0, length)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new UsageError(`scenario ${label} does not exist: give the path of a .yaml file`)
    throw new UsageError(`cannot read scenario ${label}: ${code}`)
  }
}
