/**
 * Recovery from losses, by SACK and without, where the wire alone does not show it: bounds, long lives, counters.
 */
import { describe, expect, it } from 'vitest'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { RECOVERY_NONE, type Tcb } from '../../../../tcpip/connection/tcb.ts'
import { ACK } from '../../../../tcpip/wire/segment.ts'
import { Peer, ServerLab } from '../../../support/worlds/server-lab.ts'

const BYTES = new Uint8Array(65_536)

function connect(options: { sackPermitted?: boolean } = {}) {
  const lab = new ServerLab()
  const peer = new Peer(lab, 1)
  peer.syn(options)
  lab.pass(50)
  peer.ack()
  const tcb = lab.listener.accept() as Tcb
  lab.mark()
  return { lab, peer, tcb }
}

/** A SACK option of `blocks`, numbers relative to SND.UNA. */
function sack(tcb: Tcb, ...blocks: [number, number][]) {
  const sackEdges = new Int32Array(8)
  blocks.flat().forEach((edge, i) => {
    sackEdges[i] = tcb.sndUna + edge
  })
  return { ack: tcb.sndUna, sackBlocks: blocks.length, sackEdges }
}

describe('fast retransmit', () => {
  it('still works after two gigabytes without a loss', () => {
    const { lab, peer, tcb } = connect()
    // Four segments before numbers stop to compare.
    tcb.recover = (tcb.sndUna - 2 ** 31 + 5000) | 0
    for (let i = 0; i < 4; i++) {
      lab.endpoint.write(tcb, BYTES, 0, 1460, lab.now)
      lab.discard()
      peer.ack({ ack: tcb.sndNxt })
    }
    lab.endpoint.write(tcb, BYTES, 0, 8 * 1460, lab.now)
    lab.discard()
    peer.ack({ ack: tcb.sndUna })
    peer.ack({ ack: tcb.sndUna })
    expect(peer.ack({ ack: tcb.sndUna })).toMatchObject([{ flags: ACK, seq: tcb.sndUna, payloadLength: 1460 }])
    expect(lab.changed()).toMatchObject({ TCPFastRetrans: 1, TCPRenoRecovery: 1, RetransSegs: 1 })
  })

  it('does not take the same loss for two', () => {
    const { lab, peer, tcb } = connect()
    lab.endpoint.write(tcb, BYTES, 0, 8 * 1460, lab.now)
    lab.pass(300)
    lab.mark()
    peer.ack({ ack: (tcb.sndUna + 1460) | 0 })
    for (let i = 0; i < 5; i++) peer.ack({ ack: tcb.sndUna })
    expect(lab.delta(Mib.TCPRenoRecovery)).toBe(0)
  })
})

describe('SACK', () => {
  it('counts what it begins, and ends with everything acknowledged', () => {
    const { lab, peer, tcb } = connect({ sackPermitted: true })
    lab.endpoint.write(tcb, BYTES, 0, 10 * 1460, lab.now)
    lab.discard()
    expect(peer.ack(sack(tcb, [1460, 4 * 1460]))).toMatchObject([{ seq: tcb.sndUna, payloadLength: 1460 }])
    expect(lab.changed()).toEqual({ TCPSackRecovery: 1, TCPFastRetrans: 1, RetransSegs: 1 })
    expect(tcb.cwnd).toBe(5)
    peer.ack({ ack: tcb.sndNxt })
    expect(tcb.recovery).toBe(RECOVERY_NONE)
    expect([tcb.sacked.count, tcb.cwnd]).toEqual([0, 5])
  })

  it('bare duplicate ACKs prove nothing: a peer that has more would say what', () => {
    const { lab, peer, tcb } = connect({ sackPermitted: true })
    lab.endpoint.write(tcb, BYTES, 0, 8 * 1460, lab.now)
    lab.discard()
    for (let i = 0; i < 6; i++) expect(peer.ack({ ack: tcb.sndUna })).toEqual([])
  })

  it('more holes than can be remembered cost repeats, nothing else', () => {
    const { lab, peer, tcb } = connect({ sackPermitted: true })
    tcb.cwnd = 1000
    tcb.sndWnd = 65_536
    lab.endpoint.write(tcb, BYTES, 0, 65_536, lab.now)
    lab.discard()
    for (let at = 200; at < 40_000; at += 200) peer.ack(sack(tcb, [at, at + 100]))
    lab.discard()
    expect(peer.ack({ ack: tcb.sndNxt, window: 65_535 })).toEqual([])
    expect([tcb.sndUna === tcb.sndNxt, tcb.sacked.count, lab.endpoint.tcbs.armedTimers]).toEqual([true, 0, 0])
  })

  it('forgets what a peer that reneges has said, and counts it', () => {
    const { lab, peer, tcb } = connect({ sackPermitted: true })
    lab.endpoint.write(tcb, BYTES, 0, 5 * 1460, lab.now)
    peer.ack(sack(tcb, [1460, 5 * 1460]))
    peer.ack({ ack: (tcb.sndUna + 1460) | 0 })
    lab.pass(400)
    expect(lab.delta(Mib.TCPSACKReneging)).toBe(1)
    expect(tcb.sacked.count).toBe(0)
  })
})

describe('a loss probe', () => {
  it('that was needed costs half the window, once', () => {
    const { lab, peer, tcb } = connect({ sackPermitted: true })
    lab.endpoint.write(tcb, BYTES, 0, 10 * 1460, lab.now)
    peer.ack({ ack: (tcb.sndUna + 9 * 1460) | 0 })
    lab.pass(260)
    peer.ack({ ack: tcb.sndNxt })
    lab.endpoint.write(tcb, BYTES, 0, 4 * 1460, lab.now)
    peer.ack({ ack: tcb.sndNxt })
    expect(lab.changed()).toEqual({ RetransSegs: 1, TCPLossProbes: 1, TCPLossProbeRecovery: 1 })
    expect([tcb.lossProbe, tcb.ssthresh]).toEqual([false, 10])
    expect(tcb.cwnd).toBeLessThan(12)
  })

  it.each([
    ['a bare repeat of its ACK', 0, 64_240],
    ['a D-SACK with another window', 1, 60_000],
  ])('whose answer is followed by %s has repaired nothing', (_, sackBlocks, window) => {
    const { lab, peer, tcb } = connect({ sackPermitted: true })
    lab.endpoint.write(tcb, BYTES, 0, 5 * 1460, lab.now)
    lab.pass(110)
    const end = tcb.sndNxt
    peer.ack({ ack: end })
    expect(tcb.lossProbe).toBe(true)
    peer.ack({ ack: end, window, sackBlocks, sackEdges: Int32Array.of(end - 1460, end) })
    lab.endpoint.write(tcb, BYTES, 0, 5 * 1460, lab.now)
    peer.ack({ ack: tcb.sndNxt })
    expect(tcb.lossProbe).toBe(false)
    expect([lab.delta(Mib.TCPLossProbes), lab.delta(Mib.TCPLossProbeRecovery)]).toEqual([1, 0])
  })

  it('is not sent for a closed window, which has probes of its own', () => {
    const { lab, peer, tcb } = connect({ sackPermitted: true })
    peer.ack({ window: 0 })
    lab.endpoint.write(tcb, BYTES, 0, 1000, lab.now)
    lab.pass(2000)
    expect(lab.delta(Mib.TCPLossProbes)).toBe(0)
    expect(lab.delta(Mib.WindowProbes)).toBeGreaterThan(1)
  })
})
