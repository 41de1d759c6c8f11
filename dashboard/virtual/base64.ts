/**
 * Bytes as base64 (RFC 4648 section 4), where neither Node's Buffer nor a browser's functions may be assumed.
 */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const rest = bytes.length - at
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    text += ALPHABET.charAt(group >> 18) + ALPHABET.charAt((group >> 12) & 63)
    text += rest > 1 ? ALPHABET.charAt((group >> 6) & 63) : '='
    text += rest > 2 ? ALPHABET.charAt(group & 63) : '='
  }
  return text
}
