/**
 * Windows that are small, shut or opening, and connections that must not live on because of them. Each of these once hung.
 */
import { describe, expect, it } from 'vitest'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { SECOND } from '../../../../tcpip/base/time.ts'
import type { Tcb } from '../../../../tcpip/connection/tcb.ts'
import { ACK, makeSegment, RST, type Segment } from '../../../../tcpip/wire/segment.ts'
import { TwoHosts } from '../../../support/worlds/two-hosts.ts'

const BYTES = new Uint8Array(65_536)

/** A program that never reads. */
const IDLE = { onEstablished() {}, onReadable() {}, onWritable() {}, onClosed() {} }

/** A segment from the peer of `tcb`. */
function fromPeer(tcb: Tcb, fields: Partial<Segment>): Segment {
  return makeSegment({
    source: tcb.remoteAddress,
    sourcePort: tcb.remotePort,
    destination: tcb.localAddress,
    destinationPort: tcb.localPort,
    seq: tcb.rcvNxt,
    ack: tcb.sndUna,
    flags: ACK,
    ...fields,
  })
}

describe('a window', () => {
  it('too small for a segment is used after a timeout, not left empty for ever', () => {
    const hosts = new TwoHosts()
    const { tcb } = hosts.connect()
    hosts.lose = (_segment, direction) => direction === 'to server'
    hosts.inject(fromPeer(tcb, { window: 4 }))
    expect(tcb.sndWnd).toBe(512)
    hosts.client.write(tcb, BYTES, 0, 2000, hosts.now)
    hosts.runUntil(10)
    const data = hosts.trace.filter(({ segment }) => segment.payloadLength > 0)
    expect(data[0]?.segment.payloadLength).toBe(512)
  })

  it('that opens after a long time ends the backoff of its probes: a loss is repaired soon', () => {
    const hosts = new TwoHosts()
    const { tcb } = hosts.connect()
    const server = hosts.accept()
    server.tcb.owner = IDLE
    hosts.client.write(tcb, BYTES, 0, 65_536, hosts.now)
    hosts.settle()
    hosts.client.write(tcb, BYTES, 0, 20_000, hosts.now)
    hosts.runUntil(400)
    let lost = 0
    hosts.lose = (segment, direction) => direction === 'to server' && segment.payloadLength > 0 && lost++ < 14
    hosts.trace.length = 0
    hosts.server.read(server.tcb, new Uint8Array(65_536), 0, 65_536, hosts.now)
    hosts.runUntil(420)
    const repeats = hosts.trace.filter(({ at, segment }) => at > 400 && segment.payloadLength > 0)
    expect(repeats[0]?.at).toBeLessThan(402)
  })

  it('that stays shut does not keep a connection whose program has closed', () => {
    const hosts = new TwoHosts()
    const { tcb } = hosts.connect()
    hosts.accept().tcb.owner = IDLE
    hosts.client.write(tcb, BYTES, 0, 65_536, hosts.now)
    hosts.settle()
    hosts.client.write(tcb, BYTES, 0, 20_000, hosts.now)
    hosts.client.close(tcb, hosts.now)
    hosts.runUntil(3600)
    expect(hosts.client.tcbs.size).toBe(0)
  })
})

describe('a window that is taken back to nothing', () => {
  /** An hour in which the peer answers every repeat with a shut window, and acknowledges nothing. */
  function anHourOfRefusals(close: boolean) {
    const hosts = new TwoHosts()
    const { tcb, owner } = hosts.connect()
    hosts.accept()
    hosts.lose = (_segment, direction) => direction === 'to server'
    hosts.client.write(tcb, BYTES, 0, 5000, hosts.now)
    if (close) hosts.client.close(tcb, hosts.now)
    for (let seconds = 1; seconds < 3600 && hosts.client.tcbs.size > 0; seconds++) {
      hosts.runUntil(seconds)
      if (hosts.client.tcbs.size > 0) hosts.inject(fromPeer(tcb, { window: 0 }))
    }
    return { hosts, tcb, owner }
  }

  it('does not end a connection whose peer goes on answering (RFC 9293 3.8.6.1)', () => {
    const { owner, tcb } = anHourOfRefusals(false)
    expect(owner.closed).toBeUndefined()
    expect(tcb.sndNxt).not.toBe(tcb.sndUna)
  })

  it('does not keep one whose program has closed', () => {
    expect(anHourOfRefusals(true).hosts.client.tcbs.size).toBe(0)
  })
})

describe('a probe of a closed window', () => {
  it('is no timeout, and the unanswered ones are counted', () => {
    const hosts = new TwoHosts()
    const { tcb } = hosts.connect()
    hosts.accept()
    hosts.lose = (_segment, direction) => direction === 'to server'
    hosts.inject(fromPeer(tcb, { window: 0 }))
    hosts.client.write(tcb, BYTES, 0, 2000, hosts.now)
    hosts.runUntil(10)
    const { mib } = hosts.client.counters
    expect(mib[Mib.TCPTimeouts]).toBe(0)
    expect(tcb.probes).toBeGreaterThan(2)
    expect(tcb.probes).toBe(mib[Mib.WindowProbes])
    hosts.inject(fromPeer(tcb, { window: 0 }))
    expect(tcb.probes).toBe(0)
  })
})

describe('Nagle’s rule', () => {
  it('does not take a small segment of two gigabytes ago for one in flight', () => {
    const hosts = new TwoHosts()
    const { tcb } = hosts.connect()
    const server = hosts.accept()
    tcb.lastSmallEnd = (tcb.sndNxt - 2_200_000_000) | 0
    hosts.client.write(tcb, BYTES, 0, 10, hosts.now)
    hosts.runUntil(1)
    expect(server.owner.received).toHaveLength(10)
  })
})

describe('keepalive', () => {
  it('is not deceived by segments that do not fit', () => {
    const hosts = new TwoHosts()
    const { tcb, owner } = hosts.connect()
    hosts.accept()
    hosts.client.keepAlive(tcb, { idle: 100 * SECOND, interval: 10 * SECOND, probes: 3 }, 0)
    hosts.lose = () => true
    for (let seconds = 50; seconds < 1000 && owner.closed === undefined; seconds += 50) {
      hosts.runUntil(seconds)
      if (owner.closed === undefined) {
        hosts.inject(fromPeer(tcb, { seq: (tcb.rcvNxt + 0x4000_0000) | 0, flags: RST }))
      }
    }
    expect(owner.closed).toBe('timeout')
  })
})
