import { describe, expect, test } from 'vitest'
import {
  ClientCounters,
  CONNECT_BUCKETS,
  OUTCOMES,
  type Outcome,
} from '../../../../attacker/clients/client-counters.ts'
import {
  CLIENT_DEFAULTS,
  CLIENTS_IN_FLIGHT_MAX,
  type ClientSpec,
  type OpenClients,
} from '../../../../attacker/clients/client-spec.ts'
import { makeAttack } from '../../../../attacker/traffic/attack-spec.ts'
import { Mib } from '../../../../tcpip/base/counters.ts'
import { State } from '../../../../tcpip/base/states.ts'
import { SECOND } from '../../../../tcpip/base/time.ts'
import { SYN_SCHEDULES } from '../../../../tcpip/connection/syn-schedule.ts'
import { type Prefix, parsePrefix, prefixContains } from '../../../../tcpip/wire/address.ts'
import { CLIENT_ADDRESSES, SERVER_PORT } from '../../../../tcpip/wire/address-plan.ts'
import { SYN } from '../../../../tcpip/wire/segment.ts'
import { AttackerLab, type ServerBehaviour } from '../../../support/worlds/attacker-lab.ts'

function clients(rate: number, more: Partial<OpenClients> = {}): OpenClients {
  return { ...CLIENT_DEFAULTS, rate, ...more }
}

function outcomes(lab: AttackerLab): Partial<Record<Outcome, number>> {
  const counts = OUTCOMES.map((outcome) => [outcome, lab.attacker.clientCounters.count(outcome)] as const)
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}

/** Runs clients for `seconds`, then lets everything that is under way come to its end. */
function runClients(lab: AttackerLab, spec: ClientSpec, seconds: number): void {
  lab.attacker.setClients(spec, lab.now)
  lab.runUntil(seconds)
  lab.attacker.setClients(undefined, lab.now)
  // The client closes first: its side is in TIME-WAIT for a minute.
  lab.runUntil(seconds + 300)
}

function expectNothingLeft(lab: AttackerLab): void {
  expect(lab.attacker.clientCounters.inFlight).toBe(0)
  expect(lab.attacker.nextDeadline()).toBe(Number.POSITIVE_INFINITY)
}

const flood = makeAttack({ kind: 'syn-flood', rate: 500, duration: 20 })

describe('clients of a healthy server', () => {
  test('all read the whole response, and leave nothing behind', () => {
    const lab = new AttackerLab()
    runClients(lab, clients(50), 20)
    const { attempted } = lab.attacker.clientCounters
    expect(attempted).toBeGreaterThan(850)
    expect(outcomes(lab)).toEqual({ ok: attempted })
    expect(lab.records).toHaveLength(attempted)
    expectNothingLeft(lab)
  })

  test('come from addresses and ports of their own', () => {
    const lab = new AttackerLab({ server: 'silent', clientAddresses: parsePrefix('10.9.17.0/24') as Prefix })
    lab.attacker.setClients(clients(100, { arrivals: 'constant' }), 0)
    lab.attacker.poll(500_000)
    const syns = lab.takeSent()
    expect(syns).toHaveLength(51)
    for (const syn of syns) {
      expect(syn.flags).toBe(SYN)
      expect(prefixContains({ base: 0x0a09_1100, length: 24 }, syn.source)).toBe(true)
      expect(syn.sourcePort).toBeGreaterThanOrEqual(32_768)
      expect(syn.sourcePort).toBeLessThanOrEqual(60_999)
      expect(syn.destinationPort).toBe(SERVER_PORT)
    }
    expect(new Set(syns.map((syn) => syn.source)).size).toBeGreaterThan(30)
  })

  test('each close first, so that TIME-WAIT is theirs and not the server’s', () => {
    const lab = new AttackerLab()
    lab.attacker.setClients(clients(10, { arrivals: 'constant' }), 0)
    lab.runUntil(5)
    expect(lab.attacker.counters.mib[Mib.ActiveOpens]).toBe(51)
    expect(lab.serverCounters.mib[Mib.TW]).toBe(0)
    lab.attacker.setClients(undefined, lab.now)
    lab.runUntil(120)
    expect(lab.attacker.counters.mib[Mib.TW]).toBe(51)
    expect(lab.serverCounters.mib[Mib.TW]).toBe(0)
  })
})

describe('outcomes', () => {
  const cases: [ServerBehaviour, Outcome, boolean][] = [
    ['serves', 'ok', true],
    ['silent', 'timeout', false],
    ['mute', 'timeout', true],
    ['closed', 'refused', false],
    ['aborts', 'reset', true],
    ['truncates', 'reset', true],
  ]
  test.each(cases)('a server that is or does "%s" makes it %s', (server, outcome, connects) => {
    const lab = new AttackerLab({ server })
    runClients(lab, clients(20, { arrivals: 'constant' }), 1.99)
    expect(outcomes(lab)).toEqual({ [outcome]: 40 })
    expect(lab.records.filter((record) => record.outcome === outcome)).toHaveLength(40)
    expect(lab.records.every((record) => (record.connectUs !== undefined) === connects)).toBe(true)
    expectNothingLeft(lab)
  })

  test('a client gives up connecting after its connect timeout', () => {
    const lab = new AttackerLab({ server: 'silent' })
    runClients(lab, clients(1, { arrivals: 'constant', connectTimeout: 7.5 }), 0)
    expect(lab.records).toMatchObject([
      { startedAt: 0, connectUs: undefined, totalUs: 7.5 * SECOND, outcome: 'timeout' },
    ])
  })

  test('a client gives up waiting for the response after its response timeout', () => {
    const lab = new AttackerLab({ server: 'mute' })
    runClients(lab, clients(1, { arrivals: 'constant', responseTimeout: 2 }), 0)
    expect(lab.records).toMatchObject([{ startedAt: 0, connectUs: 0, totalUs: 2 * SECOND, outcome: 'timeout' }])
  })

  test('the operating system gives up before a client with more patience: 131 s', () => {
    const lab = new AttackerLab({ server: 'silent' })
    runClients(lab, clients(1, { arrivals: 'constant', connectTimeout: 131 }), 0)
    expect(lab.records.map((record) => [record.outcome, record.totalUs])).toEqual([['timeout', 131 * SECOND]])
  })

  test('an arrival that the process notices more than a second late is its own failure and sends nothing', () => {
    const lab = new AttackerLab()
    lab.attacker.setClients(clients(1, { arrivals: 'constant' }), 0)
    lab.attacker.poll(2_500_000)
    expect(lab.takeSent()).toHaveLength(1)
    expect(outcomes(lab)).toEqual({ local: 2 })
    expect(lab.records.map((record) => record.totalUs)).toEqual([2_500_000, 1_500_000])
    expect(lab.attacker.clientCounters.inFlight).toBe(1)
  })

  test('an arrival that finds no free slot is counted, not dropped', () => {
    const lab = new AttackerLab({ server: 'silent' })
    lab.attacker.setClients(clients(1000, { arrivals: 'constant', connectTimeout: 131 }), 0)
    lab.runUntil(17)
    const { attempted, inFlight } = lab.attacker.clientCounters
    expect(attempted).toBe(17_001)
    expect(inFlight).toBe(CLIENTS_IN_FLIGHT_MAX)
    expect(outcomes(lab)).toEqual({ local: 17_001 - CLIENTS_IN_FLIGHT_MAX })
    lab.attacker.setClients(undefined, lab.now)
    lab.runUntil(200)
    expect(outcomes(lab)).toEqual({ local: 17_001 - CLIENTS_IN_FLIGHT_MAX, timeout: CLIENTS_IN_FLIGHT_MAX })
    expectNothingLeft(lab)
  })

  test('two clients that draw one 4-tuple do not share it', () => {
    // One address and the 28,232 ports of it: among 600 connections some draw the same.
    const lab = new AttackerLab({ server: 'silent', clientAddresses: { base: CLIENT_ADDRESSES.base, length: 32 } })
    lab.attacker.setClients(clients(1000, { arrivals: 'constant' }), 0)
    const ports: number[] = []
    for (let millisecond = 0; millisecond < 600; millisecond++) {
      lab.attacker.poll(millisecond * 1000)
      ports.push(...lab.takeSent().map((syn) => syn.sourcePort))
    }
    expect(ports).toHaveLength(600)
    expect(new Set(ports).size).toBe(600)
    expect(outcomes(lab)).toEqual({})
  })
})

describe('the SYN schedule', () => {
  test('of an unanswered client is Linux’s: 0, 1, 2, 3, 4, 5, 7, 11, 19, 35 and 67 s', () => {
    const lab = new AttackerLab({ server: 'silent' })
    lab.attacker.setClients(clients(0.001, { arrivals: 'constant', connectTimeout: 131 }), 0)
    const times: number[] = []
    for (let next = 0; next <= 200 * SECOND; next = lab.attacker.nextDeadline()) {
      lab.attacker.poll(next)
      for (const syn of lab.takeSent()) {
        expect(syn.flags).toBe(SYN)
        times.push(next / SECOND)
      }
    }
    expect(times).toEqual([0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67])
  })

  test('ends with the connect timeout, at which no further SYN is sent', () => {
    const lab = new AttackerLab({ server: 'silent' })
    lab.attacker.setClients(clients(0.001, { arrivals: 'constant', connectTimeout: 3 }), 0)
    const times: number[] = []
    for (let next = 0; next <= 200 * SECOND; next = lab.attacker.nextDeadline()) {
      lab.attacker.poll(next)
      if (lab.takeSent().length > 0) times.push(next / SECOND)
    }
    expect(times).toEqual([0, 1, 2])
  })

  test('shows in the connect duration of a client whose first SYNs were lost', () => {
    const lab = new AttackerLab({ server: 'silent' })
    lab.attacker.setClients(clients(0.001, { arrivals: 'constant' }), 0)
    lab.runUntil(1.5)
    lab.behaviour = 'serves'
    lab.runUntil(10)
    expect(lab.records).toMatchObject([{ startedAt: 0, connectUs: 2 * SECOND, totalUs: 2 * SECOND, outcome: 'ok' }])
    const bucket = CONNECT_BUCKETS.indexOf(2.1)
    expect(lab.attacker.clientCounters.connectBuckets('ok')[bucket]).toBe(1)
  })

  test('has one bucket for each SYN that Linux repeats, and for the end', () => {
    const waits = SYN_SCHEDULES.linux
    const repeats = waits.map((_, index) => waits.slice(0, index + 1).reduce((sum, wait) => sum + wait, 0) / SECOND)
    expect(CONNECT_BUCKETS.filter((bound) => bound > 1)).toEqual(repeats.map((seconds) => seconds + 0.1))
  })
})

describe('arrivals', () => {
  /** When clients start, over ten seconds, in a lab where something else happens as well. */
  function starts(prepare: (lab: AttackerLab) => void, more: Partial<OpenClients> = {}): number[] {
    const lab = new AttackerLab({ seed: 77 })
    prepare(lab)
    runClients(lab, clients(20, more), 10)
    return lab.records.map((record) => record.startedAt).sort((a, b) => a - b)
  }

  test('are the same whatever the attacks do', () => {
    const quiet = starts(() => {})
    expect(quiet.length).toBeGreaterThan(140)
    expect(starts((lab) => lab.attacker.startAttack(flood, 0))).toEqual(quiet)
    expect(
      starts((lab) => {
        for (let i = 0; i < 3; i++) lab.attacker.startAttack({ ...flood, arrivals: 'constant', rate: 50 + i }, 0)
      }),
    ).toEqual(quiet)
  })

  test('are the same whatever the server does', () => {
    expect(
      starts((lab) => {
        lab.behaviour = 'silent'
      }),
    ).toEqual(starts(() => {}))
  })

  test('come from the seed of the spec if it has one', () => {
    const own = starts(() => {}, { seed: 5 })
    expect(own).not.toEqual(starts(() => {}))
    expect(own).not.toEqual(starts(() => {}, { seed: 6 }))
    expect(own).toEqual(starts((lab) => lab.attacker.startAttack(flood, 0), { seed: 5 }))
  })
})

describe('a changed spec', () => {
  test('takes effect at once, and lets attempts under way go on', () => {
    const lab = new AttackerLab({ server: 'silent' })
    lab.attacker.setClients(clients(10, { arrivals: 'constant' }), 0)
    lab.runUntil(1)
    lab.attacker.setClients(undefined, lab.now)
    expect(lab.attacker.clientCounters.inFlight).toBe(11)
    lab.behaviour = 'serves'
    lab.runUntil(120)
    expect(outcomes(lab)).toEqual({ ok: 11 })
  })
})

describe('counters', () => {
  test('know every attempt: attempted = in flight + outcomes, histogram included', () => {
    const lab = new AttackerLab({ listener: { synCookies: 0, backlog: 8 } })
    lab.attacker.startAttack({ ...flood, duration: 60 }, 0)
    lab.attacker.setClients(clients(40), 0)
    for (let second = 1; second <= 30; second++) {
      lab.runUntil(second)
      const { attempted, inFlight, ended } = lab.attacker.clientCounters
      expect(attempted).toBe(inFlight + ended)
      expect(ended).toBe(lab.records.length)
      expect(inFlight).toBeGreaterThanOrEqual(0)
    }
    expect(outcomes(lab).timeout).toBeGreaterThan(100)
    for (const outcome of OUTCOMES) {
      const buckets = lab.attacker.clientCounters.connectBuckets(outcome)
      expect(buckets).toHaveLength(CONNECT_BUCKETS.length + 1)
      expect(buckets.reduce((sum, count) => sum + count, 0)).toBe(lab.attacker.clientCounters.count(outcome))
    }
  })

  test('put a duration on a bound into the bound’s bucket, and the longest into the last', () => {
    const counters = new ClientCounters()
    counters.countOutcome('ok', 1000)
    counters.countOutcome('ok', 1001)
    counters.countOutcome('ok', 1_000_000_000)
    const buckets = counters.connectBuckets('ok')
    expect([buckets[0], buckets[1], buckets[CONNECT_BUCKETS.length]]).toEqual([1, 1, 1])
    expect(counters.connectSum('ok')).toBe(1_000_002_001)
  })

  test('begin anew with a reset, without losing what is under way', () => {
    const lab = new AttackerLab({ server: 'silent' })
    lab.attacker.setClients(clients(10, { arrivals: 'constant', connectTimeout: 5 }), 0)
    lab.runUntil(2)
    lab.attacker.setClients(undefined, lab.now)
    lab.attacker.reset(lab.now)
    const { clientCounters } = lab.attacker
    expect([clientCounters.attempted, clientCounters.inFlight, clientCounters.ended]).toEqual([21, 21, 0])
    lab.runUntil(120)
    expect([clientCounters.attempted, clientCounters.inFlight, clientCounters.ended]).toEqual([21, 0, 21])
  })

  test('live in shared memory if they are given some', () => {
    const buffer = new SharedArrayBuffer(ClientCounters.BYTES)
    const writer = new ClientCounters(buffer)
    writer.countAttempt()
    writer.countOutcome('timeout', 3 * SECOND)
    expect(new ClientCounters(buffer).count('timeout')).toBe(1)
  })
})

test('a client that gives up in SYN-SENT leaves no connection behind', () => {
  const lab = new AttackerLab({ server: 'silent' })
  lab.attacker.setClients(clients(10, { arrivals: 'constant' }), 0)
  lab.runUntil(1)
  expect(lab.attacker.connections[State.SYN_SENT]).toBe(11)
  lab.attacker.setClients(undefined, lab.now)
  lab.runUntil(5)
  expect(lab.attacker.connections[State.SYN_SENT]).toBe(0)
})
