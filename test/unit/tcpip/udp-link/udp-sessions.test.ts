import { describe, expect, it } from 'vitest'
import { MILLISECOND, SECOND } from '../../../../tcpip/base/time.ts'
import { deriveLabKey } from '../../../../tcpip/io/lab-key.ts'
import { LINK_TICK } from '../../../../tcpip/udp-link/liveness.ts'
import type { MacKey } from '../../../../tcpip/udp-link/mac-key.ts'
import { anyBlock, exactly } from '../../../../tcpip/udp-link/prefix-request.ts'
import { CHECKS_PER_PURSE } from '../../../../tcpip/udp-link/stranger-budget.ts'
import { FrameOutcome, PacketIn, PacketOut } from '../../../../tcpip/udp-link/udp-counters.ts'
import { FrameType } from '../../../../tcpip/udp-link/udp-frame.ts'
import { formatPrefix } from '../../../../tcpip/wire/address.ts'
import {
  drain,
  ipPacket,
  LAB_KEY,
  prefix,
  push,
  VirtualHub,
  VirtualNet,
  VirtualSpoke,
} from '../../../support/worlds/virtual-udp.ts'

const TYPE_AT = 3
const CLIENT = '10.9.16.1'
const SERVER = '10.9.0.5'

function connected(...spokes: VirtualSpoke[]): VirtualNet & { hub: VirtualHub } {
  const net = new VirtualNet(new VirtualHub(), ...spokes)
  net.run(100 * MILLISECOND)
  return net as VirtualNet & { hub: VirtualHub }
}

describe('the handshake', () => {
  it('ends with both sides ready, in two round trips', () => {
    const hub = new VirtualHub()
    const spoke = new VirtualSpoke(5000)
    const types: number[] = []
    const net = new VirtualNet(hub, spoke)
    net.lose = (datagram) => {
      types.push(datagram.bytes[TYPE_AT])
      return false
    }
    net.run(50 * MILLISECOND)
    expect(types).toEqual([FrameType.HELLO, FrameType.CHALLENGE, FrameType.CONFIRM, FrameType.READY])
    expect(spoke.session.state).toBe('ready')
    expect(spoke.session.prefixes.map(formatPrefix)).toEqual(['10.9.16.0/24'])
    expect(hub.sessions.peers()).toMatchObject([{ address: '127.0.0.1', port: 5000 }])
    expect(hub.changes).toEqual(['joined 127.0.0.1:5000'])
  })

  it('leaves nothing behind at the hub before the spoke has confirmed', () => {
    const net = new VirtualNet(new VirtualHub(), new VirtualSpoke(5000))
    net.lose = (datagram, fromHub) => fromHub && datagram.bytes[TYPE_AT] === FrameType.CHALLENGE
    net.run(10 * SECOND)
    expect(net.hub?.sessions.peers()).toEqual([])
    expect(net.spokes[0].session.state).toBe('connecting')
  })

  it.each([
    ['HELLO', FrameType.HELLO],
    ['CHALLENGE', FrameType.CHALLENGE],
    ['CONFIRM', FrameType.CONFIRM],
    ['READY', FrameType.READY],
  ])('survives the loss of the first %s, with one session in the end', (_name, type) => {
    const spoke = new VirtualSpoke(5000)
    const net = new VirtualNet(new VirtualHub(), spoke)
    let isLost = false
    net.lose = (datagram) => {
      if (isLost || datagram.bytes[TYPE_AT] !== type) return false
      isLost = true
      return true
    }
    net.run(250 * MILLISECOND)
    expect(isLost).toBe(true)
    expect(spoke.session.state).toBe('ready')
    expect(net.hub?.changes).toEqual(['joined 127.0.0.1:5000'])
  })

  it('gives the same session to a CONFIRM that comes twice', () => {
    const spoke = new VirtualSpoke(5000)
    const net = new VirtualNet(new VirtualHub(), spoke)
    let confirm: Uint8Array | undefined
    net.lose = (datagram) => {
      if (datagram.bytes[TYPE_AT] === FrameType.CONFIRM) confirm = datagram.bytes
      return false
    }
    net.run(50 * MILLISECOND)
    net.hub?.receive(confirm as Uint8Array, spoke)
    expect(net.hub?.sessions.peers()).toHaveLength(1)
    const [ready] = net.hub?.output.take() ?? []
    expect(ready.bytes[TYPE_AT]).toBe(FrameType.READY)
    spoke.receive(ready.bytes)
    expect(spoke.counters.datagramsIn[FrameOutcome.STALE]).toBe(1)
    expect(spoke.session.state).toBe('ready')
  })

  it('does not accept a CONFIRM from another address, nor one of ten seconds ago', () => {
    const spoke = new VirtualSpoke(5000)
    const net = new VirtualNet(new VirtualHub(), spoke)
    let confirm = new Uint8Array(0)
    net.lose = (datagram) => {
      if (datagram.bytes[TYPE_AT] !== FrameType.CONFIRM) return false
      confirm = Uint8Array.from(datagram.bytes)
      return true
    }
    net.run(50 * MILLISECOND)
    net.hub?.receive(confirm, { address: '127.0.0.1', port: 5001 })
    net.hub?.receive(confirm, { address: '127.0.0.2', port: 5000 })
    expect(net.hub?.counters.datagramsIn[FrameOutcome.STALE]).toBe(2)
    net.hub?.sessions.tick(10 * SECOND)
    net.hub?.receive(confirm, spoke)
    expect(net.hub?.counters.datagramsIn[FrameOutcome.STALE]).toBe(3)
    expect(net.hub?.sessions.peers()).toEqual([])
  })
})

describe('before the hub has proven that it has the key', () => {
  it('only hellos leave: four in the first second, then one a second', () => {
    const spoke = new VirtualSpoke(5000)
    const net = new VirtualNet(new VirtualHub(), spoke)
    net.hub = undefined
    const sent: number[] = []
    net.lose = (datagram) => {
      sent.push(datagram.bytes[TYPE_AT])
      expect(datagram.bytes.length).toBe(64)
      return true
    }
    for (let i = 0; i < 20; i++) {
      push(spoke.end.tx, ipPacket(CLIENT, SERVER))
      spoke.session.transmit()
      net.run(50 * MILLISECOND)
    }
    expect(sent).toHaveLength(4)
    net.run(9 * SECOND)
    expect(sent).toHaveLength(13)
    expect(new Set(sent)).toEqual(new Set([FrameType.HELLO]))
    expect(spoke.counters.packetsOut[PacketOut.NOT_READY]).toBe(20)
    expect(spoke.end.tx.size).toBe(0)
  })

  it('a hub with another key gets nothing more out of a spoke, and gives nothing', () => {
    const spoke = new VirtualSpoke(5000)
    const hub = new VirtualHub({ key: deriveLabKey('another lab entirely') })
    const net = new VirtualNet(hub, spoke)
    const types = new Set<number>()
    net.lose = (datagram) => {
      types.add(datagram.bytes[TYPE_AT])
      return false
    }
    net.run(5 * SECOND)
    expect(types).toEqual(new Set([FrameType.HELLO]))
    expect(hub.counters.datagramsIn[FrameOutcome.BAD_MAC]).toBe(spoke.hellos)
    expect(spoke.session.state).toBe('connecting')
    expect(spoke.session.detail).toMatch(/another lab key/)
  })

  it('an echo of its own hello does not convince a spoke', () => {
    const spoke = new VirtualSpoke(5000)
    spoke.session.tick(0)
    spoke.receive(spoke.output.take()[0].bytes)
    expect(spoke.counters.datagramsIn[FrameOutcome.UNKNOWN_TYPE]).toBe(1)
    expect(spoke.output.take()).toEqual([])
  })

  it('the proof given to one hello does not convince another spoke', () => {
    const first = new VirtualSpoke(5000)
    const second = new VirtualSpoke(5001)
    const hub = new VirtualHub()
    first.session.tick(0)
    second.session.tick(0)
    hub.receive(first.output.take()[0].bytes, first)
    second.output.take()
    second.receive(hub.output.take()[0].bytes)
    expect(second.counters.datagramsIn[FrameOutcome.STALE]).toBe(1)
    expect(second.output.take()).toEqual([])
  })
})

describe('refusals', () => {
  it('name a prefix that is not allowed, and the spoke asks again only once a second', () => {
    const spoke = new VirtualSpoke(5000, [exactly(prefix('198.18.0.0/15')), exactly(prefix('8.8.8.0/24'))])
    const net = new VirtualNet(new VirtualHub(), spoke)
    net.run(50 * MILLISECOND)
    expect(spoke.session.state).toBe('refused')
    expect(spoke.session.detail).toBe('8.8.8.0/24 is not among the prefixes this lab allows')
    const before = spoke.hellos
    net.run(5 * SECOND)
    expect(spoke.hellos - before).toBe(5)
    expect(spoke.states).toEqual(['refused'])
  })

  it('end when the owner of the prefix leaves', () => {
    const owner = new VirtualSpoke(5000)
    const heir = new VirtualSpoke(5001)
    const net = connected(owner, heir)
    expect(owner.session.state).toBe('ready')
    expect(heir.session.detail).toBe('10.9.16.0/24 is in use by another process of this lab')
    owner.session.close()
    net.settle()
    net.run(1100 * MILLISECOND)
    expect(heir.session.state).toBe('ready')
    expect(net.hub.sessions.peers()).toMatchObject([{ port: 5001 }])
  })

  it('say that the hub is full', () => {
    const silent = [exactly(prefix('198.18.0.0/15'))]
    const net = new VirtualNet(
      new VirtualHub({ maxSessions: 1 }),
      new VirtualSpoke(5000, silent),
      new VirtualSpoke(5001, silent),
    )
    net.run(50 * MILLISECOND)
    expect(net.spokes.map((spoke) => spoke.session.state)).toEqual(['ready', 'refused'])
    expect(net.spokes[1].session.detail).toBe('the hub has no room for another process')
  })

  it('are forgotten when the hub no longer answers', () => {
    const spoke = new VirtualSpoke(5000, [exactly(prefix('8.8.8.0/24'))])
    const net = new VirtualNet(new VirtualHub(), spoke)
    net.run(50 * MILLISECOND)
    net.hub = undefined
    net.run(5 * SECOND)
    expect(spoke.states).toEqual(['refused', 'connecting'])
  })

  it('of the caller keep the spoke from sending', () => {
    const spoke = new VirtualSpoke(5000)
    spoke.session.forbid('not in the lab')
    expect(spoke.session.state).toBe('refused')
    expect(spoke.session.detail).toBe('not in the lab')
    expect(spoke.output.take()).toEqual([])
  })
})

describe('pools', () => {
  it('give every process of one configuration addresses of its own', () => {
    const request = [anyBlock(prefix('10.9.16.0/20'), 24), exactly(prefix('198.18.0.0/15'))]
    const spokes = [5000, 5001, 5002].map((port) => new VirtualSpoke(port, request))
    connected(...spokes)
    expect(spokes.map((spoke) => formatPrefix(spoke.session.prefixes[0]))).toEqual([
      '10.9.16.0/24',
      '10.9.17.0/24',
      '10.9.18.0/24',
    ])
  })

  it('give a spoke its old block back after a restart of the hub, whoever comes first', () => {
    const request = [anyBlock(prefix('10.9.16.0/20'), 24)]
    const first = new VirtualSpoke(5000, request)
    const second = new VirtualSpoke(5001, request)
    const net = new VirtualNet(new VirtualHub(), first)
    net.run(50 * MILLISECOND)
    net.spokes.push(second)
    net.run(50 * MILLISECOND)
    net.hub = new VirtualHub({}, 2, net.now)
    net.spokes.reverse()
    net.run(2 * SECOND)
    expect(formatPrefix(first.session.prefixes[0])).toBe('10.9.16.0/24')
    expect(formatPrefix(second.session.prefixes[0])).toBe('10.9.17.0/24')
    expect(second.states).toEqual(['ready', 'connecting', 'ready'])
  })
})

describe('when one side is gone', () => {
  it('the hub knows within two seconds and frees the prefix', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    net.run(10 * SECOND)
    expect(net.hub.sessions.peers()).toHaveLength(1)
    net.spokes.pop()
    net.run(2 * SECOND)
    expect(net.hub.sessions.peers()).toEqual([])
    expect(net.hub.changes.at(-1)).toBe('lost 127.0.0.1:5000')
  })

  it('the spoke knows within two seconds and says hello again', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    net.hub.output.take()
    ;(net as VirtualNet).hub = undefined
    net.run(2 * SECOND)
    expect(spoke.session.state).toBe('connecting')
    expect(spoke.hellos).toBeGreaterThan(1)
  })

  it('a restarted hub tells the spoke at its next keepalive, and the spoke rejoins within a second', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    net.hub = new VirtualHub({}, 2, net.now)
    net.run(SECOND)
    expect(spoke.states).toEqual(['ready', 'connecting', 'ready'])
    expect(net.hub.sessions.peers()).toHaveLength(1)
  })

  it('a hub that closes says so', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    net.hub.sessions.close()
    net.settle()
    expect(spoke.session.state).toBe('connecting')
    expect(spoke.session.detail).toBe('the hub said goodbye')
  })

  it('a spoke that closes says so, once, and stays closed', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    spoke.session.close()
    spoke.session.close()
    net.settle()
    expect(net.hub.changes).toEqual(['joined 127.0.0.1:5000', 'left 127.0.0.1:5000'])
    net.run(5 * SECOND)
    expect(spoke.states).toEqual(['ready', 'closed'])
    expect(spoke.hellos).toBe(1)
  })

  it('a spoke that is told that nothing listens there starts again at once', () => {
    const spoke = new VirtualSpoke(5000)
    connected(spoke)
    spoke.session.unreachable('nothing listens there')
    expect(spoke.session.state).toBe('connecting')
    expect(spoke.session.detail).toBe('nothing listens there')
  })

  it('a hub that hears nothing tells the spoke, in case it can hear', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    // The way to the hub is cut, the way back is not.
    net.lose = (_datagram, fromHub) => !fromHub
    net.run(2 * SECOND)
    expect(net.hub.sessions.peers()).toEqual([])
    expect(spoke.session.state).toBe('connecting')
    net.lose = () => false
    net.run(SECOND)
    expect(spoke.session.state).toBe('ready')
  })

  it('a spoke that gave up first replaces its old session', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    spoke.session.unreachable('a false alarm')
    net.run(100 * MILLISECOND)
    expect(spoke.session.state).toBe('ready')
    expect(net.hub.changes).toEqual(['joined 127.0.0.1:5000', 'left 127.0.0.1:5000', 'joined 127.0.0.1:5000'])
    expect(net.hub.sessions.peers()).toHaveLength(1)
  })

  it('a pause of this process is not taken for silence of the other', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    net.now += 60 * SECOND
    net.run(5 * SECOND)
    expect(spoke.states).toEqual(['ready'])
    expect(net.hub.changes).toEqual(['joined 127.0.0.1:5000'])
  })

  it('a keepalive that was heard before proves nothing, to either side', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    const keepalives = new Map<boolean, Uint8Array>()
    net.lose = (datagram, fromHub) => {
      if (!keepalives.has(fromHub)) keepalives.set(fromHub, datagram.bytes)
      return false
    }
    net.run(500 * MILLISECOND)
    const fromHub = keepalives.get(true) as Uint8Array
    const fromSpoke = keepalives.get(false) as Uint8Array
    expect([fromHub[TYPE_AT], fromSpoke[TYPE_AT]]).toEqual([FrameType.HUB_KEEPALIVE, FrameType.KEEPALIVE])
    spoke.receive(fromHub)
    net.hub.receive(fromSpoke, spoke)
    expect(spoke.counters.datagramsIn[FrameOutcome.STALE]).toBe(1)
    expect(net.hub.counters.datagramsIn[FrameOutcome.STALE]).toBe(1)
  })

  it('a spoke whose keepalives are drowned by its own packets stays', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    net.lose = (datagram, fromHub) => !fromHub && datagram.packets === 0
    for (let i = 0; i < 40; i++) {
      push(spoke.end.tx, ipPacket(CLIENT, SERVER))
      spoke.session.transmit()
      net.run(100 * MILLISECOND)
      net.hub.end.rx.clear()
    }
    expect(spoke.states).toEqual(['ready'])
  })
})

describe('packets', () => {
  it('cross the link both ways, byte for byte and in order, many in a datagram', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    const up = Array.from({ length: 40 }, (_, i) => ipPacket(CLIENT, SERVER, 40 + i, i))
    const down = Array.from({ length: 40 }, (_, i) => ipPacket(SERVER, CLIENT, 60 + 3 * i, i))
    for (const packet of up) push(spoke.end.tx, packet)
    for (const packet of down) push(net.hub.end.tx, packet)
    let datagrams = 0
    net.lose = (datagram) => {
      datagrams++
      expect(datagram.bytes.length).toBeLessThanOrEqual(1400)
      return false
    }
    expect(spoke.session.transmit()).toBe(true)
    expect(net.hub.sessions.transmit()).toBe(true)
    net.settle()
    expect(drain(net.hub.end.rx)).toEqual(up)
    expect(drain(spoke.end.rx)).toEqual(down)
    expect(datagrams).toBeLessThan(10)
    expect(net.hub.counters.packetsIn[PacketIn.DELIVERED]).toBe(40)
    expect(net.hub.sessions.peers()).toMatchObject([{ packetsIn: 40, packetsOut: 40, packetsMissing: 0 }])
  })

  it('that fill a slot travel alone in a longer datagram', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    const packets = [ipPacket(CLIENT, SERVER, 40), ipPacket(CLIENT, SERVER, 2048, 7), ipPacket(CLIENT, SERVER, 40)]
    for (const packet of packets) push(spoke.end.tx, packet)
    spoke.session.transmit()
    expect(spoke.output.sent.map((datagram) => datagram.packets)).toEqual([1, 1, 1])
    net.settle()
    expect(drain(net.hub.end.rx)).toEqual(packets)
  })

  it('go to the spoke that owns their destination', () => {
    const first = new VirtualSpoke(5000, [exactly(prefix('10.9.16.0/24'))])
    const second = new VirtualSpoke(5001, [exactly(prefix('10.9.17.0/24'))])
    const net = connected(first, second)
    for (let i = 0; i < 10; i++) push(net.hub.end.tx, ipPacket(SERVER, `10.9.${16 + (i % 2)}.1`, 40, i))
    push(net.hub.end.tx, ipPacket(SERVER, '10.9.18.1'))
    push(net.hub.end.tx, ipPacket(SERVER, '198.18.0.1'))
    push(net.hub.end.tx, new Uint8Array(19))
    net.hub.sessions.transmit()
    expect(net.hub.output.sent).toHaveLength(2)
    net.settle()
    const marks = (spoke: VirtualSpoke) => drain(spoke.end.rx).map((packet) => packet[39])
    expect(marks(first)).toEqual([0, 2, 4, 6, 8])
    expect(marks(second)).toEqual([1, 3, 5, 7, 9])
    expect(net.hub.counters.packetsOut[PacketOut.NO_ROUTE]).toBe(1)
    expect(net.hub.counters.packetsOut[PacketOut.SILENT]).toBe(1)
    expect(net.hub.counters.packetsOut[PacketOut.TOO_SHORT]).toBe(1)
  })

  it('from a source that the spoke did not declare are dropped and counted', () => {
    const spoke = new VirtualSpoke(5000, [exactly(prefix('10.9.16.0/24')), exactly(prefix('198.18.0.0/15'))])
    const net = connected(spoke)
    for (const source of [CLIENT, '198.19.4.4', '10.9.17.1', '8.8.8.8']) push(spoke.end.tx, ipPacket(source, SERVER))
    push(spoke.end.tx, new Uint8Array(19).fill(9))
    spoke.session.transmit()
    net.settle()
    expect(net.hub.end.rx.size).toBe(2)
    expect(net.hub.counters.packetsIn[PacketIn.UNDECLARED_SOURCE]).toBe(2)
    expect(spoke.counters.packetsOut[PacketOut.TOO_SHORT]).toBe(1)
  })

  it('that the receive ring has no room for are counted', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 40; i++) push(spoke.end.tx, ipPacket(CLIENT, SERVER))
      spoke.session.transmit()
      net.settle()
    }
    expect(net.hub.end.rx.size).toBe(64)
    expect(net.hub.counters.packetsIn[PacketIn.RING_FULL]).toBe(16)
  })

  it('wait in the ring while no datagram is free, and none is lost or sent twice', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    const packets = Array.from({ length: 60 }, (_, i) => ipPacket(CLIENT, SERVER, 200, i))
    for (const packet of packets) push(spoke.end.tx, packet)
    spoke.output.dataLeft = 2
    expect(spoke.session.transmit()).toBe(false)
    expect(spoke.end.tx.size).toBe(60 - 12)
    spoke.output.dataLeft = 100
    expect(spoke.session.transmit()).toBe(true)
    net.settle()
    expect(drain(net.hub.end.rx)).toEqual(packets)
    expect(net.hub.counters.packetsSkipped).toBe(0)
  })

  it('that were lost on the way are counted as soon as a later one arrives', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 5; i++) push(spoke.end.tx, ipPacket(CLIENT, SERVER))
      spoke.session.transmit()
      if (round === 1) spoke.output.take()
      else net.settle()
    }
    expect(net.hub.sessions.peers()).toMatchObject([{ packetsIn: 10, packetsMissing: 5 }])
  })

  it('that arrive in another order are delivered and not counted as missing', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    for (let round = 0; round < 3; round++) {
      push(spoke.end.tx, ipPacket(CLIENT, SERVER, 40, round))
      spoke.session.transmit()
    }
    const [a, b, c] = spoke.output.take()
    for (const datagram of [b, c, a]) net.hub.receive(datagram.bytes, spoke)
    expect(drain(net.hub.end.rx).map((packet) => packet[39])).toEqual([1, 2, 0])
    expect(net.hub.sessions.peers()).toMatchObject([{ packetsMissing: 0 }])
  })

  it('keep a session alive without keepalives', () => {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    net.lose = (datagram) => datagram.packets === 0
    for (let i = 0; i < 40; i++) {
      push(spoke.end.tx, ipPacket(CLIENT, SERVER))
      push(net.hub.end.tx, ipPacket(SERVER, CLIENT))
      spoke.session.transmit()
      net.hub.sessions.transmit()
      net.run(100 * MILLISECOND)
      net.hub.end.rx.clear()
      spoke.end.rx.clear()
    }
    expect(spoke.states).toEqual(['ready'])
    expect(net.hub.changes).toEqual(['joined 127.0.0.1:5000'])
  })
})

describe('data frames that the hub does not take', () => {
  function dataFrame(): { net: VirtualNet & { hub: VirtualHub }; spoke: VirtualSpoke; bytes: Uint8Array } {
    const spoke = new VirtualSpoke(5000)
    const net = connected(spoke)
    push(spoke.end.tx, ipPacket(CLIENT, SERVER))
    push(spoke.end.tx, ipPacket(CLIENT, SERVER))
    spoke.session.transmit()
    return { net, spoke, bytes: spoke.output.take()[0].bytes }
  }

  it('come from another address or port', () => {
    const { net, bytes } = dataFrame()
    net.hub.receive(bytes, { address: '127.0.0.1', port: 5001 })
    net.hub.receive(bytes, { address: '10.0.0.1', port: 5000 })
    expect(net.hub.counters.datagramsIn[FrameOutcome.WRONG_PEER]).toBe(2)
    expect(net.hub.end.rx.size).toBe(0)
  })

  it('have a session id that is wrong in any bit', () => {
    const { net, spoke, bytes } = dataFrame()
    for (let bit = 0; bit < 64; bit++) {
      const flipped = bytes.slice()
      flipped[8 + (bit >> 3)] ^= 1 << (bit & 7)
      net.hub.receive(flipped, spoke)
    }
    expect(net.hub.counters.datagramsIn[FrameOutcome.UNKNOWN_SESSION]).toBe(64)
  })

  it('have a list of packets that does not add up, and then none of them is taken', () => {
    const { net, spoke, bytes } = dataFrame()
    const longer = new Uint8Array(bytes.length + 1)
    longer.set(bytes)
    const emptyPacket = new Uint8Array(bytes.length + 2)
    emptyPacket.set(bytes)
    const wrong = [longer, emptyPacket]
    for (let length = 4; length < bytes.length; length++) {
      // Cut behind the first packet, the list is shorter and right.
      if (length !== 16 + 42) wrong.push(bytes.slice(0, length))
    }
    for (const frame of wrong) net.hub.receive(frame, spoke)
    expect(net.hub.counters.datagramsIn[FrameOutcome.BAD_PACKET_LIST]).toBe(wrong.length)
    expect(net.hub.end.rx.size).toBe(0)
    net.hub.receive(bytes, spoke)
    expect(net.hub.end.rx.size).toBe(2)
  })

  it('belong to a session that is over', () => {
    const { net, spoke, bytes } = dataFrame()
    spoke.session.close()
    net.settle()
    net.hub.receive(bytes, spoke)
    expect(net.hub.counters.datagramsIn[FrameOutcome.UNKNOWN_SESSION]).toBe(1)
  })
})

describe('a flood of datagrams with a wrong key', () => {
  /** A key that counts how often it is asked for a tag. */
  function countingKey(): { key: MacKey; checks: () => number } {
    let checks = 0
    return {
      key: {
        tag: (bytes, length) => LAB_KEY.tag(bytes, length),
        seal: (bytes, length) => LAB_KEY.seal(bytes, length),
        isSealed: (bytes, length) => {
          checks++
          return LAB_KEY.isSealed(bytes, length)
        },
      },
      checks: () => checks,
    }
  }

  /** A frame of this type as somebody without the key writes it. */
  function forged(type: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length).fill(9)
    bytes.set([0x53, 0x4c, 1, type, 0, 0, 0, 0])
    return bytes
  }

  const FORGED = [forged(FrameType.HELLO, 64), forged(FrameType.KEEPALIVE, 32), forged(FrameType.BYE, 32)]

  it('costs a bounded number of tags between two ticks, from one place and from all', () => {
    const { key, checks } = countingKey()
    const hub = new VirtualHub({ key })
    const mallory = { address: '127.0.0.1', port: 6000 }
    for (let i = 0; i < 3000; i++) hub.receive(FORGED[i % 3] as Uint8Array, mallory)
    expect(checks()).toBe(CHECKS_PER_PURSE)
    expect(hub.counters.datagramsIn[FrameOutcome.BAD_MAC]).toBe(CHECKS_PER_PURSE)
    expect(hub.counters.datagramsIn[FrameOutcome.OVER_BUDGET]).toBe(3000 - CHECKS_PER_PURSE)
    for (let port = 1; port < 60_000; port++) hub.receive(FORGED[0] as Uint8Array, { address: '127.0.0.1', port })
    expect(checks()).toBe(64 * CHECKS_PER_PURSE)
    hub.sessions.tick(LINK_TICK)
    hub.receive(FORGED[0] as Uint8Array, mallory)
    expect(checks()).toBe(64 * CHECKS_PER_PURSE + 1)
  })

  it('keeps nobody out who comes from elsewhere, and costs no session its keepalives', () => {
    const hub = new VirtualHub()
    const spoke = new VirtualSpoke(5000)
    const net = new VirtualNet(hub, spoke)
    const flood = (port: number): void => {
      for (let i = 0; i < 200; i++) hub.receive(FORGED[i % 3] as Uint8Array, { address: '127.0.0.1', port })
    }
    for (let i = 0; i < 20; i++) {
      flood(6001)
      net.run(LINK_TICK)
    }
    expect(spoke.session.state).toBe('ready')
    // Now everybody's purse is empty all the time: only those who are known are heard.
    for (let i = 0; i < 100; i++) {
      for (let port = 1; port < 3000; port++) hub.receive(FORGED[0] as Uint8Array, { address: '127.0.0.1', port })
      net.run(LINK_TICK)
    }
    expect(spoke.session.state).toBe('ready')
    expect(hub.changes).toEqual(['joined 127.0.0.1:5000'])
  })
})

describe('options out of range', () => {
  it.each([0, 257, 1.5, Number.NaN])('a hub cannot have %s peers', (maxSessions) => {
    expect(() => new VirtualHub({ maxSessions })).toThrow(/number of peers must be an integer from 1 to 256/)
  })

  it('a spoke cannot ask for nothing, nor for seventeen prefixes', () => {
    expect(() => new VirtualSpoke(1, [])).toThrow(RangeError)
    expect(() => new VirtualSpoke(1, new Array(17).fill(exactly(prefix('198.18.0.0/15'))))).toThrow(RangeError)
  })
})
