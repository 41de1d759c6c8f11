/**
 * The part of a representation that a request asks for by its Range header. Read first: RFC 9110 14.
 */

/** Bytes `first` to `last`, both included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/** `first-last`, `first-` (to the end) or `-length` (the last so many). */
const RANGE = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/

/**
 * What `header` asks for of `size` bytes: a range, `unsatisfiable` when none of it is there, or undefined for everything:
 * without a Range, for one in other units, and for several at a time, which a server may ignore (RFC 9110 14.2).
 */
export function parseRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = header === undefined ? null : RANGE.exec(header)
  if (match === null) return undefined
  const [, from = '', to = ''] = match
  if (from === '') {
    if (to === '') return undefined
    const length = Math.min(Number(to), size)
    return length === 0 ? 'unsatisfiable' : { first: size - length, last: size - 1 }
  }
  const first = Number(from)
  // A range that ends before it begins is no range at all (14.1.1).
  if (to !== '' && Number(to) < first) return undefined
  if (first >= size) return 'unsatisfiable'
  return { first, last: to === '' ? size - 1 : Math.min(Number(to), size - 1) }
}
