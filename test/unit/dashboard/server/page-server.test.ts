import { describe, expect, it } from 'vitest'
import { decodePlace, HOSTILE } from '../../../../server/app/slot-frame.ts'
import { until } from '../../../support/processes/lab-process.ts'
import { startPageLab, untilTold } from '../../../support/worlds/page-lab.ts'

const PAGE = { 'index.html': '<!doctype html>page', 'assets/app-1a2b.js': 'run()', 'assets/app-1a2b.js.br': 'small' }
const FLOOD = { kind: 'syn-flood', rate: 1000, duration: 60 }

describe('what the page server serves', () => {
  it('is the built page, under a policy that allows no inline script and no HTML made of text', async () => {
    const { page } = await startPageLab(PAGE)
    const answer = await page.inject('/')
    expect(answer.body).toBe(PAGE['index.html'])
    expect(answer.headers['cache-control']).toBe('no-cache')
    const policy = String(answer.headers['content-security-policy']).split('; ')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy).toContain("trusted-types 'none'")
    expect(policy.join()).not.toMatch(/unsafe|\*|https?:/)
  })

  it('lets hashed files be kept for ever, and sends the compressed copy to whoever takes it', async () => {
    const { page } = await startPageLab(PAGE)
    const url = '/assets/app-1a2b.js'
    const plain = await page.inject(url)
    expect(plain.body).toBe('run()')
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const small = await page.inject({ url, headers: { 'accept-encoding': 'br' } })
    expect(small.headers['content-encoding']).toBe('br')
    expect(small.body).toBe('small')
  })

  it('is nothing outside the page, and one clear sentence when the page is not built', async () => {
    const { page } = await startPageLab()
    expect((await page.inject('/../package.json')).statusCode).toBe(404)
    const answer = await page.inject('/')
    expect(answer.statusCode).toBe(503)
    expect(answer.json()).toEqual({ code: 'UNAVAILABLE', message: 'the page is not built; npm run build builds it' })
  })

  it('has health, version and metrics like every process', async () => {
    const { page } = await startPageLab()
    expect((await page.inject('/healthz')).json()).toEqual({ status: 'ok' })
    expect((await page.inject('/version')).json()).toMatchObject({ name: 'synlab-dashboard' })
    expect((await page.inject('/metrics')).body).toMatch(/^synlab_dashboard_pages 0$/m)
  })

  it('describes its calls: every parameter has a schema, and an attack that begins is answered with 201', async () => {
    const { page } = await startPageLab()
    const { paths } = (await page.inject('/api/openapi.json')).json()
    const operations = Object.values(paths).flatMap((path) => Object.values(path as object))
    for (const { parameters = [] } of operations) {
      for (const { name, schema } of parameters) expect([name, typeof schema]).toEqual([name, 'object'])
    }
    expect(Object.keys(paths['/api/attacks'].post.responses)).toContain('201')
  })
})

describe('whom the page server obeys', () => {
  it.each([
    ['without a token', {}, 'TOKEN_REQUIRED'],
    ['with a wrong one', { 'x-synlab-token': '0' }, 'TOKEN_REQUIRED'],
    ['from another origin', { origin: 'http://evil.example' }, 'CROSS_ORIGIN'],
    ['from another site', { 'sec-fetch-site': 'cross-site' }, 'CROSS_ORIGIN'],
    ['for another host', { host: 'evil.example' }, 'CROSS_ORIGIN'],
  ])('is nobody %s', async (_how, headers, code) => {
    const { page, engine } = await startPageLab()
    const before = engine.core.config
    const answer = await page.inject({ method: 'PATCH', url: '/api/config', headers, payload: { synCookies: 0 } })
    expect(answer.statusCode).toBe(403)
    expect(answer.json()).toMatchObject({ code })
    expect(engine.core.config).toBe(before)
  })

  it.each(['/api/session', '/api/stream'])('%s is not for pages of other sites', async (url) => {
    const { page } = await startPageLab()
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { host: 'rebound.example' }]) {
      const answer = await page.inject({ url, headers })
      expect(answer.json()).toMatchObject({ code: 'CROSS_ORIGIN' })
    }
  })
})

describe('the calls of a page', () => {
  it('change the server, and answer what it confirmed', async () => {
    const lab = await startPageLab()
    expect(await lab.call('PATCH', '/api/config', { synCookies: 2 })).toMatchObject({
      status: 200,
      body: { synCookies: 2 },
    })
    expect(lab.engine.core.config.synCookies).toBe(2)
    lab.engine.flood(3)
    expect(await lab.call('GET', '/api/sockets?state=listen&limit=5')).toMatchObject({ body: { total: 1 } })
    expect(await lab.call('POST', '/api/cookie', {})).toMatchObject({
      body: { wasSent: true, verdict: { isValid: true } },
    })
    expect(await lab.call('POST', '/api/tap', { follow: 'hostile' })).toEqual({ status: 200, body: { tap: 1 } })
    expect(await lab.call('DELETE', '/api/tap')).toEqual({ status: 200, body: { tap: null } })
    expect(await lab.call('GET', '/api/knobs')).toMatchObject({ body: { knobs: expect.any(Array) } })
  })

  it('start and stop attacks at the attacker that is named, or at the first', async () => {
    const lab = await startPageLab()
    const attacker = lab.attackerUrl.slice('http://'.length)
    await lab.listen()
    expect(await lab.call('POST', '/api/attacks', FLOOD)).toMatchObject({ status: 201, body: { id: 1, ...FLOOD } })
    expect(await lab.call('POST', `/api/attacks?attacker=${attacker}`, FLOOD)).toMatchObject({ body: { id: 2 } })
    expect(await lab.call('DELETE', `/api/attacks/${attacker}/2`)).toMatchObject({ body: { state: 'stopped' } })
    expect(await lab.call('DELETE', '/api/attacks')).toEqual({ status: 200, body: { stopped: 1 } })
    expect(await lab.call('PUT', '/api/clients', { rate: 20 })).toMatchObject({ status: 200, body: { rate: 20 } })
    expect(await lab.call('GET', '/api/attack-kinds')).toMatchObject({ body: { kinds: { 'syn-flood': {} } } })
    expect(await lab.call('POST', '/api/reset')).toMatchObject({ status: 200, body: { synQueue: { length: 0 } } })
  })

  it.each([
    ['PATCH', '/api/config', { synCookies: 7 }, 400, 'OUT_OF_RANGE', 'synCookies: 7 is not'],
    ['PATCH', '/api/config', { cookies: 1 }, 400, 'UNKNOWN_KEY', 'unknown key "cookies"'],
    ['POST', '/api/attacks', { kind: 'syn-flood', rate: 1 }, 400, 'MISSING_KEY', 'duration is missing'],
    ['POST', '/api/tap', { follow: { peer: 'nobody' } }, 400, 'BAD_VALUE', 'follow.peer: "nobody" is not'],
    ['POST', '/api/cookie', { cookie: -1 }, 400, 'OUT_OF_RANGE', 'cookie: -1 is not'],
    ['POST', '/api/attacks?attacker=10.0.0.9:1', FLOOD, 404, 'NOT_FOUND', 'there is no attacker "10.0.0.9:1"'],
    ['DELETE', '/api/nothing', undefined, 404, 'NOT_FOUND', 'there is no /api/nothing'],
  ] as const)(
    '%s %s of %j is refused in the words of whoever refuses',
    async (method, path, body, status, code, message) => {
      const answer = await (await startPageLab()).call(method, path, body)
      expect(answer.status).toBe(status)
      expect(answer.body).toMatchObject({ code, message: expect.stringContaining(message) })
    },
  )
})

describe('the stream of a page', () => {
  it('begins with who tells and who is there, then has state and places, ids one after the other', async () => {
    const lab = await startPageLab({}, { backlog: 4, synCookies: 0 })
    lab.engine.flood(3)
    const reader = await lab.listen()
    const first = await reader.next()
    expect(first?.data).toMatchObject({ type: 'hello', clock: 'wall', marks: expect.any(Array) })
    const ids = [first?.id ?? -1]
    const seen = new Set<string>()
    while (!['server', 'attacker', 'slots'].every((type) => seen.has(type))) {
      const event = await reader.next()
      if (event === undefined) throw new Error('the stream ended')
      ids.push(event.id)
      seen.add(event.data.type)
      if (event.data.type === 'server') expect(event.data.state.synQueue).toMatchObject({ length: 3, limit: 4 })
      if (event.data.type !== 'slots' || event.data.syn.kind !== 'places') continue
      const places = [...Buffer.from(event.data.syn.places, 'base64')].map(decodePlace)
      expect(places.filter((place) => place?.holder === HOSTILE)).toHaveLength(3)
      expect(places).toHaveLength(5)
    }
    expect(ids).toEqual(ids.map((_, index) => (ids[0] as number) + index))
  })

  it('marks every switch with what was before and after', async () => {
    const lab = await startPageLab({}, { synCookies: 0 })
    const reader = await lab.listen()
    await untilTold(reader, 'server')
    await lab.call('PATCH', '/api/config', { synCookies: 1 })
    const { mark } = await untilTold(reader, 'mark', ({ mark: { kind } }) => kind === 'config')
    expect(mark).toMatchObject({ kind: 'config', changes: { synCookies: [0, 1] } })
    await lab.call('POST', '/api/attacks', FLOOD)
    const attack = await untilTold(reader, 'mark', ({ mark: { kind } }) => kind === 'attack')
    expect(attack.mark).toMatchObject({ state: 'started', attack: 'syn-flood', rate: 1000, id: 1 })
  })

  it('tells the connection that is being followed', async () => {
    const lab = await startPageLab()
    const reader = await lab.listen()
    await untilTold(reader, 'server')
    await lab.call('POST', '/api/tap', { follow: 'hostile' })
    lab.engine.flood(1)
    expect(await untilTold(reader, 'tap')).toMatchObject({ event: { kind: 'started', client: '198.18.0.0:40000' } })
    expect(await untilTold(reader, 'tap')).toMatchObject({ event: { kind: 'segment', segment: { flags: ['SYN'] } } })
  })

  it('says when a process goes', async () => {
    const lab = await startPageLab()
    const reader = await lab.listen()
    await untilTold(reader, 'attacker')
    await lab.stopAttacker()
    const { who, detail } = await untilTold(reader, 'presence', ({ isThere }) => !isThere)
    expect(`http://${who}`).toBe(lab.attackerUrl)
    expect(detail).toContain(lab.attackerUrl)
  })

  it('costs the processes nothing while nobody looks', async () => {
    const lab = await startPageLab()
    let asked = 0
    const { engine } = lab.engine
    const { slots } = engine
    Object.assign(engine, {
      slots: () => {
        asked++
        return slots()
      },
    })
    // It is in touch with the server, and asks for nothing.
    await lab.untilInTouch()
    expect(asked).toBe(0)
    const reader = await lab.listen()
    await untilTold(reader, 'slots')
    expect(asked).toBeGreaterThan(0)
    reader.close()
    await until('nothing is asked any more', async () => {
      const before = asked
      // Several times as long as from one question to the next.
      await new Promise((resolve) => setTimeout(resolve, 500))
      return asked === before
    })
  })
})
