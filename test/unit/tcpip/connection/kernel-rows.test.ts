/**
 * Connections as a live Linux 6.18 host was seen to handle them: numbers, timestamps and flags that do not fit.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { State } from '../../../../tcpip/base/states.ts'
import type { Tcb } from '../../../../tcpip/connection/tcb.ts'
import { ACK, FIN, PSH, RST, SYN } from '../../../../tcpip/wire/segment.ts'
import { Peer, ServerLab } from '../../../support/worlds/server-lab.ts'

let lab: ServerLab
let peer: Peer
let tcb: Tcb

/** A connection that the application holds, as `options` in its SYN agreed. */
function connected(options: Parameters<Peer['syn']>[0] = {}): void {
  lab = new ServerLab()
  peer = new Peer(lab, 1)
  const [synAck] = peer.syn(options)
  peer.ack({ ...options, mss: 0, windowScale: -1, sackPermitted: false, tsEcr: synAck.tsVal })
  tcb = lab.listener.accept() as Tcb
  lab.mark()
}

const plainAck = () => ({ flags: ACK, seq: tcb.sndNxt, ack: tcb.rcvNxt })
const text = (length: number) => ({ payload: new Uint8Array(length) })

describe('ESTABLISHED', () => {
  beforeEach(() => connected())

  it('challenges three inexact RSTs once in 500 ms', () => {
    for (let i = 0; i < 3; i++) expect(peer.rst({ seq: peer.isn + 11 })).toHaveLength(i === 0 ? 1 : 0)
    expect(lab.changed()).toEqual({ TCPChallengeACK: 1, TCPACKSkippedChallenge: 2 })
    lab.pass(500)
    expect(peer.rst({ flags: RST | ACK, seq: peer.isn + 11 })).toMatchObject([plainAck()])
  })

  it.each([
    ['one below', -1],
    ['far beyond', 200_000],
  ])('ignores a RST %s', (_where, offset) => {
    expect(peer.rst({ seq: (tcb.rcvNxt + offset) | 0 })).toEqual([])
    expect(lab.changed()).toEqual({})
    expect(tcb.state).toBe(State.ESTABLISHED)
  })

  it('challenges a RST at the right edge of the window', () => {
    expect(peer.rst({ seq: (tcb.rcvNxt + tcb.rcvWnd) | 0 })).toHaveLength(1)
    expect(peer.rst({ seq: (tcb.rcvNxt + tcb.rcvWnd + 1) | 0 })).toEqual([])
    expect(lab.changed()).toEqual({ TCPChallengeACK: 1 })
  })

  it('is reset by an exact RST whatever it acknowledges', () => {
    expect(peer.rst({ flags: RST | ACK, ack: 12_345 })).toEqual([])
    expect(lab.changed()).toEqual({ EstabResets: 1 })
    expect(lab.endpoint.tcbs.size).toBe(0)
  })

  it('challenges SYN-ACKs as it does SYNs, and an inexact SYN with RST as a RST', () => {
    expect(peer.send({ flags: SYN | ACK, seq: peer.isn, ack: tcb.sndNxt })).toMatchObject([plainAck()])
    expect(lab.changed()).toEqual({ TCPSYNChallenge: 1, InErrs: 1, TCPChallengeACK: 1 })
    lab.pass(500)
    lab.mark()
    expect(peer.send({ flags: SYN | RST, seq: (tcb.rcvNxt + 10) | 0 })).toMatchObject([plainAck()])
    expect(lab.changed()).toEqual({ TCPChallengeACK: 1 })
  })

  it('drops the data of a segment that acknowledges too much, and limits the challenge', () => {
    for (let i = 0; i < 3; i++) {
      expect(peer.ack({ ack: (tcb.sndNxt + 1) | 0, ...text(5) })).toHaveLength(i === 0 ? 1 : 0)
    }
    expect(lab.changed()).toEqual({ TCPChallengeACK: 1, TCPACKSkippedChallenge: 2 })
    expect(tcb.receiveQueue.length).toBe(0)
  })

  it('believes no ACK older than the first byte it sent', () => {
    expect(peer.ack({ ack: (tcb.sndUna - 1) | 0 })).toHaveLength(1)
    lab.endpoint.write(tcb, new Uint8Array(10), 0, 10, lab.now)
    lab.drain()
    lab.pass(500)
    peer.ack({ ack: tcb.sndNxt })
    expect(peer.ack({ ack: (tcb.sndUna - 10) | 0 })).toEqual([])
    expect(peer.ack({ ack: (tcb.sndUna - 11) | 0 })).toMatchObject([plainAck()])
  })

  it('answers data and FIN beyond the window every time, a bare ACK once in 500 ms', () => {
    const seq = (peer.isn + 200_000) | 0
    for (let i = 0; i < 3; i++) expect(peer.ack({ seq, ...text(5) })).toHaveLength(1)
    expect(peer.ack({ seq, flags: FIN | ACK })).toHaveLength(1)
    expect(lab.changed()).toEqual({ BeyondWindow: 4 })
    for (let i = 0; i < 3; i++) expect(peer.ack({ seq })).toHaveLength(i === 0 ? 1 : 0)
    expect(lab.changed()).toEqual({ BeyondWindow: 7, TCPACKSkippedSeq: 2 })
  })

  it('answers a keepalive, a bare ACK one below, once in 500 ms', () => {
    for (let i = 0; i < 3; i++) expect(peer.ack({ seq: peer.isn })).toHaveLength(i === 0 ? 1 : 0)
    expect(lab.changed()).toEqual({ TCPACKSkippedSeq: 2 })
  })

  it.each([0, PSH, FIN])('ignores segments without ACK, flags %i', (flags) => {
    expect(peer.send({ flags, seq: tcb.rcvNxt, ...text(3) })).toEqual([])
    expect(tcb.state).toBe(State.ESTABLISHED)
    expect(lab.changed()).toEqual({})
  })

  it('takes a FIN beyond a hole when the hole is filled', () => {
    expect(peer.ack({ flags: FIN | ACK, seq: peer.isn + 11 })).toMatchObject([plainAck()])
    expect(tcb.state).toBe(State.ESTABLISHED)
    peer.ack(text(10))
    expect(tcb.state).toBe(State.CLOSE_WAIT)
    expect(tcb.rcvNxt).toBe(peer.isn + 12)
  })

  it('takes nothing that lies behind a FIN', () => {
    peer.ack({ flags: FIN | ACK, ...text(3) })
    expect(tcb.state).toBe(State.CLOSE_WAIT)
    expect(peer.ack({ seq: peer.isn + 5, ...text(3) })).toEqual([])
    expect(tcb.receiveQueue.length).toBe(3)
    expect(tcb.rcvNxt).toBe(peer.isn + 5)
    expect(peer.ack({ seq: peer.isn + 2, ...text(9) })).toMatchObject([{ flags: RST }])
  })
})

describe('timestamps', () => {
  beforeEach(() => connected({ hasTimestamps: true, tsVal: 10_000 }))

  const stamped = (tsVal: number) => ({ hasTimestamps: true, tsVal, tsEcr: 0 })

  it.each([1, 100])('a bare ACK %i ms old is taken for reordered', (age) => {
    expect(peer.ack(stamped(10_000 - age))).toEqual([])
    expect(lab.changed()).toEqual({})
    expect(tcb.tsRecent).toBe(10_000)
  })

  it('an older bare ACK, and old data, are refused', () => {
    expect(peer.ack(stamped(9_000 - 500))).toHaveLength(1)
    for (let i = 0; i < 2; i++) expect(peer.ack({ ...stamped(9_998), ...text(4) })).toHaveLength(1)
    expect(lab.delta(Mib.PAWSEstab)).toBe(3)
    expect(tcb.receiveQueue.length).toBe(0)
  })

  it('may be a tick too old (Linux TCP_PAWS_WINDOW)', () => {
    peer.ack({ ...stamped(9_999), ...text(4) })
    expect([tcb.receiveQueue.length, tcb.tsRecent]).toEqual([4, 10_000])
  })

  it('of a connection that was silent for 25 days are believed again (RFC 7323 5.5)', () => {
    lab.pass(25 * 86_400_000)
    peer.ack({ ...stamped(10_000 + 25 * 86_400_000), ...text(4) })
    expect([tcb.receiveQueue.length, tcb.tsRecent]).toEqual([4, (10_000 + 25 * 86_400_000) | 0])
  })

  it('that began with 0 prove nothing', () => {
    tcb.tsRecent = 0
    peer.ack({ ...stamped(-5), ...text(4) })
    expect(tcb.receiveQueue.length).toBe(4)
  })

  it('do not protect from an exact RST', () => {
    peer.rst(stamped(1))
    expect(lab.endpoint.tcbs.size).toBe(0)
  })

  it('may be missing, or echo rubbish', () => {
    peer.ack(text(4))
    peer.ack({ seq: peer.isn + 5, ...stamped(10_001), tsEcr: 77, ...text(4) })
    expect(tcb.receiveQueue.length).toBe(8)
  })

  it('of a segment beyond the last ACK do not become the echo', () => {
    peer.ack({ seq: peer.isn + 11, ...stamped(20_000), ...text(4) })
    expect(tcb.tsRecent).toBe(10_000)
    peer.ack({ ...stamped(20_001), ...text(4) })
    expect(tcb.tsRecent).toBe(20_001)
  })
})

describe('FIN-WAIT-2 without an application', () => {
  beforeEach(() => {
    connected()
    lab.endpoint.close(tcb, lab.now)
    peer.ack({ ack: tcb.sndNxt })
    expect(tcb.state).toBe(State.FIN_WAIT_2)
    lab.drain()
    lab.mark()
  })

  it('is reset by a SYN that is not old', () => {
    const seq = tcb.rcvNxt
    expect(peer.send({ flags: SYN, seq })).toMatchObject([{ flags: RST | ACK, seq: 0, ack: (seq + 1) | 0 }])
    expect(lab.changed()).toEqual({ OutRsts: 1 })
    expect(lab.endpoint.tcbs.size).toBe(0)
  })

  it('vanishes after 60 s without a packet', () => {
    expect(lab.pass(59_999)).toEqual([])
    expect(lab.endpoint.tcbs.size).toBe(1)
    expect(lab.pass(1)).toEqual([])
    expect(lab.endpoint.tcbs.size).toBe(0)
  })

  it('is in TIME-WAIT for 60 s after a FIN', () => {
    lab.pass(30_000)
    expect(peer.send({ flags: FIN | ACK, seq: tcb.rcvNxt, ack: tcb.sndNxt })).toHaveLength(1)
    lab.pass(59_999)
    expect(tcb.state).toBe(State.TIME_WAIT)
    lab.pass(1)
    expect(lab.endpoint.tcbs.size).toBe(0)
  })
})
