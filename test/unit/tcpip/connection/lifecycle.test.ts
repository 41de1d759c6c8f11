/**
 * A connection from active open to removal, both ends the code under test: handshake, data, the ways to close, loss.
 */
import { describe, expect, it } from 'vitest'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { State } from '../../../../tcpip/base/states.ts'
import { ACK, FIN, PSH, RST, SYN } from '../../../../tcpip/wire/segment.ts'
import { TwoHosts } from '../../../support/worlds/two-hosts.ts'

function bytes(length: number, first = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (first + i * 7) & 0xff)
}

/** Times at which segments with exactly these flags left a host. */
function timesOf(hosts: TwoHosts, flags: number): number[] {
  return hosts.trace.filter(({ segment }) => segment.flags === flags).map(({ at }) => at)
}

function open(): { hosts: TwoHosts; client: ReturnType<TwoHosts['connect']>; server: ReturnType<TwoHosts['accept']> } {
  const hosts = new TwoHosts()
  const client = hosts.connect()
  return { hosts, client, server: hosts.accept() }
}

describe('active open', () => {
  it('is three segments: SYN, SYN-ACK, ACK, each acknowledging the other side’s number plus one', () => {
    const { hosts, client, server } = open()
    const [syn, synAck, ack] = hosts.trace.map(({ segment }) => segment)
    expect(hosts.trace).toHaveLength(3)
    expect(syn).toMatchObject({
      flags: SYN,
      ack: 0,
      mss: 1460,
      windowScale: 7,
      sackPermitted: true,
      hasTimestamps: true,
    })
    expect(synAck).toMatchObject({ flags: SYN | ACK, ack: (syn.seq + 1) | 0 })
    expect(ack).toMatchObject({ flags: ACK, seq: (syn.seq + 1) | 0, ack: (synAck.seq + 1) | 0 })
    expect(client.owner.established).toBe(1)
    expect([client.tcb.state, server.tcb.state]).toEqual([State.ESTABLISHED, State.ESTABLISHED])
  })

  it('repeats its SYN at 1, 2, 3, 4, 5, 7, 11, 19, 35 and 67 s and gives up at 131 s', () => {
    const hosts = new TwoHosts()
    hosts.lose = () => true
    const { owner } = hosts.connect()
    hosts.runUntil(130.999)
    expect(timesOf(hosts, SYN)).toEqual([0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67])
    expect(owner.closed).toBeUndefined()
    hosts.runUntil(131)
    expect(owner.closed).toBe('timeout')
    expect(hosts.client.tcbs.size).toBe(0)
  })

  it('is refused by a port without a listener', () => {
    const hosts = new TwoHosts()
    const { owner } = hosts.connect(81)
    expect(owner.closed).toBe('refused')
    expect(hosts.client.tcbs.size).toBe(0)
    expect(hosts.client.counters.mib[Mib.AttemptFails]).toBe(1)
  })

  it('refuses an address that is not its own, a 4-tuple in use, and one connection too many', () => {
    const hosts = new TwoHosts(1)
    const { tcb, owner } = hosts.connect()
    const again = (local: number, port: number) =>
      hosts.client.connect(local, port, tcb.remoteAddress, tcb.remotePort, owner, 0)
    expect(again(1, 40_000)).toBe('EADDRNOTAVAIL')
    expect(again(tcb.localAddress, tcb.localPort)).toBe('EADDRNOTAVAIL')
    expect(again(tcb.localAddress, 50_000)).toBe('ENOBUFS')
  })

  it('is answered with RST when the SYN-ACK comes after the application has closed', () => {
    const hosts = new TwoHosts()
    hosts.lose = (_segment, direction) => direction === 'to client'
    const { tcb } = hosts.connect()
    hosts.client.close(tcb, hosts.now)
    expect(hosts.client.tcbs.size).toBe(0)
    hosts.lose = () => false
    hosts.runUntil(1)
    expect(hosts.trace.at(-1)?.segment.flags).toBe(RST)
    expect(hosts.listener.synQueue.length).toBe(0)
  })
})

describe('data', () => {
  it('arrives in order and byte for byte, both ways at once', () => {
    const { hosts, client, server } = open()
    const up = bytes(50_000)
    const down = bytes(60_000, 3)
    expect(hosts.client.write(client.tcb, up, 0, up.length, 0)).toBe(up.length)
    expect(hosts.server.write(server.tcb, down, 0, down.length, 0)).toBe(down.length)
    hosts.runUntil(1)
    expect(Uint8Array.from(server.owner.received)).toEqual(up)
    expect(Uint8Array.from(client.owner.received)).toEqual(down)
  })

  it('takes no more than the send queue holds', () => {
    const { hosts, client } = open()
    hosts.lose = () => true
    expect(hosts.client.write(client.tcb, bytes(70_000), 0, 70_000, 0)).toBe(65_536)
    expect(hosts.client.write(client.tcb, bytes(1), 0, 1, 0)).toBe(0)
  })

  it('is repeated until it is acknowledged, each time after twice as long', () => {
    const { hosts, client, server } = open()
    hosts.lose = (segment) => segment.payloadLength > 0 && hosts.now < 1_000_000
    hosts.client.write(client.tcb, bytes(10), 0, 10, 0)
    hosts.runUntil(5)
    const sends = timesOf(hosts, ACK | PSH)
    // The handshake took no time, so the timeout is the least one, 200 ms. A loss probe goes out first.
    expect(sends.map((at) => Math.round(at * 10) / 10)).toEqual([0, 0.2, 0.4, 0.8, 1.6])
    expect(server.owner.received).toHaveLength(10)
    expect(hosts.client.tcbs.armedTimers).toBe(0)
  })

  it('survives the loss of every third segment', () => {
    const { hosts, client, server } = open()
    let n = 0
    hosts.lose = () => ++n % 3 === 0
    const sent = bytes(40_000)
    hosts.client.write(client.tcb, sent, 0, sent.length, 0)
    hosts.runUntil(600)
    expect(Uint8Array.from(server.owner.received)).toEqual(sent)
  })

  it('that comes before accept() waits for it', () => {
    const hosts = new TwoHosts()
    const client = hosts.connect()
    hosts.client.write(client.tcb, bytes(100), 0, 100, 0)
    hosts.settle()
    expect(hosts.accept().owner.received).toHaveLength(100)
  })
})

describe('orderly close', () => {
  it('is four segments, or three when the second side closes at once; the first to close waits 60 s', () => {
    const { hosts, client, server } = open()
    hosts.trace.length = 0
    hosts.client.close(client.tcb, 0)
    hosts.runUntil(0.005)
    expect(hosts.trace.map(({ segment }) => segment.flags)).toEqual([FIN | ACK, ACK])
    expect(client.tcb.state).toBe(State.FIN_WAIT_2)
    expect(server.tcb.state).toBe(State.CLOSE_WAIT)
    expect(server.owner.peerClosed).toBe(true)
    hosts.server.close(server.tcb, hosts.now)
    hosts.settle()
    expect(hosts.trace.slice(2).map(({ segment }) => segment.flags)).toEqual([FIN | ACK, ACK])
    expect(hosts.server.tcbs.size).toBe(0)
    expect(client.tcb.state).toBe(State.TIME_WAIT)
    hosts.runUntil(59.999)
    expect(hosts.client.tcbs.size).toBe(1)
    hosts.runUntil(60.01)
    expect(hosts.client.tcbs.size).toBe(0)
    expect(hosts.client.counters.mib[Mib.TW]).toBe(1)
  })

  it('skips TIME-WAIT when the host has as many as it allows itself, and still acknowledges the FIN', () => {
    const hosts = new TwoHosts(256, { maxTimeWait: 1 })
    for (let i = 0; i < 3; i++) {
      const client = hosts.connect()
      const server = hosts.accept()
      hosts.client.close(client.tcb, 0)
      hosts.settle()
      hosts.server.close(server.tcb, 0)
      hosts.settle()
    }
    expect(hosts.client.tcbs.counts[State.TIME_WAIT]).toBe(1)
    expect([hosts.client.tcbs.size, hosts.server.tcbs.size]).toEqual([1, 0])
    expect(hosts.client.counters.mib[Mib.TCPTimeWaitOverflow]).toBe(2)
    // The FIN that acknowledged ours left no record to be counted in FIN-WAIT-2.
    expect(hosts.client.counters.mib[Mib.TW]).toBe(1)
  })

  it('from the server side leaves TIME-WAIT at the server', () => {
    const { hosts, client, server } = open()
    hosts.server.close(server.tcb, 0)
    hosts.settle()
    hosts.client.close(client.tcb, 0)
    hosts.settle()
    expect(server.tcb.state).toBe(State.TIME_WAIT)
    expect(hosts.client.tcbs.size).toBe(0)
  })

  it('from both sides at once passes through CLOSING and leaves TIME-WAIT on both', () => {
    const { hosts, client, server } = open()
    hosts.client.close(client.tcb, 0)
    hosts.server.close(server.tcb, 0)
    hosts.settle()
    expect([client.tcb.state, server.tcb.state]).toEqual([State.TIME_WAIT, State.TIME_WAIT])
  })

  it('sends queued data before the FIN', () => {
    const { hosts, client, server } = open()
    hosts.client.write(client.tcb, bytes(5000), 0, 5000, 0)
    hosts.client.close(client.tcb, 0)
    hosts.settle()
    expect(server.owner.received).toHaveLength(5000)
    expect(server.owner.peerClosed).toBe(true)
  })

  it('repeats a lost FIN, and answers a repeated one from TIME-WAIT', () => {
    const { hosts, client, server } = open()
    hosts.client.close(client.tcb, 0)
    hosts.settle()
    let lost = 0
    hosts.lose = (segment, direction) => direction === 'to server' && segment.flags === ACK && lost++ === 0
    hosts.server.close(server.tcb, 0)
    hosts.runUntil(2)
    expect(lost).toBeGreaterThan(0)
    expect(hosts.server.tcbs.size).toBe(0)
    expect(client.tcb.state).toBe(State.TIME_WAIT)
  })

  it('leaves CLOSE-WAIT for ever when the application does not close', () => {
    const { hosts, client, server } = open()
    hosts.client.close(client.tcb, 0)
    hosts.runUntil(86_400)
    expect(server.tcb.state).toBe(State.CLOSE_WAIT)
    // The orphaned FIN-WAIT-2 on the other side was given up after 60 s.
    expect(hosts.client.tcbs.size).toBe(0)
  })
})

describe('abort', () => {
  it('resets the peer and leaves nothing', () => {
    const { hosts, client, server } = open()
    hosts.client.abort(client.tcb, 0)
    hosts.settle()
    expect(server.owner.closed).toBe('reset')
    expect(hosts.client.tcbs.size + hosts.server.tcbs.size).toBe(0)
    expect(hosts.client.counters.mib[Mib.OutRsts]).toBe(1)
    expect(hosts.server.counters.mib[Mib.EstabResets]).toBe(1)
    expect(hosts.client.counters.mib[Mib.EstabResets]).toBe(1)
  })

  it('is what closing with unread data amounts to', () => {
    const hosts = new TwoHosts()
    const client = hosts.connect()
    const tcb = hosts.listener.accept()
    hosts.client.write(client.tcb, bytes(10), 0, 10, 0)
    hosts.settle()
    if (tcb !== undefined) hosts.server.close(tcb, 0)
    hosts.settle()
    expect(client.owner.closed).toBe('reset')
    expect(hosts.server.counters.mib[Mib.TCPAbortOnClose]).toBe(1)
  })

  it('answers data for a closed application with RST', () => {
    const { hosts, client, server } = open()
    hosts.server.close(server.tcb, 0)
    hosts.settle()
    hosts.client.write(client.tcb, bytes(10), 0, 10, 0)
    hosts.settle()
    expect(client.owner.closed).toBe('reset')
    expect(hosts.server.counters.mib[Mib.TCPAbortOnData]).toBe(1)
  })
})

describe('a peer that vanished', () => {
  it('is given up after a loss probe and 15 repeats', () => {
    const { hosts, client } = open()
    hosts.lose = () => true
    hosts.client.write(client.tcb, bytes(10), 0, 10, 0)
    hosts.runUntil(2000)
    expect(client.owner.closed).toBe('timeout')
    expect(timesOf(hosts, ACK | PSH)).toHaveLength(17)
    expect(hosts.client.tcbs.size).toBe(0)
    const { mib } = hosts.client.counters
    expect([mib[Mib.TCPAbortOnTimeout], mib[Mib.EstabResets]]).toEqual([1, 1])
  })

  it('is given up sooner by a program that has closed: a FIN is repeated 8 times (Linux tcp_orphan_retries)', () => {
    const { hosts, client } = open()
    hosts.lose = () => true
    hosts.client.close(client.tcb, 0)
    hosts.runUntil(200)
    expect(timesOf(hosts, ACK | FIN)).toHaveLength(10)
    expect(hosts.client.tcbs.size).toBe(0)
  })

  it('before the handshake is a failed attempt', () => {
    const hosts = new TwoHosts()
    hosts.lose = () => true
    const { owner } = hosts.connect()
    hosts.runUntil(132)
    expect(owner.closed).toBe('timeout')
    const { mib } = hosts.client.counters
    expect([mib[Mib.AttemptFails], mib[Mib.TCPAbortOnTimeout], mib[Mib.EstabResets]]).toEqual([1, 1, 0])
  })
})
