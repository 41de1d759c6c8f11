/**
 * The package on disk: its files are looked up from its root, which is the same for the sources and for `dist`.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The nearest directory above this file that holds a package.json. */
export function packageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory)
    if (parent === directory) throw new Error('the lab is not inside its package')
    directory = parent
  }
  return directory
}
