/**
 * Remembers everything that can change in a world, and puts it back: the way back in time. What is remembered is the state
 * of each object that can be reached from a root, and it is put back into the same objects, so that whatever refers to them
 * stays right. Three conditions make that complete, and a test of the simulator holds them: state lives in properties, not
 * in variables that functions close over; there are no #private fields; a frozen object, with all that hangs on it, is for
 * good.
 *
 * Bytes are kept in pages, and a page that has not changed since the last memento is shared with it: what one more memento
 * costs is what has happened since.
 */

/** Bytes of a page. */
const PAGE_BYTES = 4096

/** What is known of one object at one moment. */
type Saved =
  | {
      readonly kind: 'object'
      readonly object: object
      readonly keys: readonly string[]
      readonly values: readonly unknown[]
    }
  | { readonly kind: 'array'; readonly object: unknown[]; readonly values: readonly unknown[] }
  | {
      readonly kind: 'map'
      readonly object: Map<unknown, unknown>
      readonly values: readonly (readonly [unknown, unknown])[]
    }
  | { readonly kind: 'set'; readonly object: Set<unknown>; readonly values: readonly unknown[] }
  | { readonly kind: 'buffer'; readonly object: ArrayBuffer; readonly pages: readonly Uint8Array[] }

export class Memento {
  private readonly saved: readonly Saved[]
  private readonly pagesOf = new Map<ArrayBuffer, readonly Uint8Array[]>()
  /** Bytes of pages that this memento shares with none before it. */
  readonly ownBytes: number

  /** Remembers all that can be reached from `root`; pages that are as they were in `last` are shared with it. */
  constructor(root: object, last?: Memento) {
    const saved: Saved[] = []
    const seen = new Set<object>()
    const open: object[] = []
    let ownBytes = 0
    const reach = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || seen.has(value)) return
      seen.add(value)
      if (!Object.isFrozen(value)) open.push(value)
    }
    reach(root)
    for (let object = open.pop(); object !== undefined; object = open.pop()) {
      if (ArrayBuffer.isView(object)) {
        reach(object.buffer)
      } else if (object instanceof ArrayBuffer) {
        const pages = savePages(object, last?.pagesOf.get(object))
        ownBytes += pages.ownBytes
        this.pagesOf.set(object, pages.pages)
        saved.push({ kind: 'buffer', object, pages: pages.pages })
      } else if (Array.isArray(object)) {
        const values = object.slice()
        for (const value of values) reach(value)
        saved.push({ kind: 'array', object, values })
      } else if (object instanceof Map) {
        const values = [...object]
        for (const [key, value] of values) {
          reach(key)
          reach(value)
        }
        saved.push({ kind: 'map', object, values })
      } else if (object instanceof Set) {
        const values = [...object]
        for (const value of values) reach(value)
        saved.push({ kind: 'set', object, values })
      } else {
        const keys = Object.keys(object)
        const values = keys.map((key) => (object as Record<string, unknown>)[key])
        for (const value of values) reach(value)
        saved.push({ kind: 'object', object, keys, values })
      }
    }
    this.saved = saved
    this.ownBytes = ownBytes
  }

  /** Puts everything back as it was. Objects that came later are not touched: nothing refers to them any more. */
  restore(): void {
    for (const entry of this.saved) {
      switch (entry.kind) {
        case 'buffer':
          restorePages(entry.object, entry.pages)
          break
        case 'array':
          entry.object.length = entry.values.length
          for (let i = 0; i < entry.values.length; i++) entry.object[i] = entry.values[i]
          break
        case 'map':
          entry.object.clear()
          for (const [key, value] of entry.values) entry.object.set(key, value)
          break
        case 'set':
          entry.object.clear()
          for (const value of entry.values) entry.object.add(value)
          break
        case 'object':
          restoreProperties(entry.object as Record<string, unknown>, entry.keys, entry.values)
      }
    }
  }
}

function restoreProperties(object: Record<string, unknown>, keys: readonly string[], values: readonly unknown[]): void {
  const present = Object.keys(object)
  // Objects that gain and lose properties are rare; they get theirs anew, in the old order.
  if (present.length !== keys.length || present.some((key, i) => key !== keys[i])) {
    for (const key of present) delete object[key]
  }
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string
    if (object[key] !== values[i]) object[key] = values[i]
  }
}

/** Most pages of a ring or a table are never touched: they are all this one. */
const ZEROES = new Uint8Array(PAGE_BYTES)

function savePages(
  buffer: ArrayBuffer,
  last: readonly Uint8Array[] | undefined,
): { pages: Uint8Array[]; ownBytes: number } {
  const pages: Uint8Array[] = []
  let ownBytes = 0
  for (let at = 0; at < buffer.byteLength; at += PAGE_BYTES) {
    const page = new Uint8Array(buffer, at, Math.min(PAGE_BYTES, buffer.byteLength - at))
    const known = last?.[pages.length] ?? ZEROES
    if (isSame(page, known)) pages.push(known)
    else {
      pages.push(page.slice())
      ownBytes += page.length
    }
  }
  return { pages, ownBytes }
}

/** Whether `page` is as `known`, which may be longer. */
function isSame(page: Uint8Array, known: Uint8Array): boolean {
  const words = page.length >> 2
  const a = new Int32Array(page.buffer, page.byteOffset, words)
  const b = new Int32Array(known.buffer, known.byteOffset, words)
  for (let i = 0; i < words; i++) if (a[i] !== b[i]) return false
  for (let i = words << 2; i < page.length; i++) if (page[i] !== known[i]) return false
  return true
}

function restorePages(buffer: ArrayBuffer, pages: readonly Uint8Array[]): void {
  const bytes = new Uint8Array(buffer)
  for (let i = 0; i < pages.length; i++) {
    const page = pages[i] as Uint8Array
    const at = i * PAGE_BYTES
    const length = Math.min(PAGE_BYTES, bytes.length - at)
    bytes.set(length === page.length ? page : page.subarray(0, length), at)
  }
}
