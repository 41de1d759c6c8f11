/**
 * ack-flood: guessed cookies. Read first: Linux cookie_v4_check(), tcp_synq_no_recent_overflow().
 *
 * A listener takes a cookie when its clock part is one of two values (of 2^8) and its hash part one of four (of 2^24): a
 * guess is right with probability 8 / 2^32 = 2^-29. It looks at ACKs only within 120 s of the last cookie that it sent.
 */
import { describe, expect, it } from 'vitest'
import { GUESSES_PER_COOKIE } from '../../../attacker/traffic/ack-flood.ts'
import { COOKIE_SECRET_BYTES, SynCookies } from '../../../server/listener/syn-cookies.ts'
import { DropReason } from '../../../tcpip/base/drop-reason.ts'
import { Prng } from '../../../tcpip/base/prng.ts'
import { SERVER_ADDRESS, SERVER_PORT } from '../../../tcpip/wire/address-plan.ts'
import { AttackLab } from '../../support/worlds/attack-lab.ts'
import { testSecret } from '../../support/worlds/server-lab.ts'

const COUNTERS = ['SyncookiesFailed', 'SyncookiesRecv', 'OutRsts', 'PassiveOpens'] as const

describe('while a flood has the server send cookies', () => {
  it('each guess is a SyncookiesFailed and a RST', () => {
    const lab = new AttackLab({ config: { synCookies: 1 } })
    lab.attack({ kind: 'syn-flood', rate: 200, duration: 20 })
    lab.run(5)
    expect(lab.gained('SyncookiesSent')).toBeGreaterThan(0)
    lab.mark()
    const id = lab.attack({ kind: 'ack-flood', rate: 4000, duration: 5 })
    lab.run(6)
    const { sent } = lab.snapshot(id)
    expect(sent).toBe(20_000)
    // Chance that a run with another seed sees a guess succeed: 1 - exp(-20000 / 2^29), about 4 in 100,000.
    expect(1 - Math.exp(-sent / GUESSES_PER_COOKIE)).toBeLessThan(4e-5)
    expect(lab.allGained(...COUNTERS)).toEqual({
      SyncookiesFailed: sent,
      SyncookiesRecv: 0,
      OutRsts: sent,
      PassiveOpens: 0,
    })
    expect(lab.dropped(DropReason.COOKIE_INVALID)).toBe(sent)
    expect(lab.synQueue.max).toBe(129)
  })

  it('honest clients do not notice', () => {
    const lab = new AttackLab({ config: { synCookies: 1 } })
    lab.attack({ kind: 'syn-flood', rate: 200, duration: 20 })
    lab.attack({ kind: 'ack-flood', rate: 2000, duration: 20 })
    lab.run(2)
    lab.clients({ rate: 20 })
    lab.run(10)
    lab.clients(undefined)
    lab.run(10)
    expect(lab.outcomes()).toEqual({ ok: lab.records.length })
  })
})

describe('of a server that has sent no cookie of late', () => {
  const UNSEEN = { SyncookiesFailed: 0, SyncookiesRecv: 0, OutRsts: 1000, PassiveOpens: 0 }

  it.each([0, 1, 2])('with cookies %i, but none sent yet, a guess earns a RST and no counter', (synCookies) => {
    const lab = new AttackLab({ config: { synCookies } })
    lab.attack({ kind: 'ack-flood', rate: 1000, duration: 1 })
    lab.run(2)
    expect(lab.allGained(...COUNTERS)).toEqual(UNSEEN)
    expect(lab.dropped(DropReason.LISTEN_STRAY_ACK)).toBe(1000)
  })

  it('the gate shuts 120 s after the last cookie that was noted', () => {
    // One SYN, at 10 ms, is the only one that earns a cookie: ACKs that come until 120.01 s are looked at.
    const lab = new AttackLab({ config: { synCookies: 2 } })
    lab.attack({ kind: 'syn-flood', rate: 1, duration: 0.5 })
    lab.runTo(119)
    const id = lab.attack({ kind: 'ack-flood', rate: 1000, duration: 2 })
    lab.run(3)
    // ACK k comes at 119.01 s + k ms: k = 0 to 1000.
    expect(lab.allGained('SyncookiesFailed', 'OutRsts')).toEqual({ SyncookiesFailed: 1001, OutRsts: 2000 })
    expect(lab.snapshot(id).sent).toBe(2000)
  })
})

it('a listener takes eight of the 2^32 cookies of one connection: two steps of the clock, four MSS values', () => {
  const cookies = new SynCookies(testSecret(COOKIE_SECRET_BYTES))
  const client = 0xc612_0001 | 0
  const seq = 0x1234_5678
  const count = 77
  const encode = (step: number) => cookies.encode(client, SERVER_ADDRESS, 4000, SERVER_PORT, seq, 0, step)
  const isTaken = (cookie: number) => cookies.decode(client, SERVER_ADDRESS, 4000, SERVER_PORT, seq, cookie, count) > 0
  const steps = Array.from({ length: 256 }, (_, age) => age).filter((age) => isTaken(encode(count - age)))
  expect(steps).toEqual([0, 1])
  for (const age of steps) {
    const right = encode(count - age)
    const taken: number[] = []
    for (let away = -100_000; away < 100_000; away++) if (isTaken((right + away) | 0)) taken.push(away)
    expect(taken).toEqual([0, 1, 2, 3])
  }
  expect(2 ** 32 / 8).toBe(GUESSES_PER_COOKIE)
  // A million guesses: one is right with probability 2 in 1000, and for this seed none is.
  const prng = new Prng(1)
  let right = 0
  for (let guess = 0; guess < 1_000_000; guess++) if (isTaken(prng.next())) right++
  expect(right).toBe(0)
})
