/**
 * Bytes that belong together, and bytes as text.
 */

/** The bytes of all `chunks`, one after the other. */
export function concatBytes(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/** Keeps what a writer hands on piece by piece. */
export class ByteCollector {
  private readonly chunks: Uint8Array[] = []

  /** Copies `chunk`, whose bytes the writer may use again. */
  readonly take = (chunk: Uint8Array): void => {
    this.chunks.push(chunk.slice())
  }

  /** Everything taken so far. */
  bytes(): Uint8Array<ArrayBuffer> {
    return concatBytes(this.chunks)
  }
}

/** Text as bytes, one a character: ASCII, and Latin-1 up to U+00FF. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/** Bytes as text, one character each. */
export function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}
