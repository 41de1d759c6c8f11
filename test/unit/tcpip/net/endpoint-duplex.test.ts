import { once } from 'node:events'
import { constants } from 'node:os'
import { describe, expect, it } from 'vitest'
import { State } from '../../../../tcpip/base/states.ts'
import { SECOND } from '../../../../tcpip/base/time.ts'
import type { EndpointDuplex } from '../../../../tcpip/net/endpoint-duplex.ts'
import { CLIENT_ADDRESSES, SERVER_ADDRESS, SERVER_PORT } from '../../../../tcpip/wire/address-plan.ts'
import { DuplexLab } from '../../../support/worlds/duplex-lab.ts'

function collect(stream: EndpointDuplex): {
  text: string
  isEnded: boolean
  isClosed: boolean
  error: Error | undefined
} {
  const seen = { text: '', isEnded: false, isClosed: false, error: undefined as Error | undefined }
  stream.on('data', (chunk) => {
    seen.text += String(chunk)
  })
  stream.on('end', () => {
    seen.isEnded = true
  })
  stream.on('close', () => {
    seen.isClosed = true
  })
  stream.on('error', (error) => {
    seen.error = error
  })
  return seen
}

describe('a stream over a connection', () => {
  it('connects, carries text written before, and says where its ends are', async () => {
    const lab = new DuplexLab()
    const near = lab.connect()
    near.write('early')
    expect([near.connecting, near.pending]).toEqual([true, true])
    let connected = 0
    near.on('connect', () => connected++)
    await lab.until(() => connected === 1)
    const far = lab.serverNet.accept(lab.listener) as EndpointDuplex
    const seen = collect(far)
    await lab.until(() => seen.text === 'early')
    expect([near.connecting, near.pending]).toEqual([false, false])
    expect([near.remoteAddress, near.remotePort, near.remoteFamily]).toEqual(['10.9.0.5', SERVER_PORT, 'IPv4'])
    expect([far.remoteAddress, far.remotePort]).toEqual([near.localAddress, near.localPort])
    expect(near.address()).toEqual({ address: '10.9.16.0', family: 'IPv4', port: 32_768 })
    expect([near.bytesWritten, far.bytesRead]).toEqual([5, 5])
  })

  it('ends its own side when the peer has, unless half-open connections are allowed', async () => {
    const lab = new DuplexLab()
    const closing = await lab.pair(false)
    const [nearSeen, farSeen] = [collect(closing.near), collect(closing.far)]
    closing.far.end('bye')
    await lab.until(() => farSeen.isClosed && nearSeen.isClosed)
    expect([nearSeen.text, nearSeen.isEnded, farSeen.isEnded]).toEqual(['bye', true, true])

    const open = await lab.pair(true)
    const [near, far] = [collect(open.near), collect(open.far)]
    open.far.end()
    await lab.until(() => near.isEnded)
    open.near.write('still')
    await lab.until(() => far.text === 'still')
    expect(near.isClosed).toBe(false)
    open.near.end()
    await lab.until(() => near.isClosed && far.isClosed)
    await lab.pass(130)
    expect(lab.client.tcbs.size + lab.server.tcbs.size).toBe(0)
  })

  it('stops taking writes when the reader stops reading, and goes on with it', async () => {
    const lab = new DuplexLab()
    const { near, far } = await lab.pair()
    let isTaken = false
    near.write(Buffer.alloc(1_000_000, 7), () => {
      isTaken = true
    })
    await lab.pass(2)
    expect(isTaken).toBe(false)
    expect(near.bytesWritten).toBeLessThan(200_000)
    let sum = 0
    far.on('data', (chunk: Buffer) => {
      for (const byte of chunk) sum += byte
    })
    await lab.until(() => sum === 7_000_000)
    await lab.until(() => isTaken)
  })

  it('destroying sends a FIN, or a RST when bytes are unread, or when asked to', async () => {
    const lab = new DuplexLab()
    const orderly = await lab.pair()
    const seen = collect(orderly.far)
    orderly.near.destroy()
    await lab.until(() => seen.isEnded)
    expect(seen.error).toBeUndefined()

    const unread = await lab.pair()
    unread.far.write('nobody reads this')
    await lab.pass(1)
    const reset = collect(unread.far)
    unread.near.destroy()
    await lab.until(() => reset.isClosed)
    expect(reset.error).toMatchObject({ code: 'ECONNRESET', syscall: 'read', errno: -constants.errno.ECONNRESET })

    const aborted = await lab.pair()
    const end = collect(aborted.far)
    aborted.near.resetAndDestroy()
    await lab.until(() => end.isClosed)
    expect(end.error).toMatchObject({ code: 'ECONNRESET' })
  })

  it('destroySoon sends everything first', async () => {
    const lab = new DuplexLab()
    const { near, far } = await lab.pair()
    const seen = collect(far)
    near.write('x'.repeat(300_000))
    near.destroySoon()
    await lab.until(() => seen.isEnded)
    expect(seen.text).toHaveLength(300_000)
  })
})

describe('errors have the codes of node:net', () => {
  /** What node:net puts into an error of `call`. */
  const net = (syscall: string, code: 'ECONNRESET' | 'ETIMEDOUT' | 'EADDRINUSE' | 'EADDRNOTAVAIL', more = {}) => ({
    code,
    errno: -constants.errno[code],
    syscall,
    ...more,
  })

  it('EADDRNOTAVAIL when the 4-tuple is in use', async () => {
    const lab = new DuplexLab()
    const from = { remote: SERVER_ADDRESS, remotePort: SERVER_PORT, port: 5000 }
    const first = lab.clientNet.connect(from)
    await lab.until(() => !first.connecting)
    const seen = collect(lab.clientNet.connect(from))
    await lab.until(() => seen.isClosed)
    expect(seen.error?.message).toBe('connect EADDRNOTAVAIL 10.9.0.5:80')
    expect(seen.error).toMatchObject(net('connect', 'EADDRNOTAVAIL', { address: '10.9.0.5', port: 80 }))
  })

  it('EADDRNOTAVAIL of bind when the address is not the host’s', async () => {
    const lab = new DuplexLab()
    const target = { remote: SERVER_ADDRESS, remotePort: SERVER_PORT, address: SERVER_ADDRESS }
    const seen = collect(lab.clientNet.connect(target))
    await lab.until(() => seen.isClosed)
    expect(seen.error?.message).toBe('bind EADDRNOTAVAIL 10.9.0.5')
    expect(seen.error).toMatchObject(net('bind', 'EADDRNOTAVAIL', { address: '10.9.0.5' }))
  })

  it('EADDRINUSE of bind when the own port has a listener', async () => {
    const lab = new DuplexLab()
    const from = { address: SERVER_ADDRESS, port: SERVER_PORT }
    const seen = collect(lab.serverNet.connect({ remote: CLIENT_ADDRESSES.base, remotePort: 5000, ...from }))
    await lab.until(() => seen.isClosed)
    expect(seen.error?.message).toBe('bind EADDRINUSE 10.9.0.5:80')
    expect(seen.error).toMatchObject(net('bind', 'EADDRINUSE', { address: '10.9.0.5', port: 80 }))
  })

  it('ECONNRESET from the first read of a connection that was reset before it was accepted', async () => {
    const lab = new DuplexLab()
    const near = lab.connect()
    await lab.until(() => !near.connecting)
    near.resetAndDestroy()
    await lab.pass(1)
    const far = lab.serverNet.accept(lab.listener) as EndpointDuplex
    expect(far.remoteAddress).toBe('10.9.16.0')
    const seen = collect(far)
    await lab.until(() => seen.isClosed)
    expect(seen.error?.message).toBe('read ECONNRESET')
    expect(seen.error).toMatchObject(net('read', 'ECONNRESET'))
  })

  it('ETIMEDOUT when the peer has vanished and does not acknowledge', async () => {
    const lab = new DuplexLab()
    const { near, far } = await lab.pair()
    const seen = collect(near)
    far.unref()
    lab.server.tcbs.forEach((tcb) => {
      lab.server.tcbs.close(tcb)
    })
    lab.server.receive = () => {}
    near.write('anybody?')
    await lab.until(() => seen.isClosed, 2000)
    expect(seen.error?.message).toBe('read ETIMEDOUT')
    expect(seen.error).toMatchObject(net('read', 'ETIMEDOUT'))
  })

  it('a write after the own end, or after destroy, is a mistake of the program', async () => {
    const lab = new DuplexLab()
    const ended = (await lab.pair()).near
    const seen = collect(ended)
    ended.end()
    const late = new Promise((resolve) => ended.write('x', resolve))
    await lab.until(() => seen.isClosed)
    expect(await late).toMatchObject({ code: 'ERR_STREAM_WRITE_AFTER_END' })
    const gone = (await lab.pair()).near
    gone.destroy()
    expect(await new Promise((resolve) => gone.write('x', resolve))).toMatchObject({ code: 'ERR_STREAM_DESTROYED' })
  })

  it('EPIPE for a write after the peer has ended, and this side with it', async () => {
    const lab = new DuplexLab()
    const { near, far } = await lab.pair(false)
    const [seen, heard] = [collect(near), collect(far)]
    let late: unknown
    near.on('end', () => {
      near.write('last words')
      setImmediate(() => near.write('x', (error) => (late = error)))
    })
    far.end()
    await lab.until(() => seen.isClosed && heard.isEnded && late !== undefined)
    expect(late).toMatchObject({ code: 'EPIPE' })
    expect(heard.text).toBe('last words')
  })

  it('ECONNREFUSED when nobody listens', async () => {
    const lab = new DuplexLab()
    const seen = collect(lab.connect(81))
    await lab.until(() => seen.isClosed)
    expect(seen.error?.message).toBe('connect ECONNREFUSED 10.9.0.5:81')
    expect(seen.error).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect', address: '10.9.0.5', port: 81 })
  })

  it('ETIMEDOUT when nobody answers', async () => {
    const lab = new DuplexLab({ faults: { loss: 1_000_000 } })
    const seen = collect(lab.connect())
    await lab.until(() => seen.isClosed)
    expect(seen.error).toMatchObject({ code: 'ETIMEDOUT', syscall: 'connect' })
    expect(lab.scheduler.now / 1e6).toBeGreaterThan(130)
  })

  it('ENOBUFS when the table is full', async () => {
    const lab = new DuplexLab({ maxConnections: 1 })
    lab.connect()
    const seen = collect(lab.connect())
    await lab.until(() => seen.isClosed)
    expect(seen.error).toMatchObject({ code: 'ENOBUFS', syscall: 'connect' })
  })

  it('EPIPE for a write to a connection that was reset after the peer had ended', async () => {
    const lab = new DuplexLab()
    const { near, far } = await lab.pair(true)
    const seen = collect(near)
    far.end()
    await lab.until(() => seen.isEnded)
    far.destroy()
    near.write(Buffer.alloc(10))
    await lab.pass(1)
    near.write('more')
    await lab.until(() => seen.isClosed)
    expect(seen.error).toMatchObject({ code: 'EPIPE', syscall: 'write' })
  })

  it('a write that waits fails when the peer resets', async () => {
    const lab = new DuplexLab()
    const { near, far } = await lab.pair()
    const seen = collect(near)
    const written = new Promise((resolve) => near.write(Buffer.alloc(1_000_000), resolve))
    await lab.pass(1)
    far.resetAndDestroy()
    await lab.until(() => seen.isClosed)
    expect(await written).toMatchObject({ code: 'ECONNRESET', syscall: 'write' })
  })
})

describe('setTimeout', () => {
  it('tells of idleness, counted from the last byte, and lets the stream live', async () => {
    const lab = new DuplexLab()
    const { near, far } = await lab.pair()
    let idle = 0
    near.setTimeout(5000, () => idle++)
    await lab.pass(3)
    far.write('x')
    near.resume()
    await lab.pass(4)
    expect(idle).toBe(0)
    await lab.pass(2)
    expect([idle, near.destroyed]).toEqual([1, false])
  })

  it('of 0 is never', async () => {
    const lab = new DuplexLab()
    const { near } = await lab.pair()
    let idle = 0
    near.setTimeout(1000, () => idle++)
    near.setTimeout(0)
    await lab.pass(5)
    expect(idle).toBe(0)
    expect(lab.client.tcbs.counts[State.ESTABLISHED]).toBe(1)
  })
})

describe('setTimeout, as of net.Socket', () => {
  it('does nothing after destroy', async () => {
    const lab = new DuplexLab()
    const { near } = await lab.pair()
    let idle = 0
    near.destroy()
    near.setTimeout(1000, () => idle++)
    await lab.pass(5)
    expect([idle, lab.scheduler.timeouts.size]).toEqual([0, 0])
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', async (milliseconds) => {
    const { near } = await new DuplexLab().pair()
    expect(() => near.setTimeout(milliseconds)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }))
  })
})

describe('setKeepAlive', () => {
  /** Seconds after which a connection ends whose peer vanishes without a word; undefined when it does not. */
  async function noticesAfter(
    prepare: (near: EndpointDuplex) => unknown,
    connected = true,
  ): Promise<number | undefined> {
    const lab = new DuplexLab()
    const near = lab.connect()
    if (!connected) prepare(near)
    await lab.until(() => !near.connecting)
    if (connected) prepare(near)
    const start = lab.scheduler.now
    let end: number | undefined
    let error: Error | undefined
    near.on('close', () => {
      end = lab.scheduler.now
    })
    near.on('error', (reason) => {
      error = reason
    })
    near.resume()
    lab.server.receive = () => {}
    await lab.pass(10_000)
    near.destroy()
    if (end === undefined) return undefined
    expect(error).toMatchObject({ code: 'ETIMEDOUT', syscall: 'read' })
    return Math.round((end - start) / SECOND)
  }

  it('asks a silent peer after the delay, 10 times a second apart, and gives it up', async () => {
    expect(await noticesAfter((near) => near.setKeepAlive(true, 30_999))).toBe(40)
  })

  it('can be asked for before there is a connection', async () => {
    expect(await noticesAfter((near) => near.setKeepAlive(true, 30_000), false)).toBe(40)
  })

  it('without a delay takes the one before, or two hours', async () => {
    expect(await noticesAfter((near) => near.setKeepAlive(true, 5000).setKeepAlive(true))).toBe(15)
    expect(await noticesAfter((near) => near.setKeepAlive(true, 999))).toBe(7200 + 9 * 75)
  })

  it('can be switched off, and is off by default', async () => {
    expect(await noticesAfter((near) => near.setKeepAlive(true, 5000).setKeepAlive(false))).toBeUndefined()
    expect(await noticesAfter(() => {})).toBeUndefined()
  })
})

describe('ref and unref', () => {
  it('say whether the stream holds the process', async () => {
    const lab = new DuplexLab()
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const near = lab.connect()
    expect(timers()).toBe(before + 1)
    near.unref()
    expect(timers()).toBe(before)
    near.ref()
    expect(timers()).toBe(before + 1)
    near.destroy()
    await once(near, 'close')
    expect(timers()).toBe(before)
  })
})
