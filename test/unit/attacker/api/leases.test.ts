import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { buildAttackerApi } from '../../../../attacker/api/attacker-api.ts'
import { LEASE_MS, LEASES_MAX } from '../../../../attacker/api/leases.ts'
import type { ControlApp } from '../../../../control/app.ts'
import { TestEngine } from '../../../support/worlds/attacker-engine.ts'

/** What a lost control process may cost at most, milliseconds. */
const PROMISE_MS = 2_000

const FLOOD = { kind: 'syn-flood', rate: 100, duration: 60 }

let engine: TestEngine
let app: ControlApp

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  engine = new TestEngine()
  engine.setLink('ready')
  app = buildAttackerApi(engine, 'silent')
})

afterEach(async () => {
  await app.close()
  vi.useRealTimers()
})

async function request(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: unknown) {
  const response = await app.inject({ method, url, ...(body === undefined ? {} : { payload: body as object }) })
  return { status: response.statusCode, body: response.json() }
}

async function openLease(): Promise<string> {
  const { status, body } = await request('POST', '/api/leases')
  expect(status).toBe(201)
  expect(body.seconds).toBe(LEASE_MS / 1000)
  return body.id
}

async function stateOf(attack: number): Promise<string> {
  const { body } = await request('GET', `/api/attacks/${attack}`)
  return body.state
}

describe('an attack under a lease', () => {
  test('is stopped within two seconds when nobody renews the lease', async () => {
    const lease = await openLease()
    const { body: attack } = await request('POST', '/api/attacks', { ...FLOOD, lease })
    await vi.advanceTimersByTimeAsync(LEASE_MS - 1)
    expect(await stateOf(attack.id)).toBe('running')
    await vi.advanceTimersByTimeAsync(PROMISE_MS - LEASE_MS)
    expect(await stateOf(attack.id)).toBe('stopped')
    expect(await request('PUT', `/api/leases/${lease}`)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
  })

  test('goes on as long as the lease is renewed', async () => {
    const lease = await openLease()
    const { body: attack } = await request('POST', '/api/attacks', { ...FLOOD, lease })
    for (let i = 0; i < 20; i++) {
      await vi.advanceTimersByTimeAsync(LEASE_MS - 500)
      expect(await request('PUT', `/api/leases/${lease}`)).toMatchObject({ status: 200 })
    }
    expect(await stateOf(attack.id)).toBe('running')
  })

  test('is stopped at once when the lease is given up, and no other attack is', async () => {
    const lease = await openLease()
    const { body: attack } = await request('POST', '/api/attacks', { ...FLOOD, lease })
    const { body: other } = await request('POST', '/api/attacks', FLOOD)
    expect(await request('DELETE', `/api/leases/${lease}`)).toMatchObject({ status: 200, body: { stopped: 1 } })
    expect(await stateOf(attack.id)).toBe('stopped')
    expect(await stateOf(other.id)).toBe('running')
  })

  test('that is over by itself is not stopped again', async () => {
    const lease = await openLease()
    const { body: attack } = await request('POST', '/api/attacks', { ...FLOOD, lease })
    await request('DELETE', `/api/attacks/${attack.id}`)
    expect(await request('DELETE', `/api/leases/${lease}`)).toMatchObject({ body: { stopped: 0 } })
  })

  test('is stopped at once, and refused, when the lease ran out, or was given up, while it was being started', async () => {
    const start = engine.startAttack.bind(engine)
    const losses = [
      async () => void (await vi.advanceTimersByTimeAsync(LEASE_MS)),
      async (lease: string) => void (await request('DELETE', `/api/leases/${lease}`)),
    ]
    for (const lose of losses) {
      const lease = await openLease()
      const starting = vi.spyOn(engine, 'startAttack').mockImplementation(async (order) => {
        const result = await start(order)
        await lose(lease)
        return result
      })
      const answer = await request('POST', '/api/attacks', { ...FLOOD, lease })
      expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
      const { attacks } = (await request('GET', '/api/attacks')).body
      expect(attacks.at(-1)).toMatchObject({ state: 'stopped' })
      starting.mockRestore()
    }
    expect((await request('GET', '/api/attacks')).body.attacks).toHaveLength(losses.length)
  })
})

describe('a lease', () => {
  test('that does not exist starts no attack', async () => {
    const refused = await request('POST', '/api/attacks', { ...FLOOD, lease: 'none' })
    expect(refused).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
    expect((await request('GET', '/api/attacks')).body.attacks).toEqual([])
  })

  test('that has run out starts no attack', async () => {
    const lease = await openLease()
    await vi.advanceTimersByTimeAsync(LEASE_MS)
    expect(await request('POST', '/api/attacks', { ...FLOOD, lease })).toMatchObject({ status: 404 })
  })

  test('may last longer, and says so, but not as long as one likes', async () => {
    const { body: lease } = await request('POST', '/api/leases?seconds=30')
    expect(lease.seconds).toBe(30)
    const { body: attack } = await request('POST', '/api/attacks', { ...FLOOD, lease: lease.id })
    await vi.advanceTimersByTimeAsync(29_000)
    expect(await request('PUT', `/api/leases/${lease.id}`)).toMatchObject({ body: { seconds: 30 } })
    await vi.advanceTimersByTimeAsync(29_000)
    expect(await stateOf(attack.id)).toBe('running')
    await vi.advanceTimersByTimeAsync(PROMISE_MS)
    expect(await stateOf(attack.id)).toBe('stopped')
    for (const seconds of [0, 1, 61, 'long']) {
      const refused = await request('POST', `/api/leases?seconds=${seconds}`)
      expect(refused).toMatchObject({ status: 400, body: { path: 'seconds' } })
    }
  })

  test('is one of at most so many, and makes room when it runs out', async () => {
    for (let i = 0; i < LEASES_MAX; i++) await openLease()
    expect(await request('POST', '/api/leases')).toMatchObject({ status: 429, body: { code: 'TOO_MANY' } })
    await vi.advanceTimersByTimeAsync(PROMISE_MS)
    await openLease()
  })
})
