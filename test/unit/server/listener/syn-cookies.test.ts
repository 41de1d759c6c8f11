/**
 * SYN cookies: the function itself against vectors, and the listener's use of them. Golden rows E5, E6, E17.
 */
import { describe, expect, it } from 'vitest'
import {
  COOKIE_PERIOD,
  cookieCount,
  decodeSackPermitted,
  decodeWindowScale,
  encodeTimestamp,
  mssIndex,
  SynCookies,
} from '../../../../server/listener/syn-cookies.ts'
import { parseAddress } from '../../../../tcpip/wire/address.ts'
import { ACK, PSH, RST, type Segment, SYN } from '../../../../tcpip/wire/segment.ts'
import { floodOnce, Peer, ServerLab, testSecret } from '../../../support/worlds/server-lab.ts'

const CLIENT = parseAddress('192.0.2.1') as number
const SERVER = parseAddress('192.0.2.2') as number
const COUNT = 0x0102_0304
const CLIENT_ISN = 0x1234_5678

function cookieOf(cookies: SynCookies, mss: number, count = COUNT, isn = CLIENT_ISN): number {
  return cookies.encode(CLIENT, SERVER, 40_000, 80, isn, mssIndex(mss), count)
}

function mssIn(cookies: SynCookies, cookie: number, count: number): number {
  return cookies.decode(CLIENT, SERVER, 40_000, 80, CLIENT_ISN, cookie, count)
}

describe('the cookie function', () => {
  const cookies = new SynCookies(testSecret(32))

  it.each([
    [1460, 0x732a_11f8, 1460],
    [1459, 0x732a_11f7, 1440],
    [1400, 0x732a_11f6, 1300],
  ])('matches the vector for MSS %i', (mss, cookie, remembered) => {
    expect(cookieOf(cookies, mss) >>> 0).toBe(cookie)
    for (const age of [0, 1]) expect(mssIn(cookies, cookie | 0, COUNT + age)).toBe(remembered)
    for (const age of [2, 255, 256]) expect(mssIn(cookies, cookie | 0, COUNT + age)).toBe(0)
  })

  it('is additive in the client ISN and in the MSS index', () => {
    const base = cookieOf(cookies, 536)
    expect((cookieOf(cookies, 536, COUNT, (CLIENT_ISN + 1000) | 0) - base) | 0).toBe(1000)
    expect([536, 1299, 1300, 1439, 1440, 1459, 1460, 9000].map((mss) => (cookieOf(cookies, mss) - base) | 0)).toEqual([
      0, 0, 1, 1, 2, 2, 3, 3,
    ])
  })

  it('is constant within a period of 60 s', () => {
    expect(cookieCount(0)).toBe(0)
    expect(cookieCount(COOKIE_PERIOD - 1)).toBe(0)
    expect(cookieCount(COOKIE_PERIOD)).toBe(1)
  })

  it('accepts 4 of 2^24 guesses per live count, and so about 2^-29 of all', () => {
    // The low 24 bits decide once the count fits: exactly four values do, for each of two counts.
    const cookie = cookieOf(cookies, 536)
    let accepted = 0
    for (let delta = -64; delta < 64; delta++) if (mssIn(cookies, (cookie + delta) | 0, COUNT) > 0) accepted++
    expect(accepted).toBe(4)
  })

  it('depends on every part of the 4-tuple', () => {
    const cookie = cookieOf(cookies, 1460)
    expect(cookies.decode(CLIENT ^ 1, SERVER, 40_000, 80, CLIENT_ISN, cookie, COUNT)).toBe(0)
    expect(cookies.decode(CLIENT, SERVER ^ 1, 40_000, 80, CLIENT_ISN, cookie, COUNT)).toBe(0)
    expect(cookies.decode(CLIENT, SERVER, 40_001, 80, CLIENT_ISN, cookie, COUNT)).toBe(0)
    expect(cookies.decode(CLIENT, SERVER, 40_000, 81, CLIENT_ISN, cookie, COUNT)).toBe(0)
  })
})

describe('the cookie timestamp', () => {
  it.each([
    [7, true],
    [14, false],
    [0, true],
    [-1, true],
    [-1, false],
  ])('carries window scale %i and SACK %j', (scale, sack) => {
    for (const now of [0, 63_999, 64_000, 1_234_567_890, 2 ** 31 * 1000 + 5000, 2 ** 32 * 1000 + 7000]) {
      const timestamp = encodeTimestamp(scale, sack, now)
      expect(decodeWindowScale(timestamp)).toBe(scale)
      expect(decodeSackPermitted(timestamp)).toBe(sack)
      // Never ahead of the clock, and less than 128 ms behind it.
      const behind = (Math.floor(now / 1000) - timestamp) | 0
      expect(behind).toBeGreaterThanOrEqual(0)
      expect(behind).toBeLessThan(128)
    }
  })
})

/** A lab whose SYN queue is full, so that the next SYN gets a cookie. */
function overflowed(): ServerLab {
  const lab = new ServerLab({ synCookies: 1, backlog: 4 })
  floodOnce(lab, 5)
  return lab
}

describe('a listener that sends cookies', () => {
  it('E5a: answers an ACK out of the blue with RST, and does not look for a cookie in it', () => {
    const lab = new ServerLab({ synCookies: 1 })
    const [reset] = new Peer(lab, 1).ack({ ack: 777 })
    expect(reset).toMatchObject({ flags: RST, seq: 777 })
    expect(lab.changed()).toEqual({ OutRsts: 1 })
  })

  it('E5b: answers a wrong cookie with RST and counts it', () => {
    const lab = overflowed()
    const peer = new Peer(lab, 1)
    peer.syn()
    lab.mark()
    const [reset] = peer.ack({ ack: (peer.serverIsn + 1 + 4) | 0 })
    expect(reset).toMatchObject({ flags: RST, seq: (peer.serverIsn + 5) | 0 })
    expect(lab.changed()).toEqual({ SyncookiesFailed: 1, OutRsts: 1 })
  })

  it('E5c: builds the connection from the right cookie, without an answer', () => {
    const lab = overflowed()
    const peer = new Peer(lab, 1)
    peer.syn()
    lab.mark()
    expect(peer.ack()).toEqual([])
    expect(lab.changed()).toEqual({ SyncookiesRecv: 1, PassiveOpens: 1 })
    expect(lab.listener.accept()).toMatchObject({ remoteAddress: peer.address, sndMss: 1460 })
    expect(lab.halfOpen).toBe(5)
  })

  it('E5d: cannot use the second data segment when ACK and first data segment were lost', () => {
    const lab = overflowed()
    const peer = new Peer(lab, 1)
    peer.syn()
    lab.mark()
    const [reset] = peer.ack({ flags: ACK | PSH, seq: peer.isn + 11, payload: new Uint8Array(10) })
    expect(reset?.flags).toBe(RST)
    expect(lab.changed()).toEqual({ SyncookiesFailed: 1, OutRsts: 1 })
  })

  it('E5e: can use the first data segment in place of the ACK, and keeps its data', () => {
    const lab = overflowed()
    const peer = new Peer(lab, 1, 700)
    peer.syn()
    const payload = Uint8Array.from({ length: 10 }, (_, i) => i)
    const [ack] = peer.ack({ flags: ACK | PSH, payload })
    expect(ack).toMatchObject({ flags: ACK, ack: 711 })
    const tcb = lab.listener.accept()
    expect(tcb?.receiveQueue.length).toBe(10)
  })

  it.each([
    [9000, 1460],
    [1459, 1440],
    [1400, 1300],
    [100, 536],
    [0, 536],
  ])(
    'E6: without timestamps remembers MSS %i as %i, offers nothing but its own MSS and forgets the rest',
    (mss, remembered) => {
      const lab = overflowed()
      const peer = new Peer(lab, 1)
      const [synAck] = peer.syn({ mss, windowScale: 7, sackPermitted: true })
      expect(synAck).toMatchObject({ mss: 1460, windowScale: -1, sackPermitted: false, hasTimestamps: false })
      peer.ack()
      expect(lab.listener.accept()).toMatchObject({
        sndMss: remembered,
        sndWindowShift: 0,
        rcvWindowShift: 0,
        sackPermitted: false,
        timestamps: false,
      })
    },
  )

  it('E6: with timestamps all options survive', () => {
    const lab = overflowed()
    const peer = new Peer(lab, 1)
    const [synAck] = peer.syn({ windowScale: 9, sackPermitted: true, hasTimestamps: true, tsVal: 4711 })
    expect(synAck).toMatchObject({ mss: 1460, windowScale: 7, sackPermitted: true, hasTimestamps: true, tsEcr: 4711 })
    peer.ack({ hasTimestamps: true, tsVal: 4712, tsEcr: (synAck as Segment).tsVal })
    expect(lab.listener.accept()).toMatchObject({
      sndMss: 1448,
      sndWindowShift: 9,
      rcvWindowShift: 7,
      sackPermitted: true,
      timestamps: true,
    })
  })

  it('never repeats a cookie SYN-ACK, and keeps no timer for it', () => {
    const lab = new ServerLab({ synCookies: 2 })
    new Peer(lab, 1).syn()
    expect(lab.endpoint.nextDeadline()).toBe(Number.POSITIVE_INFINITY)
    expect(lab.runUntil(100)).toEqual([])
  })

  it('answers a repeated SYN with the same cookie', () => {
    const lab = new ServerLab({ synCookies: 2 })
    const peer = new Peer(lab, 1)
    const [first] = peer.syn()
    lab.runUntil(1)
    const [second] = peer.syn()
    expect(second?.seq).toBe(first?.seq)
  })

  it.each([30, 60, 90])('E17: a cookie is good after %i s', (age) => {
    const lab = new ServerLab({ synCookies: 2 })
    // 20 s into a period, so that 90 s later the count has gone up by one.
    lab.runUntil(60 - (1000 % 60) + 20)
    const peer = new Peer(lab, 1)
    peer.syn()
    lab.pass(age * 1000)
    lab.mark()
    expect(peer.ack()).toEqual([])
    expect(lab.changed()).toEqual({ SyncookiesRecv: 1, PassiveOpens: 1 })
  })

  it('E17: a cookie two counts old is refused and counted', () => {
    const lab = new ServerLab({ synCookies: 2 })
    lab.runUntil(60 - (1000 % 60) + 20)
    const peer = new Peer(lab, 1)
    peer.syn()
    lab.pass(110_000)
    lab.mark()
    expect(peer.ack()[0]?.flags).toBe(RST)
    expect(lab.changed()).toEqual({ SyncookiesFailed: 1, OutRsts: 1 })
  })

  it('E17: more than 120 s after the last cookie nothing is checked or counted any more', () => {
    const lab = new ServerLab({ synCookies: 2 })
    const peer = new Peer(lab, 1)
    peer.syn()
    lab.pass(120_000)
    lab.mark()
    peer.ack()
    expect(lab.changed()).toEqual({ SyncookiesFailed: 1, OutRsts: 1 })
    lab.pass(1)
    lab.mark()
    expect(peer.ack()[0]?.flags).toBe(RST)
    expect(lab.changed()).toEqual({ OutRsts: 1 })
  })

  it('notes an overflow at most once a second, and the 120 s count from the note', () => {
    const lab = new ServerLab({ synCookies: 2 })
    const peer = new Peer(lab, 1)
    new Peer(lab, 2).syn()
    lab.pass(900)
    peer.syn()
    // 120.1 s after the note, 119.2 s after this cookie.
    lab.pass(119_200)
    lab.mark()
    expect(peer.ack()[0]?.flags).toBe(RST)
    expect(lab.changed()).toEqual({ OutRsts: 1 })
  })

  it('E11: drops a valid cookie when the accept queue is full, and never resets for it', () => {
    const lab = new ServerLab({ synCookies: 2, backlog: 2, abortOnOverflow: true })
    const late = new Peer(lab, 1)
    late.syn()
    for (let i = 0; i < 3; i++) {
      const peer = new Peer(lab, 10 + i)
      peer.syn()
      peer.ack()
    }
    lab.mark()
    expect(late.ack()).toEqual([])
    expect(lab.changed()).toEqual({ SyncookiesRecv: 1, ListenOverflows: 1, ListenDrops: 1 })
    lab.listener.accept()
    expect(late.ack()).toEqual([])
    expect(lab.listener.acceptQueue.length).toBe(3)
  })

  it('switched off while running, resets the ACKs of the cookies it sent', () => {
    const lab = overflowed()
    const peer = new Peer(lab, 1)
    peer.syn()
    lab.listener.configure({ ...lab.listener.config, synCookies: 0 })
    lab.mark()
    expect(peer.ack()[0]?.flags).toBe(RST)
    expect(lab.changed()).toEqual({ OutRsts: 1 })
  })

  it('keeps no memory of a SYN that was answered with a cookie', () => {
    const lab = overflowed()
    const before = lab.listener.synQueue.bytes
    floodOnce(lab, 500, 20_000)
    expect(lab.halfOpen).toBe(5)
    expect(lab.listener.synQueue.bytes).toBe(before)
    expect(lab.endpoint.tcbs.size).toBe(0)
  })

  it('answers every other kind of segment as any listener does', () => {
    const lab = overflowed()
    lab.mark()
    const peer = new Peer(lab, 1)
    expect(peer.send({ flags: SYN | ACK, seq: 1, ack: 99 })[0]).toMatchObject({ flags: RST, seq: 99 })
    expect(peer.send({ flags: RST, seq: 1 })).toEqual([])
    expect(peer.send({ flags: RST | ACK, seq: 1, ack: 5 })).toEqual([])
    expect(peer.send({ flags: SYN | 1, seq: 1 })).toEqual([])
    expect(peer.send({ flags: 1, seq: 1 })).toEqual([])
    expect(peer.send({ flags: 0, seq: 1 })).toEqual([])
    expect(lab.changed()).toEqual({ OutRsts: 1 })
  })
})
