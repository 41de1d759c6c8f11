/**
 * Leases of several attackers are renewed independently of each other. Time and the network are stubs.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LEASE_MS } from '../../../attacker/api/leases.ts'
import { AttackerGroup } from '../../../lab/client/attacker-group.ts'

const URLS = ['http://a', 'http://b']

/** Lease ids in the order in which they were given; renewals as they were asked for. */
let leases: string[]
let renewals: string[]
/** What becomes of a renewal. */
let renew: (url: string) => Promise<Response>

const answer = (body: unknown): Response => new Response(JSON.stringify(body))

function serve(url: string, method = 'GET'): Promise<Response> {
  if (method === 'PUT') {
    renewals.push(url)
    return renew(url)
  }
  if (!url.endsWith('/api/leases')) return Promise.resolve(answer({}))
  const id = `lease-${leases.length}`
  leases.push(id)
  return Promise.resolve(answer({ id }))
}

beforeEach(() => {
  leases = []
  renewals = []
  renew = async () => answer({})
  vi.useFakeTimers()
  vi.stubGlobal('fetch', (url: string, { method }: RequestInit = {}) => serve(url, method))
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('an attacker that does not answer costs the others nothing', async () => {
  const group = new AttackerGroup(URLS)
  await group.startFlood(100, 10)
  renew = (url) => (url.startsWith('http://a') ? new Promise(() => {}) : Promise.resolve(answer({})))
  for (let lease = 0; lease < 3; lease++) {
    renewals = []
    await vi.advanceTimersByTimeAsync(LEASE_MS - 1)
    expect(renewals.some((url) => url.startsWith('http://b/'))).toBe(true)
  }
  group.close()
})

it('a renewal that fails late does not take the lease of a newer flood with it', async () => {
  const group = new AttackerGroup(['http://a'])
  await group.startFlood(100, 10)
  const failures: (() => void)[] = []
  renew = () => new Promise((_, reject) => failures.push(() => reject(new Error('too late'))))
  await vi.advanceTimersByTimeAsync(LEASE_MS)
  expect(failures.length).toBeGreaterThan(1)
  // The first failure is heard of and a new flood gets a new lease; then the others are.
  failures.shift()?.()
  await vi.advanceTimersByTimeAsync(0)
  await group.startFlood(100, 10)
  expect(leases).toHaveLength(2)
  for (const fail of failures) fail()
  await vi.advanceTimersByTimeAsync(0)
  renew = async () => answer({})
  renewals = []
  await vi.advanceTimersByTimeAsync(LEASE_MS - 1)
  expect(renewals).toContain(`http://a/api/leases/${leases[1]}`)
  group.close()
})
