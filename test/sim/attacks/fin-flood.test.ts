/**
 * fin-flood: a FIN closes only with a sequence number in the window and an acknowledgment number in the peer's. Read first:
 * RFC 9293 3.10.7.4, RFC 5961 5.
 */
import { expect, it } from 'vitest'
import { DropReason } from '../../../tcpip/base/drop-reason.ts'
import { AttackLab } from '../../support/worlds/attack-lab.ts'

it('closes nothing: in the window it earns a challenge ACK, elsewhere an ACK that tells the victim nothing new', () => {
  const lab = new AttackLab()
  lab.clients({ rate: 10, arrivals: 'constant', requests: 2, pause: 60 })
  lab.run(0.9999)
  lab.clients(undefined)
  lab.run(1)
  let stride = 0
  lab.server.endpoint.tcbs.forEach(({ rcvWnd }) => {
    stride = rcvWnd
  })
  const sweep = Math.ceil(2 ** 32 / stride)
  const sweeps = 3
  const rate = 60_000
  lab.mark()
  const id = lab.attack({ kind: 'fin-flood', stride, rate, duration: (sweeps * sweep) / rate })
  lab.run((sweeps * sweep) / rate + 1)
  const { sent } = lab.snapshot(id)
  expect(sent).toBe(sweeps * sweep)
  // One FIN of each sweep is in the window. Its acknowledgment number is a guess: right within the few hundred bytes of an
  // answer, once in ten million times.
  expect(lab.dropped(DropReason.BAD_ACK)).toBe(sweeps)
  expect(lab.dropped(DropReason.OUT_OF_WINDOW)).toBe(sent - sweeps)
  expect(lab.gained('TCPChallengeACK') + lab.gained('TCPACKSkippedChallenge')).toBe(sweeps)
  // A FIN counts as data, and data out of the window is always answered: the victims get an ACK for each.
  expect(lab.gained('OutSegs')).toBe(sent - sweeps + lab.gained('TCPChallengeACK'))
  // Half of all numbers lie beyond the window, the other half before it.
  expect(Math.abs(lab.gained('BeyondWindow') / sent - 0.5)).toBeLessThan(0.01)
  expect(lab.server.openConnections).toBe(10)
  lab.run(70)
  expect(lab.outcomes()).toEqual({ ok: 10 })
})

it('with nobody connected each FIN carries an ACK that belongs to nothing, and earns a RST', () => {
  const lab = new AttackLab()
  lab.attack({ kind: 'fin-flood', rate: 1000, duration: 1 })
  lab.run(2)
  expect(lab.allGained('OutRsts', 'SyncookiesFailed')).toEqual({ OutRsts: 1000, SyncookiesFailed: 0 })
})
