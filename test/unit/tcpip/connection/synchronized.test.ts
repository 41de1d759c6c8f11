/**
 * Segments that do not fit a connection: RFC 5961 challenges, windows, TIME-WAIT. Golden rows E14 and E14b.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { State } from '../../../../tcpip/base/states.ts'
import type { Tcb } from '../../../../tcpip/connection/tcb.ts'
import { RETRANSMIT } from '../../../../tcpip/connection/tcb-table.ts'
import { ACK, FIN, PSH, RST, SYN } from '../../../../tcpip/wire/segment.ts'
import { floodOnce, Peer, ServerLab } from '../../../support/worlds/server-lab.ts'

let lab: ServerLab
let peer: Peer
let tcb: Tcb

beforeEach(() => {
  lab = new ServerLab({ backlog: 2 })
  peer = new Peer(lab, 1)
  peer.syn()
  peer.ack()
  tcb = lab.listener.accept() as Tcb
  lab.mark()
})

/** An ACK of everything, as the server sends it. */
const plainAck = () => ({ flags: ACK, seq: tcb.sndNxt, ack: tcb.rcvNxt })

describe('ESTABLISHED', () => {
  it('only a RST at exactly RCV.NXT resets', () => {
    expect(peer.rst({ seq: peer.isn + 2 })).toMatchObject([plainAck()])
    expect(lab.changed()).toEqual({ TCPChallengeACK: 1 })
    expect(tcb.state).toBe(State.ESTABLISHED)
    expect(peer.rst()).toEqual([])
    expect(lab.endpoint.tcbs.size).toBe(0)
  })

  it('a SYN earns a challenge ACK wherever it lies, once in 500 ms', () => {
    expect(peer.send({ flags: SYN, seq: 900_000 })).toMatchObject([plainAck()])
    expect(peer.send({ flags: SYN, seq: peer.isn + 1 })).toEqual([])
    expect(lab.changed()).toEqual({ TCPSYNChallenge: 2, InErrs: 2, TCPChallengeACK: 1, TCPACKSkippedChallenge: 1 })
    lab.pass(500)
    expect(peer.send({ flags: SYN, seq: peer.isn + 1 })).toHaveLength(1)
  })

  it('an ACK beyond what was sent, or far behind, earns a challenge ACK', () => {
    expect(peer.ack({ ack: (tcb.sndNxt + 1) | 0 })).toMatchObject([plainAck()])
    lab.pass(500)
    expect(peer.ack({ ack: (tcb.sndUna - 70_000) | 0 })).toMatchObject([plainAck()])
  })

  it('data without ACK is not taken', () => {
    expect(peer.send({ flags: PSH, seq: peer.isn + 1, payload: new Uint8Array(5) })).toEqual([])
    expect(tcb.receiveQueue.length).toBe(0)
  })

  it('old data and data ahead are answered at once, and not taken', () => {
    expect(peer.ack({ seq: peer.isn - 9, payload: new Uint8Array(5) })).toMatchObject([plainAck()])
    expect(peer.ack({ seq: peer.isn + 11, payload: new Uint8Array(5) })).toMatchObject([plainAck()])
    expect(tcb.receiveQueue.length).toBe(0)
  })

  it('the new part of a segment that overlaps old data is taken', () => {
    peer.ack({ payload: Uint8Array.of(1, 2, 3) })
    peer.ack({ seq: peer.isn + 2, payload: Uint8Array.of(2, 3, 4, 5) })
    const read = new Uint8Array(10)
    expect(lab.endpoint.read(tcb, read, 0, 10, lab.now)).toBe(5)
    expect([...read.subarray(0, 5)]).toEqual([1, 2, 3, 4, 5])
  })

  it('the window shrinks as data waits, and opens again when it is read', () => {
    const chunk = new Uint8Array(1460)
    let window = 0
    for (let at = 0; at + 1460 <= 65_536; at += 1460) {
      const [ack] = peer.ack({ seq: (peer.isn + 1 + at) | 0, payload: chunk })
      // Delayed now and then: the program does not keep up.
      window = (ack ?? lab.pass(500)[0]?.segment)?.window ?? window
    }
    window = lab.pass(500)[0]?.segment.window ?? window
    // All of what was offered at first is used up, and the sliver of the queue that is left is not offered.
    expect(window).toBe(0)
    expect(lab.endpoint.read(tcb, new Uint8Array(65_536), 0, 65_536, lab.now)).toBe(64_240)
    expect(lab.drain()).toMatchObject([{ flags: ACK, window: 43 * 1460 }])
  })
})

describe('TIME-WAIT', () => {
  beforeEach(() => {
    lab.endpoint.close(tcb, lab.now)
    peer.ack({ flags: FIN | ACK, ack: tcb.sndNxt })
    expect(tcb.state).toBe(State.TIME_WAIT)
    lab.drain()
    lab.mark()
  })

  it('E14: a SYN with an older number earns a plain ACK', () => {
    expect(peer.send({ flags: SYN, seq: peer.isn - 10 })).toMatchObject([plainAck()])
    expect(tcb.state).toBe(State.TIME_WAIT)
  })

  it('E14b: a SYN with a newer number opens a new connection although the SYN queue is full', () => {
    lab.listener.configure({ ...lab.listener.config, synCookies: 0 })
    floodOnce(lab, 4)
    expect(lab.halfOpen).toBe(3)
    const lastNumber = tcb.sndNxt
    const [synAck] = peer.send({ flags: SYN, seq: peer.isn + 1000, mss: 1460 })
    expect(synAck).toMatchObject({ flags: SYN | ACK, seq: (lastNumber + 65_537) | 0, ack: peer.isn + 1001 })
    expect(lab.halfOpen).toBe(4)
    expect(lab.endpoint.tcbs.size).toBe(0)
  })

  it('a repeated FIN is answered and starts the 60 s again', () => {
    lab.pass(50_000)
    expect(peer.send({ flags: FIN | ACK, seq: peer.isn + 1, ack: tcb.sndNxt })).toMatchObject([plainAck()])
    lab.pass(59_999)
    expect(lab.endpoint.tcbs.size).toBe(1)
    lab.pass(1)
    expect(lab.endpoint.tcbs.size).toBe(0)
    expect(lab.count(Mib.TW)).toBe(1)
  })

  it('an exact RST ends it', () => {
    expect(peer.send({ flags: RST, seq: tcb.rcvNxt })).toEqual([])
    expect(lab.endpoint.tcbs.size).toBe(0)
  })
})

describe('TIME-WAIT, as a live Linux 6.18 host was seen to handle it', () => {
  beforeEach(() => {
    lab.endpoint.close(tcb, lab.now)
    peer.ack({ flags: FIN | ACK, ack: tcb.sndNxt })
    lab.drain()
    lab.mark()
  })

  /** Seconds the connection has left. */
  const left = () => (lab.endpoint.tcbs.deadlineOf(tcb, RETRANSMIT) - lab.now) / 1_000_000

  it('answers a SYN at RCV.NXT once in 500 ms and does not start again', () => {
    lab.pass(1000)
    expect(peer.send({ flags: SYN, seq: tcb.rcvNxt })).toMatchObject([plainAck()])
    expect(peer.send({ flags: SYN, seq: tcb.rcvNxt })).toEqual([])
    expect(lab.changed()).toEqual({ TCPACKSkippedTimeWait: 1 })
    expect(left()).toBe(59)
  })

  it('is destroyed by a SYN with FIN beyond RCV.NXT, without an answer', () => {
    expect(peer.send({ flags: SYN | FIN, seq: tcb.rcvNxt + 5 })).toEqual([])
    expect(lab.endpoint.tcbs.size).toBe(0)
    expect(lab.halfOpen).toBe(0)
  })

  it('takes a SYN half the number space ahead for a newer one', () => {
    expect(peer.send({ flags: SYN, seq: (tcb.rcvNxt + 0x8000_0000) | 0 })[0]?.flags).toBe(SYN | ACK)
  })

  it('is silent to a bare ACK at RCV.NXT, and starts again', () => {
    lab.pass(1000)
    expect(peer.send({ flags: ACK, seq: tcb.rcvNxt, ack: tcb.sndNxt })).toEqual([])
    expect(left()).toBe(60)
  })

  it('ignores an inexact RST', () => {
    expect(peer.send({ flags: RST, seq: tcb.rcvNxt + 10 })).toEqual([])
    expect(lab.endpoint.tcbs.size).toBe(1)
  })

  it('answers every FIN, without limit', () => {
    for (let i = 0; i < 4; i++)
      expect(peer.send({ flags: FIN | ACK, seq: peer.isn + 1, ack: tcb.sndNxt })).toHaveLength(1)
  })

  it('gives way to a SYN although the accept queue is full, and the SYN is lost', () => {
    for (let i = 0; i < 3; i++) {
      const other = new Peer(lab, 50 + i)
      other.syn()
      other.ack()
    }
    lab.mark()
    expect(peer.send({ flags: SYN, seq: tcb.rcvNxt + 1 })).toEqual([])
    expect(lab.changed()).toEqual({ ListenOverflows: 1, ListenDrops: 1 })
  })
})
