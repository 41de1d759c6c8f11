/**
 * Recordings as people have them, made by hand: what each holds, how much of it reaches the server, and what is said of it.
 */
import { gzipSync } from 'node:zlib'
import { ACK, FIN, RST, SYN } from '../../../tcpip/wire/segment.ts'
import {
  Bytes,
  enhancedPacket,
  type FilePacket,
  interfaceBlock,
  type PcapOptions,
  packetOf,
  pcapFile,
  sectionHeader,
  simplePacket,
} from '../readers/capture-files.ts'

/** Segments of a recording, 10 ms apart. */
const COUNT = 40
const VICTIM = 0x0a09_0909

function segment(i: number, fields: Parameters<typeof packetOf>[0] = {}): Uint8Array {
  return packetOf({
    source: 0x0a00_0001 + i,
    sourcePort: 1024 + i,
    destination: VICTIM,
    destinationPort: 80,
    flags: SYN,
    seq: 7,
    window: 64_240,
    mss: 1460,
    sackPermitted: true,
    hasTimestamps: true,
    windowScale: 7,
    ...fields,
  })
}

export const allSegments = (make: (i: number) => Uint8Array = segment): Uint8Array[] =>
  Array.from({ length: COUNT }, (_, i) => make(i))

function timed(packets: readonly Uint8Array[], gap = 0): FilePacket[] {
  return packets.map((bytes, i) => ({
    seconds: 1_700_000_000 + (i > 0 ? gap : 0),
    nanoseconds: i * 10_000_000,
    bytes,
  }))
}

const pcap = (packets: readonly Uint8Array[], options: PcapOptions = {}): Uint8Array =>
  pcapFile(timed(packets), options)

/** Each packet behind the same bytes. */
const behind = (...header: number[]): Uint8Array[] =>
  allSegments().map((bytes) => Buffer.concat([Uint8Array.from(header), bytes]))

const ETHERNET = [...Array(12).fill(2), 0x08, 0x00]
const ethernet = (type: number, ...more: number[]): number[] => [...Array(12).fill(2), type >> 8, type & 255, ...more]
const outerIp = (protocol: number): number[] => [0x45, 0, 0, 84, 0, 1, 0, 0, 64, protocol, ...Array(10).fill(1)]
const ipv6 = (): Uint8Array => Uint8Array.from([...ethernet(0x86dd), 0x60, 0, 0, 0, 0, 40, 6, 64, ...Array(72).fill(1)])

/** A segment behind an IP header of 24 bytes: router alert (RFC 2113). */
function withIpOptions(i: number): Uint8Array {
  const bytes = segment(i)
  const longer = Buffer.concat([bytes.subarray(0, 20), Uint8Array.from([0x94, 4, 0, 0]), bytes.subarray(20)])
  longer[0] = 0x46
  longer.writeUInt16BE(longer.length, 2)
  return longer
}

/** Every packet as if the capture had kept only its first bytes. */
const snapped = (length: number): Uint8Array =>
  pcapFile(
    timed(behind(...ETHERNET)).map((packet) => ({
      ...packet,
      bytes: packet.bytes.subarray(0, length),
      originalLength: packet.bytes.length,
    })),
    { linkType: 1 },
  )

/** Kuznetzov's records: eight bytes more before each packet. */
function kuznetzov(): Uint8Array {
  const out = new Bytes(true)
  out.u32(0xa1b2cd34).u16(2, 4).u32(0, 0, 65_535, 101)
  allSegments().forEach((bytes, i) => {
    out.u32(1_700_000_000, i * 10_000, bytes.length, bytes.length, 2, 8).raw(bytes)
  })
  return out.done()
}

const plain = pcap(allSegments())

export interface RecordingCase {
  readonly file: string
  readonly bytes: Uint8Array
  /** Packets that reach the server. */
  readonly count: number
  /** What is said of it. */
  readonly says: RegExp
}

const WHOLE = /40 of 40 packets, to 10\.9\.9\.9 \(which gets most SYNs\)\.$/

/** A flood without a SYN, in whose midst somebody else opens a connection. */
const strays = (flags: number): Uint8Array =>
  pcap([
    ...allSegments((i) => segment(i, { flags, ack: 1 })).slice(0, 20),
    segment(99, { destination: 0x0a07_0707 }),
    ...allSegments((i) => segment(i, { flags, ack: 1 })).slice(20),
  ])
const STRAYS =
  /40 of 41 packets, to 10\.9\.9\.9 \(which gets most segments of connections that nobody opened\); left out: 1/

export const REPLAYED: readonly RecordingCase[] = [
  { file: 'plain.pcap', bytes: plain, count: 40, says: WHOLE },
  { file: 'kuznetzov.pcap', bytes: kuznetzov(), count: 40, says: WHOLE },
  { file: 'packed.pcap.gz', bytes: gzipSync(plain), count: 40, says: WHOLE },
  { file: 'ppp.pcap', bytes: pcap(behind(0xff, 0x03, 0, 0x21), { linkType: 9 }), count: 40, says: WHOLE },
  {
    file: 'pppoe.pcap',
    bytes: pcap(behind(...ethernet(0x8864, 0x11, 0, 0, 1, 0, 62, 0, 0x21)), { linkType: 1 }),
    count: 40,
    says: WHOLE,
  },
  {
    file: 'mpls.pcap',
    bytes: pcap(behind(...ethernet(0x8847, 0, 1, 1, 64)), { linkType: 1 }),
    count: 40,
    says: WHOLE,
  },
  {
    file: 'gre.pcap',
    bytes: pcap(behind(...ETHERNET, ...outerIp(47), 0, 0, 8, 0), { linkType: 1 }),
    count: 40,
    says: /40 of 40 packets.*; 40 taken out of tunnels\.$/,
  },
  {
    file: 'vxlan.pcap',
    bytes: pcap(
      behind(...ETHERNET, ...outerIp(17), 0x9c, 0x40, 0x12, 0xb5, 0, 90, 0, 0, 8, 0, 0, 0, 0, 0, 1, 0, ...ETHERNET),
      { linkType: 1 },
    ),
    count: 40,
    says: /; 40 taken out of tunnels\.$/,
  },
  {
    file: 'every-port.pcap',
    bytes: pcap(allSegments((i) => segment(i, { destinationPort: 1000 + i }))),
    count: 40,
    says: /40 of 40 packets, to 10\.9\.9\.9 .*; its 40 ports are all played to the server's one\.$/,
  },
  {
    file: 'syn-ack-reflection.pcap',
    bytes: pcap([
      ...allSegments((i) => segment(i, { flags: SYN | ACK, ack: 1, destinationPort: 3000 + i })),
      segment(1, { destination: 0x0a07_0707 }),
    ]),
    count: 40,
    says: /40 of 41 packets, to 10\.9\.9\.9 \(.* never asked for: a reflection\); .*left out: 1 to other hosts\.$/,
  },
  {
    file: 'old-to-new-gap.pcap',
    bytes: pcapFile(timed(allSegments(), 100_000)),
    count: 1,
    says: /1 of 40 packets.*left out: 39 recorded after the end of the replay; it was recorded in 100000\.39 s\.$/,
  },
  {
    file: 'snap54.pcap',
    bytes: snapped(54),
    count: 40,
    says: /; 40 without the options that the capture cut off\.$/,
  },
  {
    file: 'snap60.pcap',
    bytes: snapped(60),
    count: 40,
    says: /; 40 without the options that the capture cut off\.$/,
  },
  {
    file: 'cut-last.pcap',
    bytes: plain.subarray(0, plain.length - 20),
    count: 39,
    says: /39 of 39 packets.*; warning: what stands from byte 2988 on cannot be read: the file ends inside a packet\.$/,
  },
  {
    file: 'cut-last.pcap.gz',
    bytes: gzipSync(plain).subarray(0, -40),
    count: 0,
    says: /\d+ of \d+ packets.*; warning: what stands from byte \d+ on cannot be read/,
  },
  {
    file: 'mixed.pcap',
    bytes: pcap([
      ...allSegments().slice(0, 26),
      ...allSegments((i) => segment(i, { destination: VICTIM + 1 + i })).slice(26),
    ]),
    count: 26,
    says: /26 of 40 packets, to 10\.9\.9\.9 .*; left out: 14 to other hosts\.$/,
  },
  { file: 'ack-flood.pcap', bytes: strays(ACK), count: 40, says: STRAYS },
  { file: 'rst-flood.pcap', bytes: strays(RST), count: 40, says: STRAYS },
  { file: 'fin-flood.pcap', bytes: strays(FIN | ACK), count: 40, says: STRAYS },
  // Every bit is set: no SYN-ACK that a server would send.
  { file: 'christmas-tree.pcap', bytes: strays(0x3f), count: 40, says: STRAYS },
  {
    file: 'two-victims.pcap',
    bytes: pcap(allSegments((i) => segment(i, { destination: VICTIM - (i % 2) }))),
    count: 20,
    says: /20 of 40 packets, to 10\.9\.9\.9 \(the first of 2 hosts that get most SYNs\); left out: 20 to other hosts\.$/,
  },
  {
    file: 'backwards.pcap',
    bytes: pcapFile(timed(allSegments()).reverse()),
    count: 40,
    says: /; 39 earlier than packets before them in the file: played in the order of their times\.$/,
  },
  {
    file: 'ip-options.pcap',
    bytes: pcap(allSegments(withIpOptions)),
    count: 40,
    says: /; 40 without their IP options\.$/,
  },
  {
    file: 'two-files.pcap',
    bytes: Buffer.concat([plain, plain]),
    count: 40,
    says: /40 of 40 packets.*; warning: what stands from byte 3064 .*: another pcap file begins there; mergecap joins files\.$/,
  },
  // All packets are there, but not the end of the packed file: there may have been more.
  {
    file: 'cut-behind-last.pcap.gz',
    bytes: gzipSync(plain).subarray(0, -8),
    count: 40,
    says: /40 of 40 packets.*; warning: .* the file is cut: gzip has not come to its end\.$/,
  },
  {
    file: 'cut-behind-last.pcapng.gz',
    bytes: gzipSync(
      Buffer.concat([
        sectionHeader(true),
        interfaceBlock(true),
        ...allSegments().map((bytes, i) => enhancedPacket(true, BigInt(i) * 10_000n, bytes)),
      ]),
    ).subarray(0, -8),
    count: 40,
    says: /40 of 40 packets.*; warning: .* the file is cut: gzip has not come to its end\.$/,
  },
  {
    file: 'old-tag.pcap',
    bytes: pcap(behind(...ethernet(0x9200, 0, 5, 8, 0)), { linkType: 1 }),
    count: 40,
    says: WHOLE,
  },
]

export const REFUSED: readonly Omit<RecordingCase, 'count'>[] = [
  {
    file: 'ipv6.pcap',
    bytes: pcap(allSegments(ipv6), { linkType: 1 }),
    says: /of 40 packets: 40 IPv6, which the lab does not/,
  },
  {
    file: 'simple-blocks.pcapng',
    bytes: Buffer.concat([
      sectionHeader(true),
      interfaceBlock(true),
      ...allSegments().map((bytes) => simplePacket(true, bytes)),
    ]),
    says: /of 40 packets: 40 without a time \(pcapng Simple Packet Blocks have none\)$/,
  },
  {
    file: 'radio.pcap',
    bytes: pcap(allSegments(), { linkType: 105 }),
    says: /of 40 packets: 40 of link type 105 \(IEEE 802\.11\), which is not read$/,
  },
  { file: 'snap30.pcap', bytes: snapped(30), says: /of 40 packets: 40 cut off by the capture inside their headers$/ },
  { file: 'empty.pcap', bytes: pcap([]), says: /there is no packet in it$/ },
  {
    file: 'a.snoop',
    bytes: Buffer.from('snoop\0\0\0\0\0\0\x02'),
    says: /but a snoop file \(editcap -F pcap makes a pcap of it\), at byte 0$/,
  },
  {
    file: 'notes.txt',
    bytes: Buffer.from('not a capture\n'),
    says: /: neither a pcap nor a pcapng file, but text, at byte 0$/,
  },
  {
    file: 'capture.tgz',
    bytes: gzipSync(Buffer.concat([Buffer.alloc(257), Buffer.from('ustar'), plain])),
    says: /but a tar archive \(tar -xf unpacks it\), at byte 0$/,
  },
  {
    file: 'sniffer.cap',
    bytes: Buffer.from('TRSNIFF data    \x1a\x01'),
    says: /but a Sniffer file \(editcap -F pcap makes a pcap of it\), at byte 0$/,
  },
  {
    file: 'unknown.cap',
    bytes: Uint8Array.from({ length: 99 }, (_, i) => i ^ 0x80),
    says: /neither a pcap nor a pcapng file \(editcap -F pcap makes a pcap of most other captures\), at byte 0$/,
  },
  {
    file: 'cut-at-once.gz',
    bytes: gzipSync(plain).subarray(0, 5),
    says: /packed by gzip: nothing is in it, or it is cut$/,
  },
  {
    file: 'broken.gz',
    bytes: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff]),
    says: /packed by gzip: dam/,
  },
]
