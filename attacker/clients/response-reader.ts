/**
 * Reads one HTTP/1.1 response from a stream of bytes: headers up to the empty line, then as many bytes as Content-Length
 * says (RFC 9112 2 and 6.3). It looks at nothing else: a client of the lab wants to know whether the answer came whole.
 */

/** Results of `feed`. */
export const RESPONSE_PENDING = 0
export const RESPONSE_WHOLE = 1
export const RESPONSE_MALFORMED = 2

/** Most bytes of status line and headers: what is longer is no answer of ours. */
const HEADER_BYTES_MAX = 8192

/** Largest body, bytes: keeps the length an int32. */
const BODY_BYTES_MAX = 2 ** 30

const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const TAB = 0x09
const DIGIT_0 = 0x30
const DIGIT_9 = 0x39
/** Bit that tells a lower case letter from its upper case one in ASCII. */
const LOWER_CASE = 0x20

/** What a line of interest begins with, in lower case ASCII. */
const CONTENT_LENGTH = Array.from('content-length:', (character) => character.charCodeAt(0))

export class ResponseReader {
  private headerBytes = 0
  /** Bytes of the present line, CR left out. */
  private column = 0
  /** Bytes of `CONTENT_LENGTH` that the line began with; -1 once it is another header. */
  private matched = 0
  private contentLength = -1
  /** Bytes of the body still to come; -1 while the headers are being read. */
  private remaining = -1

  /** Ready for another response. */
  reset(): void {
    this.headerBytes = 0
    this.column = 0
    this.matched = 0
    this.contentLength = -1
    this.remaining = -1
  }

  /** Takes the next bytes, `bytes[0 .. length)`; what comes after a whole response is ignored. */
  feed(bytes: Uint8Array, length: number): number {
    let at = 0
    while (at < length && this.remaining < 0) {
      if (!this.takeHeaderByte(bytes[at])) return RESPONSE_MALFORMED
      at++
    }
    if (this.remaining < 0) return RESPONSE_PENDING
    this.remaining = Math.max(0, this.remaining - (length - at))
    return this.remaining === 0 ? RESPONSE_WHOLE : RESPONSE_PENDING
  }

  /** False when the response cannot be read. */
  private takeHeaderByte(byte: number): boolean {
    if (++this.headerBytes > HEADER_BYTES_MAX) return false
    if (byte === CR) return true
    if (byte === LF) return this.endLine()
    const { matched } = this
    if (matched === CONTENT_LENGTH.length) return this.takeLengthByte(byte)
    const isNext = matched === this.column && (byte | LOWER_CASE) === (CONTENT_LENGTH[matched] | LOWER_CASE)
    this.matched = isNext ? matched + 1 : -1
    this.column++
    return true
  }

  private takeLengthByte(byte: number): boolean {
    if (byte === SPACE || byte === TAB) return true
    if (byte < DIGIT_0 || byte > DIGIT_9) return false
    this.contentLength = Math.max(0, this.contentLength) * 10 + (byte - DIGIT_0)
    return this.contentLength <= BODY_BYTES_MAX
  }

  private endLine(): boolean {
    const isEmpty = this.column === 0
    this.column = 0
    this.matched = 0
    if (!isEmpty) return true
    // Without a length the response would end with the connection: the lab's server always says one.
    if (this.contentLength < 0) return false
    this.remaining = this.contentLength
    return true
  }
}
