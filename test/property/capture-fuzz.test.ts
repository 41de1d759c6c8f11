/**
 * Damaged captures. Goal: reading is total (no throw, no packet outside the file, an end), and what is read of it can
 * always be replayed as whole packets of the lab. Method: files of every sort with bytes changed, cut out, doubled or cut
 * off, seeded; and files that are cut off at every byte, whose whole packets all count.
 */
import { expect, it } from 'vitest'
import { viewReplay } from '../../attacker/trace/account.ts'
import { TraceReplay } from '../../attacker/trace/replay.ts'
import { makeTrace } from '../../attacker/trace/trace.ts'
import { DropReason } from '../../tcpip/base/drop-reason.ts'
import { Prng } from '../../tcpip/base/prng.ts'
import { NEVER } from '../../tcpip/base/time.ts'
import { PacketRing } from '../../tcpip/link/packet-ring.ts'
import { readCapture } from '../../tcpip/link/pcap.ts'
import { prefixContains } from '../../tcpip/wire/address.ts'
import { SERVER_ADDRESS, SPOOFABLE_ADDRESSES } from '../../tcpip/wire/address-plan.ts'
import { parsePacket } from '../../tcpip/wire/codec.ts'
import { ACK, Segment, SYN } from '../../tcpip/wire/segment.ts'
import {
  block,
  enhancedPacket,
  type FilePacket,
  interfaceBlock,
  LINK_HEADERS,
  obsoletePacket,
  type PcapOptions,
  packetOf,
  pcapFile,
  sectionHeader,
  simplePacket,
} from '../support/readers/capture-files.ts'

/** Tunnels: GRE, Ethernet in VXLAN in IPv4, and in Geneve. */
const OUTER = [0x45, 0, 0, 99, 0, 0, 0, 0, 64]
const ADDRESSES = [0, 0, 10, 1, 1, 1, 10, 1, 1, 2]
const VXLAN = [0x9c, 0x40, 0x12, 0xb5, 0, 90, 0, 0, 8, 0, 0, 0, 0, 0, 1, 0]
const GENEVE = [0x9c, 0x40, 0x17, 0xc1, 0, 90, 0, 0, 1, 0, 0x65, 0x58, 0, 0, 1, 0, 9, 9, 9, 9]
const TUNNEL_HEADERS = [
  { linkType: 101, header: [...OUTER, 47, ...ADDRESSES, 0xb0, 0, 8, 0, ...Array(12).fill(7)] },
  {
    linkType: 101,
    header: [...OUTER, 4, ...ADDRESSES, ...OUTER, 17, ...ADDRESSES, ...VXLAN, ...Array(12).fill(2), 8, 0],
  },
  { linkType: 101, header: [...OUTER, 17, ...ADDRESSES, ...GENEVE, ...Array(12).fill(2), 8, 0] },
]

const MUTATIONS = 20_000
const GUARD_BYTES = 64

function makeFiles(): Uint8Array[] {
  const segment = (seq: number): Uint8Array =>
    packetOf({
      source: 0x0808_0800 + seq,
      destination: 0x5db8_d822,
      destinationPort: 443,
      flags: seq % 3 === 2 ? ACK : SYN,
      seq,
      mss: 1460,
      windowScale: 7,
      hasTimestamps: true,
      payload: new Uint8Array(seq % 2),
    })
  return [true, false].flatMap((littleEndian) =>
    [...LINK_HEADERS, ...TUNNEL_HEADERS].flatMap(({ linkType, header }) => {
      const packets: FilePacket[] = Array.from({ length: 6 }, (_, i) => ({
        seconds: 1_700_000_000 + i,
        nanoseconds: 999 * i,
        bytes: Buffer.concat([Uint8Array.from(header), segment(i)]),
      }))
      const blocks = packets.map(({ bytes }, i) => {
        if (i === 4) return obsoletePacket(littleEndian, BigInt(i), bytes)
        return i === 5 ? simplePacket(littleEndian, bytes) : enhancedPacket(littleEndian, BigInt(i), bytes, i % 2)
      })
      return [
        pcapFile(packets, { littleEndian, nanoseconds: linkType % 2 === 0, linkType }),
        Buffer.concat([
          sectionHeader(littleEndian),
          interfaceBlock(littleEndian, { linkType, resolution: 9, offset: 1_700_000_000n }),
          interfaceBlock(littleEndian, { linkType, resolution: 0x80 | 20 }),
          block(littleEndian, 5, (out) => out.u32(1, 2, 3)),
          ...blocks,
          sectionHeader(!littleEndian),
          interfaceBlock(!littleEndian, { linkType }),
          enhancedPacket(!littleEndian, 99n, packets[0].bytes),
        ]),
      ]
    }),
  )
}

/** A file with a few things wrong with it; bytes that tell lengths and types are hit more often than by chance alone. */
function mutate(file: Uint8Array, prng: Prng): Uint8Array {
  let bytes = Uint8Array.from(file)
  for (let i = prng.below(4); i >= 0; i--) {
    const at = prng.below(bytes.length)
    switch (prng.below(6)) {
      case 0:
        bytes[at] = prng.next()
        break
      case 1:
        bytes[at] ^= 1 << prng.below(8)
        break
      case 2:
        bytes[at & ~3] = [0, 1, 4, 8, 0x40, 0x7f, 0x80, 0xff][prng.below(8)]
        break
      case 3:
        bytes.fill(prng.chance(1, 2) ? 0 : 0xff, at & ~3, (at & ~3) + 4)
        break
      case 4:
        bytes = bytes.slice(0, at + 1)
        break
      default: {
        const other = prng.below(bytes.length)
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(other)])
        if (bytes.length === 0) bytes = Uint8Array.of(0)
      }
    }
  }
  return bytes
}

/** Reads all packets of a file that lies between guard bytes; a digest of what was read. */
function digest(file: Uint8Array, guard: number): string {
  const buffer = new Uint8Array(GUARD_BYTES + file.length + GUARD_BYTES).fill(guard)
  buffer.set(file, GUARD_BYTES)
  const reader = readCapture(buffer.subarray(GUARD_BYTES, GUARD_BYTES + file.length))
  const read: unknown[] = []
  let end = 0
  while (reader.next()) {
    const { at, length, time, hasTime, linkType, originalLength } = reader.packet
    // Each packet lies behind the one before: the reading ends.
    if (at < end || at + length > file.length) throw new Error(`packet at ${at} of ${length} bytes`)
    if (!Number.isSafeInteger(time)) throw new Error(`time ${time}`)
    end = at + length
    read.push(at, length, time, hasTime, linkType, originalLength)
  }
  const { problem } = reader
  if (problem !== undefined && (problem.offset < 0 || problem.offset > file.length || problem.reason.includes('\n'))) {
    throw new Error(`${problem.reason} at ${problem.offset}`)
  }
  return JSON.stringify([read, problem])
}

/** Replays a trace of a damaged file; returns the number of packets. */
function replay(file: Uint8Array): number {
  const trace = makeTrace(file)
  if (typeof trace === 'string') return 0
  const player = new TraceReplay(trace, 5, 1)
  const ring = new PacketRing(1)
  const segment = new Segment()
  let last = 5
  let count = 0
  for (; player.next !== NEVER; player.step()) {
    if (player.next < last || !Number.isSafeInteger(player.next)) throw new Error(`${player.next} after ${last}`)
    last = player.next
    const length = player.write(ring.bytes, ring.view, 0)
    if (parsePacket(ring.bytes, ring.view, 0, length, segment) !== DropReason.ACCEPTED) throw new Error('a bad packet')
    const isOurs = SPOOFABLE_ADDRESSES.some((range) => prefixContains(range, segment.source))
    if (!isOurs || segment.destination !== SERVER_ADDRESS) throw new Error('an address of the recording')
    count++
  }
  if (count !== trace.count || count === 0) throw new Error(`${count} of ${trace.count} packets`)
  return count
}

it(`reads ${MUTATIONS} damaged captures without an exception, and never outside the file`, () => {
  const prng = new Prng(20_261_123)
  const files = makeFiles()
  let replayed = 0
  let broken = 0
  for (let i = 0; i < MUTATIONS; i++) {
    const file = mutate(files[i % files.length], prng)
    const answer = digest(file, 0)
    if (digest(file, 0xff) !== answer) throw new Error(`mutation ${i} is read beyond its end`)
    if (answer.endsWith('}]')) broken++
    replayed += replay(file)
  }
  // Both ways were gone often: files that could not be read to the end, and packets that could be replayed.
  expect(broken).toBeGreaterThan(MUTATIONS / 10)
  expect(replayed).toBeGreaterThan(MUTATIONS)
})

/** How records may be written, and how many whole ones it takes until that is known for certain. */
const WAYS: readonly (readonly [
  name: string,
  known: number,
  make: (packets: readonly FilePacket[]) => Uint8Array[],
])[] = [
  ['pcap', 0, (packets) => pcapParts(packets, {})],
  ['pcap in big-endian nanoseconds', 0, (packets) => pcapParts(packets, { littleEndian: false, nanoseconds: true })],
  ['pcap of Red Hat 6.1', 2, (packets) => pcapParts(packets, { recordExtra: [2, 0, 0, 0, 8, 0, 0, 0] })],
  ['pcap of a Nokia firewall', 2, (packets) => pcapParts(packets, { recordExtra: [7, 7, 7, 7] })],
  [
    'pcap of Kuznetzov',
    0,
    (packets) => pcapParts(packets, { magic: 0xa1b2cd34, recordExtra: [2, 0, 0, 0, 8, 0, 0, 0] }),
  ],
  [
    'pcap of SuSE 6.3',
    2,
    (packets) => pcapParts(packets, { magic: 0xa1b2cd34, recordExtra: [2, 0, 0, 0, 8, 0, 0, 0, 1, 1, 0, 0] }),
  ],
  [
    'pcapng',
    0,
    (packets) => [pcapngHead(true), ...packets.map(({ bytes }, i) => enhancedPacket(true, BigInt(i), bytes))],
  ],
  [
    'pcapng with obsolete blocks, big-endian',
    0,
    (packets) => [pcapngHead(false), ...packets.map(({ bytes }, i) => obsoletePacket(false, BigInt(i), bytes))],
  ],
]

const pcapngHead = (littleEndian: boolean): Uint8Array =>
  Buffer.concat([sectionHeader(littleEndian), interfaceBlock(littleEndian)])

/** A pcap file in parts: its header, then record by record. */
function pcapParts(packets: readonly FilePacket[], options: PcapOptions): Uint8Array[] {
  const head = pcapFile([], options)
  return [head, ...packets.map((packet) => pcapFile([packet], options).subarray(head.length))]
}

it.each(WAYS)('%s, cut off anywhere: every whole packet, and that it is cut', (_, known, make) => {
  const packets = Array.from({ length: 5 }, (_unused, i) => ({
    seconds: 1_700_000_000 + i,
    nanoseconds: 0,
    bytes: packetOf({ source: 7 + i, destination: 9, destinationPort: 80, flags: SYN, payload: new Uint8Array(i) }),
  }))
  const parts = make(packets)
  const ends = parts.map((_part, i) => parts.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0))
  const whole = Buffer.concat(parts)
  for (let length = 0; length <= whole.length; length++) {
    const complete = ends.filter((end) => end <= length).length - 1
    const trace = makeTrace(whole.subarray(0, length))
    if (typeof trace === 'string') {
      expect(complete).toBeLessThan(Math.max(1, known))
      expect(trace).toMatch(
        /^(there is no packet in it|not a capture that can be read: .+, at byte \d+|no TCP segment.*)$/,
      )
      continue
    }
    if (complete < known) continue
    expect([length, trace.count, trace.account.packets]).toEqual([length, complete, complete])
    expect(viewReplay(trace.account, 0).summary.includes('; warning: ')).toBe(!ends.includes(length))
  }
})
