import { describe, expect, it } from 'vitest'
import { Listener } from '../../../../server/listener/listener.ts'
import { LISTENER_DEFAULTS } from '../../../../server/listener/listener-config.ts'
import { LINUX } from '../../../../server/listener/profile.ts'
import { COOKIE_SECRET_BYTES } from '../../../../server/listener/syn-cookies.ts'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { State } from '../../../../tcpip/base/states.ts'
import { QUEUE_BYTES } from '../../../../tcpip/connection/tcb.ts'
import type { Socket, SocketEvents } from '../../../../tcpip/host/socket.ts'
import {
  acceptSocket,
  type ConnectFrom,
  EPHEMERAL_PORT_MIN,
  ListeningSocket,
  Sockets,
} from '../../../../tcpip/host/sockets.ts'
import { CLIENT_ADDRESSES, SERVER_ADDRESS, SERVER_PORT } from '../../../../tcpip/wire/address-plan.ts'
import { ACK, FIN, RST } from '../../../../tcpip/wire/segment.ts'
import { testSecret } from '../../../support/worlds/server-lab.ts'
import { TwoHosts } from '../../../support/worlds/two-hosts.ts'

class Log implements SocketEvents {
  readonly told: string[] = []

  onConnected(): void {
    this.told.push('connected')
  }

  onReadable(): void {
    this.told.push('readable')
  }

  onWritable(): void {
    this.told.push('writable')
  }

  onClosed(error: string | undefined): void {
    this.told.push(error === undefined ? 'closed' : `closed ${error}`)
  }
}

class Lab {
  readonly hosts: TwoHosts
  readonly sockets: Sockets
  readonly serverSockets: Sockets
  readonly log = new Log()

  constructor(maxConnections?: number) {
    this.hosts = new TwoHosts(maxConnections)
    this.sockets = new Sockets(this.hosts.client, CLIENT_ADDRESSES.base)
    this.serverSockets = new Sockets(this.hosts.server, SERVER_ADDRESS)
  }

  get now(): number {
    return this.hosts.now
  }

  connect(port = SERVER_PORT, from: ConnectFrom = {}): Socket {
    const socket = this.sockets.connect(SERVER_ADDRESS, port, this.log, this.now, from)
    if (typeof socket === 'string') throw new Error(socket)
    return socket
  }

  /** Both ends of a new connection. */
  pair(): { near: Socket; far: Socket } {
    const near = this.connect()
    this.hosts.settle()
    const far = acceptSocket(this.hosts.server, this.hosts.listener)
    if (typeof far === 'string') throw new Error(far)
    return { near, far }
  }

  send(socket: Socket, text: string): unknown {
    const result = socket.write(
      Uint8Array.from(text, (c) => c.charCodeAt(0)),
      0,
      text.length,
      this.now,
    )
    this.hosts.settle()
    return result
  }

  /** What one read gives: text, or the number 0, or the code. */
  read(socket: Socket, length = 1000): string | number {
    const target = new Uint8Array(length)
    const result = socket.read(target, 0, length, this.now)
    this.hosts.settle()
    return typeof result === 'number' && result > 0 ? String.fromCharCode(...target.subarray(0, result)) : result
  }

  makeListener(): Listener {
    return new Listener({
      host: this.hosts.server,
      config: LISTENER_DEFAULTS,
      profile: LINUX,
      cookieSecret: testSecret(COOKIE_SECRET_BYTES),
    })
  }
}

describe('a pair of sockets', () => {
  it('carries bytes both ways and tells of them', () => {
    const lab = new Lab()
    const { near, far } = lab.pair()
    expect(lab.log.told).toEqual(['connected'])
    expect(lab.read(far)).toBe('EAGAIN')
    expect(lab.send(near, 'question')).toBe(8)
    expect(lab.read(far)).toBe('question')
    lab.send(far, 'answer')
    expect(lab.log.told).toContain('readable')
    expect(lab.read(near, 3)).toBe('ans')
    expect(lab.read(near)).toBe('wer')
  })

  it('takes no more than its queue holds, and tells when there is room', () => {
    const lab = new Lab()
    const { near, far } = lab.pair()
    const bytes = new Uint8Array(3 * QUEUE_BYTES)
    let sent = 0
    for (;;) {
      const taken = near.write(bytes, 0, bytes.length, lab.now)
      lab.hosts.runUntil(lab.now / 1e6 + 1)
      if (typeof taken === 'string') {
        expect(taken).toBe('EAGAIN')
        break
      }
      sent += taken
    }
    // The peer's receive queue and our own send queue.
    expect(sent).toBeGreaterThanOrEqual(2 * QUEUE_BYTES)
    // Windows are rounded up to their scale: each segment gains less than a unit of 128 bytes.
    expect(sent).toBeLessThan(2 * QUEUE_BYTES + 48 * 128)
    lab.log.told.length = 0
    expect(far.read(bytes, 0, QUEUE_BYTES, lab.now)).toBe(QUEUE_BYTES)
    lab.hosts.settle()
    expect(lab.log.told).toContain('writable')
    expect(near.write(bytes, 0, 1000, lab.now)).toBe(1000)
  })

  it('closes one direction at a time', () => {
    const lab = new Lab()
    const { near, far } = lab.pair()
    lab.send(near, 'last')
    expect(near.shutdownWrite(lab.now)).toBeUndefined()
    lab.hosts.settle()
    expect(lab.read(far)).toBe('last')
    expect(lab.read(far)).toBe(0)
    lab.send(far, 'still here')
    expect(lab.read(near)).toBe('still here')
    far.close(lab.now)
    lab.hosts.settle()
    expect(lab.read(near)).toBe(0)
    near.close(lab.now)
    expect(lab.hosts.client.tcbs.counts[State.TIME_WAIT]).toBe(1)
    lab.hosts.runUntil(200)
    expect(lab.hosts.client.tcbs.size + lab.hosts.server.tcbs.size).toBe(0)
    expect(lab.log.told).not.toContain('closed')
  })

  it('can be read to the end after the connection is over', () => {
    const lab = new Lab()
    // Shut from both sides while bytes wait: LAST-ACK at the near end, gone after its FIN is acknowledged.
    const { near, far } = lab.pair()
    lab.send(far, 'left behind')
    far.shutdownWrite(lab.now)
    lab.hosts.settle()
    near.shutdownWrite(lab.now)
    lab.hosts.settle()
    expect(near.isOver).toBe(true)
    expect(lab.log.told).toContain('closed')
    expect(lab.read(near, 4)).toBe('left')
    expect(lab.read(near)).toBe(' behind')
    expect(lab.read(near)).toBe(0)
  })

  it('after the reading side is shut, gives what there is and then 0, never waiting; the peer notices nothing', () => {
    const lab = new Lab()
    const { near, far } = lab.pair()
    lab.send(far, 'before')
    expect(near.shutdownRead()).toBeUndefined()
    expect(lab.read(near)).toBe('before')
    expect(lab.read(near)).toBe(0)
    expect(lab.send(far, 'after')).toBe(5)
    lab.hosts.runUntil(lab.now / 1e6 + 1)
    expect(lab.read(near)).toBe('after')
    expect(lab.read(near)).toBe(0)
    expect(lab.send(near, 'x')).toBe(1)
    expect(lab.read(far)).toBe('x')
  })

  it('closing with unread bytes sends a RST, aborting always does', () => {
    const lab = new Lab()
    const { near, far } = lab.pair()
    lab.send(far, 'unread')
    near.close(lab.now)
    lab.hosts.settle()
    expect(lab.hosts.trace.at(-1)?.segment.flags).toBe(RST | ACK)
    expect(lab.read(far)).toBe('ECONNRESET')
    const other = lab.pair()
    other.near.abort(lab.now)
    lab.hosts.settle()
    expect(lab.hosts.trace.at(-1)?.segment.flags).toBe(RST | ACK)
    expect(lab.read(other.far)).toBe('ECONNRESET')
  })

  it('sends small writes at once with setNoDelay, also those that wait', () => {
    const lab = new Lab()
    const { near, far } = lab.pair()
    lab.send(near, 'a')
    lab.hosts.lose = (_segment, direction) => direction === 'to client'
    lab.send(near, 'b')
    lab.send(near, 'c')
    expect(lab.read(far)).toBe('ab')
    near.setNoDelay(true, lab.now)
    lab.hosts.settle()
    expect(lab.read(far)).toBe('c')
  })
})

describe('EPIPE', () => {
  it('is for writing after the own side was shut, or closed', () => {
    const lab = new Lab()
    const { near, far } = lab.pair()
    near.shutdownWrite(lab.now)
    expect(lab.send(near, 'x')).toBe('EPIPE')
    near.close(lab.now)
    expect(lab.send(near, 'x')).toBe('EPIPE')
    far.abort(lab.now)
    expect(lab.send(far, 'x')).toBe('EPIPE')
  })

  it('is for writing after the reset was reported', () => {
    const lab = new Lab()
    const { near, far } = lab.pair()
    far.abort(lab.now)
    lab.hosts.settle()
    expect(lab.send(near, 'x')).toBe('ECONNRESET')
    expect(lab.send(near, 'x')).toBe('EPIPE')
    expect(lab.read(near)).toBe(0)
  })
})

describe('ECONNRESET', () => {
  it('is read once, after the bytes that came before the RST', () => {
    const lab = new Lab()
    const { near, far } = lab.pair()
    lab.send(far, 'hello')
    far.abort(lab.now)
    lab.hosts.settle()
    expect(lab.log.told.at(-1)).toBe('closed ECONNRESET')
    expect(lab.read(near, 2)).toBe('he')
    expect(lab.read(near)).toBe('llo')
    expect(lab.read(near)).toBe('ECONNRESET')
    expect(lab.read(near)).toBe(0)
  })

  it('is not read after the end of the stream', () => {
    const lab = new Lab()
    const { near, far } = lab.pair()
    far.shutdownWrite(lab.now)
    lab.hosts.settle()
    expect(lab.read(near)).toBe(0)
    far.abort(lab.now)
    lab.hosts.settle()
    expect(lab.log.told.at(-1)).toBe('closed EPIPE')
    expect(lab.read(near)).toBe(0)
  })
})

describe('other errors', () => {
  it('ECONNREFUSED: nobody listens', () => {
    const lab = new Lab()
    const socket = lab.connect(81)
    expect(socket.isConnecting).toBe(true)
    lab.hosts.settle()
    expect(lab.log.told).toEqual(['closed ECONNREFUSED'])
    expect(lab.read(socket)).toBe('ECONNREFUSED')
  })

  it('ETIMEDOUT: no answer to a SYN, or to data', () => {
    const silent = new Lab()
    silent.hosts.lose = () => true
    silent.connect()
    silent.hosts.runUntil(200)
    expect(silent.log.told).toEqual(['closed ETIMEDOUT'])
    const lab = new Lab()
    const { near } = lab.pair()
    lab.hosts.lose = () => true
    lab.send(near, 'anybody?')
    lab.hosts.runUntil(2000)
    expect(lab.log.told.at(-1)).toBe('closed ETIMEDOUT')
    expect(lab.send(near, 'x')).toBe('ETIMEDOUT')
    expect(lab.send(near, 'x')).toBe('EPIPE')
  })

  it('EADDRINUSE: the port has a listener', () => {
    const lab = new Lab()
    expect(lab.serverSockets.listen(SERVER_PORT, lab.makeListener())).toBe('EADDRINUSE')
    const from = { port: SERVER_PORT }
    expect(lab.serverSockets.connect(CLIENT_ADDRESSES.base, 5000, lab.log, 0, from)).toBe('EADDRINUSE')
  })

  it('EADDRNOTAVAIL: the 4-tuple is in use, or in TIME-WAIT', () => {
    const lab = new Lab()
    const near = lab.connect(SERVER_PORT, { port: 5000 })
    const again = () => lab.sockets.connect(SERVER_ADDRESS, SERVER_PORT, lab.log, lab.now, { port: 5000 })
    expect(again()).toBe('EADDRNOTAVAIL')
    lab.hosts.settle()
    const far = acceptSocket(lab.hosts.server, lab.hosts.listener)
    near.close(lab.now)
    lab.hosts.settle()
    if (typeof far !== 'string') far.close(lab.now)
    lab.hosts.settle()
    expect(lab.hosts.client.tcbs.counts[State.TIME_WAIT]).toBe(1)
    expect(again()).toBe('EADDRNOTAVAIL')
    lab.hosts.runUntil(61)
    expect(typeof again()).toBe('object')
  })

  it('EADDRNOTAVAIL: an address of somebody else, or no port left to that peer', () => {
    const lab = new Lab(32_768)
    const foreign = { address: SERVER_ADDRESS }
    expect(lab.sockets.connect(SERVER_ADDRESS, SERVER_PORT, lab.log, 0, foreign)).toBe('EADDRNOTAVAIL')
    for (let i = 0; i < 28_232; i++) lab.connect()
    expect(lab.sockets.connect(SERVER_ADDRESS, SERVER_PORT, lab.log, 0)).toBe('EADDRNOTAVAIL')
    expect(typeof lab.sockets.connect(SERVER_ADDRESS, 81, lab.log, 0)).toBe('object')
  })

  it('ENOBUFS: the connection table is full', () => {
    const lab = new Lab(4)
    for (let i = 0; i < 4; i++) lab.connect()
    expect(lab.sockets.connect(SERVER_ADDRESS, SERVER_PORT, lab.log, 0)).toBe('ENOBUFS')
  })

  it('ENOTCONN: shutting what is not connected, yet or any more', () => {
    const lab = new Lab()
    const socket = lab.connect()
    expect([socket.shutdownWrite(0), socket.shutdownRead()]).toEqual(['ENOTCONN', 'ENOTCONN'])
    expect(lab.send(socket, 'x')).toBe('EAGAIN')
    lab.hosts.settle()
    socket.close(lab.now)
    expect([socket.shutdownWrite(0), socket.shutdownRead()]).toEqual(['ENOTCONN', 'ENOTCONN'])
  })

  it.each([0, 65_536, -1, 1.5, Number.NaN])('EINVAL: port %d', (port) => {
    const lab = new Lab()
    expect(lab.serverSockets.listen(port, lab.makeListener())).toBe('EINVAL')
    expect(lab.sockets.connect(SERVER_ADDRESS, port, lab.log, 0)).toBe('EINVAL')
    expect(lab.sockets.connect(SERVER_ADDRESS, 80, lab.log, 0, { port })).toBe('EINVAL')
  })

  it('EINVAL: a range outside of the buffer', () => {
    const lab = new Lab()
    const { near } = lab.pair()
    const bytes = new Uint8Array(10)
    expect([near.read(bytes, 5, 6, 0), near.read(bytes, -1, 5, 0)]).toEqual(['EINVAL', 'EINVAL'])
    expect([near.write(bytes, 5, 6, 0), near.write(bytes, 0, -1, 0)]).toEqual(['EINVAL', 'EINVAL'])
  })
})

describe('a connection that was reset while it waited', () => {
  it('is accepted, and its first read tells', () => {
    const lab = new Lab()
    lab.connect().abort(lab.now)
    const silent = lab.connect()
    lab.hosts.settle()
    silent.abort(lab.now)
    const { acceptQueue } = lab.hosts.listener
    const talking = lab.connect()
    lab.hosts.settle()
    lab.send(talking, 'last words')
    talking.abort(lab.now)
    lab.hosts.settle()
    // The first never finished its handshake.
    expect(acceptQueue.length).toBe(2)
    expect(lab.hosts.server.tcbs.size).toBe(0)
    const [first, second] = [0, 1].map(() => acceptSocket(lab.hosts.server, lab.hosts.listener))
    if (typeof first !== 'object' || typeof second !== 'object') throw new Error('nothing to accept')
    expect([first.remotePort, first.isOver]).toEqual([silent.localPort, true])
    expect([lab.read(first), lab.read(first), lab.send(first, 'x')]).toEqual(['ECONNRESET', 0, 'EPIPE'])
    expect([lab.read(second), lab.read(second)]).toEqual(['last words', 'ECONNRESET'])
    expect([acceptQueue.length, lab.hosts.server.counters.mib[Mib.Accepted]]).toEqual([0, 2])
  })

  it('is accepted and left by a program without sockets, and told nothing when the listener closes', () => {
    const lab = new Lab()
    const wait = (): Socket => {
      const socket = lab.connect()
      lab.hosts.settle()
      return socket
    }
    wait().abort(lab.now)
    lab.hosts.settle()
    const alive = wait()
    expect(lab.hosts.listener.accept()).toMatchObject({ remotePort: alive.localPort, owner: undefined })
    expect(lab.hosts.server.counters.mib[Mib.Accepted]).toBe(2)
    wait().abort(lab.now)
    lab.hosts.settle()
    const resets = lab.hosts.server.counters.mib[Mib.OutRsts]
    lab.hosts.listener.close(lab.now)
    lab.hosts.settle()
    expect(lab.hosts.server.counters.mib[Mib.OutRsts]).toBe(resets)
  })
})

describe('a listening socket', () => {
  it('accepts, and after close the port is free and what waited is reset', () => {
    const lab = new Lab()
    const listening = lab.serverSockets.listen(8080, lab.makeListener())
    if (!(listening instanceof ListeningSocket)) throw new Error(listening)
    expect(listening.accept()).toBe('EAGAIN')
    lab.connect(8080)
    const second = lab.connect(8080)
    lab.hosts.settle()
    expect(typeof listening.accept()).toBe('object')
    listening.close(lab.now)
    listening.close(lab.now)
    lab.hosts.settle()
    expect(lab.read(second)).toBe('ECONNRESET')
    expect(listening.accept()).toBe('EINVAL')
    expect(lab.serverSockets.listen(8080, lab.makeListener())).toBeInstanceOf(ListeningSocket)
  })
})

describe('ports', () => {
  it('are given out in turn, and tell where a connection comes from', () => {
    const lab = new Lab()
    const { near, far } = lab.pair()
    expect(near.localPort).toBe(EPHEMERAL_PORT_MIN)
    expect([far.remoteAddress, far.remotePort]).toEqual([near.localAddress, near.localPort])
    expect([far.localAddress, far.localPort]).toEqual([SERVER_ADDRESS, SERVER_PORT])
    expect(lab.connect().localPort).toBe(EPHEMERAL_PORT_MIN + 1)
  })
})

describe('a socket in TIME-WAIT that was not closed', () => {
  it('hears of a RST that ends it early', () => {
    const lab = new Lab()
    const { near, far } = lab.pair()
    near.shutdownWrite(lab.now)
    lab.hosts.settle()
    far.close(lab.now)
    lab.hosts.settle()
    expect(lab.hosts.client.tcbs.counts[State.TIME_WAIT]).toBe(1)
    const fin = lab.hosts.trace.findLast(({ direction, segment }) => direction === 'to client' && segment.flags & FIN)
    const reset = fin?.segment
    if (reset === undefined) throw new Error('no FIN')
    reset.flags = RST
    reset.seq = (reset.seq + 1) | 0
    lab.hosts.inject(reset)
    expect(near.isOver).toBe(true)
    expect(lab.log.told.at(-1)).toBe('closed')
  })
})
