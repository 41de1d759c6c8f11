/**
 * What clients can be told beyond arriving at a rate: closed loads, kept connections, servers that speak first, returning
 * clients, several populations. Expected figures are from theory, which each test states.
 */
import { describe, expect, test } from 'vitest'
import type { ConnectionRecord } from '../../../../attacker/clients/attempt.ts'
import { RETURNING_ADDRESSES } from '../../../../attacker/clients/client-addresses.ts'
import {
  CLIENT_DEFAULTS,
  CLOSED_CLIENT_DEFAULTS,
  type ClosedClients,
  type OpenClients,
} from '../../../../attacker/clients/client-spec.ts'
import { makeAttack } from '../../../../attacker/traffic/attack-spec.ts'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { SECOND } from '../../../../tcpip/base/time.ts'
import { ACK } from '../../../../tcpip/wire/segment.ts'
import { ClientsLab } from '../../../support/worlds/clients-lab.ts'

function openLoad(rate: number, more: Partial<OpenClients> = {}): OpenClients {
  return { ...CLIENT_DEFAULTS, arrivals: 'constant', rate, ...more }
}

function closedLoad(concurrency: number, thinkTime: number, more: Partial<ClosedClients> = {}): ClosedClients {
  return { ...CLOSED_CLIENT_DEFAULTS, concurrency, thinkTime, ...more }
}

function outcomesOf(records: readonly ConnectionRecord[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { outcome } of records) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}

function successOf(records: readonly ConnectionRecord[]): number {
  return records.filter(({ outcome }) => outcome === 'ok').length / records.length
}

describe('a closed load', () => {
  // Little's law for N users: each makes one connection per response time R plus think time Z, all together N / (R + Z).
  test.each([
    // A connection takes two round trips: one for the handshake, one for the request.
    { users: 10, thinkTime: 1, rttMs: 20, perSecond: 10 / 1.04 },
    { users: 50, thinkTime: 0.1, rttMs: 20, perSecond: 50 / 0.14 },
    { users: 7, thinkTime: 0.5, rttMs: 300, perSecond: 7 / 1.1 },
  ])('of $users users who think for $thinkTime s makes N / (R + Z) connections per second', (load) => {
    const lab = new ClientsLab({ rttMs: load.rttMs })
    const seconds = 20
    const records = lab.run(closedLoad(load.users, load.thinkTime), seconds)
    expect(outcomesOf(records)).toEqual({ ok: records.length })
    // Each user may be one connection ahead or behind.
    expect(Math.abs(records.length - load.perSecond * seconds)).toBeLessThanOrEqual(load.users)
  })

  test('never has more attempts under way than users, and measures each from its actual start', () => {
    const lab = new ClientsLab()
    lab.isStalled = true
    lab.setClients(closedLoad(5, 1, { connectTimeout: 2 }))
    for (let second = 1; second <= 30; second++) {
      lab.runUntil(second)
      expect(lab.attacker.clientCounters.inFlight).toBeLessThanOrEqual(5)
    }
    // Two seconds of waiting and one of thinking.
    expect(lab.attacker.clientCounters.attempted).toBe(50)
    expect(lab.records.every(({ outcome, totalUs }) => outcome === 'timeout' && totalUs === 2 * SECOND)).toBe(true)
    const user = lab.records.filter(({ startedAt }) => startedAt % (3 * SECOND) === 0)
    expect(user.map(({ startedAt }) => startedAt / SECOND)).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27])
  })

  test('ends with a new spec: users who wait for an outcome do not come again', () => {
    const lab = new ClientsLab()
    lab.setClients(closedLoad(3, 1))
    lab.runUntil(0.01)
    lab.setClients(closedLoad(2, 0.5))
    lab.runUntil(100.01)
    lab.setClients(undefined)
    lab.runUntil(400)
    // One of the three began at once; the two make 2 / 0.54 per second.
    expect(Math.abs(lab.records.length - (1 + 100 * (2 / 0.54)))).toBeLessThanOrEqual(2)
    expect(lab.attacker.nextDeadline()).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('kept connections', () => {
  test('carry their requests one after the other, with a pause between them', () => {
    const lab = new ClientsLab({ rttMs: 20 })
    const records = lab.run(openLoad(1, { requests: 5, pause: 0.3 }), 10)
    expect(records).toHaveLength(10)
    for (const { outcome, answered, connectUs, firstByteUs, totalUs } of records) {
      expect([outcome, answered]).toEqual(['ok', 5])
      expect([connectUs, firstByteUs]).toEqual([20_000, 40_000])
      // The handshake, five requests and four pauses, each of which the timers may round up by a millisecond.
      expect(totalUs).toBeGreaterThanOrEqual(20_000 + 5 * 20_000 + 4 * 300_000)
      expect(totalUs).toBeLessThanOrEqual(20_000 + 5 * 20_000 + 4 * 301_000)
    }
    expect(lab.attacker.clientCounters.answered).toBe(50)
    expect(lab.server.counters.mib[Mib.PassiveOpens]).toBe(10)
  })

  test('do not feel a server that stops taking connections, which is how they hide a flood', () => {
    const lab = new ClientsLab()
    lab.setClients(openLoad(1, { requests: 60, pause: 0.5 }))
    lab.runUntil(0.9)
    lab.setClients(undefined)
    lab.isLost = ({ flags }) => flags !== ACK && (flags & ACK) === 0
    lab.runUntil(120)
    expect(lab.records).toMatchObject([{ outcome: 'ok', answered: 60 }])
  })

  test('end as reset when the server closes before the last answer, with what was answered', () => {
    const lab = new ClientsLab()
    lab.setClients(openLoad(1, { requests: 3, pause: 20 }))
    lab.runUntil(0.5)
    lab.setClients(undefined)
    // The server aborts what it holds: its next packet to the client is a RST.
    const { endpoint } = lab.server
    endpoint.tcbs.forEach((tcb) => {
      endpoint.abort(tcb, lab.now)
    })
    lab.runUntil(5)
    expect(lab.records).toMatchObject([{ outcome: 'reset', answered: 1, firstByteUs: 40_000 }])
  })

  test('wait for each answer as long as for the first', () => {
    const lab = new ClientsLab()
    lab.setClients(openLoad(1, { requests: 3, pause: 10, responseTimeout: 2 }))
    lab.runUntil(0.5)
    lab.setClients(undefined)
    lab.isStalled = true
    lab.runUntil(30)
    const [record] = lab.records
    expect(record).toMatchObject({ outcome: 'timeout', answered: 1 })
    // 40 ms for the first answer, the pause, and two seconds of patience.
    expect((record?.totalUs ?? 0) / SECOND).toBeCloseTo(12.04, 2)
  })
})

describe('a server that speaks first', () => {
  const greeted = openLoad(1, { speaks: 'server', responseTimeout: 5 })

  test('is waited for in silence: the client sends no byte', () => {
    const lab = new ClientsLab({ server: { greeting: true } })
    let bytes = 0
    lab.isLost = ({ payloadLength }) => {
      bytes += payloadLength
      return false
    }
    const records = lab.run(greeted, 10)
    expect(outcomesOf(records)).toEqual({ ok: 10 })
    expect(records[0]).toMatchObject({ connectUs: 20_000, firstByteUs: 40_000, totalUs: 40_000, answered: 1 })
    expect(bytes).toBe(0)
  })

  test('that never speaks is a timeout', () => {
    expect(outcomesOf(new ClientsLab().run(greeted, 3))).toEqual({ timeout: 3 })
  })

  // A cookie leaves nothing behind that could repeat the SYN-ACK. A client that speaks brings the cookie again with its
  // request; one that waits for the server waits for somebody who has never heard of it.
  describe.each([
    { synCookies: 2, speaks: 'server', expected: { outcome: 'timeout', connectUs: 20_000, totalUs: 5_020_000 } },
    { synCookies: 2, speaks: 'client', expected: { outcome: 'ok', connectUs: 20_000, totalUs: 40_000 } },
    // A request in the SYN queue repeats its SYN-ACK after a second, and the client its ACK.
    { synCookies: 0, speaks: 'server', expected: { outcome: 'ok', connectUs: 20_000, totalUs: 1_040_000 } },
  ] as const)('when the final ACK is lost, with synCookies $synCookies and the $speaks speaking first', (row) => {
    test(`it ends as ${row.expected.outcome}`, () => {
      const lab = new ClientsLab({ server: { synCookies: row.synCookies, greeting: row.speaks === 'server' } })
      let acksToLose = 1
      lab.isLost = ({ flags, payloadLength }) => flags === ACK && payloadLength === 0 && acksToLose-- > 0
      const records = lab.run(openLoad(1, { speaks: row.speaks }), 0.5)
      expect(acksToLose).toBeLessThanOrEqual(0)
      expect(records).toHaveLength(1)
      const [{ outcome, connectUs, totalUs } = {} as ConnectionRecord] = records
      expect({ outcome, connectUs }).toEqual({ outcome: row.expected.outcome, connectUs: row.expected.connectUs })
      // The clocks of the timers are a millisecond coarse.
      expect(Math.abs(totalUs - row.expected.totalUs)).toBeLessThanOrEqual(12_000)
    })
  })
})

describe('returning clients', () => {
  test('come from a few addresses, new ones each from another, and the share is as told', () => {
    const lab = new ClientsLab()
    const records = lab.run(openLoad(100, { returning: 0.3 }), 10)
    const returning = records.filter(({ isReturning }) => isReturning).length
    // 1000 draws with probability 0.3: a standard deviation of 14.5; the first of each address does not count.
    expect(returning).toBeGreaterThan(300 - RETURNING_ADDRESSES - 45)
    expect(returning).toBeLessThan(300 + 45)
  })

  test('count as such from the second time on', () => {
    const records = new ClientsLab().run(openLoad(10, { returning: 1 }), 30)
    expect(records.filter(({ isReturning }) => !isReturning)).toHaveLength(RETURNING_ADDRESSES)
  })

  test('do not count as such for having tried: only an address that was served is known', () => {
    const lab = new ClientsLab()
    lab.isStalled = true
    const records = lab.run(openLoad(10, { returning: 1 }), 30)
    expect(records.some(({ outcome }) => outcome === 'ok')).toBe(false)
    expect(records.filter(({ isReturning }) => isReturning)).toEqual([])
  })

  test('are let into the last quarter of the SYN queue, where new ones are not (cookies off)', () => {
    // Linux: with tcp_syncookies 0 a SYN of an unknown peer is dropped when less than a quarter of tcp_max_syn_backlog is
    // free. Of 64 places 49 can be filled by strangers; the flood is of strangers.
    const lab = new ClientsLab({ server: { synCookies: 0, backlog: 64, maxSynBacklog: 64 } })
    lab.setClients(openLoad(10, { returning: 1 }))
    lab.runUntil(30)
    lab.attacker.startAttack(makeAttack({ kind: 'syn-flood', rate: 500, duration: 90, arrivals: 'poisson' }), lab.now)
    lab.setClients(undefined)
    lab.runUntil(40)
    expect(lab.server.listener.synQueue.length).toBe(49)
    lab.records.length = 0
    lab.setClients(openLoad(10, { returning: 0.5 }))
    lab.runUntil(100)
    lab.setClients(undefined)
    lab.runUntil(110)
    const returning = lab.records.filter(({ isReturning }) => isReturning)
    const strangers = lab.records.filter(({ isReturning }) => !isReturning)
    expect(returning.length).toBeGreaterThan(200)
    expect(strangers.length).toBeGreaterThan(200)
    expect(successOf(returning)).toBe(1)
    // Strangers and the flood share the places that become free, 49 in the 7 s or more of a request's life: a SYN finds one
    // with a probability of at most 1.4 %, and a client has three tries. Of 300, three standard deviations are 3.5 % more.
    expect(successOf(strangers)).toBeGreaterThan(0)
    expect(successOf(strangers)).toBeLessThan(3 * 0.014 + 0.035)
    expect(lab.server.counters.mib[Mib.TCPReqQFullDrop]).toBe(0)
  })

  test('and new ones are equal where cookies are on', () => {
    const lab = new ClientsLab({ server: { synCookies: 1, backlog: 64, maxSynBacklog: 64 } })
    lab.setClients(openLoad(10, { returning: 0.5 }))
    lab.attacker.startAttack(makeAttack({ kind: 'syn-flood', rate: 500, duration: 60 }), lab.now)
    lab.runUntil(60)
    expect(successOf(lab.records)).toBe(1)
  })
})

describe('several populations', () => {
  test('do what each is told, from addresses of their own, and are counted together', () => {
    const lab = new ClientsLab({ populations: ['people', 'robots', 'monitors'] })
    const sources = new Map<number, Set<number>>()
    lab.isLost = ({ source }) => {
      const block = source >>> 10
      sources.set(block, (sources.get(block) ?? new Set()).add(source))
      return false
    }
    lab.setClients(openLoad(10), 'people')
    lab.setClients(closedLoad(4, 1), 'robots')
    lab.runUntil(10)
    lab.setClients(openLoad(5), 'monitors')
    lab.setClients(undefined, 'people')
    lab.runUntil(20)
    lab.setClients(undefined, 'robots')
    lab.setClients(undefined, 'monitors')
    lab.runUntil(200)
    const count = (name: string): number => lab.records.filter(({ population }) => population === name).length
    expect([count('people'), count('monitors')]).toEqual([100, 50])
    expect(Math.abs(count('robots') - 20 * (4 / 1.04))).toBeLessThanOrEqual(4)
    expect(lab.attacker.clientCounters.attempted).toBe(lab.records.length)
    // Three of the four parts of 10.9.16.0/20.
    expect([...sources.keys()].sort()).toEqual([0x0a09_1000 >>> 10, 0x0a09_1400 >>> 10, 0x0a09_1800 >>> 10])
  })
})
