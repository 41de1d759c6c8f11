import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildAttackerApi } from '../../../../attacker/api/attacker-api.ts'
import { CONNECT_BUCKETS } from '../../../../attacker/clients/client-counters.ts'
import { ATTACK_STARTS, ATTACK_STOPS } from '../../../../attacker/metrics/attack-times.ts'
import { METRICS } from '../../../../attacker/metrics/catalogue.ts'
import { ATTACK_KINDS } from '../../../../attacker/traffic/attack-catalogue.ts'
import type { ControlApp } from '../../../../control/app.ts'
import { TestEngine } from '../../../support/worlds/attacker-engine.ts'

const FLOOD = { kind: 'syn-flood', rate: 1000, duration: 2 }

let engine: TestEngine
let app: ControlApp

beforeEach(() => {
  engine = new TestEngine()
  engine.setLink('ready')
  app = buildAttackerApi(engine, 'silent')
})

afterEach(() => app.close())

async function request(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: unknown) {
  const response = await app.inject({ method, url, ...(body === undefined ? {} : { payload: body as object }) })
  return { status: response.statusCode, body: response.json(), headers: response.headers }
}

async function metric(name: string): Promise<number> {
  const { payload } = await app.inject('/metrics')
  const line = payload.split('\n').find((candidate) => candidate.startsWith(`${name} `))
  if (line === undefined) throw new Error(`no series ${name}`)
  return Number(line.slice(name.length + 1))
}

test('GET /api/attack-kinds tells every kind with its parameters', async () => {
  const { body } = await request('GET', '/api/attack-kinds')
  expect(Object.keys(body.kinds)).toEqual(ATTACK_KINDS)
  expect(body.kinds['syn-flood']).toMatchObject({
    acts: 'packets',
    rateMax: 1_000_000,
    parameters: { arrivals: { choices: ['constant', 'poisson'] }, fingerprint: { default: 'mss-only' } },
  })
})

describe('POST /api/attacks', () => {
  test('starts an attack and says where it can be found', async () => {
    const { status, body, headers } = await request('POST', '/api/attacks', FLOOD)
    expect(status).toBe(201)
    expect(body).toMatchObject({ id: 1, ...FLOOD, sources: '198.18.0.0/15', arrivals: 'constant', state: 'running' })
    expect(headers.location).toBe('/api/attacks/1')
    expect(await request('GET', '/api/attacks/1')).toMatchObject({ status: 200, body: { id: 1 } })
  })

  test('takes sources, arrivals and a seed', async () => {
    const more = { sources: '192.0.2.128/25', arrivals: 'poisson', seed: 42 }
    expect(await request('POST', '/api/attacks', { ...FLOOD, ...more })).toMatchObject({ status: 201, body: more })
  })

  test.each([
    ['no rate', { kind: 'syn-flood', duration: 1 }, 'MISSING_KEY', 'rate'],
    ['no duration', { kind: 'syn-flood', rate: 1 }, 'MISSING_KEY', 'duration'],
    ['an unknown kind', { ...FLOOD, kind: 'udp-flood' }, 'BAD_VALUE', 'kind'],
    ['a rate above the cap', { ...FLOOD, rate: 1_000_001 }, 'OUT_OF_RANGE', 'rate'],
    ['a rate of 0', { ...FLOOD, rate: 0 }, 'OUT_OF_RANGE', 'rate'],
    ['a negative rate', { ...FLOOD, rate: -1 }, 'OUT_OF_RANGE', 'rate'],
    ['a rate as text', { ...FLOOD, rate: '1000' }, 'WRONG_TYPE', 'rate'],
    ['a rate of null', { ...FLOOD, rate: null }, 'WRONG_TYPE', 'rate'],
    ['a duration above the cap', { ...FLOOD, duration: 3601 }, 'OUT_OF_RANGE', 'duration'],
    ['a duration of 0', { ...FLOOD, duration: 0 }, 'OUT_OF_RANGE', 'duration'],
    ['sources that are no prefix', { ...FLOOD, sources: '198.18.0.0/33' }, 'BAD_VALUE', 'sources'],
    ['sources with host bits', { ...FLOOD, sources: '198.18.0.1/15' }, 'BAD_VALUE', 'sources'],
    ['unknown arrivals', { ...FLOOD, arrivals: 'bursty' }, 'BAD_VALUE', 'arrivals'],
    ['a seed that is no integer', { ...FLOOD, seed: 1.5 }, 'WRONG_TYPE', 'seed'],
    ['an unknown key', { ...FLOOD, target: '8.8.8.8' }, 'UNKNOWN_KEY', 'target'],
  ])('refuses %s', async (_, body, code, path) => {
    const response = await request('POST', '/api/attacks', body)
    expect(response).toMatchObject({ status: 400, body: { code, path } })
    expect(engine.counters.attacks.active('syn-flood')).toBe(0)
  })

  test.each(['0.0.0.0/0', '8.8.8.8', '198.16.0.0/14', '10.9.16.0/20', '127.0.0.1'])(
    'forbids to pretend to come from %s',
    async (sources) => {
      const response = await request('POST', '/api/attacks', { ...FLOOD, sources })
      expect(response).toMatchObject({ status: 403, body: { code: 'TARGET_REFUSED', path: 'sources' } })
      expect(response.body.message).toContain('198.18.0.0/15')
      expect(engine.counters.attacks.active('syn-flood')).toBe(0)
    },
  )

  test('says that there is no link', async () => {
    engine.setLink('connecting', 'no answer: no hub there, or one with another lab key')
    const response = await request('POST', '/api/attacks', FLOOD)
    expect(response).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } })
    expect(response.body.message).toContain('no hub there')
  })

  test('refuses one attack too many', async () => {
    for (let i = 0; i < 16; i++) expect((await request('POST', '/api/attacks', FLOOD)).status).toBe(201)
    expect(await request('POST', '/api/attacks', FLOOD)).toMatchObject({ status: 409, body: { code: 'CONFLICT' } })
  })

  test('refuses what is no JSON', async () => {
    const headers = { 'content-type': 'application/json' }
    const response = await app.inject({ method: 'POST', url: '/api/attacks', headers, payload: '{"kind":' })
    expect([response.statusCode, response.json().code]).toEqual([400, 'BAD_JSON'])
  })
})

describe('DELETE /api/attacks', () => {
  test('with an id stops that attack and says how it went', async () => {
    await request('POST', '/api/attacks', FLOOD)
    await request('POST', '/api/attacks', FLOOD)
    engine.pass(100)
    expect(await request('DELETE', '/api/attacks/1')).toMatchObject({
      status: 200,
      body: { id: 1, state: 'stopped', elapsed: 0.1, sent: 101 },
    })
    expect(engine.counters.attacks.active('syn-flood')).toBe(1)
  })

  test('of an attack that is over changes nothing', async () => {
    await request('POST', '/api/attacks', FLOOD)
    engine.pass(3000)
    expect(await request('DELETE', '/api/attacks/1')).toMatchObject({ status: 200, body: { state: 'finished' } })
  })

  test.each(['9', '1000000', '1.0', '1.5', '01', '+1', '-1', '0', 'x', '%20'])('knows no attack %s', async (id) => {
    await request('POST', '/api/attacks', FLOOD)
    expect(await request('DELETE', `/api/attacks/${id}`)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
    expect((await request('GET', `/api/attacks/${id}`)).status).toBe(404)
    expect(engine.counters.attacks.active('syn-flood')).toBe(1)
  })

  test('without an id stops all', async () => {
    await request('POST', '/api/attacks', FLOOD)
    await request('POST', '/api/attacks', FLOOD)
    expect(await request('DELETE', '/api/attacks')).toMatchObject({ status: 200, body: { stopped: 2 } })
    const { body } = await request('GET', '/api/attacks')
    expect(body.attacks.map(({ state }: { state: string }) => state)).toEqual(['stopped', 'stopped'])
  })
})

describe('PUT /api/clients', () => {
  test('lets clients arrive, with the defaults for what is left out', async () => {
    const { status, body } = await request('PUT', '/api/clients', { rate: 50, arrivals: 'constant' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ rate: 50, arrivals: 'constant', connectTimeout: 3, responseTimeout: 5 })
    engine.pass(990)
    expect(engine.counters.clients.attempted).toBe(50)
  })

  test('lets users come again and again in mode closed', async () => {
    const { status, body } = await request('PUT', '/api/clients', { mode: 'closed', concurrency: 4, thinkTime: 1 })
    expect(status).toBe(200)
    expect(body).toMatchObject({ mode: 'closed', concurrency: 4, thinkTime: 1, requests: 1, os: 'linux' })
    // Nobody answers: each user waits for three seconds, thinks for one, and is there again.
    engine.pass(19_990)
    expect(engine.counters.clients.attempted).toBe(20)
    expect((await request('GET', '/api/state')).body.clients.inFlight).toBeLessThanOrEqual(4)
  })

  test('says in one line what goes together', async () => {
    const { body } = await request('PUT', '/api/clients', { mode: 'closed', concurrency: 1, rate: 5 })
    expect(body.message).toBe(
      'rate: belongs to mode "open"; mode "closed" takes concurrency (1 to 1000 users) and thinkTime (0.001 to 3600 seconds)',
    )
    const missing = await request('PUT', '/api/clients', {})
    expect(missing.body.message).toBe(
      'rate is missing; mode "open" takes rate (0.001 to 1000 connections per second) and arrivals (constant or poisson)',
    )
  })

  test('with rate 0 lets none arrive', async () => {
    await request('PUT', '/api/clients', { rate: 50 })
    expect(await request('PUT', '/api/clients', { rate: 0 })).toMatchObject({ status: 200, body: { rate: 0 } })
    engine.pass(10_000)
    expect(engine.counters.clients.attempted).toBe(0)
  })

  test.each([
    ['no rate', {}, 'MISSING_KEY', 'rate'],
    ['a rate above the range', { rate: 1001 }, 'OUT_OF_RANGE', 'rate'],
    ['a rate between 0 and the range', { rate: 0.0001 }, 'OUT_OF_RANGE', 'rate'],
    ['a negative rate', { rate: -1 }, 'OUT_OF_RANGE', 'rate'],
    ['a connect timeout below the range', { rate: 1, connectTimeout: 0.5 }, 'OUT_OF_RANGE', 'connectTimeout'],
    ['a connect timeout above the range', { rate: 1, connectTimeout: 132 }, 'OUT_OF_RANGE', 'connectTimeout'],
    ['a response timeout as text', { rate: 1, responseTimeout: '5' }, 'WRONG_TYPE', 'responseTimeout'],
    ['an unknown key', { rate: 1, timeout: 5 }, 'UNKNOWN_KEY', 'timeout'],
    ['an unknown mode', { mode: 'half', rate: 1 }, 'BAD_VALUE', 'mode'],
    ['a closed load without users', { mode: 'closed' }, 'MISSING_KEY', 'concurrency'],
    ['a closed load with a rate', { mode: 'closed', concurrency: 1, rate: 5 }, 'BAD_VALUE', 'rate'],
    ['an open load with users', { rate: 5, concurrency: 1 }, 'BAD_VALUE', 'concurrency'],
    ['users without a mode', { concurrency: 1 }, 'BAD_VALUE', 'concurrency'],
    ['half a user', { mode: 'closed', concurrency: 1.5 }, 'WRONG_TYPE', 'concurrency'],
    ['too many users', { mode: 'closed', concurrency: 1001 }, 'OUT_OF_RANGE', 'concurrency'],
    ['no thinking', { mode: 'closed', concurrency: 1, thinkTime: 0 }, 'OUT_OF_RANGE', 'thinkTime'],
    ['requests to a server that speaks', { rate: 5, speaks: 'server', requests: 2 }, 'BAD_VALUE', 'requests'],
    ['a pause with nothing after it', { rate: 5, pause: 1 }, 'BAD_VALUE', 'pause'],
    ['a share above 1', { rate: 5, returning: 1.1 }, 'OUT_OF_RANGE', 'returning'],
    ['an unknown system', { rate: 5, os: 'beos' }, 'BAD_VALUE', 'os'],
  ])('refuses %s, and changes nothing', async (_, body, code, path) => {
    await request('PUT', '/api/clients', { rate: 7 })
    expect(await request('PUT', '/api/clients', body)).toMatchObject({ status: 400, body: { code, path } })
    expect((await request('GET', '/api/state')).body.clients.rate).toBe(7)
  })
})

describe('state and reset', () => {
  test('GET /api/state tells link, attacks, clients', async () => {
    await request('POST', '/api/attacks', FLOOD)
    engine.pass(1000)
    const { body } = await request('GET', '/api/state')
    expect(body).toMatchObject({
      time: 1,
      link: { state: 'ready', hub: 'server:7400', clientAddresses: '10.9.19.0/24' },
      attacks: [{ id: 1, state: 'running', elapsed: 1, offered: 1001, sent: 1001, late: 0, noRoom: 0 }],
      clients: { rate: 0, attempted: 0, inFlight: 0, outcomes: { ok: 0, timeout: 0, refused: 0, reset: 0, local: 0 } },
      backscatter: 0,
    })
  })

  test('POST /api/reset stops attacks and sets counters to zero', async () => {
    await request('POST', '/api/attacks', FLOOD)
    engine.pass(1000)
    expect(await request('POST', '/api/reset')).toMatchObject({ status: 200, body: { attacks: [] } })
    expect(await metric('synlab_attack_packets_sent_total{kind="syn-flood"}')).toBe(0)
    expect(await metric('synlab_attack_active{kind="syn-flood"}')).toBe(0)
    engine.pass(1000)
    expect(engine.toldOf('reset')).toHaveLength(1)
    expect(await metric('synlab_attack_packets_sent_total{kind="syn-flood"}')).toBe(0)
  })
})

describe('GET /metrics', () => {
  test('has every series of the catalogue from the start, at 0 but for the state of the link', async () => {
    const { payload, headers } = await app.inject('/metrics')
    expect(headers['content-type']).toContain('text/plain')
    const series = payload.split('\n').filter((line) => line.startsWith('synlab_'))
    const moments = ATTACK_STARTS.values.length + ATTACK_STOPS.values.length
    // Of each series of a histogram: each bucket, the one without bound, sum and count.
    const linesOf = (type: string): number => (type === 'histogram' ? CONNECT_BUCKETS.length + 3 : 1)
    const expected = METRICS.reduce((sum, metric) => sum + metric.series.length * linesOf(metric.type), 0)
    expect(series).toHaveLength(expected + moments)
    expect(series.filter((line) => !line.endsWith(' 0'))).toEqual(['synlab_link_state{state="ready"} 1'])
  })

  test('gives each metric a type and a help text', async () => {
    const { payload } = await app.inject('/metrics')
    for (const { name, type } of METRICS) {
      expect(payload).toContain(`# TYPE ${name} ${type}\n`)
      expect(payload).toMatch(new RegExp(`# HELP ${name} [A-Z].*\\.\n`))
    }
  })

  test('counts what attacks send and what they skip', async () => {
    await request('POST', '/api/attacks', FLOOD)
    engine.pass(1000)
    expect(await metric('synlab_attack_packets_offered_total{kind="syn-flood"}')).toBe(1001)
    expect(await metric('synlab_attack_packets_sent_total{kind="syn-flood"}')).toBe(1001)
    expect(await metric('synlab_attack_packets_skipped_total{kind="syn-flood",reason="late"}')).toBe(0)
    expect(await metric('synlab_attack_active{kind="syn-flood"}')).toBe(1)
    // A second scrape copies, it does not add.
    expect(await metric('synlab_attack_packets_sent_total{kind="syn-flood"}')).toBe(1001)
  })

  test('tells when an attack of a kind last began and last ended', async () => {
    const start = 'synlab_attack_last_start_timestamp_seconds{kind="syn-flood"}'
    const stop = 'synlab_attack_last_stop_timestamp_seconds{kind="syn-flood"}'
    const before = Date.now() / 1000
    await request('POST', '/api/attacks', FLOOD)
    const begun = await metric(start)
    expect(begun).toBeGreaterThanOrEqual(before)
    expect(await metric(stop)).toBe(0)
    await request('DELETE', '/api/attacks')
    expect(await metric(stop)).toBeGreaterThanOrEqual(begun)
    expect(await metric(start)).toBe(begun)
  })

  test('has a histogram of connect durations that is cumulative and adds up', async () => {
    const { clients } = engine.counters
    for (const milliseconds of [0.5, 3, 3, 1001, 200_000]) clients.countOutcome('ok', milliseconds * 1000)
    clients.countOutcome('timeout', 3_000_000)
    const name = 'synlab_client_connect_duration_seconds'
    expect(await metric(`${name}_bucket{le="0.001",outcome="ok"}`)).toBe(1)
    expect(await metric(`${name}_bucket{le="0.005",outcome="ok"}`)).toBe(3)
    expect(await metric(`${name}_bucket{le="0.5",outcome="ok"}`)).toBe(3)
    expect(await metric(`${name}_bucket{le="2.1",outcome="ok"}`)).toBe(4)
    expect(await metric(`${name}_bucket{le="131.1",outcome="ok"}`)).toBe(4)
    expect(await metric(`${name}_bucket{le="+Inf",outcome="ok"}`)).toBe(5)
    expect(await metric(`${name}_count{outcome="ok"}`)).toBe(5)
    expect(await metric(`${name}_sum{outcome="ok"}`)).toBeCloseTo(201.0075, 9)
    expect(await metric(`${name}_count{outcome="timeout"}`)).toBe(1)
    expect(await metric('synlab_client_connects_total{outcome="ok"}')).toBe(5)
  })

  test('has a histogram of times to first byte, without those who saw none', async () => {
    const { clients } = engine.counters
    clients.countOutcome('ok', 1000, 2500)
    clients.countOutcome('reset', 1000, 2501)
    clients.countOutcome('reset', 1000)
    const name = 'synlab_client_first_byte_seconds'
    expect(await metric(`${name}_bucket{le="0.001",outcome="ok"}`)).toBe(0)
    expect(await metric(`${name}_bucket{le="0.0025",outcome="ok"}`)).toBe(1)
    expect(await metric(`${name}_bucket{le="0.0025",outcome="reset"}`)).toBe(0)
    expect(await metric(`${name}_count{outcome="reset"}`)).toBe(1)
    expect(await metric(`${name}_sum{outcome="reset"}`)).toBeCloseTo(0.002501, 9)
    expect(await metric('synlab_client_connect_duration_seconds_count{outcome="reset"}')).toBe(2)
  })

  test('counts the requests that were answered', async () => {
    engine.counters.clients.countAnswer()
    engine.counters.clients.countAnswer()
    expect(await metric('synlab_client_requests_total')).toBe(2)
  })

  test('tells the state of the link', async () => {
    engine.setLink('refused', 'no')
    expect(await metric('synlab_link_state{state="ready"}')).toBe(0)
    expect(await metric('synlab_link_state{state="refused"}')).toBe(1)
  })
})

describe('GET /api/events', () => {
  /** The events of a real connection, as they come. */
  async function* listen(signal: AbortSignal): AsyncGenerator<{ event: string; data: { state?: string } }> {
    const address = await app.listen({ port: 0 })
    const response = await fetch(`${address}/api/events`, { signal })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    let text = ''
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      text += new TextDecoder().decode(chunk)
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const fields = new Map(
          text
            .slice(0, end)
            .split('\n')
            .map((line) => line.split(/: (.*)/s) as [string, string]),
        )
        text = text.slice(end + 2)
        const event = fields.get('event')
        if (event !== undefined) yield { event, data: JSON.parse(fields.get('data') ?? '') }
      }
    }
  }

  test('begins with a snapshot and tells of attacks, clients, link and reset as they happen', async () => {
    const abort = new AbortController()
    const events = listen(abort.signal)
    const next = async (event: string) => {
      for (;;) {
        const { value, done } = await events.next()
        if (done) throw new Error('the stream ended')
        if (value.event === event) return value.data
      }
    }
    expect(await next('snapshot')).toMatchObject({ link: { state: 'ready' }, attacks: [] })
    await request('POST', '/api/attacks', FLOOD)
    expect(await next('attack')).toMatchObject({ id: 1, state: 'running' })
    await request('DELETE', '/api/attacks/1')
    expect(await next('attack')).toMatchObject({ id: 1, state: 'stopped' })
    await request('PUT', '/api/clients', { rate: 3 })
    expect(await next('clients')).toMatchObject({ rate: 3 })
    engine.setLink('connecting', 'the hub stopped answering')
    expect(await next('link')).toMatchObject({ state: 'connecting', detail: 'the hub stopped answering' })
    await request('POST', '/api/reset')
    expect(await next('reset')).toMatchObject({ attacks: [] })
    expect(await next('snapshot')).toMatchObject({ link: { state: 'connecting' } })
    abort.abort()
  })
})

test('what the attacker has not is refused in JSON', async () => {
  expect(await request('GET', '/api/target')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
  expect(await request('PUT', '/api/attacks', FLOOD)).toMatchObject({
    status: 405,
    body: { code: 'METHOD_NOT_ALLOWED' },
  })
})
