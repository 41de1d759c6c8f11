/**
 * low-and-slow: the hold rate keeps the SYN queue full, and little less does not.
 *
 * Theory (Linux reqsk_timer_handler): an entry that nobody answers lives for T = 1 + 2 + 4 + ... s, one term per SYN-ACK.
 * By Little's law a queue of B + 1 places is full from R = (B + 1) / T on. T is 3 s with 1 retry and 7 s with 2. With 5
 * retries a crowded queue settles where an eighth of the entries is younger than a second: T is about 8.6 s.
 */
import { describe, expect, it } from 'vitest'
import { halfOpenLifetime, holdRate } from '../../../attacker/traffic/hold-rate.ts'
import { SECOND } from '../../../tcpip/base/time.ts'
import { AttackLab, isPoissonCount } from '../../support/worlds/attack-lab.ts'

/** Lifetimes to be settled and measured, so that every first entry has long gone. */
const WARM_UP = 12
const MEASURED = 12

/** How full the queue is, as a share of its places, when SYNs come at `share` of the hold rate. */
function fill(backlog: number, synAckRetries: number, share: number, arrivals = 'constant') {
  const lab = new AttackLab({ config: { synCookies: 0, backlog, synAckRetries } })
  const rate = holdRate(backlog, synAckRetries) * share
  const life = halfOpenLifetime(synAckRetries)
  lab.attack({ kind: 'syn-flood', rate, arrivals, duration: (WARM_UP + MEASURED) * life })
  lab.run(WARM_UP * life)
  lab.mark()
  lab.run(MEASURED * life)
  const { mean } = lab.synQueue
  return { mean: mean / (backlog + 1), dropped: lab.gained('TCPReqQFullDrop'), synReceived: lab.gained('SynReceived') }
}

describe('with retries that leave the life of an entry fixed', () => {
  it.each([
    [1, 3, 64],
    [1, 3, 128],
    [2, 7, 64],
    [2, 7, 128],
    [2, 7, 1024],
    // The queue cuts these to two: one entry in seven is young, too few for a third.
    [3, 7, 128],
    [4, 7, 128],
  ])('%i retries, a life of %i s, backlog %i: SYNs are dropped from places / lifetime on, to 2 in 100', (...row) => {
    const [retries, life, backlog] = row
    expect(halfOpenLifetime(retries)).toBe(life)
    const below = fill(backlog, retries, 0.98)
    expect(below.dropped).toBe(0)
    expect(below.mean).toBeGreaterThan(0.97)
    const above = fill(backlog, retries, 1.02)
    expect(above.dropped).toBeGreaterThan(0)
    // All places are taken again as soon as they fall free: what is more than fits is lost.
    expect(Math.abs(above.dropped / above.synReceived - (1 - 1 / 1.02))).toBeLessThan(0.015)
  })
})

describe('with Linux’s 5 retries, where the queue cuts the life of old entries', () => {
  it.each([64, 128, 1024])('backlog %i: the queue is full at the hold rate, to a tenth', (backlog) => {
    expect(fill(backlog, 5, 0.9).dropped).toBe(0)
    expect(fill(backlog, 5, 1.1).mean).toBeGreaterThan(0.95)
  })

  it('backlog 1024, Poisson: mean lengths are those of the measured equilibrium', () => {
    // 100 SYN/s: 864 of 1025 and nothing lost; 120 SYN/s: 989 and 4 % lost.
    const at = (rate: number) => fill(1024, 5, rate / holdRate(1024, 5), 'poisson')
    expect(Math.abs(at(100).mean * 1025 - 864)).toBeLessThan(26)
    const beyond = at(120)
    expect(Math.abs(beyond.mean * 1025 - 989)).toBeLessThan(26)
    expect(beyond.dropped / beyond.synReceived).toBeGreaterThan(0.02)
    expect(beyond.dropped / beyond.synReceived).toBeLessThan(0.07)
  })
})

describe('the attack', () => {
  /** Two minutes at the rate that the attack finds itself, honest clients from 30 s to 90 s. */
  function run(synCookies: number) {
    const lab = new AttackLab({ config: { synCookies, backlog: 128, synAckRetries: 2 } })
    const id = lab.attack({ kind: 'low-and-slow', backlog: 128, synAckRetries: 2, duration: 120 })
    expect(lab.snapshot(id).spec.rate).toBeCloseTo(129 / 7, 10)
    lab.run(30)
    lab.clients({ rate: 5 })
    lab.mark()
    lab.run(60)
    const queue = lab.synQueue
    lab.clients(undefined)
    lab.run(40)
    expect(lab.snapshot(id)).toMatchObject({ state: 'finished', sent: Math.ceil((129 / 7) * 120) })
    return { lab, queue }
  }

  it('keeps a queue without cookies full, and clients who find it so lose a second', () => {
    const { lab, queue } = run(0)
    expect(queue.mean).toBeGreaterThan(0.95 * 129)
    // Poisson arrivals see time averages: as many first SYNs find the queue full as the share of time in which it is.
    const { length } = lab.records
    const slow = lab.records.filter(({ connectUs = SECOND }) => connectUs >= SECOND).length
    expect(isPoissonCount(slow, queue.fullShare * length)).toBe(true)
    expect(slow).toBeGreaterThan(0)
  })

  it('harms nobody whose server sends cookies', () => {
    const { lab } = run(1)
    expect(lab.outcomes()).toEqual({ ok: lab.records.length })
    expect(lab.records.every(({ connectUs }) => connectUs === 20_000)).toBe(true)
    expect(lab.gained('TCPReqQFullDrop')).toBe(0)
  })
})
