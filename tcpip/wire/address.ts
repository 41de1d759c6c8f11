/**
 * IPv4 addresses as int32 in host order (192.0.2.1 is 0xc0000201 | 0), and prefixes of them.
 */

export interface Prefix {
  /** First address, int32. Bits beyond `length` are 0. */
  readonly base: number
  /** Number of fixed leading bits, 0..32. */
  readonly length: number
}

/** Parses dotted decimal notation; returns undefined for anything else. */
export function parseAddress(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (!match) return undefined
  let address = 0
  for (let i = 1; i <= 4; i++) {
    const digits = match[i] as string
    const octet = Number(digits)
    if (octet > 255 || (digits.length > 1 && digits.startsWith('0'))) return undefined
    address = (address << 8) | octet
  }
  return address
}

/** Parses `a.b.c.d:port`, port 1 to 65535; returns undefined for anything else. */
export function parseEndpoint(text: string): { address: number; port: number } | undefined {
  const [addressText = '', portText = '', ...rest] = text.split(':')
  const address = parseAddress(addressText)
  const port = Number(portText)
  if (rest.length > 0 || address === undefined || !/^[1-9]\d{0,4}$/.test(portText) || port > 0xffff) return undefined
  return { address, port }
}

export function formatAddress(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`
}

/** The netmask of a prefix of `length` bits, as int32. */
export function netmask(length: number): number {
  return length === 0 ? 0 : -1 << (32 - length)
}

/** Parses `a.b.c.d/n`, or `a.b.c.d` for n = 32; returns undefined when malformed or when bits beyond n are set. */
export function parsePrefix(text: string): Prefix | undefined {
  const [addressText = '', lengthText, ...rest] = text.split('/')
  if (rest.length > 0 || (lengthText !== undefined && !/^\d{1,2}$/.test(lengthText))) return undefined
  const base = parseAddress(addressText)
  const length = lengthText === undefined ? 32 : Number(lengthText)
  if (base === undefined || length > 32 || (base & ~netmask(length)) !== 0) return undefined
  return { base, length }
}

export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.base)}/${prefix.length}`
}

export function prefixContains(prefix: Prefix, address: number): boolean {
  return ((address ^ prefix.base) & netmask(prefix.length)) === 0
}

/** Whether every address of `inner` is also one of `outer`. */
export function prefixCovers(outer: Prefix, inner: Prefix): boolean {
  return inner.length >= outer.length && prefixContains(outer, inner.base)
}

/** Number of addresses in a prefix, 1..2^32. */
export function prefixSize(prefix: Prefix): number {
  return 2 ** (32 - prefix.length)
}

/** Sources no packet can truly have: 0/8, loopback, multicast and above (RFC 1122 3.2.1.3). */
export function isImpossibleSource(source: number): boolean {
  const first = source >>> 24
  return first === 0 || first === 127 || first >= 224
}
