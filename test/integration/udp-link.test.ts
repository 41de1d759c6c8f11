/**
 * The UDP link over real loopback sockets, on ports that the system chooses.
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { UdpHub, type UdpHubOptions } from '../../tcpip/io/udp-hub.ts'
import { UdpOutput } from '../../tcpip/io/udp-output.ts'
import { UdpSpoke, type UdpSpokeOptions } from '../../tcpip/io/udp-spoke.ts'
import { anyBlock, exactly } from '../../tcpip/udp-link/prefix-request.ts'
import { PacketIn, PacketOut, UdpCounters } from '../../tcpip/udp-link/udp-counters.ts'
import { FrameType } from '../../tcpip/udp-link/udp-frame.ts'
import { drain, ipPacket, LAB_KEY, prefix, push, TEST_ALLOWED } from '../support/worlds/virtual-udp.ts'

const CLIENT = '10.9.16.1'
const SERVER = '10.9.0.5'
const TYPE_AT = 3

const open: { close(): Promise<void> }[] = []

function clock(): number {
  return performance.now() * 1_000
}

async function openHub(options: Partial<UdpHubOptions> = {}): Promise<UdpHub> {
  const hub = await UdpHub.open({
    key: LAB_KEY,
    allowed: TEST_ALLOWED,
    clock,
    onReceive: () => {},
    port: 0,
    ...options,
  })
  open.push(hub)
  return hub
}

async function openSpoke(port: number, options: Partial<UdpSpokeOptions> = {}): Promise<UdpSpoke> {
  const spoke = await UdpSpoke.open({
    key: LAB_KEY,
    requests: [exactly(prefix('10.9.16.0/24'))],
    authorize: (address) => (address === '127.0.0.1' ? undefined : `${address} is not in the lab`),
    clock,
    onReceive: () => {},
    port,
    ...options,
  })
  open.push(spoke)
  return spoke
}

/** A socket that is no hub: it listens and remembers. */
async function openStranger(): Promise<{ socket: Socket; port: number; heard: Buffer[] }> {
  const socket = createSocket('udp4')
  const heard: Buffer[] = []
  socket.on('message', (bytes) => heard.push(bytes))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  open.push({
    close: async () => {
      socket.close()
    },
  })
  return { socket, port: socket.address().port, heard }
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

describe('a hub and its spokes', () => {
  it('exchange packets both ways, and tell their hosts', async () => {
    const onHubReceive = vi.fn()
    const onSpokeReceive = vi.fn()
    const hub = await openHub({ onReceive: onHubReceive })
    const spoke = await openSpoke(hub.port, { onReceive: onSpokeReceive })
    await vi.waitFor(() => expect(spoke.state).toBe('ready'))
    const up = Array.from({ length: 500 }, (_, i) => ipPacket(CLIENT, SERVER, 40 + (i % 1400), i))
    const down = Array.from({ length: 500 }, (_, i) => ipPacket(SERVER, CLIENT, 40 + (i % 300), i))
    for (const packet of up) push(spoke.end.tx, packet)
    for (const packet of down) push(hub.end.tx, packet)
    spoke.flush()
    hub.flush()
    await vi.waitFor(() => expect([hub.end.rx.size, spoke.end.rx.size]).toEqual([500, 500]))
    expect(drain(hub.end.rx)).toEqual(up)
    expect(drain(spoke.end.rx)).toEqual(down)
    await vi.waitFor(() => expect(onHubReceive).toHaveBeenCalled())
    await vi.waitFor(() => expect(onSpokeReceive).toHaveBeenCalled())
    await vi.waitFor(() => expect(spoke.counters.packetsOut[PacketOut.SENT]).toBe(500))
    expect(hub.counters.packetsIn[PacketIn.DELIVERED]).toBe(500)
    expect(hub.peers()).toMatchObject([{ address: '127.0.0.1', packetsIn: 500, packetsOut: 500, packetsMissing: 0 }])
  })

  it('send a full ring of full packets although not all datagrams are free at once', async () => {
    const hub = await openHub({ ringCapacity: 1024 })
    const spoke = await openSpoke(hub.port, { ringCapacity: 1024 })
    await vi.waitFor(() => expect(spoke.state).toBe('ready'))
    for (let i = 0; i < 1000; i++) push(spoke.end.tx, ipPacket(CLIENT, SERVER, 1400, i))
    spoke.flush()
    expect(spoke.end.tx.size).toBeGreaterThan(0)
    await vi.waitFor(() => expect(hub.end.rx.size + hub.counters.packetsSkipped).toBe(1000))
    expect(spoke.end.tx.size).toBe(0)
  })

  it('share the address space when several processes have one configuration', async () => {
    const hub = await openHub()
    const requests = [anyBlock(prefix('10.9.16.0/20'), 24)]
    const spokes = await Promise.all([1, 2, 3].map(() => openSpoke(hub.port, { requests })))
    await vi.waitFor(() => expect(spokes.map((spoke) => spoke.state)).toEqual(['ready', 'ready', 'ready']))
    expect(new Set(spokes.map((spoke) => spoke.prefixes[0].base)).size).toBe(3)
  })

  it('find each other again after the hub was restarted on its port', async () => {
    const states: string[] = []
    const first = await openHub()
    const { port } = first
    const spoke = await openSpoke(port, { onStateChange: (state) => states.push(state) })
    await vi.waitFor(() => expect(spoke.state).toBe('ready'))
    await first.close()
    await vi.waitFor(() => expect(spoke.state).toBe('connecting'))
    const second = await openHub({ port })
    await vi.waitFor(() => expect(second.peers()).toHaveLength(1), { timeout: 3_000 })
    await vi.waitFor(() => expect(spoke.state).toBe('ready'))
    expect(states.filter((state, i) => state !== states[i - 1])).toEqual(['ready', 'connecting', 'ready'])
  })

  it('say goodbye', async () => {
    const changes: string[] = []
    const hub = await openHub({ onPeerChange: (change) => changes.push(change) })
    const spoke = await openSpoke(hub.port)
    await vi.waitFor(() => expect(spoke.state).toBe('ready'))
    await spoke.close()
    await vi.waitFor(() => expect(changes).toEqual(['joined', 'left']))
    expect(spoke.state).toBe('closed')
  })
})

describe('a spoke', () => {
  it('sends nothing but hellos to a socket that is no hub', async () => {
    const stranger = await openStranger()
    const spoke = await openSpoke(stranger.port)
    push(spoke.end.tx, ipPacket(CLIENT, SERVER))
    spoke.flush()
    await vi.waitFor(() => expect(stranger.heard.length).toBeGreaterThanOrEqual(3), { timeout: 3_000 })
    expect(new Set(stranger.heard.map((bytes) => bytes[TYPE_AT]))).toEqual(new Set([FrameType.HELLO]))
    expect(spoke.counters.packetsOut[PacketOut.NOT_READY]).toBe(1)
  })

  it('sends nothing at all to an address that is not authorized', async () => {
    const stranger = await openStranger()
    const tap = vi.fn()
    const authorize = vi.fn(() => 'outside the lab')
    const spoke = await openSpoke(stranger.port, { authorize, tap })
    expect(spoke.state).toBe('refused')
    expect(spoke.detail).toBe('outside the lab')
    expect(authorize).toHaveBeenCalledWith('127.0.0.1')
    expect(tap).not.toHaveBeenCalled()
    expect(stranger.heard).toEqual([])
  })

  it('looks the name up again for every hello, and asks again whether the address is allowed', async () => {
    const hub = await openHub()
    const addresses = ['127.0.0.9', '127.0.0.1']
    const seen: string[] = []
    const spoke = await openSpoke(hub.port, {
      host: 'server',
      resolve: async () => addresses.shift() ?? '127.0.0.1',
      authorize: (address) => {
        seen.push(address)
        return undefined
      },
    })
    await vi.waitFor(() => expect(spoke.state).toBe('ready'))
    expect(seen.slice(0, 2)).toEqual(['127.0.0.9', '127.0.0.1'])
  })

  it('says in words that the name is unknown, and that nothing listens', async () => {
    const unknown = await openSpoke(7400, {
      host: 'nowhere',
      resolve: async () => {
        throw Object.assign(new Error('getaddrinfo ENOTFOUND nowhere'), { code: 'ENOTFOUND' })
      },
    })
    expect(unknown.state).toBe('connecting')
    expect(unknown.detail).toBe('cannot reach the hub at nowhere:7400: no such name (ENOTFOUND)')

    const stranger = await openStranger()
    await open.pop()?.close()
    const refused = await openSpoke(stranger.port)
    await vi.waitFor(() => expect(refused.detail).toMatch(/nothing listens on that port \(ECONNREFUSED\)/))
  })

  it('sends nothing more when it is closed while it looks for its hub', async () => {
    const stranger = await openStranger()
    const tap = vi.fn()
    const answers: ((address: string) => void)[] = []
    const opening = openSpoke(stranger.port, { tap, resolve: () => new Promise((answer) => answers.push(answer)) })
    answers[0]('127.0.0.1')
    const spoke = await opening
    expect(tap).toHaveBeenCalledTimes(1)
    await vi.waitFor(() => expect(answers).toHaveLength(2))
    await spoke.close()
    answers[1]('127.0.0.1')
    await spoke.close()
    expect(spoke.state).toBe('closed')
    expect(tap).toHaveBeenCalledTimes(1)
  })
})

describe('sending', () => {
  /** An output in use, which sends one packet per datagram. */
  function makeOutput(): { output: UdpOutput; counters: UdpCounters; sendOne: () => void } {
    const counters = new UdpCounters()
    const output = new UdpOutput({ maxDatagramBytes: 576, maxPacketBytes: 2048, counters, onSpace: () => {} })
    const sendOne = (): void => {
      const datagram = output.takeData()
      if (datagram === undefined) throw new Error('no datagram is free')
      datagram.length = 40
      datagram.packets = 1
      output.send(datagram)
    }
    return { output, counters, sendOne }
  }

  it('counts what nobody listens for as failed, gives the datagrams back, and throws nothing', async () => {
    const stranger = await openStranger()
    await open.pop()?.close()
    const socket = createSocket('udp4')
    socket.on('error', () => {})
    socket.connect(stranger.port, '127.0.0.1')
    await once(socket, 'connect')
    const { output, counters, sendOne } = makeOutput()
    output.use(socket, true)
    // More than there are datagrams: each must come back, whether its send succeeded or not.
    for (let sent = 100; sent <= 400; sent += 100) {
      // In a row: the refusal of one send is reported by the next.
      for (let i = 0; i < 100; i++) sendOne()
      await vi.waitFor(() => expect(counters.datagramsOut + counters.sendErrors).toBe(sent))
    }
    expect(counters.sendErrors).toBeGreaterThan(0)
    expect(counters.packetsOut[PacketOut.SENT]).toBe(counters.datagramsOut)
    expect(counters.packetsOut[PacketOut.SEND_FAILED]).toBe(counters.sendErrors)
    socket.close()
  })

  it('counts what is sent without a socket, or through a closed one, as failed', () => {
    const { output, counters, sendOne } = makeOutput()
    sendOne()
    const socket = createSocket('udp4')
    output.use(socket, true)
    socket.close()
    sendOne()
    expect(counters.packetsOut[PacketOut.SEND_FAILED]).toBe(2)
  })
})

describe('opening', () => {
  it('fails in one clear line when the port is in use', async () => {
    const hub = await openHub()
    await expect(openHub({ port: hub.port })).rejects.toThrow(
      `UDP link: cannot bind 127.0.0.1:${hub.port}: the port is in use (EADDRINUSE)`,
    )
  })

  it('fails in one clear line when the address is not this machine’s', async () => {
    await expect(openHub({ host: '192.0.2.1' })).rejects.toThrow(
      'UDP link: cannot bind 192.0.2.1:0: this machine has no such address (EADDRNOTAVAIL)',
    )
  })

  it.each([575, 16_385, 1400.5])('refuses datagrams of %s bytes', async (maxDatagramBytes) => {
    await expect(openHub({ maxDatagramBytes })).rejects.toThrow(RangeError)
    await expect(openSpoke(7400, { maxDatagramBytes })).rejects.toThrow(RangeError)
  })
})
