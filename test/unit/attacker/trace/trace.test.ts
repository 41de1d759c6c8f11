/**
 * What a trace keeps of a capture, and what it leaves out.
 */
import { describe, expect, it } from 'vitest'
import { LEFT_OUT_REASONS, noneOf, TRACE_PACKETS_MAX, viewReplay } from '../../../../attacker/trace/account.ts'
import { countBeyond, peakRate } from '../../../../attacker/trace/timeline.ts'
import { makeTrace, TRACE_ADDRESSES, type Trace, traceSource } from '../../../../attacker/trace/trace.ts'
import { prefixContains } from '../../../../tcpip/wire/address.ts'
import { SERVER_ADDRESS, SPOOFABLE_ADDRESSES } from '../../../../tcpip/wire/address-plan.ts'
import { ACK, FIN, SYN } from '../../../../tcpip/wire/segment.ts'
import {
  enhancedPacket,
  type FilePacket,
  interfaceBlock,
  LINK_HEADERS,
  packetOf,
  pcapFile,
  pcapngFile,
  sectionHeader,
  simplePacket,
} from '../../../support/readers/capture-files.ts'

const VICTIM = 0x5db8_d822
const OTHER = 0x0101_0101
const SOURCE = 0x0808_0808

type Fields = Parameters<typeof packetOf>[0]

function syn(fields: Fields = {}): Uint8Array {
  return packetOf({
    source: SOURCE,
    sourcePort: 1234,
    destination: VICTIM,
    destinationPort: 443,
    flags: SYN,
    ...fields,
  })
}

/** Packets at these microseconds after some second. */
function at(...packets: [number, Uint8Array][]): FilePacket[] {
  return packets.map(([time, bytes]) => ({ seconds: 1_700_000_000, nanoseconds: time * 1000, bytes }))
}

function traceOf(file: Uint8Array, victim?: Parameters<typeof makeTrace>[1]): Trace {
  const trace = makeTrace(file, victim)
  if (typeof trace === 'string') throw new Error(trace)
  return trace
}

const NOTHING = noneOf(LEFT_OUT_REASONS)

describe('makeTrace', () => {
  it('keeps every header field of a segment, and the length of its payload', () => {
    const data = syn({
      seq: -5,
      ack: 0x7fff_fff0,
      flags: ACK | FIN | 0xc0,
      window: 65_535,
      hasTimestamps: true,
      tsVal: 1,
      tsEcr: -2,
      payload: new Uint8Array(7).fill(0x55),
    })
    const trace = traceOf(pcapFile(at([10, syn({ seq: 9, mss: 1400, windowScale: 3 })], [35, data])))
    expect(trace.count).toBe(2)
    expect([...trace.times]).toEqual([0, 25])
    expect([...trace.sourcePorts]).toEqual([1234, 1234])
    expect([...trace.seqs]).toEqual([9, -5])
    expect([...trace.acks]).toEqual([0, 0x7fff_fff0])
    expect([...trace.flags]).toEqual([SYN, ACK | FIN | 0xc0])
    expect([...trace.windows]).toEqual([0, 65_535])
    expect([...trace.payloadLengths]).toEqual([0, 7])
    expect([...trace.optionsAt]).toEqual([0, 8])
    expect([...trace.optionsLengths]).toEqual([8, 12])
    expect([...trace.options]).toEqual([2, 4, 5, 120, 1, 3, 3, 3, 1, 1, 8, 10, 0, 0, 0, 1, 255, 255, 255, 254])
    expect(trace.account).toMatchObject({ packets: 2, ports: 1, tunnelled: 0, leftOut: NOTHING, damage: undefined })
    expect(Object.values(trace.account.changed).every((count) => count === 0)).toBe(true)
    expect(trace.sourceCount).toBe(1)
  })

  it('takes all that was sent to the host that gets most SYNs, whatever else others get', () => {
    const file = pcapFile(
      at(
        [0, syn({ destination: OTHER })],
        [1, syn({ destinationPort: 80 })],
        [2, syn()],
        [3, syn()],
        [4, syn({ destination: OTHER, flags: ACK })],
        [5, syn({ destination: OTHER, flags: SYN | ACK })],
        [6, syn({ destination: OTHER, flags: SYN | ACK })],
      ),
    )
    const trace = traceOf(file)
    expect(trace.account).toMatchObject({
      victim: { address: VICTIM, port: undefined },
      foundBy: 'syn',
      ports: 2,
      leftOut: { ...NOTHING, other_host: 4 },
    })
    expect([...trace.times]).toEqual([0, 1, 2])
  })

  it('takes the first destination of those that get equally many', () => {
    const { account } = traceOf(pcapFile(at([0, syn({ destination: OTHER })], [1, syn()])))
    expect(account).toMatchObject({ victim: { address: OTHER }, equals: 2 })
    expect(viewReplay(account, 0).summary).toContain('to 1.1.1.1 (the first of 2 hosts that get most SYNs)')
  })

  it('takes the destination it is told', () => {
    const file = pcapFile(at([0, syn()], [1, syn()], [2, syn({ destination: OTHER, destinationPort: 1, flags: ACK })]))
    const trace = traceOf(file, { address: OTHER, port: 1 })
    expect([...trace.flags]).toEqual([ACK])
    expect(trace.account).toMatchObject({ foundBy: 'told', leftOut: { ...NOTHING, other_host: 2 } })
    expect(makeTrace(file, { address: OTHER, port: 2 })).toBe(
      'no TCP segment to 1.1.1.1:2 that can be replayed: of 3 packets: 2 to other hosts, 1 to other ports of that host',
    )
  })

  it('sorts packets by their times, those of one time in the order of the file', () => {
    const order = at(
      [30, syn({ seq: 3 })],
      [10, syn({ seq: 1 })],
      [30, syn({ seq: 4 })],
      [20, syn({ seq: 2 })],
      [10, syn({ seq: 9 })],
    )
    const trace = traceOf(pcapFile(order))
    expect([...trace.times]).toEqual([0, 0, 10, 20, 20])
    expect([...trace.seqs]).toEqual([1, 9, 2, 3, 4])
    expect(trace.account.changed.reordered).toBe(3)
  })

  it('sorts every column along, options included', () => {
    const trace = traceOf(
      pcapFile(
        at(
          [2, syn({ source: 5, sourcePort: 2, ack: 2, flags: SYN | 0x40, window: 2, mss: 2, windowScale: 2 })],
          [1, syn({ source: 6, sourcePort: 1, ack: 1, window: 1, mss: 1, payload: new Uint8Array(1) })],
        ),
      ),
    )
    expect([...trace.sources]).toEqual([0, 1])
    expect([...trace.sourcePorts]).toEqual([1, 2])
    expect([...trace.acks]).toEqual([1, 2])
    expect([...trace.flags]).toEqual([SYN, SYN | 0x40])
    expect([...trace.windows]).toEqual([1, 2])
    expect([...trace.payloadLengths]).toEqual([1, 0])
    const options = [0, 1].map((i) => [
      ...trace.options.subarray(trace.optionsAt[i]).subarray(0, trace.optionsLengths[i]),
    ])
    expect(options).toEqual([
      [2, 4, 0, 1],
      [2, 4, 0, 2, 1, 3, 3, 2],
    ])
  })

  it('numbers sources in the order in which they appear in time', () => {
    const sources = at(
      [9, syn({ source: 1 })],
      [1, syn({ source: 2 })],
      [2, syn({ source: 3 })],
      [3, syn({ source: 2 })],
    )
    const trace = traceOf(pcapFile(sources))
    expect([...trace.sources]).toEqual([0, 1, 0, 2])
    expect(trace.sourceCount).toBe(3)
  })

  it.each(LINK_HEADERS)('finds segments under $name', ({ linkType, header }) => {
    const bytes = Buffer.concat([Uint8Array.from(header), syn({ seq: 77 })])
    expect([...traceOf(pcapFile(at([0, bytes]), { linkType })).seqs]).toEqual([77])
    expect([...traceOf(pcapngFile(at([0, bytes]), false, linkType)).seqs]).toEqual([77])
  })

  it('uses packets that the capture cut off behind the TCP header, with the payload they had', () => {
    const bytes = syn({ flags: ACK, mss: 1460, payload: new Uint8Array(1000) }).subarray(0, 44)
    const packets = [...at([0, syn()]), { seconds: 1_700_000_000, nanoseconds: 5000, bytes, originalLength: 1044 }]
    const trace = traceOf(pcapFile(packets))
    expect([...trace.payloadLengths]).toEqual([0, 1000])
  })

  it('shortens the payloads of segmentation offload, told by the total length or by the length on the wire', () => {
    const huge = syn({ flags: ACK, payload: new Uint8Array(9000) })
    const unfilled = huge.slice(0, 100)
    new DataView(unfilled.buffer).setUint16(2, 0)
    const packets = [
      ...at([0, syn()], [1, huge]),
      { seconds: 1_700_000_000, nanoseconds: 2000, bytes: unfilled, originalLength: 9040 },
      { seconds: 1_700_000_000, nanoseconds: 3000, bytes: unfilled, originalLength: 140 },
    ]
    const trace = traceOf(pcapFile(packets))
    expect([...trace.payloadLengths]).toEqual([0, 1460, 1460, 100])
    expect(trace.account.changed.payload_shortened).toBe(2)
  })

  it('counts by reason what it passes over', () => {
    const edited = (edit: (bytes: Uint8Array) => void): Uint8Array => {
      const bytes = syn()
      edit(bytes)
      return bytes
    }
    const file = Buffer.concat([
      sectionHeader(true),
      interfaceBlock(true),
      interfaceBlock(true, { linkType: 147 }),
      ...[
        syn(),
        // IPv6; UDP; a first and a later fragment; IHL 4; data offset 16; total length 30.
        edited((bytes) => bytes.fill(0x60, 0, 1)),
        edited((bytes) => bytes.fill(17, 9, 10)),
        edited((bytes) => bytes.fill(0x20, 6, 7)),
        edited((bytes) => bytes.fill(1, 7, 8)),
        edited((bytes) => bytes.fill(0x44, 0, 1)),
        edited((bytes) => bytes.fill(0x40, 32, 33)),
        edited((bytes) => bytes.fill(30, 3, 4)),
        // 802.3 on an interface of raw packets; cut off inside the IPv4 header, the TCP header.
        edited((bytes) => bytes.fill(0x50, 0, 1)),
        syn().subarray(0, 19),
        syn().subarray(0, 39),
        packetOf({ source: VICTIM, sourcePort: 443, destination: SOURCE, destinationPort: 1234, flags: SYN | ACK }),
        packetOf({ source: VICTIM, sourcePort: 80, destination: SOURCE, destinationPort: 1234, flags: SYN | ACK }),
      ].map((bytes) => enhancedPacket(true, 1n, bytes)),
      enhancedPacket(true, 1n, syn(), 1),
      simplePacket(true, syn()),
    ])
    const trace = traceOf(file)
    expect(trace.count).toBe(1)
    expect(trace.account.leftOut).toEqual({
      ...NOTHING,
      no_time: 1,
      unknown_link_type: 1,
      ipv6: 1,
      not_ip: 1,
      not_tcp: 1,
      fragment: 2,
      cut_short: 2,
      malformed: 3,
      from_victim: 2,
    })
    expect(trace.account.unreadLinkTypes).toEqual([147])
    expect(viewReplay(trace.account, 0)).toMatchObject({ packets: 15, replayed: 1 })
  })

  it('without SYNs takes the host that gets most segments', () => {
    const other = syn({ destination: OTHER, flags: ACK })
    const trace = traceOf(pcapFile(at([0, other], [1, syn({ flags: ACK })], [2, syn({ flags: ACK })])))
    expect(trace.account).toMatchObject({ victim: { address: VICTIM }, foundBy: 'segment' })
  })

  it('takes SYN-ACKs for a reflection when they were not asked for, and not those that a busy client gets', () => {
    const answer = (destination: number) => syn({ source: OTHER, destination, flags: SYN | ACK })
    const client = 0x0a00_0001
    const busy = [0, 1, 2, 3, 4].flatMap((i): [number, Uint8Array][] => [
      [i, syn({ source: client, destination: OTHER + i })],
      [i, syn({ source: OTHER + i, destination: client, flags: SYN | ACK })],
    ])
    const reflected = [5, 6, 7].map((i): [number, Uint8Array] => [i, answer(VICTIM)])
    expect(traceOf(pcapFile(at(...busy, ...reflected))).account).toMatchObject({
      victim: { address: VICTIM },
      foundBy: 'syn_ack',
    })
    expect(traceOf(pcapFile(at(...busy))).account.foundBy).toBe('syn')
  })

  it('takes segments of connections that nobody opened for an attack, and not those of the connections of a busy host', () => {
    const client = 0x0a00_0001
    const download = (i: number): [number, Uint8Array][] => {
      const here = { source: client, sourcePort: 5000 + i, destination: OTHER, destinationPort: 80 }
      const there = { source: OTHER, sourcePort: 80, destination: client, destinationPort: 5000 + i, flags: ACK }
      const data = Array.from({ length: 20 }, (): [number, Uint8Array] => [i, syn(there)])
      return [[i, syn(here)], [i, syn({ ...there, flags: SYN | ACK })], ...data, [i, syn({ ...here, flags: ACK })]]
    }
    const busy = [...download(0), ...download(1), ...download(2)]
    expect(traceOf(pcapFile(at(...busy))).account).toMatchObject({ victim: { address: OTHER }, foundBy: 'syn' })
    const strays = [0, 1, 2, 3].map((i): [number, Uint8Array] => [9, syn({ sourcePort: i + 1, flags: ACK })])
    const found = { victim: { address: VICTIM }, foundBy: 'stray', equals: 1 }
    expect(traceOf(pcapFile(at(...busy, ...strays))).account).toMatchObject(found)
  })

  it('keeps flows apart when their ports become one', () => {
    const to = (destinationPort: number, sourcePort = 1234, source = SOURCE) =>
      syn({ source, sourcePort, destinationPort })
    const trace = traceOf(
      pcapFile(
        at([0, to(80)], [1, to(81)], [2, to(82)], [3, to(80)], [4, to(81)], [5, to(83, 1235)], [6, to(81, 1234, 9)]),
      ),
    )
    expect([...trace.sourcePorts]).toEqual([1234, 1235, 1236, 1234, 1235, 1237, 1234])
    expect(trace.account.changed.source_port_changed).toBe(4)
    // One port stays one port, whatever the sources do.
    expect(traceOf(pcapFile(at([0, to(80)], [1, to(80)]))).account.changed.source_port_changed).toBe(0)
  })

  it('reads a damaged file up to the damage, and says where that is', () => {
    const file = pcapFile(at([0, syn()], [1, syn()]))
    const cut = traceOf(file.subarray(0, file.length - 1))
    expect(cut.count).toBe(1)
    expect(cut.account.damage).toEqual({ reason: 'the file ends inside a packet', offset: 80 })
    expect(viewReplay(cut.account, 0).summary).toMatch(
      /; warning: what stands from byte 80 on cannot be read: the file/,
    )
    expect(makeTrace(new Uint8Array(9))).toMatch(/^not a capture that can be read: neither a pcap nor a pcapng file /)
    expect(makeTrace(pcapFile([]))).toBe('there is no packet in it')
    expect(makeTrace(new Uint8Array(0))).toBe('not a capture that can be read: the file is empty, at byte 0')
  })

  it('uses segments without the options that the capture cut off', () => {
    const whole = syn({ mss: 1460, sackPermitted: true, windowScale: 7 })
    const cut = (length: number): FilePacket => ({
      seconds: 1_700_000_000,
      nanoseconds: length * 1000,
      bytes: whole.subarray(0, length),
      originalLength: whole.length,
    })
    const trace = traceOf(pcapFile([40, 41, 43, 44, 45, 47].map(cut)))
    expect([...trace.optionsLengths]).toEqual([0, 0, 0, 4, 8, 8])
    expect([...trace.options.subarray(trace.optionsAt[5])].slice(0, 8)).toEqual([...whole.subarray(40, 46), 0, 0])
    expect(trace.account.changed.options_cut).toBe(6)
  })

  it('finds the attacked host among more destinations than it counts', () => {
    // A scan of 70,000 hosts, one of which gets every tenth packet.
    const record = pcapFile(at([0, syn()])).subarray(24)
    const file = Buffer.concat([pcapFile([]), ...Array(70_000).fill(record)])
    for (let i = 0; i < 70_000; i++) {
      if (i % 10 !== 0) file.writeUInt32BE(i, 24 + i * record.length + 16 + 16)
    }
    expect(traceOf(file).account).toMatchObject({ victim: { address: VICTIM }, leftOut: { other_host: 63_000 } })
  })

  it('holds as many packets as a trace may have, and counts the rest', () => {
    const record = pcapFile(at([0, syn()])).subarray(24)
    const file = new Uint8Array(24 + (TRACE_PACKETS_MAX + 3) * record.length)
    file.set(pcapFile([]))
    file.set(record, 24)
    // Each copy doubles what is there, up to the end.
    for (let filled = 24 + record.length; filled < file.length; filled += filled - 24) {
      file.copyWithin(filled, 24, Math.min(filled, 24 + file.length - filled))
    }
    const trace = traceOf(file, { address: VICTIM, port: 443 })
    expect(trace.count).toBe(TRACE_PACKETS_MAX)
    expect(trace.account.leftOut.beyond_limit).toBe(3)
  })

  it('says so when the file becomes shorter while it is read', () => {
    const bytes = pcapFile(at([0, syn()], [1, syn()]))
    let reads = 0
    const source = {
      size: bytes.length,
      read: (into: Uint8Array, offset: number) => {
        const part = bytes.subarray(offset, Math.min(offset + into.length, reads++ < 2 ? bytes.length : 90))
        into.set(part)
        return part.length
      },
    }
    expect(makeTrace(source)).toBe('the file was changed while it was read')
  })
})

describe('traceSource', () => {
  it('gives every source an address of its own where nobody lives, 198.18.0.0/15 first', () => {
    const addresses = new Set<number>()
    for (let i = 0; i < TRACE_ADDRESSES; i++) {
      const address = traceSource(i)
      addresses.add(address)
      if (!SPOOFABLE_ADDRESSES.some((range) => prefixContains(range, address))) throw new Error(`${i}: ${address}`)
    }
    expect(addresses.size).toBe(2 ** 17 + 2 ** 8 + 2 ** 8)
    expect(addresses.has(SERVER_ADDRESS)).toBe(false)
    expect(traceSource(1) >>> 0).toBe(0xc612_0001)
    expect(traceSource(2 ** 17) >>> 0).toBe(0xc000_0200)
  })

  it('begins again when there are more sources than addresses', () => {
    expect(traceSource(TRACE_ADDRESSES + 1)).toBe(traceSource(1))
  })
})

describe('peakRate', () => {
  const times = [0, 0, 400_000, 999_999, 1_000_000, 1_500_000, 5_000_000]
  const trace = traceOf(pcapFile(times.map((time) => ({ seconds: 0, nanoseconds: time * 1000, bytes: syn() }))))

  it.each([
    [1, 4],
    [0.5, 3],
    [2, 6],
    [100, 7],
  ])('counts the most packets in one second at speed %d', (speed, peak) => {
    expect(peakRate(trace, speed)).toBe(peak)
  })
})

describe('countBeyond', () => {
  const times = [0, 1, 2, 3].map((second) => ({ seconds: second, nanoseconds: 0, bytes: syn() }))
  const trace = traceOf(pcapFile(times))

  it.each([
    [1, 4_000_000, 0],
    [1, 3_000_000, 1],
    [1, 3_000_001, 0],
    [1, 1, 3],
    [2, 1_000_000, 2],
    [0.5, 4_000_000, 2],
  ])('counts what is not due at speed %d within %d us', (speed, duration, beyond) => {
    expect(countBeyond(trace, speed, duration)).toBe(beyond)
  })
})
