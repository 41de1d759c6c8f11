/**
 * Corners of SYN-RECEIVED as a live Linux 6.18 listener was seen to handle them, segment by segment.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../../../tcpip/wire/address-plan.ts'
import { packetBytes } from '../../../../tcpip/wire/codec.ts'
import { icmpErrorBytes } from '../../../../tcpip/wire/icmp.ts'
import { ACK, FIN, makeSegment, PSH, RST, type Segment, SYN, URG } from '../../../../tcpip/wire/segment.ts'
import { Peer, ServerLab } from '../../../support/worlds/server-lab.ts'

let lab: ServerLab
let peer: Peer

beforeEach(() => {
  lab = new ServerLab({ synCookies: 0, backlog: 8 })
  peer = new Peer(lab, 1)
})

describe('an entry without options', () => {
  beforeEach(() => {
    peer.syn()
    lab.mark()
  })

  const challenge = () => ({ flags: ACK, seq: (peer.serverIsn + 1) | 0, ack: peer.isn + 1, window: 64_240 })

  it('challenges inexact RSTs once in 500 ms', () => {
    const answers = [0, 100, 100].map((ms) => {
      lab.pass(ms)
      return peer.rst({ seq: peer.isn + 11 }).length
    })
    expect(answers).toEqual([1, 0, 0])
    expect(lab.changed()).toEqual({ TCPChallengeACK: 1, TCPACKSkippedChallenge: 2 })
    lab.pass(500)
    expect(peer.rst({ seq: peer.isn + 11 })).toMatchObject([challenge()])
  })

  it('is freed by an exact RST whatever SEG.ACK says', () => {
    expect(peer.rst({ flags: RST | ACK, ack: 999 })).toEqual([])
    expect(lab.changed()).toEqual({ EmbryonicRsts: 1, AttemptFails: 1 })
    expect(lab.halfOpen).toBe(0)
  })

  it('counts an empty segment at the right edge as inside its window, and one beyond as outside', () => {
    expect(peer.rst({ seq: peer.isn + 1 + 64_240 })).toMatchObject([challenge()])
    lab.pass(500)
    expect(peer.rst({ seq: peer.isn + 2 + 64_240 })).toEqual([])
  })

  it('shares one limit among all its answers', () => {
    peer.rst({ seq: peer.isn + 11 })
    lab.pass(70)
    expect(peer.ack({ seq: peer.isn + 100_001 })).toEqual([])
    expect(peer.syn()).toEqual([])
    expect(lab.changed()).toEqual({ TCPChallengeACK: 1, TCPACKSkippedSynRecv: 2 })
  })

  it('answers every out-of-window segment that carries data', () => {
    const payload = new Uint8Array(10)
    for (let i = 0; i < 3; i++) {
      expect(peer.ack({ seq: peer.isn + 100_001, flags: ACK | PSH, payload })).toMatchObject([challenge()])
    }
    expect(lab.changed()).toEqual({})
  })

  it.each([
    ['FIN', SYN | FIN],
    ['PSH', SYN | PSH],
    ['URG', SYN | URG],
  ])('takes a repeated SYN with %s for a repeated SYN', (_name, flags) => {
    expect(peer.syn({ flags })).toMatchObject([{ flags: SYN | ACK, seq: peer.serverIsn, ack: peer.isn + 1 }])
    expect(lab.changed()).toEqual({ RetransSegs: 1, TCPSynRetrans: 1 })
    expect(lab.halfOpen).toBe(1)
  })

  it('keeps the options of the first SYN', () => {
    expect(peer.syn({ mss: 1000, windowScale: 3 })).toMatchObject([{ mss: 1460, windowScale: -1 }])
    peer.ack()
    expect(lab.listener.accept()).toMatchObject({ sndMss: 1460, sndWindowShift: 0 })
  })

  it('is reset and removed by a SYN-ACK inside its window', () => {
    expect(peer.ack({ flags: SYN | ACK })).toMatchObject([{ flags: RST, seq: (peer.serverIsn + 1) | 0 }])
    expect(lab.changed()).toEqual({ EmbryonicRsts: 1, AttemptFails: 1, OutRsts: 1 })
    expect(lab.halfOpen).toBe(0)
  })

  it('acknowledges a SYN-ACK that repeats the client’s own number', () => {
    expect(peer.ack({ flags: SYN | ACK, seq: peer.isn })).toMatchObject([challenge()])
    expect(lab.halfOpen).toBe(1)
  })

  it('looks at SEG.ACK before the window', () => {
    expect(peer.ack({ seq: peer.isn + 100_001, ack: 7 })).toMatchObject([{ flags: RST, seq: 7 }])
    expect(lab.halfOpen).toBe(1)
  })

  it('becomes a connection by data that overlaps the window from below', () => {
    const payload = new Uint8Array(10)
    expect(peer.ack({ seq: peer.isn - 4, flags: ACK | PSH, payload })).toMatchObject([{ ack: peer.isn + 6 }])
    expect(lab.listener.accept()?.receiveQueue.length).toBe(5)
  })

  it('ignores timestamps on the final ACK', () => {
    expect(peer.ack({ hasTimestamps: true, tsVal: 5, tsEcr: 9 })).toEqual([])
    expect(lab.listener.accept()?.timestamps).toBe(false)
  })
})

describe('an entry with timestamps', () => {
  let echo: number
  const OFFER = { hasTimestamps: true, tsVal: 1000, windowScale: 7, sackPermitted: true }

  beforeEach(() => {
    const [synAck] = peer.syn(OFFER)
    echo = (synAck as Segment).tsVal
    lab.mark()
  })

  it('challenges with its SYN’s timestamp and a scaled window', () => {
    expect(peer.rst({ seq: peer.isn + 11 })).toMatchObject([
      { flags: ACK, hasTimestamps: true, tsEcr: 1000, window: 65_160 >> 7 },
    ])
  })

  it.each([
    ['one before the SYN-ACK', -1],
    ['one after it', 1],
    ['a wild one', 12_345],
  ])('refuses an echo of %s', (_name, off) => {
    expect(peer.ack({ hasTimestamps: true, tsVal: 1001, tsEcr: (echo + off) | 0 })).toMatchObject([{ flags: ACK }])
    expect(lab.changed()).toEqual({ TSEcrRejected: 1 })
    expect(lab.halfOpen).toBe(1)
  })

  it('accepts an echo of 0, and any from the first SYN-ACK to the last', () => {
    lab.pass(300)
    peer.syn(OFFER)
    expect(peer.ack({ hasTimestamps: true, tsVal: 1001, tsEcr: (echo + 301) | 0 })).toHaveLength(0)
    expect(lab.count(Mib.TSEcrRejected)).toBe(1)
    expect(peer.ack({ hasTimestamps: true, tsVal: 1001, tsEcr: (echo + 150) | 0 })).toEqual([])
    expect(lab.count(Mib.PassiveOpens)).toBe(1)
    const other = new Peer(lab, 2)
    other.syn(OFFER)
    other.ack({ hasTimestamps: true, tsVal: 1001, tsEcr: 0 })
    expect(lab.count(Mib.PassiveOpens)).toBe(2)
  })

  it('accepts a final ACK without timestamps, and keeps them for the connection', () => {
    expect(peer.ack()).toEqual([])
    expect(lab.listener.accept()).toMatchObject({ timestamps: true, tsRecent: 1000 })
  })

  it('is protected from a RST with an old timestamp, even an exact one', () => {
    expect(peer.rst({ hasTimestamps: true, tsVal: 900 })).toEqual([])
    expect(lab.changed()).toEqual({ PAWSEstab: 1 })
    expect(lab.halfOpen).toBe(1)
  })

  it('answers a repeated SYN with an old timestamp by a plain ACK', () => {
    expect(peer.syn({ ...OFFER, tsVal: 900 })).toMatchObject([{ flags: ACK, ack: peer.isn + 1 }])
    expect(lab.changed()).toEqual({ PAWSEstab: 1 })
  })

  it('echoes its first timestamp for ever', () => {
    expect(peer.syn({ ...OFFER, tsVal: 1500 })).toMatchObject([{ flags: SYN | ACK, tsEcr: 1000 }])
    expect(lab.runUntil(1.1)[0]?.segment.tsEcr).toBe(1000)
    expect(peer.ack({ hasTimestamps: true, tsVal: 1200, tsEcr: echo })).toEqual([])
    expect(lab.listener.accept()?.tsRecent).toBe(1200)
  })
})

describe('a stored entry whose client also holds a cookie', () => {
  /** Queue of one: a filler takes the place, the client gets a cookie, the filler leaves, the client asks again. */
  function entryAndCookie(): { cookieAck: number } {
    lab = new ServerLab({ synCookies: 1, backlog: 0 })
    peer = new Peer(lab, 1)
    const filler = new Peer(lab, 2)
    filler.syn()
    peer.syn()
    const cookieAck = (peer.serverIsn + 1) | 0
    filler.rst()
    lab.pass(600)
    peer.syn()
    expect(lab.halfOpen).toBe(1)
    expect((peer.serverIsn + 1) | 0).not.toBe(cookieAck)
    lab.mark()
    return { cookieAck }
  }

  it('stays when the cookie comes, which is counted and leads nowhere', () => {
    const { cookieAck } = entryAndCookie()
    expect(peer.ack({ ack: cookieAck })).toEqual([])
    expect(lab.changed()).toEqual({ SyncookiesRecv: 1, PassiveOpens: 1 })
    expect(lab.halfOpen).toBe(1)
    expect(lab.listener.acceptQueue.length).toBe(0)
    expect(peer.ack()).toEqual([])
    expect(lab.listener.acceptQueue.length).toBe(1)
    lab.expectConservation()
  })

  it('counts a wrong ACK as a failed cookie, and resets it', () => {
    entryAndCookie()
    expect(peer.ack({ ack: 4711 })).toMatchObject([{ flags: RST, seq: 4711 }])
    expect(lab.changed()).toEqual({ SyncookiesFailed: 1, OutRsts: 1 })
    expect(lab.halfOpen).toBe(1)
  })
})

describe('a cookie ACK', () => {
  function withCookie(fields: Parameters<Peer['syn']>[0]): Segment {
    lab = new ServerLab({ synCookies: 2 })
    peer = new Peer(lab, 1)
    return peer.syn(fields)[0] as Segment
  }

  it('without timestamps, although the SYN had them, brings no options', () => {
    withCookie({ hasTimestamps: true, tsVal: 7, windowScale: 7, sackPermitted: true })
    peer.ack()
    expect(lab.listener.accept()).toMatchObject({
      timestamps: false,
      sndWindowShift: 0,
      sackPermitted: false,
      sndMss: 1460,
    })
  })

  it('that echoes 0 brings timestamps and a window scale of 0', () => {
    withCookie({ hasTimestamps: true, tsVal: 7, windowScale: 9, sackPermitted: true })
    peer.ack({ hasTimestamps: true, tsVal: 8, tsEcr: 0 })
    expect(lab.listener.accept()).toMatchObject({
      timestamps: true,
      sndWindowShift: 0,
      rcvWindowShift: 7,
      sackPermitted: false,
    })
  })

  it('may carry FIN', () => {
    withCookie({})
    // Its ACK comes with the next tick: the program may close at once.
    expect(peer.ack({ flags: ACK | FIN })).toEqual([])
    expect(lab.pass(4)).toMatchObject([{ segment: { flags: ACK, ack: peer.isn + 2 } }])
    expect(lab.listener.accept()?.finReceived).toBe(true)
  })

  it('with a number too high trades MSS steps for it, and fails beyond the table', () => {
    for (const [step, mss] of [
      [1, 1440],
      [2, 1300],
      [3, 536],
    ] as const) {
      withCookie({})
      peer.ack({ seq: peer.isn + 1 + step })
      expect(lab.listener.accept()?.sndMss).toBe(mss)
    }
    withCookie({})
    peer.ack({ seq: peer.isn + 5 })
    expect(lab.count(Mib.SyncookiesFailed)).toBe(1)
  })
})

describe('the SYN-ACK', () => {
  it('offers 64240 bytes without timestamps and 65160 with them', () => {
    expect(peer.syn()[0]?.window).toBe(64_240)
    expect(new Peer(lab, 2).syn({ hasTimestamps: true })[0]?.window).toBe(65_160)
  })

  it('acknowledges the SYN alone when it carries data, which is not kept', () => {
    expect(peer.syn({ payload: new Uint8Array(10) })).toMatchObject([{ ack: peer.isn + 1 }])
    peer.ack()
    expect(lab.listener.accept()?.receiveQueue.length).toBe(0)
  })

  it.each([
    [1, 48],
    [48, 48],
    [100, 100],
    [65_535, 1460],
  ])('of a client that announces MSS %i leads to segments of %i bytes', (mss, sndMss) => {
    peer.syn({ mss })
    peer.ack()
    expect(lab.listener.accept()?.sndMss).toBe(sndMss)
  })
})

describe('several SYNs of one client in one queue', () => {
  it('are as many entries as there are ports', () => {
    for (let port = 1; port <= 5; port++) peer.syn({ sourcePort: port })
    expect(lab.halfOpen).toBe(5)
  })
})

describe('an ICMP error about a SYN-ACK', () => {
  function error(type: number, code: number, seqOffset = 0): void {
    const offending = makeSegment({
      source: SERVER_ADDRESS,
      destination: peer.address,
      sourcePort: SERVER_PORT,
      destinationPort: peer.port,
      seq: (peer.serverIsn + seqOffset) | 0,
      flags: SYN | ACK,
    })
    lab.sendBytes(icmpErrorBytes(peer.address, type, code, packetBytes(offending)))
  }

  beforeEach(() => {
    peer.syn()
    lab.mark()
  })

  it.each([
    [3, 0],
    [3, 1],
    [11, 0],
    [12, 0],
  ])('of type %i code %i ends the entry, and counts as a drop', (type, code) => {
    error(type, code)
    expect(lab.halfOpen).toBe(0)
    expect(lab.changed()).toEqual({ ListenDrops: 1 })
    lab.expectConservation()
  })

  it.each([
    [3, 2],
    [3, 3],
    [3, 4],
    [3, 13],
    [11, 1],
  ])('of type %i code %i changes nothing', (type, code) => {
    error(type, code)
    expect(lab.halfOpen).toBe(1)
    expect(lab.changed()).toEqual({})
  })

  it('with a number that is not the SYN-ACK’s is counted, and changes nothing', () => {
    error(3, 1, 1)
    expect(lab.halfOpen).toBe(1)
    expect(lab.changed()).toEqual({ OutOfWindowIcmps: 1 })
  })
})
