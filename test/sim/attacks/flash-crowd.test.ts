/**
 * flash-crowd: honest visitors who look like a flood to the SYN queue. What tells them apart is that they come back: nearly
 * every cookie is redeemed, and of a flood none is.
 */
import { expect, it } from 'vitest'
import { AttackLab } from '../../support/worlds/attack-lab.ts'

const RATE = 800
const BACKLOG = 8

/** Ten seconds of a surge or a flood at the same rate, against a queue that either fills. */
function surge(kind: 'flash-crowd' | 'syn-flood', synCookies: number) {
  const lab = new AttackLab({ config: { synCookies, backlog: BACKLOG } })
  const id = lab.attack({ kind, rate: RATE, duration: 10, arrivals: 'poisson', seed: 3 })
  lab.runTo(5)
  lab.clients({ rate: 20 })
  lab.runTo(9)
  lab.clients(undefined)
  lab.runTo(20)
  const { SyncookiesSent, SyncookiesRecv, SyncookiesFailed } = lab.allGained(
    'SyncookiesSent',
    'SyncookiesRecv',
    'SyncookiesFailed',
  )
  expect(SyncookiesFailed).toBe(0)
  return { lab, id, sent: SyncookiesSent, ratio: SyncookiesRecv / SyncookiesSent }
}

it('nearly every cookie of a crowd comes back, and of a flood nearly none', () => {
  // 800/s for a round trip of 20 ms are 16 at a time, and there are 9 places: about half need a cookie.
  const crowd = surge('flash-crowd', 1)
  expect(crowd.sent).toBeGreaterThan(0.2 * RATE * 10)
  // All but those whose SYN left in the last round trip before the crowd went home.
  expect(crowd.ratio).toBeGreaterThan(0.99)
  const flood = surge('syn-flood', 1)
  expect(flood.sent).toBeGreaterThan(0.9 * RATE * 10)
  // What comes back is from the honest clients, 20 of 820 for four seconds of ten.
  expect(flood.ratio).toBeLessThan(0.015)
})

it('with cookies everybody is served, visitors and the lab’s own clients', () => {
  const { lab, id } = surge('flash-crowd', 1)
  const { arrived, ok, ...others } = lab.snapshot(id).figures
  expect(arrived).toBe(lab.snapshot(id).sent)
  // Those of the last two round trips were still under way at the end.
  expect((arrived as number) - (ok as number)).toBeLessThan(3 * RATE * 0.02 * 2)
  expect(others).toEqual({ timeout: 0, refused: 0, reset: 0, local: 0 })
  expect(lab.outcomes()).toEqual({ ok: lab.records.length })
})

it('without cookies those who find no place come again a second later: a crowd makes itself larger', () => {
  const { lab, id } = surge('flash-crowd', 0)
  const { arrived } = lab.snapshot(id).figures
  expect(lab.gained('TCPReqQFullDrop')).toBeGreaterThan(0.3 * (arrived as number))
  expect(lab.gained('SynReceived')).toBeGreaterThan(1.3 * (arrived as number))
  expect(lab.gained('SyncookiesSent')).toBe(0)
  const slow = lab.records.filter(({ connectUs = 1e6 }) => connectUs >= 1e6).length
  expect(slow).toBeGreaterThan(0.2 * lab.records.length)
})
