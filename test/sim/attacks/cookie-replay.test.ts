/**
 * cookie-replay: a listener keeps nothing of the cookies it gave, so one opens a connection as often as it likes until it is
 * too old. Read first: Linux cookie_v4_check().
 *
 * The clock of cookies steps every 60 s, at 0, 60, 120 s here, and a cookie is good during its own step and the next: one
 * given just after 0 s is good for 120 s, one given just before 60 s for 60 s.
 */
import { describe, expect, it } from 'vitest'
import { DropReason } from '../../../tcpip/base/drop-reason.ts'
import { State } from '../../../tcpip/base/states.ts'
import { AttackLab, type AttackLabOptions } from '../../support/worlds/attack-lab.ts'

const COUNTERS = ['SyncookiesRecv', 'SyncookiesFailed', 'PassiveOpens', 'EstabResets'] as const

/** A server that sends a cookie to everybody. */
function lab(options: AttackLabOptions = {}): AttackLab {
  return new AttackLab({ ...options, config: { synCookies: 2, ...options.config } })
}

/** SYNs from elsewhere, so that the listener goes on looking at ACKs. */
function keepGateOpen(cookieLab: AttackLab): void {
  cookieLab.attack({ kind: 'syn-flood', rate: 1, duration: 3600 })
}

it('every replay of a young cookie opens a connection, again and again once the last one was reset', () => {
  const young = lab()
  // 0.1 s for 100 SYNs, 30 s of patience, then 1 s: five laps of ACKs and five of RSTs.
  const id = young.attack({ kind: 'cookie-replay', cookies: 100, age: 30, rate: 1000, duration: 31.1 })
  young.run(1)
  expect(young.snapshot(id).figures).toEqual({ obtained: 100, replayed: 0, closed: 0, refused: 0 })
  expect(young.gained('SyncookiesSent')).toBe(100)
  young.runTo(30.25)
  expect(young.server.endpoint.tcbs.counts[State.ESTABLISHED]).toBeGreaterThan(30)
  young.runTo(35)
  expect(young.snapshot(id).figures).toEqual({ obtained: 100, replayed: 500, closed: 500, refused: 0 })
  expect(young.allGained(...COUNTERS)).toEqual({
    SyncookiesRecv: 500,
    SyncookiesFailed: 0,
    PassiveOpens: 500,
    EstabResets: 500,
  })
  expect(young.server.endpoint.tcbs.size).toBe(0)
})

describe('the age of a cookie', () => {
  it.each([
    ['given at the beginning of a step, for nearly 120 s', 0, 118, 'taken'],
    ['given at the beginning of a step, not for 120 s', 0, 120, 'refused'],
    ['given at the end of a step, for nearly 60 s', 58, 60, 'taken'],
    ['given at the end of a step, not for 62 s', 58, 62, 'refused'],
  ])('%s', (_, from, age, fate) => {
    const aged = lab()
    keepGateOpen(aged)
    aged.runTo(from)
    aged.mark()
    // The SYNs take 1 s, and one lap of ACKs as long.
    const id = aged.attack({ kind: 'cookie-replay', cookies: 50, age, rate: 50, duration: 1 + age + 1 })
    aged.run(age + 3)
    expect(aged.figure(id, 'replayed')).toBe(50)
    const taken = fate === 'taken' ? 50 : 0
    expect(aged.allGained('SyncookiesRecv', 'SyncookiesFailed', 'OutRsts')).toEqual({
      SyncookiesRecv: taken,
      SyncookiesFailed: 50 - taken,
      OutRsts: 50 - taken,
    })
    expect(aged.figure(id, 'refused')).toBe(50 - taken)
  })

  it('ends at the step of the clock, to the packet', () => {
    const aged = lab()
    keepGateOpen(aged)
    // ACK k leaves at 119.5 s + k / 100 s and comes 10 ms later: before 120 s for k up to 48.
    const id = aged.attack({ kind: 'cookie-replay', cookies: 100, age: 118.5, rate: 100, duration: 120.5 })
    aged.runTo(122)
    expect(aged.figure(id, 'replayed')).toBe(100)
    expect(aged.allGained('SyncookiesRecv', 'SyncookiesFailed')).toEqual({ SyncookiesRecv: 49, SyncookiesFailed: 51 })
  })

  it('is of no consequence once the server has stopped looking: RSTs, and no counter', () => {
    const aged = lab()
    const id = aged.attack({ kind: 'cookie-replay', cookies: 50, age: 125, rate: 50, duration: 127 })
    aged.runTo(130)
    expect(aged.figure(id, 'refused')).toBe(50)
    expect(aged.allGained('SyncookiesRecv', 'SyncookiesFailed')).toEqual({ SyncookiesRecv: 0, SyncookiesFailed: 0 })
    expect(aged.dropped(DropReason.LISTEN_STRAY_ACK)).toBe(50)
  })
})

it('needs no patience: laps begin with the cookies that have come', () => {
  const hasty = lab()
  const id = hasty.attack({ kind: 'cookie-replay', cookies: 100, age: 0, rate: 1000, duration: 3 })
  hasty.run(4)
  const { replayed, closed, refused } = hasty.snapshot(id).figures
  expect(refused).toBe(0)
  expect((replayed as number) + (closed as number)).toBe(2900)
  expect(hasty.allGained('SyncookiesRecv', 'SyncookiesFailed')).toEqual({
    SyncookiesRecv: replayed,
    SyncookiesFailed: 0,
  })
})

it('a server that stores the SYNs gives no cookie: each place is good once, and for an ACK that is its own', () => {
  const stateful = new AttackLab({ config: { synCookies: 0 } })
  const id = stateful.attack({ kind: 'cookie-replay', cookies: 50, age: 1, rate: 50, duration: 6 })
  stateful.run(8)
  expect(stateful.figure(id, 'obtained')).toBe(50)
  // Lap 1 completes 50 handshakes, lap 2 resets them, lap 3 meets nobody.
  expect(stateful.allGained('PassiveOpens', 'EstabResets', 'SyncookiesRecv')).toEqual({
    PassiveOpens: 50,
    EstabResets: 50,
    SyncookiesRecv: 0,
  })
  expect(stateful.figure(id, 'refused')).toBe(50)
})

it('two at a time do not get into each other’s way', () => {
  const two = lab()
  const request = { kind: 'cookie-replay', cookies: 1000, age: 1, rate: 1000, duration: 6 } as const
  const ids = [two.attack(request), two.attack(request)]
  two.run(8)
  for (const id of ids) {
    expect(two.snapshot(id).figures).toEqual({ obtained: 1000, replayed: 2000, closed: 2000, refused: 0 })
  }
})
