/**
 * The gateway between real loopback sockets and a lab in this process: what each end sees of what the other does. Each
 * test says which outcome is counted, and that accepted = open + outcomes.
 */
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { State } from '../../../../tcpip/base/states.ts'
import type { EndpointDuplex } from '../../../../tcpip/net/endpoint-duplex.ts'
import { connected, type GatewayClient, GatewayLab } from '../../../support/worlds/gateway-lab.ts'

/** More than all queues between two ends hold. */
const PLENTY = 20_000_000

let lab: GatewayLab

beforeEach(async () => {
  lab = await GatewayLab.open()
})

afterEach(() => {
  expect(lab.isBalanced).toBe(true)
})

function collect(stream: EndpointDuplex): { text: string; isEnded: boolean; isClosed: boolean; code?: string } {
  const seen: ReturnType<typeof collect> = { text: '', isEnded: false, isClosed: false }
  stream.on('data', (chunk) => {
    seen.text += String(chunk)
  })
  stream.on('end', () => {
    seen.isEnded = true
  })
  stream.on('close', () => {
    seen.isClosed = true
  })
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== undefined) seen.code = error.code
  })
  return seen
}

/** Writes until the stream has taken nothing for a while; returns how much it took. */
async function fill(stream: { write(chunk: Buffer): boolean; writableLength: number }): Promise<() => number> {
  const chunk = Buffer.alloc(65_536)
  let given = 0
  for (let quiet = 0; quiet < 200 && given < PLENTY; ) {
    if (stream.writableLength === 0) {
      stream.write(chunk)
      given += chunk.length
      quiet = 0
    } else quiet++
    await new Promise((resolve) => setImmediate(resolve))
  }
  return () => given - stream.writableLength
}

describe('a connection through the gateway', () => {
  it('carries bytes both ways, half-closes one way at a time, and counts ok', async () => {
    const { socket, seen, far } = await lab.pair()
    const atServer = collect(far)
    socket.write('ask')
    await lab.until('the question', () => atServer.text === 'ask')
    socket.end()
    await lab.until('the end of the question', () => atServer.isEnded)
    far.write('answer')
    await lab.until('the answer', () => seen.text === 'answer')
    expect([seen.isEnded, lab.counters.open]).toEqual([false, 1])
    far.end()
    await lab.until('both are closed', () => seen.isClosed && lab.counters.open === 0)
    expect([seen.code, lab.counters.count('ok'), lab.counters.accepted]).toEqual([undefined, 1, 1])
  })

  it('half-closes the other way round: a client may go on after the server has ended', async () => {
    const { socket, seen, far } = await lab.pair()
    const atServer = collect(far)
    far.end('first')
    await lab.until('the end at the client', () => seen.isEnded)
    socket.write('still here')
    await lab.until('what the client still says', () => atServer.text === 'still here')
    expect(lab.counters.open).toBe(1)
    socket.end()
    await lab.until('the end', () => lab.counters.open === 0)
    expect([seen.text, lab.counters.count('ok')]).toEqual(['first', 1])
  })

  it('comes from one address of the gateway after the other', async () => {
    const [first, second] = [await lab.pair(), await lab.pair()]
    expect([first.far.remoteAddress, second.far.remoteAddress]).toEqual(['10.9.32.0', '10.9.32.1'])
  })

  it('holds the server back when the client does not read', async () => {
    const { socket, far } = await lab.pair()
    socket.pause()
    const taken = await fill(far)
    expect(taken()).toBeLessThan(PLENTY)
    const before = taken()
    socket.resume()
    await lab.until('the server can go on', () => far.writableLength === 0)
    expect(taken()).toBeGreaterThan(before)
  })

  it('holds the client back when the server does not read', async () => {
    const { socket, far } = await lab.pair()
    const taken = await fill(socket)
    expect(taken()).toBeLessThan(PLENTY)
    let received = 0
    far.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    await lab.until('the client can go on', () => socket.writableLength === 0)
    await lab.until('everything is there', () => received === taken())
  })

  it('is reset at the client when the server resets it', async () => {
    const { seen, far } = await lab.pair()
    far.resetAndDestroy()
    await lab.until('the reset', () => seen.isClosed && lab.counters.open === 0)
    expect([seen.code, lab.counters.count('reset')]).toEqual(['ECONNRESET', 1])
  })

  it('is reset at the server when the client resets it', async () => {
    const { socket, far } = await lab.pair()
    const atServer = collect(far)
    socket.resetAndDestroy()
    await lab.until('the reset', () => atServer.isClosed)
    expect([atServer.code, lab.counters.count('client')]).toEqual(['ECONNRESET', 1])
  })

  it('is reset when the server has vanished and does not answer probes', async () => {
    const { seen } = await lab.pair()
    lab.isCut = true
    await lab.skip(14)
    expect(seen.isClosed).toBe(false)
    await lab.skip(4)
    await lab.until('the reset', () => seen.isClosed && lab.counters.open === 0)
    expect([seen.code, lab.counters.count('reset')]).toEqual(['ECONNRESET', 1])
  })
})

describe('a handshake in the lab that comes to nothing', () => {
  it('is silence for 131 s, then a reset: timeout', async () => {
    lab.isCut = true
    const client = lab.client()
    await connected(client)
    client.socket.write('anybody?')
    await lab.until('it is accepted', () => lab.counters.open === 1)
    await lab.skip(129)
    expect(client.seen.isClosed).toBe(false)
    await lab.skip(4)
    await lab.until('the reset', () => client.seen.isClosed && lab.counters.open === 0)
    expect([client.seen.code, lab.counters.count('timeout')]).toEqual(['ECONNRESET', 1])
  })

  it('is a reset at once when nobody listens: refused', async () => {
    lab.unlisten()
    const { seen } = lab.client()
    await lab.until('the reset', () => seen.isClosed && lab.counters.open === 0)
    expect([seen.code, lab.counters.count('refused')]).toEqual(['ECONNRESET', 1])
  })

  it('delivers what the client said meanwhile once it succeeds', async () => {
    lab.isCut = true
    const client = lab.client()
    client.socket.write('early')
    await lab.until('it is accepted', () => lab.counters.open === 1)
    lab.isCut = false
    await lab.skip(1.5)
    const atServer = collect(await lab.accepted())
    await lab.until('what was said', () => atServer.text === 'early')
  })

  it('ends a second after its client has: nobody waits any more', async () => {
    lab.isCut = true
    const { socket, seen } = lab.client()
    socket.end('bye')
    await lab.until('it is accepted', () => lab.counters.open === 1)
    await lab.until('the end is seen', () => lab.host.tcbs.counts[State.SYN_SENT] === 1)
    for (let rounds = 0; rounds < 50; rounds++) await new Promise((resolve) => setImmediate(resolve))
    await lab.skip(0.8)
    expect(lab.counters.open).toBe(1)
    await lab.skip(0.4)
    await lab.until('the end', () => seen.isClosed && lab.counters.open === 0)
    expect([lab.counters.count('client'), lab.host.tcbs.size]).toEqual([1, 0])
  })

  it('ends at once when its client resets', async () => {
    lab.isCut = true
    const client = lab.client()
    await connected(client)
    await lab.until('it is accepted', () => lab.counters.open === 1)
    client.socket.resetAndDestroy()
    await lab.until('the end', () => lab.counters.open === 0)
    expect([lab.counters.count('client'), lab.host.tcbs.size]).toEqual([1, 0])
  })

  it('still serves a client that has ended its side, if the server is quick', async () => {
    const { socket, seen } = lab.client()
    socket.end('all I have to say')
    const far = await lab.accepted()
    far.end('understood')
    far.resume()
    await lab.until('the end', () => seen.isClosed && lab.counters.open === 0)
    expect([seen.text, lab.counters.count('ok')]).toEqual(['understood', 1])
  })
})

describe('a server that never closes', () => {
  it('keeps CLOSE-WAIT, while the gateway forgets its client after 60 s of silence', async () => {
    const { socket, seen, far } = await lab.pair()
    far.write('here')
    far.resume()
    await lab.until('the answer', () => seen.text === 'here')
    socket.end()
    await lab.until('CLOSE-WAIT', () => lab.server.tcbs.counts[State.CLOSE_WAIT] === 1)
    await lab.skip(59)
    expect(lab.counters.open).toBe(1)
    await lab.skip(2)
    await lab.until('the client is forgotten', () => lab.counters.open === 0)
    expect(lab.counters.count('client')).toBe(1)
    await lab.skip(70)
    expect([lab.server.tcbs.counts[State.CLOSE_WAIT], lab.host.tcbs.size]).toEqual([1, 0])
  })

  it('is waited for as long as it says something', async () => {
    const { socket, seen, far } = await lab.pair()
    far.resume()
    socket.end()
    await lab.until('CLOSE-WAIT', () => lab.server.tcbs.counts[State.CLOSE_WAIT] === 1)
    for (const word of ['one ', 'two ', 'three']) {
      await lab.skip(50)
      far.write(word)
      await lab.until('the word', () => seen.text.endsWith(word))
    }
    expect(lab.counters.open).toBe(1)
    far.end()
    await lab.until('the end', () => lab.counters.open === 0)
    expect([seen.text, lab.counters.count('ok')]).toEqual(['one two three', 1])
  })
})

describe('the gateway itself', () => {
  it('resets at once when there is no link: unavailable', async () => {
    lab.isReady = false
    const { seen } = lab.client()
    await lab.until('the reset', () => seen.isClosed)
    expect([seen.code, lab.counters.count('unavailable'), lab.host.tcbs.size]).toEqual(['ECONNRESET', 1, 0])
  })

  it('resets further clients at its limit, and takes new ones when one has gone', async () => {
    const small = await GatewayLab.open(2)
    const [first] = [await small.pair(), await small.pair()]
    const third = small.client()
    await small.until('the reset', () => third.seen.isClosed)
    expect([third.seen.code, small.counters.count('limit'), small.counters.open]).toEqual(['ECONNRESET', 1, 2])
    first.far.end()
    first.far.resume()
    first.socket.end()
    await small.until('one has gone', () => small.counters.open === 1)
    await small.pair()
    expect([small.counters.open, small.counters.accepted, small.isBalanced]).toEqual([2, 4, true])
  })

  it('resets both sides of what is open when it closes, and gives its port back', async () => {
    const { seen, far } = await lab.pair()
    const atServer = collect(far)
    await lab.gateway.close()
    expect(lab.counters.count('unavailable')).toBe(1)
    await lab.until('both resets', () => seen.isClosed && atServer.isClosed)
    expect([seen.code, atServer.code]).toEqual(['ECONNRESET', 'ECONNRESET'])
    const late = lab.client()
    await lab.until('nobody listens', () => late.seen.isClosed)
    expect(late.seen.code).toBe('ECONNREFUSED')
  })

  it('has sent its resets when close has resolved', async () => {
    await lab.pair()
    await lab.gateway.close()
    expect(lab.host.tcbs.size).toBe(0)
    await lab.until('the server knows', () => lab.server.tcbs.size === 0)
  })

  it('keeps counting what is open when its counters are set to zero', async () => {
    const { socket, far } = await lab.pair()
    lab.counters.reset()
    expect([lab.counters.accepted, lab.counters.open, lab.isBalanced]).toEqual([1, 1, true])
    far.end()
    far.resume()
    socket.end()
    await lab.until('the end', () => lab.counters.open === 0)
    expect(lab.counters.count('ok')).toBe(1)
  })

  it('serves one short connection after the other, and leaves nothing but TIME-WAIT', async () => {
    const count = 300
    for (let i = 0; i < count; i++) {
      const { socket, seen } = lab.client()
      socket.write('x')
      const far = await lab.accepted()
      far.resume()
      far.write('y')
      await lab.until('the answer', () => seen.text === 'y')
      socket.end()
      await lab.until('the end at the server', () => far.readableEnded)
      far.end()
      await once(socket, 'close')
    }
    await lab.until('all have gone', () => lab.counters.open === 0)
    expect(lab.counters.count('ok')).toBe(count)
    expect(lab.host.tcbs.counts[State.TIME_WAIT]).toBe(lab.host.tcbs.size)
    await lab.skip(61)
    expect(lab.host.tcbs.size).toBe(0)
  })

  it('resets at once when its host has no room for another connection: unavailable', async () => {
    const small = await GatewayLab.open(1000, { maxConnections: 1 })
    await small.pair()
    const second = small.client()
    await small.until('the reset', () => second.seen.isClosed)
    expect([second.seen.code, small.counters.count('unavailable'), small.counters.open]).toEqual(['ECONNRESET', 1, 1])
    expect(small.isBalanced).toBe(true)
  })

  it('goes on when its host keeps as many TIME-WAITs as it may', async () => {
    const small = await GatewayLab.open(1000, { maxConnections: 6, maxTimeWait: 4 })
    for (let i = 0; i < 20; i++) {
      const { socket, seen, far } = await small.pair()
      far.resume()
      socket.end()
      await small.until('the end at the server', () => far.readableEnded)
      far.end()
      await small.until('the end', () => seen.isClosed)
    }
    await small.until('all have gone', () => small.counters.open === 0)
    expect([small.counters.count('ok'), small.host.tcbs.counts[State.TIME_WAIT]]).toEqual([20, 4])
  })

  it('holds many connections at a time', async () => {
    const many = await GatewayLab.open(600)
    const clients: GatewayClient[] = []
    const far: EndpointDuplex[] = []
    for (let i = 0; i < 600; i++) clients.push(many.client())
    while (far.length < 600) far.push(await many.accepted())
    expect(many.counters.open).toBe(600)
    for (const connection of far) connection.end('hello')
    await many.until('all are served', () => clients.every(({ seen }) => seen.text === 'hello' && seen.isEnded))
    for (const connection of far) connection.resume()
    for (const { socket } of clients) socket.end()
    await many.until('all have gone', () => many.counters.open === 0)
    expect([many.counters.count('ok'), many.isBalanced]).toEqual([600, true])
  })
})
