/**
 * The life of a half-open entry: SYN-ACK retransmissions, expiry, aging, duplicate SYNs. Golden rows E4, E4b, E12.
 */
import { describe, expect, it } from 'vitest'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { MILLISECOND, SECOND } from '../../../../tcpip/base/time.ts'
import { ACK, SYN } from '../../../../tcpip/wire/segment.ts'
import { floodOnce, Peer, ServerLab } from '../../../support/worlds/server-lab.ts'

/** Times of segments, rounded to the millisecond that timers have. */
function times(sent: readonly { at: number }[]): number[] {
  return sent.map(({ at }) => Math.round(at * 1000) / 1000)
}

describe('SYN-ACK retransmission', () => {
  it('E4: sends SYN-ACKs at 0, 1, 3, 7, 15 and 31 s and forgets the entry at 63 s', () => {
    const lab = new ServerLab()
    const peer = new Peer(lab, 1)
    expect(peer.syn()).toHaveLength(1)
    const repeats = lab.runUntil(62.999)
    expect(times(repeats)).toEqual([1, 3, 7, 15, 31])
    for (const { segment } of repeats) {
      expect(segment).toMatchObject({ flags: SYN | ACK, seq: peer.serverIsn, ack: peer.isn + 1 })
    }
    expect(lab.halfOpen).toBe(1)
    expect(lab.runUntil(63)).toEqual([])
    expect(lab.halfOpen).toBe(0)
    expect(lab.changed()).toEqual({ RetransSegs: 5, TCPSynRetrans: 5, TCPTimeouts: 6, HalfOpenExpired: 1 })
    expect(lab.endpoint.nextDeadline()).toBe(Number.POSITIVE_INFINITY)
  })

  it('goes the same way when the clock has passed 2^31 ms, and measures the round trip right', () => {
    const lab = new ServerLab()
    // Five seconds after the first entry the milliseconds no longer fit int32.
    const before = lab.seconds
    lab.runUntil(before + (2 ** 31 * MILLISECOND - lab.now) / SECOND - 5)
    const start = lab.seconds
    const [silent, quick] = [new Peer(lab, 1), new Peer(lab, 2)]
    silent.syn()
    expect(times(lab.runUntil(start + 4)).map((at) => Math.round((at - start) * 1000) / 1000)).toEqual([1, 3])
    lab.runUntil(start + 5.01)
    quick.syn()
    lab.pass(20)
    quick.ack()
    expect(lab.listener.accept()?.srtt).toBe(20 * MILLISECOND)
    expect(times(lab.runUntil(start + 63)).map((at) => Math.round((at - start) * 1000) / 1000)).toEqual([7, 15, 31])
    expect(lab.halfOpen).toBe(0)
  })

  it.each([
    [0, [], 1],
    [1, [1], 3],
    [2, [1, 3], 7],
    [3, [1, 3, 7], 15],
    [4, [1, 3, 7, 15], 31],
  ])('with tcp_synack_retries %i repeats at %j s and expires at %i s', (synAckRetries, repeats, expiry) => {
    const lab = new ServerLab({ synAckRetries })
    new Peer(lab, 1).syn()
    expect(times(lab.runUntil(expiry - 0.001))).toEqual(repeats)
    expect(lab.halfOpen).toBe(1)
    lab.runUntil(expiry)
    expect(lab.halfOpen).toBe(0)
  })

  it('E4b: a burst that fills the queue is pruned at 7 s down to half, and no further', () => {
    const lab = new ServerLab({ synCookies: 0, backlog: 4 })
    floodOnce(lab, 5)
    lab.runUntil(6.999)
    expect(lab.halfOpen).toBe(5)
    lab.runUntil(7)
    expect(lab.halfOpen).toBe(4)
    lab.runUntil(62.999)
    expect(lab.halfOpen).toBe(4)
    lab.runUntil(63)
    expect(lab.halfOpen).toBe(0)
  })

  it('prunes old entries after two repeats while more than half of a long queue is old', () => {
    const lab = new ServerLab({ synCookies: 0, backlog: 128 })
    floodOnce(lab, 129)
    lab.runUntil(6.999)
    expect(lab.halfOpen).toBe(129)
    lab.runUntil(7)
    // Pruning stops as soon as 2 * length <= backlog.
    expect(lab.halfOpen).toBe(64)
  })

  it('E12: answers a duplicate SYN at most once in 500 ms, and starts the timer again without counting a timeout', () => {
    const lab = new ServerLab()
    const peer = new Peer(lab, 1)
    const answered: number[] = []
    for (let tenth = 0; tenth <= 9; tenth++) {
      lab.runUntil(tenth / 10)
      if (peer.syn().length > 0) answered.push(tenth / 10)
    }
    expect(answered).toEqual([0, 0.1, 0.6])
    expect(lab.count(Mib.TCPACKSkippedSynRecv)).toBe(7)
    expect(lab.halfOpen).toBe(1)
    expect(times(lab.runUntil(10))).toEqual([1.6, 3.6, 7.6])
  })

  it('still ages an entry whose client repeats its SYN', () => {
    const lab = new ServerLab({ synAckRetries: 1 })
    const peer = new Peer(lab, 1)
    peer.syn()
    lab.runUntil(0.9)
    peer.syn()
    expect(times(lab.runUntil(3.8))).toEqual([1.9])
    expect(lab.halfOpen).toBe(1)
    lab.runUntil(3.9)
    expect(lab.halfOpen).toBe(0)
  })
})
