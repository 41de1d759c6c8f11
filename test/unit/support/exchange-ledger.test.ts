/** The judge of connections that are given up over a bad network: it excuses what the network did, and nothing else. */
import { describe, expect, it } from 'vitest'
import { Tcb } from '../../../tcpip/connection/tcb.ts'
import { ACK, makeSegment, RST } from '../../../tcpip/wire/segment.ts'
import { ExchangeLedger } from '../../support/oracles/exchange-ledger.ts'
import { TwoHosts } from '../../support/worlds/two-hosts.ts'

const DATA = makeSegment({ flags: ACK, seq: 1000, ack: 5000, payload: new Uint8Array(100) })
const ANSWER = makeSegment({ flags: ACK, seq: 5000, ack: 1100, window: 500 })

/** An end with two segments of 100 bytes in flight from 1000 on, and a peer that has them and sends from 5000 on. */
function twoEnds({ sndWnd = 1000, peerWnd = 1000, peerInFlight = 0, isOrphan = false } = {}) {
  const [tcb, peerTcb] = [new Tcb(0), new Tcb(1)]
  Object.assign(tcb, { sndUna: 1000, sndNxt: 1200, sndWnd, lastAckSent: 5000 + peerInFlight })
  Object.assign(peerTcb, { sndUna: 5000, sndNxt: 5000 + peerInFlight, sndWnd: peerWnd, lastAckSent: 1200 })
  if (!isOrphan) tcb.owner = new TwoHosts().connect().owner
  const [own, peer] = [new ExchangeLedger(), new ExchangeLedger()]
  own.observe(tcb)
  peer.observe(peerTcb)
  const send = (lost: number, carried: number) => {
    for (let i = 0; i < lost + carried; i++) own.onSent(DATA, i < lost)
  }
  return { tcb, own, peer, send }
}

describe('an end that gives up', () => {
  it('is excused when every repeat or its answer was lost, a RST being an answer', () => {
    const { own, peer, send } = twoEnds()
    send(6, 2)
    own.onComing(ANSWER, peer)
    expect(own.excuse(peer)).toBeUndefined()
    own.onComing(makeSegment({ flags: RST, seq: 5000 }), peer)
    expect(own.excuse(peer)).toBe('every repeat or its answer lost')
  })

  it('is not before it has tried long enough, nor for tries of before it last got on', () => {
    const { tcb, own, peer, send } = twoEnds()
    send(6, 0)
    expect(own.excuse(peer)).toBeUndefined()
    send(1, 0)
    expect(own.excuse(peer)).toBe('every repeat or its answer lost')
    tcb.sndUna += 100
    own.observe(tcb)
    expect(own.excuse(peer)).toBeUndefined()
  })

  it('is not when it was told, nor by keepalive probes, which it must refuse', () => {
    const { tcb, own, peer, send } = twoEnds()
    send(6, 1)
    expect(own.onComing(makeSegment({ flags: ACK, seq: 4999, ack: 1100 }), peer)).toBe(false)
    expect(own.excuse(peer)).toBeUndefined()
    expect(own.onComing(ANSWER, peer)).toBe(true)
    expect(own.excuse(peer)).toBe('every repeat or its answer lost')
    own.onAnswer(ANSWER)
    own.observe(tcb)
    expect(own.excuse(peer)).toBeUndefined()
  })

  it.each([true, false])('is when the window is shut and it has no program any more: %s', (isOrphan) => {
    const { own, peer, send } = twoEnds({ isOrphan })
    send(6, 1)
    own.onComing(makeSegment({ flags: ACK, seq: 5000, ack: 1000, window: 0 }), peer)
    expect(own.excuse(peer)).toBe(isOrphan ? 'window shut before one whose program has closed' : undefined)
  })

  it.each([
    [0, 'windows taken back on both sides'],
    [1000, undefined],
  ])('is when the numbers of both are old because of their windows: %i bytes of the peer’s', (peerWnd, excuse) => {
    const { tcb, own, peer, send } = twoEnds({ sndWnd: 0, peerWnd, peerInFlight: 200 })
    send(6, 1)
    own.onComing(ANSWER, peer)
    own.onAnswer(ANSWER)
    own.observe(tcb)
    expect(own.excuse(peer)).toBe(excuse)
  })
})
