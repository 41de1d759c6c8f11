/**
 * One line per segment, as packetdrill prints it.
 */
import { describe, expect, it } from 'vitest'
import { describeEndpoints, describeSegment } from '../../../../tcpip/wire/describe.ts'
import { ACK, FIN, makeSegment, PSH, RST, type Segment, SYN, URG } from '../../../../tcpip/wire/segment.ts'

type Fields = Parameters<typeof makeSegment>[0]

const SYN_OPTIONS: Fields = { mss: 1460, sackPermitted: true, hasTimestamps: true, tsVal: 1, windowScale: 7 }
const CLIENT_ISS = -3
const SERVER_ISS = 0x7fffffff

function relative(fields: Fields): string {
  const bases = { sourceIss: CLIENT_ISS, destinationIss: SERVER_ISS }
  return describeSegment(makeSegment(fields), bases)
}

describe('describeSegment', () => {
  const cases: [string, Fields][] = [
    [
      'S 305419896:305419896(0) win 64240 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>',
      { flags: SYN, seq: 0x12345678, window: 64_240, ...SYN_OPTIONS },
    ],
    ['S. 0:0(0) ack 1 win 65535 <mss 1460>', { flags: SYN | ACK, ack: 1, window: 65_535, mss: 1460 }],
    ['. 1:1(0) ack 1 win 65535', { flags: ACK, seq: 1, ack: 1, window: 65_535 }],
    ['P. 1:11(10) ack 1 win 0', { flags: PSH | ACK, seq: 1, ack: 1, payloadLength: 10 }],
    ['F. 11:11(0) ack 7 win 0', { flags: FIN | ACK, seq: 11, ack: 7 }],
    ['FP. 1:2(1) ack 7 win 0', { flags: FIN | PSH | ACK, seq: 1, ack: 7, payloadLength: 1 }],
    ['R 5:5(0) win 0', { flags: RST, seq: 5, ack: 9 }],
    ['R. 0:0(0) ack 9 win 0', { flags: RST | ACK, ack: 9 }],
    ['- 0:0(0) win 0', {}],
    ['FSRP.UEW 0:0(0) ack 0 win 0', { flags: FIN | SYN | RST | PSH | ACK | URG | 0xc0 }],
    ['. 4294967295:1(2) ack 2147483648 win 0', { flags: ACK, seq: -1, ack: 0x80000000 | 0, payloadLength: 2 }],
    ['S 0:0(0) win 0 <nop,nop,sackOK>', { flags: SYN, sackPermitted: true }],
    ['S 0:0(0) win 0 <nop,wscale 0>', { flags: SYN, windowScale: 0 }],
    [
      '. 0:0(0) ack 0 win 0 <nop,nop,TS val 4294967295 ecr 2147483648>',
      { flags: ACK, hasTimestamps: true, tsVal: -1, tsEcr: 0x80000000 | 0 },
    ],
    [
      '. 0:0(0) ack 1 win 0 <nop,nop,sack 2001:4294967295 1:2>',
      { flags: ACK, ack: 1, sackBlocks: 2, sackEdges: Int32Array.of(2001, -1, 1, 2) },
    ],
  ]
  it.each(cases)('prints %s', (line, fields) => {
    expect(describeSegment(makeSegment(fields))).toBe(line)
  })

  it('counts from the initial sequence numbers of both sides when told, across the wrap', () => {
    expect(relative({ flags: SYN, seq: CLIENT_ISS })).toBe('S 0:0(0) win 0')
    const data: Partial<Segment> = { seq: CLIENT_ISS + 1, ack: (SERVER_ISS + 1) | 0, payloadLength: 10 }
    expect(relative({ flags: PSH | ACK, ...data })).toBe('P. 1:11(10) ack 1 win 0')
  })
})

describe('describeEndpoints', () => {
  it('prints source and destination with ports', () => {
    const endpoints = { source: 0xc0000201 | 0, sourcePort: 40_000, destination: 0xc0000202 | 0, destinationPort: 80 }
    expect(describeEndpoints(makeSegment(endpoints))).toBe('192.0.2.1:40000 > 192.0.2.2:80')
  })
})
