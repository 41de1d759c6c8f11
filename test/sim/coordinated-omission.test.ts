/**
 * Coordinated omission, shown: a server that stalls for 10 of 60 seconds, measured by an open load and by a closed one that
 * asks as often while the server is well.
 *
 * The truth. Somebody who comes at a random moment of T = 60 s meets the stall of D = 10 s with probability D / T, and then
 * waits for what is left of it, anything from 0 to D alike. With L the duration of an undisturbed connect, the share of
 * people who wait longer than L + w is therefore (D - w) / T, and the q-quantile is
 *
 *   L                      for q <= 1 - D / T
 *   L + D - T * (1 - q)    above that
 *
 * A closed load of N users loses one measurement per user to the stall, whatever its length: N of some thousand, out of
 * sight of the 99th percentile.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import type { ConnectionRecord } from '../../attacker/clients/attempt.ts'
import { CLIENT_DEFAULTS, CLOSED_CLIENT_DEFAULTS, type ClientSpec } from '../../attacker/clients/client-spec.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { ClientsLab, nearestRank } from '../support/worlds/clients-lab.ts'

const LENGTH = 60
const STALL = { start: 20, end: 30 }
const RTT = 0.02

/** Seconds between two arrivals of the open load. */
const GAP = 0.01

const PATIENT = { connectTimeout: 30, responseTimeout: 30 }
const OPEN: ClientSpec = { ...CLIENT_DEFAULTS, ...PATIENT, rate: 1 / GAP, arrivals: 'constant' }

/** Each user needs 40 ms for a connection and thinks for 60 ms: ten of them make 100 connections per second. */
const CLOSED: ClientSpec = { ...CLOSED_CLIENT_DEFAULTS, ...PATIENT, concurrency: 10, thinkTime: 0.06 }

/** The q-quantile of the connect time that is true, seconds. */
function truth(percent: number): number {
  const stall = STALL.end - STALL.start
  const beyond = LENGTH * (1 - percent / 100)
  return beyond >= stall ? RTT : RTT + stall - beyond
}

function measure(spec: ClientSpec): readonly ConnectionRecord[] {
  const lab = new ClientsLab({ rttMs: RTT * 1000, server: { backlog: 4096 } })
  lab.setClients(spec)
  lab.runUntil(STALL.start)
  lab.isStalled = true
  lab.runUntil(STALL.end)
  lab.isStalled = false
  lab.runUntil(LENGTH)
  lab.setClients(undefined)
  lab.runUntil(LENGTH + 60)
  return lab.records
}

const PERCENTS = [50, 75, 90, 99, 99.5]

describe('a stall of 10 s in a minute', () => {
  let open: readonly ConnectionRecord[] = []
  let closed: readonly ConnectionRecord[] = []

  beforeAll(() => {
    open = measure(OPEN)
    closed = measure(CLOSED)
  })

  function connectTime(records: readonly ConnectionRecord[], percent: number): number {
    return (
      nearestRank(
        records.map(({ connectUs }) => connectUs ?? Number.NaN),
        percent,
      ) / SECOND
    )
  }

  /** Both measurements beside the truth. */
  function table(): string {
    const rows = PERCENTS.map((percent) => {
      const cells = [truth(percent), connectTime(open, percent), connectTime(closed, percent)]
      return [`p${percent}`.padEnd(6), ...cells.map((value) => `${value.toFixed(3)} s`.padStart(11))].join('')
    })
    return ['connect time   truth  open loop  closed loop', ...rows].join('\n')
  }

  it('is served to everybody in the end, and both loads asked equally often before it', () => {
    const all = [...open, ...closed]
    expect(all.filter(({ outcome }) => outcome !== 'ok')).toEqual([])
    const askedBefore = (records: readonly ConnectionRecord[]): number =>
      records.filter(({ startedAt }) => startedAt < STALL.start * SECOND).length
    expect(askedBefore(open)).toBe(2000)
    expect(askedBefore(closed)).toBe(2000)
    expect(open).toHaveLength(6000)
  })

  it.each(PERCENTS)('is in the p%d of the open load as it truly was', (percent) => {
    expect(connectTime(open, percent), table()).toBeCloseTo(truth(percent), 6)
  })

  it.each(PERCENTS)('is not in the p%d of the closed load, which tells of a healthy server', (percent) => {
    expect(connectTime(closed, percent), table()).toBeCloseTo(RTT, 6)
  })

  it('makes the closed load ask less: ten users wait, and everybody else is never asked', () => {
    const slow = (records: readonly ConnectionRecord[]): number =>
      records.filter(({ totalUs }) => totalUs > SECOND).length
    expect(slow(closed), table()).toBe(10)
    expect(closed.length).toBeLessThan(5050)
    // Those who come in the first 9 s of the stall, and a few whose request was under way when it began.
    expect(slow(open), table()).toBeGreaterThanOrEqual(900)
    expect(slow(open), table()).toBeLessThan(910)
  })

  it('is as long to the first byte, one round trip later', () => {
    for (const percent of PERCENTS) {
      const measured = nearestRank(
        open.map(({ firstByteUs }) => firstByteUs ?? Number.NaN),
        percent,
      )
      expect(Math.abs(measured / SECOND - (truth(percent) + RTT))).toBeLessThanOrEqual(RTT + GAP)
    }
  })
})
