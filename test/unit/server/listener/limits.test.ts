/**
 * How long the two queues of a listener are. Golden rows measured on a live Linux 6.18 listener: E1, E2, E2b, E3, E7,
 * E11b, E15.
 */
import { describe, expect, it } from 'vitest'
import { effectiveBacklog, LISTENER_DEFAULTS } from '../../../../server/listener/listener-config.ts'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { establish, floodOnce, Peer, ServerLab } from '../../../support/worlds/server-lab.ts'

describe('SYN queue', () => {
  it.each([
    [0, 1, 19],
    [1, 2, 18],
    [4, 5, 15],
    [10, 11, 9],
  ])('E1: backlog %i stores %i of 20 SYNs with cookies off and drops %i', (backlog, stored, dropped) => {
    const lab = new ServerLab({ synCookies: 0, backlog })
    expect(floodOnce(lab, 20)).toHaveLength(stored)
    expect(lab.halfOpen).toBe(stored)
    expect(lab.changed()).toEqual({ TCPReqQFullDrop: dropped, ListenDrops: dropped })
    expect(lab.floodWarnings).toEqual([false])
    lab.expectConservation()
  })

  it.each([
    [0, 0, 20],
    [1, 1, 19],
    [4, 4, 16],
  ])('before kernel 6.14 a backlog of %i stores %i of 20 SYNs and drops %i', (backlog, stored, dropped) => {
    const lab = new ServerLab({ synCookies: 0, backlog, queueRule: 'at' })
    expect(floodOnce(lab, 20)).toHaveLength(stored)
    expect(lab.halfOpen).toBe(stored)
    expect(lab.changed()).toEqual({ TCPReqQFullDrop: dropped, ListenDrops: dropped })
  })

  it('follows another rule from the moment it is told, and the accept queue has one rule only', () => {
    const lab = new ServerLab({ synCookies: 0, backlog: 4, queueRule: 'at' })
    floodOnce(lab, 20)
    lab.listener.configure({ ...lab.listener.config, queueRule: 'over' })
    expect(floodOnce(lab, 20, 2000)).toHaveLength(1)
    lab.listener.configure({ ...lab.listener.config, queueRule: 'at' })
    expect([lab.listener.synLimit, lab.listener.acceptQueue.limit]).toEqual([3, 4])
    expect(lab.halfOpen).toBe(5)
  })

  it('E2: with cookies on overflow every SYN is answered, and none counts as dropped', () => {
    const lab = new ServerLab({ synCookies: 1, backlog: 4 })
    expect(floodOnce(lab, 20)).toHaveLength(20)
    expect(lab.halfOpen).toBe(5)
    expect(lab.changed()).toEqual({ TCPReqQFullDoCookies: 15, SyncookiesSent: 15 })
    expect(lab.floodWarnings).toEqual([true])
  })

  it('E2b: with cookies always nothing is stored, and nothing is logged', () => {
    const lab = new ServerLab({ synCookies: 2, backlog: 4 })
    expect(floodOnce(lab, 20)).toHaveLength(20)
    expect(lab.halfOpen).toBe(0)
    expect(lab.changed()).toEqual({ TCPReqQFullDoCookies: 20, SyncookiesSent: 20 })
    expect(lab.floodWarnings).toEqual([])
  })

  it('E3: with cookies off the last quarter of tcp_max_syn_backlog is kept for proven peers', () => {
    const lab = new ServerLab({ synCookies: 0, backlog: 64, maxSynBacklog: 64 })
    floodOnce(lab, 100)
    expect(lab.halfOpen).toBe(49)
    expect(lab.changed()).toEqual({ ListenDrops: 51 })
    expect(lab.floodWarnings).toEqual([])
  })

  it('lets a proven peer into the last quarter', () => {
    const lab = new ServerLab({ synCookies: 0, backlog: 64, maxSynBacklog: 64 })
    const proven = new Peer(lab, 1)
    lab.listener.onProvenPeer(proven.address, lab.now)
    floodOnce(lab, 100)
    expect(proven.syn()).toHaveLength(1)
    expect(lab.halfOpen).toBe(50)
  })

  it('warns of a flood once in the life of a listener', () => {
    const lab = new ServerLab({ synCookies: 1, backlog: 1 })
    floodOnce(lab, 10)
    lab.runUntil(200)
    floodOnce(lab, 10, 3000)
    expect(lab.floodWarnings).toEqual([true])
  })
})

describe('accept queue', () => {
  it('E7: with the accept queue full a SYN is dropped without an answer', () => {
    const lab = new ServerLab({ backlog: 2 })
    establish(lab, 3)
    expect(lab.listener.acceptQueue.length).toBe(3)
    lab.mark()
    expect(floodOnce(lab, 3)).toEqual([])
    expect(lab.changed()).toEqual({ ListenOverflows: 3, ListenDrops: 3 })
    lab.expectConservation()
  })

  it('E11b: cookies do not help a full accept queue', () => {
    const lab = new ServerLab({ synCookies: 2, backlog: 2 })
    establish(lab, 3)
    lab.mark()
    expect(new Peer(lab, 1).syn()).toEqual([])
    expect(lab.changed()).toEqual({ TCPReqQFullDoCookies: 1, ListenOverflows: 1, ListenDrops: 1 })
    expect(lab.count(Mib.SyncookiesSent)).toBe(3)
  })

  it('hands connections out in the order of their final ACKs', () => {
    const lab = new ServerLab({ backlog: 8 })
    const [first, second] = [new Peer(lab, 1), new Peer(lab, 2)]
    first.syn()
    second.syn()
    second.ack()
    first.ack()
    expect(lab.listener.accept()?.remoteAddress).toBe(second.address)
    expect(lab.listener.accept()?.remoteAddress).toBe(first.address)
    expect(lab.listener.accept()).toBeUndefined()
  })
})

describe('backlog', () => {
  it.each([
    [-1, 4096],
    [0, 0],
    [100_000, 4096],
    [128, 128],
  ])('E15: listen(%i) with somaxconn 4096 limits both queues to %i', (backlog, limit) => {
    expect(effectiveBacklog({ ...LISTENER_DEFAULTS, backlog })).toBe(limit)
    const lab = new ServerLab({ backlog })
    expect(lab.listener.limit).toBe(limit)
    expect(lab.listener.acceptQueue.limit).toBe(limit)
  })

  it('can be changed while entries are stored, and loses none of them or their timers', () => {
    const lab = new ServerLab({ synCookies: 0, backlog: 4 })
    floodOnce(lab, 5)
    lab.runUntil(0.5)
    lab.listener.configure({ ...lab.listener.config, backlog: 64 })
    expect(lab.halfOpen).toBe(5)
    expect(lab.listener.synQueue.young).toBe(5)
    floodOnce(lab, 3, 2000)
    expect(lab.halfOpen).toBe(8)
    lab.listener.configure({ ...lab.listener.config, backlog: 2 })
    expect(lab.halfOpen).toBe(8)
    expect(lab.runUntil(1.2)).toHaveLength(5)
    const peer = new Peer(lab, 1000)
    expect(peer.syn()).toHaveLength(1)
    expect(peer.ack()).toEqual([])
    expect(lab.halfOpen).toBe(7)
  })
})
