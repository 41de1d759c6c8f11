/**
 * The window that a connection offers: its right edge never moves back, whatever the scale, and it is never negative.
 */
import { describe, expect, it } from 'vitest'
import { Prng } from '../../../../tcpip/base/prng.ts'
import { QUEUE_BYTES, type Tcb } from '../../../../tcpip/connection/tcb.ts'
import { Peer, ServerLab } from '../../../support/worlds/server-lab.ts'

const BYTES = new Uint8Array(4 * QUEUE_BYTES)

function connect(windowScale: number) {
  const lab = new ServerLab()
  const peer = new Peer(lab, 1)
  peer.syn(windowScale >= 0 ? { windowScale } : {})
  peer.ack()
  return { lab, peer, tcb: lab.listener.accept() as Tcb }
}

describe('the offered window', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('never takes back what it has promised, seed %i', (seed) => {
    const prng = new Prng(seed)
    const { lab, peer, tcb } = connect(prng.chance(1, 4) ? -1 : 7)
    let edge = 0
    let next = 1
    let announced = 0
    let arrived = 0
    for (let i = 0; i < 3000; i++) {
      const room = (tcb.rcvNxt + tcb.rcvWnd - peer.isn - next) | 0
      // Mostly full segments, as senders send; a gap now and then.
      const length = Math.min(room, prng.chance(1, 4) ? 1 + prng.below(1460) : 1460)
      const lost = prng.chance(1, 10)
      const sent =
        lost || length <= 0 ? [] : peer.ack({ seq: (peer.isn + next) | 0, payload: BYTES.subarray(0, length) })
      if (!lost && length > 0) arrived++
      if (!lost) next = (tcb.rcvNxt - peer.isn) | 0
      if (prng.chance(1, 8)) lab.endpoint.read(tcb, BYTES, 0, prng.below(40_000), lab.now)
      for (const { ack, window } of [...sent, ...lab.drain()]) {
        const offered = ((ack - peer.isn) | 0) + window * (tcb.rcvWindowShift > 0 ? 128 : 1)
        expect(offered).toBeGreaterThanOrEqual(edge)
        edge = offered
        announced++
      }
      lab.now += 1000
    }
    // More than a segment is acknowledged at once: every second full one, and one of three where a small one came between.
    expect(announced).toBeGreaterThan(arrived / 2.5)
  })

  it('shuts for a program that does not read, however small the segments are', () => {
    const { lab, peer, tcb } = connect(7)
    for (let at = 0; at < 4 * QUEUE_BYTES && tcb.rcvWnd > 0; at = (tcb.rcvNxt - peer.isn - 1) | 0) {
      peer.ack({ seq: tcb.rcvNxt, payload: BYTES.subarray(0, Math.min(100, tcb.rcvWnd)) })
      lab.now += 50_000
    }
    expect(tcb.rcvWnd).toBe(0)
    expect(tcb.receiveQueue.length).toBeLessThanOrEqual(2 * QUEUE_BYTES)
  })

  it('does not open by a sliver (RFC 9293 MUST-39)', () => {
    const { lab, peer, tcb } = connect(-1)
    while (tcb.rcvWnd > 0) {
      peer.ack({ seq: tcb.rcvNxt, payload: BYTES.subarray(0, Math.min(1460, tcb.rcvWnd)) })
      lab.now += 50_000
    }
    lab.pass(100)
    const unread = tcb.receiveQueue.length
    lab.endpoint.read(tcb, BYTES, 0, unread - QUEUE_BYTES + 2000, lab.now)
    expect(lab.drain()).toEqual([])
    expect(peer.ack({ seq: tcb.rcvNxt - 1 })).toMatchObject([{ window: 0 }])
    lab.endpoint.read(tcb, BYTES, 0, 3000, lab.now)
    expect(lab.drain()).toMatchObject([{ window: 3 * 1460 }])
  })

  it('is not below zero after more than it held', () => {
    const { lab, peer, tcb } = connect(-1)
    // A segment that reaches beyond the window is welcome as long as nothing waits to be read. Its ACK is a delayed one.
    peer.ack({ payload: BYTES.subarray(0, 1000) })
    peer.ack({ seq: tcb.rcvNxt, payload: BYTES.subarray(0, 1000) })
    lab.endpoint.read(tcb, BYTES, 0, 2000, lab.now)
    tcb.rcvWnd = 100
    tcb.quickAcks = 0
    peer.ack({ seq: tcb.rcvNxt, payload: BYTES.subarray(0, 1000) })
    expect([tcb.receiveQueue.length, tcb.rcvWnd]).toEqual([1000, 0])
  })
})
