/** The lease of the pages' attacks is renewed as long as a page is open, and not longer. Time and the network are stubs. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LEASE_SECONDS, PageLeases } from '../../../../dashboard/server/page-leases.ts'

const URL = 'http://a'

let asked: string[]
let isLooking: boolean
let isRenewable: boolean
let isAnswering: boolean
let leases: PageLeases

const renewals = (): number => asked.filter((line) => line.startsWith('PUT')).length

beforeEach(() => {
  asked = []
  isLooking = true
  isRenewable = true
  isAnswering = true
  vi.useFakeTimers()
  vi.stubGlobal('fetch', async (url: string, { method }: RequestInit) => {
    asked.push(`${method} ${url}`)
    if (!isAnswering) throw new TypeError('fetch failed')
    const status = method === 'PUT' && !isRenewable ? 404 : 200
    return new Response(JSON.stringify({ id: `lease-${asked.length}` }), { status })
  })
  leases = new PageLeases(() => isLooking)
})

afterEach(() => {
  leases.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('is opened with the first attack and renewed while a page is open', async () => {
  expect(await leases.at(URL)).toBe('lease-1')
  expect(asked).toEqual([`POST ${URL}/api/leases?seconds=${LEASE_SECONDS}`])
  await vi.advanceTimersByTimeAsync(LEASE_SECONDS * 1000)
  expect(renewals()).toBeGreaterThan(2)
  expect(await leases.at(URL)).toBe('lease-1')
})

it('is one for attacks that are started at the same time', async () => {
  expect(await Promise.all([leases.at(URL), leases.at(URL)])).toEqual(['lease-1', 'lease-1'])
  expect(asked).toHaveLength(1)
})

it('is renewed further when the attacker once did not answer', async () => {
  await leases.at(URL)
  isAnswering = false
  await expect(leases.at(URL)).rejects.toThrow('fetch failed')
  await vi.advanceTimersByTimeAsync((LEASE_SECONDS * 1000) / 2)
  const unanswered = renewals()
  isAnswering = true
  await vi.advanceTimersByTimeAsync((LEASE_SECONDS * 1000) / 2)
  expect(renewals()).toBeGreaterThan(unanswered)
  expect(await leases.at(URL)).toBe('lease-1')
})

it('is not renewed when no page is open', async () => {
  await leases.at(URL)
  isLooking = false
  await vi.advanceTimersByTimeAsync(10 * LEASE_SECONDS * 1000)
  expect(renewals()).toBe(0)
})

it('is another one when the old one has run out', async () => {
  await leases.at(URL)
  isRenewable = false
  expect(await leases.at(URL)).toBe('lease-3')
  await vi.advanceTimersByTimeAsync(LEASE_SECONDS * 1000)
  const lost = renewals()
  await vi.advanceTimersByTimeAsync(LEASE_SECONDS * 1000)
  // What is lost is not asked for again.
  expect(renewals()).toBe(lost)
})
