/**
 * A SYN that finds the SYN queue full takes the place of another entry (knob `eviction`): whose, what is counted, and when
 * nobody's. Read first: RFC 4987 3.4; FreeBSD syncache_insert().
 */
import { describe, expect, it } from 'vitest'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../../../tcpip/wire/address-plan.ts'
import { ACK, RST, SYN } from '../../../../tcpip/wire/segment.ts'
import { establish, floodOnce, Peer, ServerLab } from '../../../support/worlds/server-lab.ts'

/** `count` peers whose SYN is stored, a millisecond after one another. */
function stored(lab: ServerLab, count: number, firstIndex = 1): Peer[] {
  return Array.from({ length: count }, (_, i) => {
    const peer = new Peer(lab, firstIndex + i)
    expect(peer.syn()).toMatchObject([{ flags: SYN | ACK }])
    lab.pass(1)
    return peer
  })
}

/** Of `peers`, the places in the list of those whose final ACK is refused: their entry is gone. */
function evictedOf(peers: readonly Peer[]): number[] {
  return peers.flatMap((peer, i) => (peer.ack().some(({ flags }) => flags === RST) ? [i] : []))
}

describe('the oldest', () => {
  it('makes room: the new SYN is answered, and the victim’s ACK is nobody’s', () => {
    const lab = new ServerLab({ synCookies: 0, backlog: 4, eviction: 'oldest' })
    const peers = stored(lab, 5)
    lab.mark()
    peers.push(...stored(lab, 2, 10))
    expect(lab.halfOpen).toBe(5)
    expect(lab.changed()).toEqual({ HalfOpenEvicted: 2 })
    // Nothing was refused.
    expect(lab.floodWarnings).toEqual([])
    expect(evictedOf(peers.slice(0, 4))).toEqual([0, 1])
    lab.expectConservation()
  })

  it('is the oldest of those still there, whoever left in between', () => {
    const lab = new ServerLab({ synCookies: 0, backlog: 4, eviction: 'oldest' })
    const peers = stored(lab, 5)
    peers[2]?.ack()
    peers[0]?.rst()
    stored(lab, 2, 10)
    expect(lab.count(Mib.HalfOpenEvicted)).toBe(0)
    stored(lab, 2, 20)
    expect(lab.count(Mib.HalfOpenEvicted)).toBe(2)
    expect(evictedOf([peers[1], peers[3], peers[4]] as Peer[])).toEqual([0, 1])
  })

  it('is not asked to go by a SYN that repeats itself, nor by one that the accept queue refuses', () => {
    const lab = new ServerLab({ synCookies: 0, backlog: 2, eviction: 'oldest' })
    const peers = stored(lab, 3)
    peers[0]?.syn()
    expect(lab.count(Mib.HalfOpenEvicted)).toBe(0)
    for (const peer of peers) peer.ack()
    expect(lab.listener.acceptQueue.isFull).toBe(true)
    lab.mark()
    expect(floodOnce(lab, 3)).toEqual([])
    expect(lab.changed()).toEqual({ ListenOverflows: 3, ListenDrops: 3 })
  })

  it('is known, to the millisecond, also to a listener that is told to evict while entries are stored', () => {
    const lab = new ServerLab({ synCookies: 0, backlog: 4 })
    const [first, ...others] = stored(lab, 3)
    // The record of the one that goes is used again, so that the order of records is not that of age.
    first?.rst()
    const peers = [...others, ...stored(lab, 3, 10)]
    lab.listener.configure({ ...lab.listener.config, eviction: 'oldest' })
    stored(lab, 2, 20)
    expect(evictedOf(peers)).toEqual([0, 1])
    lab.listener.configure({ ...lab.listener.config, eviction: 'none' })
    stored(lab, 3, 30)
    expect(floodOnce(lab, 5)).toEqual([])
  })
})

it('a random entry makes room, and the newest is not safe', () => {
  const lab = new ServerLab({ synCookies: 0, backlog: 9, eviction: 'random' })
  const evicted = new Set<number>()
  for (let round = 0; round < 40; round++) {
    const peers = stored(lab, 10, 1000 * (round + 1))
    stored(lab, 1, 1000 * (round + 1) + 500)
    for (const i of evictedOf(peers)) evicted.add(i)
    while (lab.listener.accept() !== undefined);
    lab.runUntil(lab.seconds + 200)
    expect(lab.halfOpen).toBe(0)
  }
  expect(lab.count(Mib.HalfOpenEvicted)).toBe(40)
  // Forty draws of ten: any given one is missed by one seed in 68.
  expect(evicted.size).toBeGreaterThanOrEqual(8)
})

describe('the oldest of a bucket', () => {
  /** Backlog 60: 61 places, in four buckets of 30. */
  const lab = () => new ServerLab({ synCookies: 0, backlog: 60, eviction: 'bucket' })

  /** Peers whose 4-tuples fall into a bucket of four. */
  function* peersOf(server: ServerLab, bucket: number): Generator<Peer> {
    for (let index = 1; ; index++) {
      const peer = new Peer(server, index)
      const hash = server.endpoint.flowHashOf(SERVER_ADDRESS, SERVER_PORT, peer.address, peer.port)
      if ((hash & 3) === bucket) yield peer
    }
  }

  const take = (peers: Generator<Peer>, count: number): Peer[] =>
    Array.from({ length: count }, () => peers.next().value as Peer)

  it('makes room where 30 are, though the queue has places left', () => {
    const server = lab()
    const peers = take(peersOf(server, 0), 32)
    for (const peer of peers) expect(peer.syn()).toHaveLength(1)
    expect(server.halfOpen).toBe(30)
    expect(server.changed()).toEqual({ HalfOpenEvicted: 2 })
    expect(evictedOf(peers.slice(0, 4))).toEqual([0, 1])
  })

  it('of another bucket does not: a SYN whose bucket is empty is dropped when the queue is full', () => {
    const server = lab()
    const peers = [0, 1].flatMap((bucket) => take(peersOf(server, bucket), 30))
    peers.push(...take(peersOf(server, 2), 1))
    for (const peer of peers) peer.syn()
    server.mark()
    const [late] = take(peersOf(server, 3), 1)
    expect(late?.syn()).toEqual([])
    expect(server.changed()).toEqual({ TCPReqQFullDrop: 1, ListenDrops: 1 })
    const [second] = take(peersOf(server, 2), 2).slice(1)
    expect(second?.syn()).toHaveLength(1)
    expect(server.changed()).toEqual({ TCPReqQFullDrop: 1, ListenDrops: 1, HalfOpenEvicted: 1 })
    expect(server.halfOpen).toBe(61)
  })
})

describe('nobody makes room', () => {
  it.each(['oldest', 'random', 'bucket'] as const)('where a cookie is the answer: %s', (eviction) => {
    const lab = new ServerLab({ synCookies: 1, backlog: 4, eviction })
    expect(floodOnce(lab, 20)).toHaveLength(20)
    expect(lab.halfOpen).toBe(5)
    expect(lab.changed()).toEqual({ TCPReqQFullDoCookies: 15, SyncookiesSent: 15 })
  })

  it('for a SYN that takes over from TIME-WAIT, which no queue refuses', () => {
    const lab = new ServerLab({ synCookies: 0, backlog: 0, eviction: 'oldest' })
    const [peer] = establish(lab, 1)
    const tcb = lab.listener.accept()
    if (peer === undefined || tcb === undefined) throw new Error('not connected')
    lab.endpoint.close(tcb, lab.now)
    lab.drain()
    peer.ack({ flags: ACK | 1, ack: (peer.serverIsn + 2) | 0 })
    stored(lab, 1)
    lab.mark()
    expect(peer.syn({ seq: peer.isn + 10_000 })).toMatchObject([{ flags: SYN | ACK }])
    expect(lab.changed()).toEqual({})
    expect(lab.halfOpen).toBe(2)
  })
})

it('without cookies no quarter of tcp_max_syn_backlog is reserved: whoever comes finds a place', () => {
  const lab = new ServerLab({ synCookies: 0, backlog: 64, maxSynBacklog: 64, eviction: 'oldest' })
  expect(floodOnce(lab, 100)).toHaveLength(100)
  expect(lab.halfOpen).toBe(65)
  expect(lab.changed()).toEqual({ HalfOpenEvicted: 35 })
})
