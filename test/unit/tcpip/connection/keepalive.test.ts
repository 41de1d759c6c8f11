/** Keepalive, and the switch of RFC 1337. */
import { describe, expect, it } from 'vitest'
import { Counters, Mib } from '../../../../tcpip/base/counters.ts'
import { State } from '../../../../tcpip/base/states.ts'
import { SECOND } from '../../../../tcpip/base/time.ts'
import { Endpoint, SECRET_BYTES } from '../../../../tcpip/host/endpoint.ts'
import { makeMemoryLink } from '../../../../tcpip/link/memory-link.ts'
import { SERVER_ADDRESS } from '../../../../tcpip/wire/address-plan.ts'
import { ACK, makeSegment, RST } from '../../../../tcpip/wire/segment.ts'
import { testSecret } from '../../../support/worlds/server-lab.ts'
import { TwoHosts } from '../../../support/worlds/two-hosts.ts'

const OPTIONS = { idle: 100 * SECOND, interval: 10 * SECOND, probes: 3 }

function watched() {
  const hosts = new TwoHosts()
  const client = hosts.connect()
  const server = hosts.accept()
  hosts.client.keepAlive(client.tcb, OPTIONS, hosts.now)
  hosts.trace.length = 0
  return { hosts, client, server }
}

describe('keepalive', () => {
  it('asks a silent peer with an old number after the idle time, and goes on as long as it answers', () => {
    const { hosts, client } = watched()
    hosts.runUntil(350)
    const probes = hosts.trace.filter(({ direction }) => direction === 'to server')
    expect(probes.map(({ at }) => at)).toEqual([100, 200, 300])
    expect(probes[0]?.segment).toMatchObject({ flags: ACK, seq: (client.tcb.sndUna - 1) | 0 })
    expect(client.tcb.state).toBe(State.ESTABLISHED)
    expect(hosts.client.counters.mib[Mib.TCPKeepAlive]).toBe(3)
  })

  it('waits from the last segment heard', () => {
    const { hosts, server } = watched()
    hosts.runUntil(60)
    hosts.server.write(server.tcb, Uint8Array.of(1), 0, 1, hosts.now)
    hosts.runUntil(159)
    expect(hosts.client.counters.mib[Mib.TCPKeepAlive]).toBe(0)
    hosts.runUntil(161)
    expect(hosts.client.counters.mib[Mib.TCPKeepAlive]).toBe(1)
  })

  it('gives up a peer that does not answer, with a RST', () => {
    const { hosts, client } = watched()
    hosts.lose = () => true
    hosts.runUntil(200)
    expect(client.owner.closed).toBe('timeout')
    expect(hosts.trace.map(({ at }) => at)).toEqual([100, 110, 120, 130])
    expect(hosts.trace.at(-1)?.segment.flags).toBe(RST | ACK)
    expect(hosts.client.tcbs.armedTimers).toBe(0)
  })

  it('is off unless asked for', () => {
    const hosts = new TwoHosts()
    hosts.connect()
    hosts.runUntil(100_000)
    expect(hosts.client.counters.mib[Mib.TCPKeepAlive]).toBe(0)
    expect(hosts.client.tcbs.armedTimers).toBe(0)
  })
})

describe('RFC 1337', () => {
  it('is a choice of the host, off as in Linux', () => {
    const host = (rfc1337?: boolean) =>
      new Endpoint({
        link: makeMemoryLink(8).a,
        addresses: { base: SERVER_ADDRESS, length: 32 },
        secret: testSecret(SECRET_BYTES),
        counters: new Counters(),
        maxConnections: 8,
        ...(rfc1337 === undefined ? {} : { rfc1337 }),
      })
    expect([host().rfc1337, host(true).rfc1337]).toEqual([false, true])
  })

  it.each([
    [false, 0],
    [true, 1],
  ])('switched %j: an exact RST in TIME-WAIT leaves %i connection', (rfc1337, left) => {
    const hosts = new TwoHosts(256, { rfc1337 })
    const client = hosts.connect()
    const server = hosts.accept()
    hosts.client.close(client.tcb, hosts.now)
    hosts.settle()
    hosts.server.close(server.tcb, hosts.now)
    hosts.settle()
    expect(client.tcb.state).toBe(State.TIME_WAIT)
    const { remoteAddress, remotePort, localAddress, localPort, rcvNxt } = client.tcb
    hosts.inject(
      makeSegment({
        source: remoteAddress,
        sourcePort: remotePort,
        destination: localAddress,
        destinationPort: localPort,
        seq: rcvNxt,
        flags: RST,
      }),
    )
    hosts.settle()
    expect(hosts.client.tcbs.size).toBe(left)
  })
})
