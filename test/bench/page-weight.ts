/** What the live page's first screen weighs: the files that its build says are needed for it, compressed as they are sent. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** Bytes that the first screen may weigh. */
export const FIRST_SCREEN_BYTES_MAX = 90 * 1024

/** Of Vite's manifest, as far as it is needed. */
interface ManifestEntry {
  readonly file: string
  readonly css?: readonly string[]
  readonly imports?: readonly string[]
}

export interface Weighed {
  readonly file: string
  /** Compressed with gzip -9. */
  readonly bytes: number
}

/** `directory`: where the page was built. Throws when it is not there whole. */
export function weighFirstScreen(directory: string): Weighed[] {
  const manifest = JSON.parse(readFileSync(join(directory, '.vite', 'manifest.json'), 'utf8')) as Record<
    string,
    ManifestEntry
  >
  const files = new Set<string>(['index.html'])
  const add = (key: string): void => {
    const entry = manifest[key]
    if (entry === undefined) throw new Error(`the manifest has no ${key}`)
    if (files.has(entry.file)) return
    files.add(entry.file)
    for (const css of entry.css ?? []) files.add(css)
    for (const imported of entry.imports ?? []) add(imported)
  }
  add('index.html')
  return [...files].map((file) => {
    return { file, bytes: gzipSync(readFileSync(join(directory, file)), { level: 9 }).length }
  })
}
