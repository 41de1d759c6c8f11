/**
 * Where scenarios come from: the ones that ship with the lab, by name, and files, by path.
 */
import { isUtf8 } from 'node:buffer'
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { didYouMean } from '../../catalogue/suggest.ts'
import { packageRoot } from '../package-root.ts'
import type { ScenarioText } from '../scenario/load.ts'
import { UsageError } from '../usage-error.ts'
import { IS_DEVICE, IS_DIRECTORY, IS_TOO_LARGE, readAtMost } from './bounded-file.ts'

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
  const bytes = readAtMost(path, FILE_BYTES_MAX)
  if (typeof bytes === 'string') throw new UsageError(describeFault(bytes, label))
  if (!isUtf8(bytes) || bytes.includes(0))
    throw new UsageError(`scenario ${label} is not text: a scenario is YAML in UTF-8`)
  return { label, text: bytes.toString('utf8'), directory: dirname(path) }
}

function describeFault(fault: string, label: string): string {
  switch (fault) {
    case IS_DIRECTORY:
      return `scenario ${label} is a directory: give the path of a .yaml file in it`
    case IS_DEVICE:
      return `scenario ${label} is a device: give the path of a .yaml file`
    case IS_TOO_LARGE:
      return `scenario ${label} is too large: at most ${FILE_BYTES_MAX} bytes are allowed`
    case 'ENOENT':
      return `scenario ${label} does not exist: give the path of a .yaml file`
    default:
      return `cannot read scenario ${label}: ${fault}`
  }
}
