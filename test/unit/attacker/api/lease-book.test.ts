import { expect, it } from 'vitest'
import { LEASE_MS, Leases } from '../../../../attacker/api/leases.ts'

it('a lease that has run out cannot be renewed, though nobody has looked yet', () => {
  const leases = new Leases()
  leases.open('a', 1000)
  expect(leases.renew('a', 1000 + LEASE_MS - 1)).toBe(LEASE_MS)
  const until = 1000 + LEASE_MS - 1 + LEASE_MS
  expect([leases.isLive('a', until - 1), leases.isLive('a', until)]).toEqual([true, false])
  expect(leases.renew('a', until)).toBeUndefined()
  expect(leases.renew('b', until)).toBeUndefined()
})

it('a lease lasts as long as it was opened for, and again when it is renewed', () => {
  const leases = new Leases()
  leases.open('long', 0, 30_000)
  expect(leases.renew('long', 29_999)).toBe(30_000)
  expect([leases.isLive('long', 59_998), leases.isLive('long', 59_999)]).toEqual([true, false])
})

it('a lease that runs out takes with it the attacks that are not over, once', () => {
  const leases = new Leases()
  leases.open('a', 0)
  leases.open('b', 1)
  for (const attack of [1, 2, 3]) leases.bind('a', attack)
  leases.bind('b', 4)
  leases.release(2)
  expect(leases.expire(LEASE_MS - 1)).toEqual([])
  expect(leases.expire(LEASE_MS)).toEqual([1, 3])
  expect(leases.expire(LEASE_MS)).toEqual([])
  expect([leases.size, leases.close('b'), leases.close('b')]).toEqual([1, [4], undefined])
})
