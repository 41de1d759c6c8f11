/**
 * JSON files of a course, read with one clear error: what is wrong, in which file, and what is allowed.
 */
import type { Static, TSchema } from 'typebox'
import { IS_DEVICE, IS_TOO_LARGE, readAtMost } from '../files/bounded-file.ts'
import { formatPath, isMapping } from '../scenario/path.ts'
import { findSchemaProblems } from '../scenario/schema-problem.ts'
import { UsageError } from '../usage-error.ts'

/** Longest file of a course, bytes. */
const FILE_BYTES_MAX = 1_048_576

/** What a file calls itself, and the version of its layout. */
export interface FileFormat {
  readonly format: string
  readonly format_version: number
}

/** The text of a file. Throws UsageError when it cannot be read. */
export function readText(path: string): string {
  const bytes = readAtMost(path, FILE_BYTES_MAX)
  if (bytes === IS_TOO_LARGE) throw new UsageError(`${path}: is too large: at most ${FILE_BYTES_MAX} bytes are allowed`)
  if (bytes === IS_DEVICE) throw new UsageError(`${path}: is a device; a file is expected`)
  if (typeof bytes === 'string') throw new UsageError(`${path}: cannot be read: ${bytes}`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UsageError(`${path}: is not UTF-8; save it as "CSV UTF-8" or as plain text in UTF-8`)
  }
}

/** The value of a JSON file of this format and shape. Throws UsageError. */
export function parseFile<S extends TSchema>(path: string, text: string, is: FileFormat, schema: S): Static<S> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new UsageError(`${path}: is not JSON; a file of format ${is.format} is expected`)
  }
  const { format, format_version } = isMapping(value) ? value : {}
  if (format !== is.format) {
    throw new UsageError(`${path}: is no file of format ${is.format}`)
  }
  if (format_version !== is.format_version) {
    throw new UsageError(
      `${path}: is of version ${String(format_version)} of ${is.format}; this synlab reads version ${is.format_version}`,
    )
  }
  const [problem] = findSchemaProblems(schema, value, [])
  if (problem === undefined) return value as Static<S>
  const where = formatPath(value, problem.path)
  throw new UsageError(`${path}: ${where === '' ? problem.what : `${where}: ${problem.what}`}`)
}

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
