/**
 * The answer of a listener that defends itself: the SYN-ACK with a cookie and nothing but an MSS option, for SYNs without
 * timestamps. Under a flood it is the only packet that matters, and half of its words are the same every time: it is
 * stamped from a template whose checksums are summed up in advance. The bytes are those that writePacket would write.
 */
import { assert } from '../../tcpip/base/assert.ts'
import { ADVERTISED_MSS, initialWindow } from '../../tcpip/connection/segment-size.ts'
import { finishChecksum, halves } from '../../tcpip/wire/checksum.ts'
import { packetBytes } from '../../tcpip/wire/codec.ts'
import { ACK, makeSegment, type Segment, SYN } from '../../tcpip/wire/segment.ts'

/** Length of the packet: two headers and one option. */
export const COOKIE_ANSWER_BYTES = 44

/** The packet with zeros for everything that depends on the client. */
const template = packetBytes(makeSegment({ flags: SYN | ACK, window: initialWindow(false), mss: ADVERTISED_MSS }))
assert(template.length === COOKIE_ANSWER_BYTES, 'the template is two headers and an MSS option')

const templateView = new DataView(template.buffer)
const LENGTH_WORD = templateView.getInt32(0)
const FRAGMENT_WORD = templateView.getInt32(4)
/** Time to live and protocol, without the checksum in the lower half. */
const PROTOCOL_WORD = templateView.getInt32(8) & ~0xffff
const FLAGS_WORD = templateView.getInt32(32)
const OPTION_WORD = templateView.getInt32(40)
/** What the constant words add up to: the template's own checksums, inverted back. */
const IPV4_SUM = ~templateView.getInt32(8) & 0xffff
const TCP_SUM = ~(templateView.getInt32(36) >>> 16) & 0xffff

/** Writes the answer to `syn` at `at`: `COOKIE_ANSWER_BYTES` bytes. */
export function writeCookieAnswer(view: DataView, at: number, syn: Segment, cookie: number): void {
  const { source: client, destination: server } = syn
  const ports = (syn.destinationPort << 16) | syn.sourcePort
  const ack = (syn.seq + 1) | 0
  const addresses = halves(client) + halves(server)
  view.setInt32(at, LENGTH_WORD)
  view.setInt32(at + 4, FRAGMENT_WORD)
  view.setInt32(at + 8, PROTOCOL_WORD | finishChecksum(IPV4_SUM + addresses))
  view.setInt32(at + 12, server)
  view.setInt32(at + 16, client)
  view.setInt32(at + 20, ports)
  view.setInt32(at + 24, cookie)
  view.setInt32(at + 28, ack)
  view.setInt32(at + 32, FLAGS_WORD)
  const sum = TCP_SUM + addresses + halves(ports) + halves(cookie) + halves(ack)
  view.setInt32(at + 36, finishChecksum(sum) << 16)
  view.setInt32(at + 40, OPTION_WORD)
}
