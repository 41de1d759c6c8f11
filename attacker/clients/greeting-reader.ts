/**
 * Reads the greeting of a server that speaks first, as mail servers do: one line that ends in LF.
 */
import { RESPONSE_MALFORMED, RESPONSE_PENDING, RESPONSE_WHOLE } from './response-reader.ts'

/** Most bytes of a greeting (RFC 5321 4.5.3.1.5). */
const GREETING_BYTES_MAX = 512

const LF = 0x0a

export class GreetingReader {
  private bytes = 0

  /** Ready for another greeting. */
  reset(): void {
    this.bytes = 0
  }

  /** Takes the next bytes, `bytes[0 .. length)`; what comes after the line is ignored. */
  feed(bytes: Uint8Array, length: number): number {
    for (let at = 0; at < length; at++) {
      if (bytes[at] === LF) return RESPONSE_WHOLE
      if (++this.bytes >= GREETING_BYTES_MAX) return RESPONSE_MALFORMED
    }
    return RESPONSE_PENDING
  }
}
