/**
 * Where scenarios come from: the ones that ship with the lab, by name, and files, by path.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { packageRoot } from '../package-root.ts'
import type { ScenarioText } from '../scenario/load.ts'
import { didYouMean } from '../suggest.ts'
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
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new UsageError(`cannot read scenario ${label}: ${(error as NodeJS.ErrnoException).code}`)
  }
  if (bytes.length > FILE_BYTES_MAX) {
    throw new UsageError(`scenario ${label} has ${bytes.length} bytes: at most ${FILE_BYTES_MAX} are allowed`)
  }
  return { label, text: bytes.toString('utf8'), directory: dirname(path) }
}
