/**
 * A place in a scenario: the keys that lead to it. Written with dots, and entries of a list by their name if they have
 * one, so that a message shows the same text that `--set` takes.
 */
export type Path = readonly (string | number)[]

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What stands at `path`, or undefined. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)]
    else if (isMapping(value) && Object.hasOwn(value, key)) value = value[key]
    else return undefined
  }
  return value
}

/** `path` as people write it: `traffic.flood.rate`. */
export function formatPath(root: unknown, path: Path): string {
  return path
    .map((key, depth) => {
      const entry = typeof key === 'number' ? valueAt(root, path.slice(0, depth + 1)) : undefined
      return isMapping(entry) && typeof entry.name === 'string' ? entry.name : String(key)
    })
    .join('.')
}

/** Whether one of two paths leads through the other. */
export function pathsOverlap(a: Path, b: Path): boolean {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return false
  return true
}
