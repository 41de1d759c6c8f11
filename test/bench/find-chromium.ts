/** Where chromium is installed, for the benchmarks of the page. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Its path; undefined when it is not installed. */
export function findChromium(): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(directory, 'chromium'))
    .find((path) => existsSync(path))
}
