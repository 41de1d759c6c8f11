/**
 * Names of files that are no capture that is read here, told by how they begin, so that whoever has one knows what to do.
 */

interface Format {
  /** First bytes. */
  readonly magic: readonly number[]
  /** Where they stand; at the beginning by default. */
  readonly at?: number
  readonly name: string
}

const text = (characters: string): number[] => [...characters].map((character) => character.charCodeAt(0))

const converted = (name: string): string => `${name} (editcap -F pcap makes a pcap of it)`

const FORMATS: readonly Format[] = [
  { magic: text('snoop\0\0\0'), name: converted('a snoop file') },
  { magic: text('GMBU'), name: converted('a Network Monitor file') },
  { magic: text('RTSS'), name: converted('a Network Monitor file') },
  { magic: text('TRSNIFF data'), name: converted('a Sniffer file') },
  { magic: text('XCP\0'), name: converted('a Sniffer file') },
  { magic: text('ObserverPktBuffe'), name: converted('an Observer file') },
  { magic: [0x05, ...text('VNF')], name: converted('a Visual Networks file') },
  { magic: [0xaa, 0xaa, 0xaa, 0xaa, 0x20, 0x00], name: converted('a 5View file') },
  { magic: [0x54, 0x52, 0x00], name: converted('a nettl file') },
  { magic: [0xab, 0x01, 0x00, 0x1c], name: converted('an Ixia capture') },
  { magic: [0xac, 0x01, 0x00, 0x1c], name: converted('an Ixia capture') },
  { magic: [0x1f, 0x8b], name: 'gzip inside gzip (gunzip unpacks it)' },
  { magic: [0x1f, 0x9d], name: 'compress (gunzip unpacks it)' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], name: 'zstd (zstd -d unpacks it)' },
  { magic: [0x04, 0x22, 0x4d, 0x18], name: 'lz4 (lz4 -d unpacks it)' },
  { magic: text('BZh'), name: 'bzip2 (bunzip2 unpacks it)' },
  { magic: [0xfd, ...text('7zXZ')], name: 'xz (unxz unpacks it)' },
  { magic: [0x5d, 0x00, 0x00], name: 'lzma (unlzma unpacks it)' },
  { magic: text('PK'), name: 'zip (unzip unpacks it)' },
  { magic: text('7z\xbc\xaf'), name: '7-Zip (7z x unpacks it)' },
  { magic: text('Rar!'), name: 'rar (unrar x unpacks it)' },
  { magic: text('ustar'), at: 257, name: 'a tar archive (tar -xf unpacks it)' },
]

/** Bytes that a text may begin with, looked at this far. */
const TEXT_BYTES = 64

/** What a file is that begins with `bytes`, as the end of a sentence; undefined when nothing is known of it. */
export function nameOfFormat(bytes: Uint8Array): string | undefined {
  const format = FORMATS.find(({ magic, at = 0 }) => magic.every((byte, i) => bytes[at + i] === byte))
  if (format !== undefined) return format.name
  return bytes.length > 0 && bytes.subarray(0, TEXT_BYTES).every(isText) ? 'text' : undefined
}

function isText(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d)
}
