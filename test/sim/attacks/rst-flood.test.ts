/**
 * rst-flood: a RST ends a connection only at exactly RCV.NXT; one elsewhere in the window earns a challenge ACK, at most
 * one per connection and 500 ms. Read first: RFC 5961 3.2, Linux tcp_validate_incoming().
 */
import { describe, expect, it } from 'vitest'
import { DropReason } from '../../../tcpip/base/drop-reason.ts'
import { AttackLab } from '../../support/worlds/attack-lab.ts'

/** Honest connections that ask once more after a minute, and are open in between. */
function withOpenConnections(count: number): AttackLab {
  const lab = new AttackLab()
  lab.clients({ rate: count, arrivals: 'constant', requests: 2, pause: 60 })
  lab.run(0.9999)
  lab.clients(undefined)
  lab.run(1)
  expect(lab.server.openConnections).toBe(count)
  lab.mark()
  return lab
}

/** The receive window that all connections of the server have. */
function windowOf(lab: AttackLab): number {
  const windows = new Set<number>()
  lab.server.endpoint.tcbs.forEach(({ rcvWnd }) => {
    windows.add(rcvWnd)
  })
  expect(windows.size).toBe(1)
  return [...windows][0] as number
}

describe('with addresses and ports of the connections', () => {
  it('a sweep with the window as its step hits once, earns a challenge ACK, and cuts nobody off', () => {
    const lab = withOpenConnections(10)
    const stride = windowOf(lab)
    // A sweep is 2^32 / window RSTs, about 66,000.
    const sweep = Math.ceil(2 ** 32 / stride)
    const sweeps = 3
    const rate = 60_000
    const id = lab.attack({ kind: 'rst-flood', stride, rate, duration: (sweeps * sweep) / rate })
    lab.run((sweeps * sweep) / rate + 1)
    expect(lab.snapshot(id).sent).toBe(sweeps * sweep)
    expect(lab.dropped(DropReason.RST_NOT_EXACT)).toBe(sweeps)
    expect(lab.dropped(DropReason.OUT_OF_WINDOW)).toBe(sweeps * (sweep - 1))
    // More than 500 ms lie between two hits: none is rate-limited.
    expect(lab.allGained('TCPChallengeACK', 'TCPACKSkippedChallenge', 'EstabResets', 'OutRsts')).toEqual({
      TCPChallengeACK: sweeps,
      TCPACKSkippedChallenge: 0,
      EstabResets: 0,
      OutRsts: 0,
    })
    lab.run(70)
    expect(lab.outcomes()).toEqual({ ok: 10 })
  })

  it('smaller steps hit more often, but there is one challenge ACK in 500 ms', () => {
    const lab = withOpenConnections(1)
    // Five RSTs of a sweep fall into the window, one right after the other.
    const stride = Math.floor(windowOf(lab) / 5)
    const sweep = Math.ceil(2 ** 32 / stride)
    const rate = 300_000
    lab.attack({ kind: 'rst-flood', stride, rate, duration: sweep / rate })
    lab.run(sweep / rate + 1)
    const hits = lab.dropped(DropReason.RST_NOT_EXACT)
    expect(Math.abs(hits - 5)).toBeLessThanOrEqual(1)
    expect(lab.allGained('TCPChallengeACK', 'TCPACKSkippedChallenge', 'EstabResets')).toEqual({
      TCPChallengeACK: 1,
      TCPACKSkippedChallenge: hits - 1,
      EstabResets: 0,
    })
  })
})

describe('with the addresses alone', () => {
  it('the ports have to be guessed as well: RSTs for nobody, which nobody answers', () => {
    const lab = withOpenConnections(10)
    const stride = windowOf(lab)
    const id = lab.attack({ kind: 'rst-flood', victims: 'addresses', stride, rate: 60_000, duration: 5 })
    lab.run(6)
    const { sent } = lab.snapshot(id)
    expect(sent).toBe(300_000)
    // One port of 28,232 is right, and then one number of 66,000: 300,000 packets hit 0.00016 times, all sweeps together.
    expect((sent / 28_232) * (stride / 2 ** 32)).toBeLessThan(2e-4)
    expect(lab.dropped(DropReason.RST_NOT_EXACT)).toBe(0)
    expect(lab.dropped(DropReason.LISTEN_IGNORED) + lab.dropped(DropReason.OUT_OF_WINDOW)).toBe(sent)
    expect(lab.allGained('OutRsts', 'OutSegs', 'EstabResets')).toEqual({ OutRsts: 0, OutSegs: 0, EstabResets: 0 })
    lab.run(70)
    expect(lab.outcomes()).toEqual({ ok: 10 })
  })
})

it('with nobody to cut off it guesses, and disturbs nobody', () => {
  const lab = new AttackLab()
  lab.attack({ kind: 'rst-flood', rate: 1000, duration: 1 })
  lab.run(2)
  expect(lab.dropped(DropReason.LISTEN_IGNORED)).toBe(1000)
  expect(lab.gained('OutSegs')).toBe(0)
})
