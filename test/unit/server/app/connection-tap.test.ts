import { describe, expect, it } from 'vitest'
import { RESPONSE } from '../../../../server/app/responder.ts'
import type { TapEvent } from '../../../../server/app/tap-event.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../../../tcpip/wire/address-plan.ts'
import { packetBytes, parsePacket } from '../../../../tcpip/wire/codec.ts'
import { ACK, FIN, makeSegment, PSH, Segment, SYN } from '../../../../tcpip/wire/segment.ts'
import { LocalEngine, spoofedSyn } from '../../../support/worlds/local-engine.ts'

/** 10.9.16.1, an honest client. */
const CLIENT = 0x0a09_1001
const PORT = 40_000
const ISN = 1000
const REQUEST = new TextEncoder().encode('GET / HTTP/1.1\r\nHost: a\r\n\r\n')

/** A client that is played by hand against an engine that may be tapped. */
class Tapped extends LocalEngine {
  /** The server's ISN, once it has been heard. */
  iss = 0

  /** Lets the server take a segment of the client. */
  send(fields: Partial<Segment>): void {
    this.push(packetBytes(makeSegment({ ...this.from, ...fields })))
  }

  push(packet: Uint8Array): void {
    this.wire.tx.push(packet, 0, packet.length)
    this.core.wake()
    this.scheduler.settle()
    const { rx } = this.wire
    const heard = new Segment()
    for (let at = rx.peek(); at >= 0; at = rx.peek()) {
      parsePacket(rx.bytes, rx.view, at, rx.peekLength(), heard)
      if ((heard.flags & SYN) !== 0 && heard.destination === CLIENT) this.iss = heard.seq
      rx.release()
    }
  }

  shakeHands(): void {
    this.send({ flags: SYN, seq: ISN, mss: 1460 })
    this.send({ flags: ACK, seq: ISN + 1, ack: (this.iss + 1) | 0 })
  }

  /** What the tap has told so far, in short. */
  get story(): string[] {
    return this.events.map((event) => {
      if (event.kind === 'started') return `started ${event.client} ${event.isHonest ? 'honest' : 'hostile'}`
      if (event.kind === 'ended') return `ended ${event.reason}`
      const { state } = event.ends.server
      if (event.kind === 'ends') return `ends ${state}`
      const { direction, flags, payloadBytes, isCookie, isRepeat, dropped } = event.segment
      const notes = [isCookie && 'cookie', isRepeat && 'repeat', dropped].filter(Boolean).join()
      return `${direction} ${flags.join()} ${payloadBytes} ${state}${notes === '' ? '' : ` ${notes}`}`
    })
  }

  get events(): TapEvent[] {
    return this.told.flatMap(({ event, data }) => (event === 'tap' ? [data as TapEvent] : []))
  }

  private readonly from = {
    source: CLIENT,
    sourcePort: PORT,
    destination: SERVER_ADDRESS,
    destinationPort: SERVER_PORT,
    window: 64_240,
  }
}

describe('a tap on the next honest connection', () => {
  it('tells every segment of its life, with the state of the server after each', () => {
    const lab = new Tapped()
    expect(lab.core.follow('honest')).toBe(1)
    lab.shakeHands()
    lab.send({
      flags: ACK | PSH,
      seq: ISN + 1,
      ack: (lab.iss + 1) | 0,
      payload: REQUEST,
      payloadLength: REQUEST.length,
    })
    expect(lab.story.slice(0, 7)).toEqual([
      'started 10.9.16.1:40000 honest',
      'to-server SYN 0 SYN-RECEIVED',
      'to-client ACK,SYN 0 SYN-RECEIVED',
      'to-server ACK 0 ESTABLISHED',
      `to-server ACK,PSH ${REQUEST.length} ESTABLISHED`,
      // The program has read it before it answers (Linux tcp_cleanup_rbuf).
      'to-client ACK 0 ESTABLISHED',
      `to-client ACK,PSH ${RESPONSE.length} ESTABLISHED`,
    ])
  })

  it('passes over the SYNs of an attack, and over other clients once it has one', () => {
    const lab = new Tapped()
    lab.core.follow('honest')
    lab.push(spoofedSyn(1))
    expect(lab.story).toEqual([])
    lab.shakeHands()
    lab.push(spoofedSyn(2))
    lab.send({ flags: SYN, seq: 5, sourcePort: PORT + 1 })
    expect(lab.story).toHaveLength(4)
  })

  it('tells a cookie from a number that is kept, and why a SYN was dropped', () => {
    const cookies = new Tapped({ synCookies: 2 })
    cookies.core.follow('honest')
    cookies.shakeHands()
    expect(cookies.story.slice(1)).toEqual([
      'to-server SYN 0 LISTEN',
      'to-client ACK,SYN 0 LISTEN cookie',
      'to-server ACK 0 ESTABLISHED',
    ])
    const full = new Tapped({ synCookies: 0, backlog: 0 })
    full.push(spoofedSyn(1))
    full.core.follow('honest')
    full.send({ flags: SYN, seq: ISN })
    full.send({ flags: SYN, seq: ISN })
    expect(full.story.slice(1)).toEqual([
      'to-server SYN 0 LISTEN syn_queue_full',
      'to-server SYN 0 LISTEN repeat,syn_queue_full',
    ])
  })

  it('tells what the wire carries as unsigned numbers, options by name, and the timer with its moment', () => {
    const lab = new Tapped()
    lab.core.follow('honest')
    const began = lab.scheduler.clock() / 1000
    lab.send({ flags: SYN, seq: -2, mss: 1400, windowScale: 7, sackPermitted: true, hasTimestamps: true, tsVal: -1 })
    const [, syn] = lab.events
    expect(syn).toMatchObject({
      kind: 'segment',
      segment: {
        seq: 0xffff_fffe,
        options: { mss: 1400, windowScale: 7, sackPermitted: true, timestamps: [0xffff_ffff, 0] },
      },
      ends: { server: { state: 'SYN-RECEIVED', timer: { kind: 'on', firesAt: began + 1000, retries: 0 } } },
    })
  })

  it('tells a SYN-ACK that is sent again, and that the request has expired', () => {
    const lab = new Tapped({ synAckRetries: 1 })
    lab.core.follow('honest')
    lab.send({ flags: SYN, seq: ISN })
    lab.scheduler.pass(10_000)
    expect(lab.story.slice(3)).toEqual(['to-client ACK,SYN 0 SYN-RECEIVED repeat', 'ends LISTEN', 'ended closed'])
  })

  it('follows the close, and ends when nothing is kept any more', () => {
    const lab = new Tapped()
    lab.core.follow('honest')
    lab.shakeHands()
    lab.send({ flags: FIN | ACK, seq: ISN + 1, ack: (lab.iss + 1) | 0 })
    lab.send({ flags: ACK, seq: ISN + 2, ack: (lab.iss + 2) | 0 })
    expect(lab.story.slice(-3)).toEqual([
      expect.stringMatching(/^to-client ACK,FIN 0 LAST-ACK/),
      'to-server ACK 0 LISTEN',
      'ended closed',
    ])
    const before = lab.events.length
    lab.shakeHands()
    expect(lab.events).toHaveLength(before)
  })
})

describe('a tap', () => {
  it('shows a connection that exists already as it is, when its peer is named', () => {
    const lab = new Tapped()
    lab.shakeHands()
    lab.core.follow({ address: CLIENT, port: PORT })
    expect(lab.story).toEqual(['started 10.9.16.1:40000 honest', 'ends ESTABLISHED'])
  })

  it('on the next hostile connection takes whatever an attack begins with', () => {
    const lab = new Tapped()
    lab.core.follow('hostile')
    lab.shakeHands()
    lab.send({ source: (0xc612_0000 + 9) | 0, flags: ACK, seq: 1, ack: 1 })
    expect(lab.story).toEqual([
      'started 198.18.0.9:40000 hostile',
      'to-server ACK 0 LISTEN listen_stray_ack',
      'to-client RST 0 LISTEN',
    ])
  })

  it('is replaced by the next one, stopped by a reset, and gives up on silence', () => {
    const lab = new Tapped({ synCookies: 2 })
    lab.core.follow('honest')
    expect(lab.core.follow('honest')).toBe(2)
    lab.core.reset()
    lab.core.follow('honest')
    lab.send({ flags: SYN, seq: ISN })
    lab.scheduler.pass(41_000)
    const ends = lab.events.filter(({ kind }) => kind === 'ended')
    expect(ends).toMatchObject([
      { tap: 1, reason: 'replaced' },
      { tap: 2, reason: 'stopped' },
      { tap: 3, reason: 'idle' },
    ])
  })
})
