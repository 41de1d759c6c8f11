/**
 * syn-data: data in a SYN is neither kept nor acknowledged by a listener without Fast Open (RFC 9293 3.10.7.2 allows to
 * queue it; Linux tcp_conn_request() does not). It costs bandwidth, not memory.
 */
import { expect, it } from 'vitest'
import { parsePacket } from '../../../tcpip/wire/codec.ts'
import { Segment, SYN } from '../../../tcpip/wire/segment.ts'
import { AttackLab } from '../../support/worlds/attack-lab.ts'

/** IPv4 and TCP headers and the MSS option, bytes. */
const SYN_BYTES = 44

const SENT = 3000

/** A flood of three thousand SYNs against a backlog of 64, and every SYN-ACK it earned. */
function run(kind: 'syn-flood' | 'syn-data', synCookies: number, payload?: number) {
  const asked = new Map<string, number>()
  const segment = new Segment()
  let bytesIn = 0
  let bytesAcknowledged = 0
  const lab = new AttackLab({
    config: { synCookies, backlog: 64 },
    tap: {
      packet(_interfaceId, _timestamp, bytes, at, length, inbound) {
        parsePacket(bytes, new DataView(bytes.buffer, bytes.byteOffset), at, length, segment)
        const peer = inbound ? segment.source : segment.destination
        const port = inbound ? segment.sourcePort : segment.destinationPort
        const key = `${peer}:${port}`
        if (inbound) {
          bytesIn += length
          asked.set(key, segment.seq)
        } else if ((segment.flags & SYN) !== 0) bytesAcknowledged += (segment.ack - (asked.get(key) ?? 0) - 1) | 0
      },
    },
  })
  lab.attack({ kind, rate: 300, duration: SENT / 300, seed: 9, ...(payload === undefined ? {} : { payload }) })
  lab.run(9)
  const mean = lab.synQueue.mean
  lab.run(90)
  return {
    bytesIn,
    bytesAcknowledged,
    mean,
    memory: lab.server.listener.synQueue.bytes,
    counters: [...lab.server.counters.mib],
  }
}

it.each([0, 1, 2])('with cookies %i: the same queue and the same counters as without data', (synCookies) => {
  const plain = run('syn-flood', synCookies)
  for (const payload of [1, 512, 1400]) {
    const { bytesIn, bytesAcknowledged, ...rest } = run('syn-data', synCookies, payload)
    expect(bytesIn).toBe(SENT * (SYN_BYTES + payload))
    expect(bytesAcknowledged).toBe(0)
    expect(rest).toEqual({ mean: plain.mean, memory: plain.memory, counters: plain.counters })
  }
  expect(plain.bytesIn).toBe(SENT * SYN_BYTES)
})
