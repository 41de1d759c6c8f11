/**
 * syn-flood: whose addresses it carries decides whether it has an effect at all. Read first: RFC 4987 2.
 */
import { describe, expect, it } from 'vitest'
import { AttackLab } from '../../support/worlds/attack-lab.ts'

const RTT = 0.02
const BACKLOG = 128

/** A flood for ten seconds against a server that sends no cookies, with honest clients, and what comes after it. */
function flood(origin: string, rate: number, more: Record<string, unknown> = {}) {
  const lab = new AttackLab({ config: { synCookies: 0, backlog: BACKLOG }, rttMs: RTT * 1000 })
  const id = lab.attack({ kind: 'syn-flood', origin, rate, duration: 10, ...more })
  lab.run(1)
  lab.mark()
  lab.clients({ rate: 20 })
  lab.run(8)
  const queue = lab.synQueue
  const shares = { stored: lab.gained('HalfOpenCreated') / lab.gained('SynReceived') }
  lab.clients(undefined)
  lab.run(70)
  return { lab, queue, shares, sent: lab.snapshot(id).sent }
}

/** What the server has counted since it began. */
function totals(lab: AttackLab) {
  const { mib } = lab.server.counters
  return [...mib]
}

describe('from addresses of hosts that answer', () => {
  it.each(['live', 'bots'])('%s: each SYN holds its place for one round trip, and nobody notices', (origin) => {
    const rate = 500
    const { lab, queue, sent } = flood(origin, rate)
    expect(sent).toBe(10 * rate)
    // Little's law: 500/s, each for the 20 ms until its RST is there, are 10; an honest client holds as long.
    expect(Math.abs(queue.mean - (rate + 20) * RTT)).toBeLessThan(0.2)
    expect(queue.max).toBeLessThan(BACKLOG / 4)
    expect(lab.gained('TCPReqQFullDrop')).toBe(0)
    expect(lab.outcomes()).toEqual({ ok: lab.records.length })
    expect(lab.records.every(({ connectUs }) => connectUs === RTT * 1e6)).toBe(true)
  })

  it.each(['live', 'bots'])('%s: every SYN is an EmbryonicRsts and an AttemptFails, and none expires', (origin) => {
    const lab = new AttackLab({ config: { synCookies: 0, backlog: BACKLOG } })
    lab.attack({ kind: 'syn-flood', origin, rate: 500, duration: 10 })
    lab.run(80)
    expect(
      lab.allGained(
        'SynReceived',
        'HalfOpenCreated',
        'EmbryonicRsts',
        'AttemptFails',
        'HalfOpenExpired',
        'TCPTimeouts',
      ),
    ).toEqual({
      SynReceived: 5000,
      HalfOpenCreated: 5000,
      EmbryonicRsts: 5000,
      AttemptFails: 5000,
      HalfOpenExpired: 0,
      TCPTimeouts: 0,
    })
  })

  it('fills the queue all the same from (B + 1) / round trip on', () => {
    // 129 places, each free again after 20 ms: 6450/s find one.
    const lab = new AttackLab({ config: { synCookies: 0, backlog: BACKLOG } })
    lab.attack({ kind: 'syn-flood', origin: 'live', rate: 10_000, duration: 4 })
    lab.run(1)
    lab.mark()
    lab.run(2)
    expect(lab.synQueue.mean).toBeGreaterThan(128)
    expect(Math.abs(lab.gained('HalfOpenCreated') / 2 - (BACKLOG + 1) / RTT)).toBeLessThan(65)
  })
})

describe('from addresses that stay silent', () => {
  it('fills the queue and starves the clients', () => {
    const { lab, queue, shares } = flood('silent', 500)
    expect(queue.mean).toBeGreaterThan(BACKLOG)
    // Requests live for 8.6 s or so: 129 places let 15 SYNs in per second, of 500 and the clients' repeated ones.
    expect(shares.stored).toBeLessThan(0.05)
    expect(lab.outcomes().timeout).toBeGreaterThan(0.8 * lab.records.length)
  })

  it('bots behind a firewall are as silent: the same counts to the last counter', () => {
    // Only the addresses differ; the generator is asked the same questions, so SYNs come at the same times.
    const run = (origin: string) => {
      const lab = new AttackLab({ config: { synCookies: 0, backlog: BACKLOG } })
      const own = origin === 'silent' ? {} : { bots: 1024 }
      lab.attack({ kind: 'syn-flood', origin, ...own, rate: 500, duration: 10, arrivals: 'poisson', seed: 5 })
      lab.run(80)
      return totals(lab)
    }
    expect(run('bots-firewalled')).toEqual(run('silent'))
  })

  it('with cookies the queue is as full and nobody notices: SyncookiesRecv/Sent is near 0', () => {
    const lab = new AttackLab({ config: { synCookies: 1, backlog: BACKLOG } })
    lab.attack({ kind: 'syn-flood', rate: 500, duration: 10 })
    lab.run(1)
    lab.clients({ rate: 20 })
    lab.run(8)
    lab.clients(undefined)
    lab.run(10)
    expect(lab.outcomes()).toEqual({ ok: lab.records.length })
    const { SyncookiesRecv, SyncookiesSent } = lab.allGained('SyncookiesRecv', 'SyncookiesSent')
    // 20 of the 520 SYNs per second are honest.
    expect(SyncookiesRecv / SyncookiesSent).toBeLessThan(0.06)
    expect(SyncookiesRecv).toBeGreaterThan(0.9 * lab.records.length)
  })
})

it('in pulses shorter than the life of an entry, a flood pays for a fraction of the time', () => {
  const lab = new AttackLab({ config: { synCookies: 0, backlog: BACKLOG, synAckRetries: 2 } })
  // 130 SYNs in a tenth of a second, then nothing for the 7 s that they stay: full from the end of each pulse until its
  // first request has gone, 6.9 s of 7.1 s.
  const id = lab.attack({ kind: 'syn-flood', rate: 1300, shape: 'pulse', pulseOn: 0.1, pulseOff: 7, duration: 71 })
  lab.runTo(0.11)
  lab.mark()
  lab.run(9 * 7.1)
  expect(Math.abs(lab.synQueue.fullShare - 6.9 / 7.1)).toBeLessThan(0.01)
  lab.runTo(80)
  expect(lab.snapshot(id).sent).toBe(10 * 130)
})

it('leaves the server as it was once it is over: the queue drains within the 63 s of a request', () => {
  const lab = new AttackLab({ config: { synCookies: 0, backlog: BACKLOG } })
  lab.attack({ kind: 'syn-flood', rate: 500, duration: 10 })
  lab.run(9)
  lab.clients({ rate: 20 })
  lab.run(0.5)
  lab.clients(undefined)
  lab.runTo(10 + 63.1)
  expect(lab.server.listener.synQueue.length).toBe(0)
  lab.clients({ rate: 20 })
  lab.run(10)
  const after = lab.records.filter(({ startedAt }) => startedAt > 73e6)
  expect(after.length).toBeGreaterThan(100)
  expect(after.every(({ outcome }) => outcome === 'ok')).toBe(true)
})
