/** Scripts in files: where they are, and what their first lines say about the stack they are true of. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface ScriptFile {
  readonly path: string
  readonly text: string
  /** True of one stack only, and why; undefined for both. */
  readonly only: { readonly stack: 'endpoint' | 'kernel'; readonly reason: string } | undefined
}

/** `// Endpoint only: reason` or `// Kernel only: reason` in the comment that begins the script. */
const ONLY = /^\/\/ (Endpoint|Kernel) only: (.+)$/m

export function readScript(path: string): ScriptFile {
  const text = readFileSync(path, 'utf8')
  const [head] = text.split(/\n(?!\/\/)/)
  const match = ONLY.exec(head)
  const stack = match?.[1] === 'Kernel' ? 'kernel' : 'endpoint'
  return { path, text, only: match === null ? undefined : { stack, reason: match[2] } }
}

/** All `.pkt` files in a directory and below, in order; or the one file. */
export function scriptsIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.pkt'))
    .sort()
    .map((name) => join(path, name))
}
