/**
 * Names of files that are no capture that is read here, told by how they begin, so that whoever has one knows what to do.
 */

interface Format {
  /** First bytes. */
  readonly magic: readonly number[]
  readonly name: string
}

const text = (characters: string): number[] => [...characters].map((character) => character.charCodeAt(0))

const FORMATS: readonly Format[] = [
  { magic: text('snoop\0\0\0'), name: 'a snoop file (editcap -F pcap makes a pcap of it)' },
  { magic: text('GMBU'), name: 'a Network Monitor file (editcap -F pcap makes a pcap of it)' },
  { magic: text('RTSS'), name: 'a Network Monitor file (editcap -F pcap makes a pcap of it)' },
  { magic: [0xab, 0x01, 0x00, 0x1c], name: 'an Ixia capture (editcap -F pcap makes a pcap of it)' },
  { magic: [0xac, 0x01, 0x00, 0x1c], name: 'an Ixia capture (editcap -F pcap makes a pcap of it)' },
  { magic: [0x1f, 0x8b], name: 'gzip inside gzip (gunzip unpacks it)' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], name: 'zstd (zstd -d unpacks it)' },
  { magic: [0x04, 0x22, 0x4d, 0x18], name: 'lz4 (lz4 -d unpacks it)' },
  { magic: text('BZh'), name: 'bzip2 (bunzip2 unpacks it)' },
  { magic: [0xfd, ...text('7zXZ')], name: 'xz (unxz unpacks it)' },
  { magic: text('PK'), name: 'zip (unzip unpacks it)' },
]

/** Bytes that a text may begin with, looked at this far. */
const TEXT_BYTES = 64

/** What a file is that begins with `bytes`, as the end of a sentence; undefined when nothing is known of it. */
export function nameOfFormat(bytes: Uint8Array): string | undefined {
  const format = FORMATS.find(({ magic }) => magic.every((byte, i) => bytes[i] === byte))
  if (format !== undefined) return format.name
  return bytes.length > 0 && bytes.subarray(0, TEXT_BYTES).every(isText) ? 'text' : undefined
}

function isText(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d)
}
