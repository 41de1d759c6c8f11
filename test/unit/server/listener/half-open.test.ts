/**
 * Segments for a half-open entry, and the final ACK. Golden rows E10, E10', E13.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { ACK, FIN, PSH, RST, SYN } from '../../../../tcpip/wire/segment.ts'
import { establish, Peer, ServerLab } from '../../../support/worlds/server-lab.ts'

describe('E13: SYN-RECEIVED', () => {
  let lab: ServerLab
  let peer: Peer

  beforeEach(() => {
    lab = new ServerLab()
    peer = new Peer(lab, 1)
    peer.syn()
    lab.mark()
  })

  /** The ACK that answers a segment which does not fit. */
  const challenge = () => ({ flags: ACK, seq: (peer.serverIsn + 1) | 0, ack: peer.isn + 1 })

  it('an exact RST frees the entry, silently', () => {
    expect(peer.rst()).toEqual([])
    expect(lab.halfOpen).toBe(0)
    expect(lab.changed()).toEqual({ EmbryonicRsts: 1, AttemptFails: 1 })
    expect(lab.endpoint.nextDeadline()).toBe(Number.POSITIVE_INFINITY)
  })

  it('a RST in the window that is not exact earns a challenge ACK, and the entry stays', () => {
    expect(peer.rst({ seq: peer.isn + 2 })).toMatchObject([challenge()])
    expect(lab.halfOpen).toBe(1)
    expect(lab.changed()).toEqual({ TCPChallengeACK: 1 })
    expect(peer.ack()).toEqual([])
    expect(lab.count(Mib.PassiveOpens)).toBe(1)
  })

  it('a RST with a wrong SEG.ACK is judged by its sequence number alone', () => {
    expect(peer.rst({ flags: RST | ACK, seq: peer.isn + 2, ack: 999 })).toMatchObject([challenge()])
    expect(lab.halfOpen).toBe(1)
  })

  it.each([
    ['a RST out of the window', { flags: RST, seq: 500_000 }],
    ['a FIN without ACK', { flags: FIN, seq: 51 }],
    ['no flags at all', { flags: 0, seq: 51 }],
  ])('%s is ignored', (_name, fields) => {
    expect(peer.send(fields)).toEqual([])
    expect(lab.halfOpen).toBe(1)
    expect(lab.changed()).toEqual({})
  })

  it('an ACK of something else is reset, and the entry stays', () => {
    const wrong = (peer.serverIsn + 77) | 0
    expect(peer.ack({ ack: wrong })).toMatchObject([{ flags: RST, seq: wrong }])
    expect(lab.halfOpen).toBe(1)
    expect(lab.changed()).toEqual({ OutRsts: 1 })
  })

  it('a new SYN in the window is reset and takes the entry with it', () => {
    expect(peer.syn({ seq: 60 })).toMatchObject([{ flags: RST | ACK, seq: 0, ack: 61 }])
    expect(lab.halfOpen).toBe(0)
    expect(lab.changed()).toEqual({ EmbryonicRsts: 1, AttemptFails: 1, OutRsts: 1 })
  })

  it('a new SYN out of the window earns an ACK, and the entry stays', () => {
    expect(peer.syn({ seq: 1_000_000 })).toMatchObject([challenge()])
    expect(lab.halfOpen).toBe(1)
  })

  it('an ACK out of the window earns an ACK once in 500 ms', () => {
    expect(peer.ack({ seq: 1_000_000 })).toMatchObject([challenge()])
    lab.pass(100)
    expect(peer.ack({ seq: 1_000_000 })).toEqual([])
    expect(lab.count(Mib.TCPACKSkippedSynRecv)).toBe(1)
    lab.pass(500)
    expect(peer.ack({ seq: 1_000_000 })).toHaveLength(1)
    expect(lab.halfOpen).toBe(1)
  })

  it('the final ACK may carry data, which waits for accept()', () => {
    const [ack] = peer.ack({ flags: ACK | PSH, payload: new Uint8Array(100) })
    expect(ack).toMatchObject({ flags: ACK, ack: 151 })
    expect(lab.listener.accept()?.receiveQueue.length).toBe(100)
  })

  it('the final ACK may carry FIN', () => {
    peer.ack({ flags: ACK | FIN })
    expect(lab.pass(4)).toMatchObject([{ segment: { flags: ACK, ack: peer.isn + 2 } }])
    expect(lab.listener.accept()?.finReceived).toBe(true)
  })

  it('an older timestamp does not complete the handshake', () => {
    const other = new Peer(lab, 2)
    const [synAck] = other.syn({ hasTimestamps: true, tsVal: 1000 })
    const echo = synAck?.tsVal ?? 0
    expect(other.ack({ hasTimestamps: true, tsVal: 999, tsEcr: echo })).toHaveLength(1)
    expect(lab.count(Mib.PassiveOpens)).toBe(0)
    expect(lab.count(Mib.PAWSEstab)).toBe(1)
    expect(other.ack({ hasTimestamps: true, tsVal: 1001, tsEcr: echo })).toEqual([])
    expect(lab.count(Mib.PassiveOpens)).toBe(1)
  })

  it('agrees on the options both sides offer', () => {
    const other = new Peer(lab, 2)
    const offer = { mss: 1400, windowScale: 5, sackPermitted: true, hasTimestamps: true, tsVal: 7 }
    const [synAck] = other.syn(offer)
    expect(synAck).toMatchObject({ mss: 1460, windowScale: 7, sackPermitted: true, hasTimestamps: true, tsEcr: 7 })
    other.ack({ hasTimestamps: true, tsVal: 8, tsEcr: synAck?.tsVal ?? 0 })
    const tcb = lab.listener.accept()
    expect(tcb).toMatchObject({ sndMss: 1388, sndWindowShift: 5, rcvWindowShift: 7, sackPermitted: true })
    expect(tcb?.sndWnd).toBe(64_240 << 5)
  })

  it('offers no option that the client left out', () => {
    const [synAck] = new Peer(lab, 2).syn({ mss: 0 })
    expect(synAck).toMatchObject({ mss: 1460, windowScale: -1, sackPermitted: false, hasTimestamps: false })
  })
})

describe('E10: the final ACK when the accept queue is full', () => {
  function fullWithOneHalfOpen(abortOnOverflow: boolean): { lab: ServerLab; peer: Peer } {
    const lab = new ServerLab({ backlog: 2, abortOnOverflow })
    const peer = new Peer(lab, 1)
    peer.syn()
    establish(lab, 3)
    lab.mark()
    return { lab, peer }
  }

  it('is dropped without an answer; the entry stays and completes at a later SYN-ACK', () => {
    const { lab, peer } = fullWithOneHalfOpen(false)
    expect(peer.ack()).toEqual([])
    expect(lab.changed()).toEqual({ ListenOverflows: 1, ListenDrops: 1 })
    expect(lab.halfOpen).toBe(1)
    const [repeat] = lab.runUntil(1)
    expect(repeat?.segment).toMatchObject({ flags: SYN | ACK, seq: peer.serverIsn })
    lab.listener.accept()
    expect(peer.ack()).toEqual([])
    expect(lab.halfOpen).toBe(0)
    expect(lab.listener.acceptQueue.length).toBe(3)
  })

  it("E10': is reset with tcp_abort_on_overflow, and the entry is gone", () => {
    const { lab, peer } = fullWithOneHalfOpen(true)
    expect(peer.ack()).toMatchObject([{ flags: RST, seq: (peer.serverIsn + 1) | 0 }])
    expect(lab.changed()).toEqual({ ListenOverflows: 1, ListenDrops: 1, EmbryonicRsts: 1, OutRsts: 1 })
    expect(lab.halfOpen).toBe(0)
  })
})

describe('TCP_DEFER_ACCEPT', () => {
  it('lets a bare ACK wait for data, and accept() hear of the connection when it comes', () => {
    const lab = new ServerLab({ deferAccept: 3 })
    const peer = new Peer(lab, 1)
    peer.syn()
    expect(peer.ack()).toEqual([])
    expect(lab.count(Mib.TCPDeferAcceptDrop)).toBe(1)
    expect(lab.halfOpen).toBe(1)
    expect(lab.listener.accept()).toBeUndefined()
    expect(peer.ack({ flags: ACK | PSH, payload: new Uint8Array(5) })).toHaveLength(1)
    expect(lab.listener.accept()?.receiveQueue.length).toBe(5)
  })

  it('repeats the SYN-ACK only at the end of the wait', () => {
    const lab = new ServerLab({ deferAccept: 3 })
    const peer = new Peer(lab, 1)
    peer.syn()
    peer.ack()
    // Two timeouts stand for 3 s: silent at 1 s, repeated at 3 s.
    expect(lab.runUntil(5).map(({ at }) => at)).toEqual([3])
    expect(peer.ack()).toEqual([])
    expect(lab.listener.accept()).toBeDefined()
  })
})

describe('a port without a listener', () => {
  it('answers a SYN with RST|ACK and an ACK with RST, and never a RST', () => {
    const lab = new ServerLab()
    const peer = new Peer(lab, 1)
    expect(peer.syn({ destinationPort: 81 })).toMatchObject([{ flags: RST | ACK, seq: 0, ack: peer.isn + 1 }])
    expect(peer.ack({ destinationPort: 81, ack: 5 })).toMatchObject([{ flags: RST, seq: 5 }])
    expect(peer.rst({ destinationPort: 81 })).toEqual([])
    lab.expectConservation()
  })
})
