/**
 * A million malformed, mutated and merely strange packets into an endpoint with requests and connections in many states.
 * Nothing throws, every packet ends in exactly one counted outcome, every half-open entry too, and the queues never
 * exceed their limits.
 */
import { describe, expect, it } from 'vitest'
import { Mib } from '../../tcpip/base/counters.ts'
import { DROP_REASON_NAMES, DropReason } from '../../tcpip/base/drop-reason.ts'
import { Prng } from '../../tcpip/base/prng.ts'
import { State } from '../../tcpip/base/states.ts'
import { MILLISECOND } from '../../tcpip/base/time.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { writePacket } from '../../tcpip/wire/codec.ts'
import { ACK, FIN, PSH, RST, Segment, SYN, URG } from '../../tcpip/wire/segment.ts'
import { ServerLab } from '../support/worlds/server-lab.ts'

const PACKETS = 1_000_000
const PEERS = 64
/** Limit of both queues. */
const LIMIT = 16
const FLAGS = [SYN, ACK, ACK | PSH, ACK | FIN, RST, RST | ACK, SYN | ACK, FIN, 0, SYN | FIN, URG | ACK, SYN | RST]

/** A peer's memory of what the server last said to it, so that some packets are right. */
interface Memory {
  seq: number
  ack: number
}

function fill(segment: Segment, prng: Prng, memory: Memory, peer: number): void {
  segment.source = (0xc612_0000 + peer) | 0
  segment.destination = prng.chance(1, 50) ? prng.next() : SERVER_ADDRESS
  segment.sourcePort = 40_000
  segment.destinationPort = prng.chance(1, 20) ? prng.below(65_536) : SERVER_PORT
  segment.flags = FLAGS[prng.below(FLAGS.length)]
  segment.seq = prng.chance(1, 4) ? prng.next() : (memory.seq + prng.below(3)) | 0
  segment.ack = prng.chance(1, 4) ? prng.next() : (memory.ack + prng.below(2)) | 0
  segment.window = prng.below(65_536)
  segment.clearOptions()
  if (prng.chance(1, 2)) segment.mss = prng.below(65_536)
  if (prng.chance(1, 3)) segment.windowScale = prng.below(15)
  segment.sackPermitted = prng.chance(1, 3)
  segment.hasTimestamps = prng.chance(1, 3)
  segment.tsVal = prng.next()
  segment.tsEcr = prng.next()
  if (segment.mss === 0 && segment.windowScale < 0) {
    for (let n = prng.below(4); n > 0; n--) {
      const left = (memory.ack + prng.below(3000)) | 0
      segment.addSackBlock(left, prng.chance(1, 8) ? prng.next() : (left + prng.below(3000)) | 0)
    }
  }
  segment.payloadLength = prng.chance(1, 4) ? prng.below(1400) : 0
}

describe('an endpoint fed with rubbish', () => {
  it.each([0, 1, 2])('throws nothing and counts every packet, synCookies %i', (synCookies) => {
    const lab = new ServerLab({ synCookies, backlog: LIMIT })
    const prng = new Prng(20_260 + synCookies)
    const segment = new Segment()
    const bytes = new Uint8Array(2048)
    const view = new DataView(bytes.buffer)
    segment.payload = new Uint8Array(1400)
    const memories: Memory[] = Array.from({ length: PEERS }, () => ({ seq: prng.next(), ack: 0 }))
    const total = Math.ceil(PACKETS / 3)
    const { mib, outcomes } = lab.counters
    const { counts } = lab.endpoint.tcbs
    // Requests whose handshake came to its end; PassiveOpens counts the connections made from cookies as well.
    let completed = 0

    for (let n = 0; n < total; n++) {
      const peer = prng.below(PEERS)
      fill(segment, prng, memories[peer], peer)
      let length = writePacket(bytes, view, 0, segment)
      const kind = prng.below(8)
      if (kind === 0) for (let i = prng.below(8); i >= 0; i--) bytes[prng.below(length)] ^= 1 << prng.below(8)
      else if (kind === 1) length = prng.below(length + 1)
      else if (kind === 2) for (let i = 0; i < length; i++) bytes[i] = prng.next()
      else if (kind === 3) length = Math.min(2048, length + prng.below(64))
      const [opens, cookies, waiting] = [mib[Mib.PassiveOpens], mib[Mib.SyncookiesRecv], counts[State.TIME_WAIT]]
      const { halfOpen } = lab
      lab.endpoint.receive(bytes, view, 0, length, lab.now)
      if (mib[Mib.SyncookiesRecv] === cookies) completed += mib[Mib.PassiveOpens] - opens
      // The limit is 16, and 17 fit. Only a SYN that ends a TIME-WAIT gets in beyond.
      if (lab.halfOpen > Math.max(halfOpen, LIMIT + 1) && counts[State.TIME_WAIT] !== waiting - 1) {
        throw new Error(`a request beyond the limit at packet ${n}`)
      }
      for (const reply of lab.drain()) {
        const memory = memories[reply.destination - ((0xc612_0000 | 0) as number)]
        if (memory !== undefined)
          Object.assign(memory, { seq: reply.ack, ack: (reply.seq + (reply.flags & SYN ? 1 : 0)) | 0 })
      }
      if (prng.chance(1, 4)) lab.listener.accept()
      if (prng.chance(1, 100)) {
        lab.now += prng.below(2000) * MILLISECOND
        lab.endpoint.advance(lab.now)
        lab.discard()
      }
      if (lab.listener.acceptQueue.length > LIMIT + 1) throw new Error(`accept queue overflow at packet ${n}`)
    }

    lab.expectConservation()
    expect(lab.count(Mib.PacketsIn)).toBe(total)
    expect(lab.counters.outcomes[DropReason.ACCEPTED]).toBeGreaterThan(1000)
    // What becomes of a request: a connection, the end by a RST or a wrong SYN, old age, or nothing yet. The other two
    // ways, no room for the connection and an ICMP error, are not taken here.
    expect([outcomes[DropReason.CONNECTION_TABLE_FULL], outcomes[DropReason.ICMP_IGNORED]]).toEqual([0, 0])
    const ended = [completed, lab.count(Mib.EmbryonicRsts), lab.count(Mib.HalfOpenExpired)]
    expect(ended.reduce((sum, n) => sum + n, lab.halfOpen)).toBe(lab.count(Mib.HalfOpenCreated))
    if (synCookies < 2) for (const way of ended) expect(way).toBeGreaterThan(0)
    lab.listener.synQueue.timers.assertInvariants()
    expect(lab.listener.synQueue.timers.armed).toBe(lab.halfOpen)
    for (const name of [
      'ip_bad_version',
      'ip_bad_checksum',
      'tcp_bad_checksum',
      'ip_not_local',
      'no_socket',
      'ip_truncated',
    ]) {
      expect(lab.counters.outcomes[DROP_REASON_NAMES.indexOf(name)], name).toBeGreaterThan(0)
    }
  })
})
