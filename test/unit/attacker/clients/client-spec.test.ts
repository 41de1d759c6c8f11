import { describe, expect, test } from 'vitest'
import {
  attemptTimeMax,
  CLIENT_DEFAULTS,
  CLOSED_CLIENT_DEFAULTS,
  type ClientsRequest,
  completeClients,
} from '../../../../attacker/clients/client-spec.ts'

describe('a request for clients', () => {
  test('becomes an open load with the defaults for what is left out', () => {
    expect(completeClients({ rate: 5 })).toEqual({ ...CLIENT_DEFAULTS, rate: 5 })
    expect(completeClients({ mode: 'open', rate: 5, seed: 7 })).toEqual({ ...CLIENT_DEFAULTS, rate: 5, seed: 7 })
  })

  test('becomes a closed load when it says so', () => {
    expect(completeClients({ mode: 'closed', concurrency: 3 })).toEqual({ ...CLOSED_CLIENT_DEFAULTS, concurrency: 3 })
  })

  test('has every key that it gives', () => {
    const manners = {
      connectTimeout: 10,
      responseTimeout: 20,
      requests: 4,
      pause: 0.5,
      speaks: 'client',
      returning: 0.25,
      os: 'macos',
    } as const
    expect(completeClients({ ...manners, rate: 1, arrivals: 'constant' })).toEqual({
      ...manners,
      mode: 'open',
      rate: 1,
      arrivals: 'constant',
    })
    expect(completeClients({ ...manners, mode: 'closed', concurrency: 2, thinkTime: 9 })).toEqual({
      ...manners,
      mode: 'closed',
      concurrency: 2,
      thinkTime: 9,
    })
  })

  test.each<[string, ClientsRequest, string, string]>([
    ['without a rate', {}, 'rate', 'missing'],
    ['of mode open without a rate', { mode: 'open' }, 'rate', 'missing'],
    ['of mode closed without users', { mode: 'closed', thinkTime: 1 }, 'concurrency', 'missing'],
    ['of mode closed with a rate', { mode: 'closed', concurrency: 1, rate: 5 }, 'rate', 'superfluous'],
    [
      'of mode closed with arrivals',
      { mode: 'closed', concurrency: 1, arrivals: 'poisson' },
      'arrivals',
      'superfluous',
    ],
    ['of mode open with users', { rate: 5, concurrency: 1 }, 'concurrency', 'superfluous'],
    ['of mode open with a think time', { mode: 'open', rate: 5, thinkTime: 1 }, 'thinkTime', 'superfluous'],
    ['for many requests where the server speaks', { rate: 5, speaks: 'server', requests: 2 }, 'requests', 'refused'],
    ['with a pause and one request', { rate: 5, pause: 1 }, 'pause', 'superfluous'],
  ])('%s is refused in one line that says what is allowed', (_, request, key, is) => {
    const problem = completeClients(request)
    expect(problem).toMatchObject({ key, is })
    expect((problem as { what: string }).what).toMatch(/^[^\n]{30,200}$/)
    expect((problem as { what: string }).what).toMatch(/takes rate|takes concurrency|must be 1|from 2 to 1000/)
  })

  test('may pause for 0 seconds whatever else it says', () => {
    expect(completeClients({ rate: 5, pause: 0 })).toMatchObject({ pause: 0 })
  })
})

test('the longest time of an attempt counts every request and every pause', () => {
  const spec = { ...CLIENT_DEFAULTS, rate: 1, connectTimeout: 3, responseTimeout: 5, requests: 4, pause: 2 }
  expect(attemptTimeMax(spec)).toBe(3 + 4 * 5 + 3 * 2)
})
