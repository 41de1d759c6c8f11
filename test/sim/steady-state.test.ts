/**
 * What a SYN queue settles at under a flood of rate R, against two tables: the closed-form equilibrium of Linux's aging
 * rule (checked against a live kernel), and Erlang's loss formula. Bounds: 5 % of the mean length, 0.02 of the stored share.
 */
import { describe, expect, it } from 'vitest'
import { LINUX } from '../../server/listener/profile.ts'
import { erlangB, steadyState } from '../support/oracles/steady-state.ts'

const WITHIN_SHARE = 0.02

function expectWithin5Percent(actual: number, expected: number): void {
  expect(Math.abs(actual - expected) / expected, `${actual} is within 5 % of ${expected}`).toBeLessThan(0.05)
}

function expectShare(actual: number, expected: number): void {
  expect(Math.abs(actual - expected), `${actual} is within ${WITHIN_SHARE} of ${expected}`).toBeLessThan(WITHIN_SHARE)
}

describe('equilibrium of the SYN queue, backlog 1024', () => {
  it.each([
    [2, 127, 1, 6.0],
    [5, 321, 1, 6.0],
    [8, 493, 1, 5.93],
    [10, 509, 1, 5.46],
    [16, 512, 1, 4.52],
    [32, 514, 1, 3.65],
    [50, 519, 1, 3.29],
    [64, 570, 1, 3.22],
    [80, 700, 1, 3.21],
    [100, 864, 1, 3.2],
    [120, 989, 0.957, 3.2],
    [150, 1010, 0.753, 3.24],
    [200, 1013, 0.535, 3.31],
    [500, 1023, 0.202, 3.39],
    [2000, 1025, 0.057, 3.26],
  ])('at %i SYN/s holds %i requests on average and stores %f of the SYNs', (rate, length, share, synAcks) => {
    // The slower the flood, the fewer SYNs there are to average over.
    const measured = Math.max(600, 12_000 / rate)
    const state = steadyState({ backlog: 1024, rate, synCookies: 1, warmUp: 300, measured })
    expectWithin5Percent(state.meanLength, length)
    expectShare(state.storedShare, share)
    expectWithin5Percent(state.synAcksPerStored, synAcks)
    expect(state.maxLength).toBeLessThanOrEqual(1025)
  })
})

describe('live kernel', () => {
  it.each([
    [128, 4, 66.5, 3.6],
    [1024, 16, 511.3, 4.43],
    [1024, 64, 582, 3.22],
  ])('backlog %i at %i SYN/s: the kernel held %f requests', (backlog, rate, length, synAcks) => {
    const state = steadyState({ backlog, rate, synCookies: 1, warmUp: 300, measured: 3000 })
    expectWithin5Percent(state.meanLength, length)
    expectShare(state.storedShare, 1)
    expectWithin5Percent(state.synAcksPerStored, synAcks)
  })
})

describe('the SYN queue as a loss system, backlog 128, honest clients 5/s at 50 ms', () => {
  const HONEST = { honestRate: 5, roundTrip: 0.05 }
  const SERVERS = 129
  const honestLoad = HONEST.honestRate * HONEST.roundTrip

  it.each([
    [2, 0.9325],
    [4, 0.4985],
    [8, 0.2515],
    [128, 0.0173],
  ])('without aging, %i SYN/s for 63 s each admit %f of all, as Erlang says', (rate, simulated) => {
    const profile = { ...LINUX, prunesOldEntries: false }
    const state = steadyState({ backlog: 128, rate, synCookies: 0, warmUp: 300, measured: 6000, profile, ...HONEST })
    const expected = 1 - erlangB(rate * 63 + honestLoad, SERVERS)
    expectShare(state.storedShare, simulated)
    expectShare(state.storedShare, expected)
    expectShare(state.honestShare, expected)
  })

  it.each([
    [2, 1.0, 31.5],
    [4, 1.0, 16.3],
    [8, 1.0, 9.7],
    [16, 0.8348, 9.1],
    [64, 0.2117, 9.3],
    [128, 0.1288, 8.3],
  ])('with aging, %i SYN/s admit %f: requests live %f s on average', (rate, simulated, life) => {
    // Runs of 1200 s, as the table's: at one SYN/s per slot the requests stay in step with each other for that long, live
    // 8.3 s and then, at random, fall out of step and live 9.5 s.
    const state = steadyState({ backlog: 128, rate, synCookies: 0, warmUp: 300, measured: 900, ...HONEST })
    expectShare(state.storedShare, simulated)
    expectShare(state.storedShare, 1 - erlangB(rate * life + honestLoad, SERVERS))
  })
})

describe('the last-quarter rule', () => {
  it('caps the queue at three quarters of tcp_max_syn_backlog, and only ListenDrops tells', () => {
    const state = steadyState({
      backlog: 1024,
      rate: 500,
      synCookies: 0,
      maxSynBacklog: 1024,
      warmUp: 100,
      measured: 300,
    })
    expect(state.maxLength).toBe(769)
    expectShare(state.storedShare, 0.174)
    expect(state.changed.ListenDrops).toBeGreaterThan(0)
    expect(state.changed.TCPReqQFullDrop).toBeUndefined()
  })
})
