import { maxHeaderSize } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { promisify } from 'node:util'
import { Counter, Registry } from 'prom-client'
import { Type } from 'typebox'
import { afterEach, describe, expect, it } from 'vitest'
import { buildControlApp, type ControlApp } from '../../../control/app.ts'
import { ApiError } from '../../../control/errors.ts'

const Body = Type.Object(
  {
    mode: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 })),
    kind: Type.Optional(Type.Union([Type.Literal('syn'), Type.Literal('ack')])),
    rate: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 1000 })),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 8 })),
    nested: Type.Optional(
      Type.Object({ list: Type.Array(Type.Object({ on: Type.Boolean() }, { additionalProperties: false })) }),
    ),
    key: Type.Optional(Type.Object({ needed: Type.Integer() })),
  },
  { additionalProperties: false },
)
const Query = Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1 })) }, { additionalProperties: false })

let app: ControlApp

function build(): ControlApp {
  const metrics = new Registry()
  new Counter({ name: 'something_total', help: 'Something.', registers: [metrics] }).inc(3)
  app = buildControlApp({ name: 'synlab-test', about: 'A test.', logLevel: 'silent', metrics })
  app.put('/thing', { schema: { body: Body } }, ({ body }) => body)
  app.get('/list', { schema: { querystring: Query } }, ({ query }) => query)
  app.delete('/things/:id', () => ({}))
  app.get('/refused', () => {
    throw new ApiError('CONFLICT', 'not now', 'what')
  })
  app.get('/broken', () => {
    throw new Error('the secret is 42')
  })
  return app
}

async function put(payload: string | object): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = { 'content-type': 'application/json' }
  const reply = await build().inject({ method: 'PUT', url: '/thing', headers, payload })
  return { status: reply.statusCode, body: reply.json() }
}

afterEach(async () => {
  await app.close()
})

describe('the common routes', () => {
  it('answer health, version and metrics', async () => {
    build()
    expect((await app.inject('/healthz')).json()).toEqual({ status: 'ok' })
    const version = (await app.inject('/version')).json()
    expect(version).toEqual({
      name: 'synlab-test',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      node: process.version,
    })
    const metrics = await app.inject('/metrics')
    expect(metrics.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(metrics.body).toContain('something_total 3')
  })
})

describe('a body', () => {
  it('passes as it is when it fits', async () => {
    const body = { mode: 2, kind: 'ack', nested: { list: [{ on: true }] } }
    expect(await put(body)).toEqual({ status: 200, body })
  })

  const refusals: [string, string | object, string, string | undefined, RegExp][] = [
    ['an unknown key', { mod: 1 }, 'UNKNOWN_KEY', 'mod', /"mod".*allowed: mode, kind, rate/],
    ['an unknown key inside', { nested: { list: [{ on: true, off: 1 }] } }, 'UNKNOWN_KEY', 'nested.list.0.off', /on$/],
    ['an unknown key beside a wrong value', { mode: 9, x: 1 }, 'UNKNOWN_KEY', 'x', /"x"/],
    ['text where a number belongs', { mode: '1' }, 'WRONG_TYPE', 'mode', /"1" is not an integer from 0 to 2/],
    ['a fraction', { mode: 1.5 }, 'WRONG_TYPE', 'mode', /1\.5 is not an integer from 0 to 2/],
    ['null', { mode: null }, 'WRONG_TYPE', 'mode', /null is not an integer/],
    ['a number too large', { mode: 3 }, 'OUT_OF_RANGE', 'mode', /3 is not an integer from 0 to 2/],
    ['a number at an excluded end', { rate: 0 }, 'OUT_OF_RANGE', 'rate', /above 0 and at most 1000/],
    ['text too short', { name: '' }, 'OUT_OF_RANGE', 'name', /"" is not a string of 1 to 8 characters/],
    ['a wrong choice', { kind: 'udp' }, 'BAD_VALUE', 'kind', /"udp" is not one of "syn", "ack"/],
    ['a missing key', { key: {} }, 'MISSING_KEY', 'key.needed', /key\.needed is missing; it is an integer/],
    ['a wrong value deep inside', { nested: { list: [{ on: 1 }] } }, 'WRONG_TYPE', 'nested.list.0.on', /true or false/],
    ['an array', [], 'WRONG_TYPE', undefined, /^the body: \[\] is not an object$/],
    ['bare text', '"mode"', 'WRONG_TYPE', undefined, /^the body: "mode" is not an object$/],
    [
      'something that is no JSON',
      '{"mode":',
      'BAD_JSON',
      undefined,
      /^the body is not valid JSON: .*end of JSON input/,
    ],
    ['JSON that ends in other lines', '{}\nx\ny', 'BAD_JSON', undefined, /^the body is not valid JSON: .*$/],
    ['nothing', '', 'BAD_JSON', undefined, /empty; it must be JSON/],
    ['a prototype in disguise', '{"__proto__":{"mode":1}}', 'UNKNOWN_KEY', '__proto__', /"__proto__" is not allowed/],
    ['one deep inside', '{"nested":{"list":[{"__proto__":1}]}}', 'UNKNOWN_KEY', '__proto__', /"__proto__" is not/],
  ]
  it.each(refusals)('is refused for %s', async (_what, payload, code, path, message) => {
    const { status, body } = await put(payload)
    expect(status).toBe(400)
    expect(body).toEqual({ code, message: expect.stringMatching(message), ...(path === undefined ? {} : { path }) })
  })

  it('is refused when it is too large, and when it is not JSON by its type', async () => {
    expect((await put({ name: 'x'.repeat(70_000) })).body).toMatchObject({ code: 'BODY_TOO_LARGE' })
    for (const type of ['application/x-www-form-urlencoded', 'text/plain']) {
      const headers = { 'content-type': type }
      const reply = await app.inject({ method: 'PUT', url: '/thing', headers, payload: 'mode=1' })
      expect(reply.statusCode).toBe(415)
      expect(reply.json()).toEqual({
        code: 'UNSUPPORTED_MEDIA_TYPE',
        message: 'the body must be JSON, with content-type application/json',
      })
    }
  })

  it('may be empty, even with the type of JSON, where none is asked for', async () => {
    const reply = await build().inject({
      method: 'DELETE',
      url: '/things/1',
      headers: { 'content-type': 'application/json' },
    })
    expect(reply.statusCode).toBe(200)
  })

  it('quotes a long wrong value only in part', async () => {
    const { body } = await put({ mode: 'y'.repeat(5000) })
    expect(String(body.message).length).toBeLessThan(150)
  })
})

describe('a query string', () => {
  it('is converted to the types of its schema', async () => {
    expect((await build().inject('/list?limit=12')).json()).toEqual({ limit: 12 })
  })

  it.each([
    ['limit=0', 'OUT_OF_RANGE', 'limit'],
    ['limit=1.5', 'WRONG_TYPE', 'limit'],
    ['limit=', 'WRONG_TYPE', 'limit'],
    ['limit=0x10', 'WRONG_TYPE', 'limit'],
    ['limit=1e3', 'WRONG_TYPE', 'limit'],
    ['limit=1&limit=2', 'WRONG_TYPE', 'limit'],
    ['limit=abc', 'WRONG_TYPE', 'limit'],
    ['limt=1', 'UNKNOWN_KEY', 'limt'],
  ])('is refused when it is %s', async (query, code, path) => {
    const reply = await build().inject(`/list?${query}`)
    expect(reply.statusCode).toBe(400)
    expect(reply.json()).toMatchObject({ code, path })
  })
})

describe('errors', () => {
  it('of the catalogue keep code, message, path and status', async () => {
    const reply = await build().inject('/refused')
    expect(reply.statusCode).toBe(409)
    expect(reply.json()).toEqual({ code: 'CONFLICT', message: 'not now', path: 'what' })
  })

  it('from inside say nothing about the inside', async () => {
    const reply = await build().inject('/broken')
    expect(reply.statusCode).toBe(500)
    expect(reply.json()).toMatchObject({ code: 'INTERNAL' })
    expect(reply.body).not.toContain('42')
  })

  it('name a path that does not exist', async () => {
    const reply = await build().inject('/nowhere?x=1')
    expect(reply.statusCode).toBe(404)
    expect(reply.json()).toEqual({ code: 'NOT_FOUND', message: 'there is no /nowhere' })
  })

  it.each([
    ['POST', '/thing', 'PUT'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['GET', '/things/7', 'DELETE'],
  ] as const)('name the methods that %s %s could have used', async (method, url, allow) => {
    const reply = await build().inject({ method, url })
    expect(reply.statusCode).toBe(405)
    expect(reply.headers.allow).toBe(allow)
    expect(reply.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED', message: expect.stringContaining(allow) })
  })

  it('are JSON for a path that cannot be decoded', async () => {
    const reply = await build().inject('/%zz')
    expect(reply.statusCode).toBe(400)
    expect(reply.json()).toMatchObject({ code: 'BAD_REQUEST' })
  })

  it('are JSON for bytes that are no HTTP, and for a head that is too large', async () => {
    await build().listen({ host: '127.0.0.1', port: 0 })
    const garbage = await say('\x16\x03\x01 hello\r\n\r\n')
    expect(garbage).toMatchObject({ line: 'HTTP/1.1 400 Bad Request', body: { code: 'BAD_REQUEST' } })
    const large = await say(`GET /list HTTP/1.1\r\nX: ${'x'.repeat(maxHeaderSize)}\r\n\r\n`)
    expect(large).toMatchObject({
      line: 'HTTP/1.1 431 Request Header Fields Too Large',
      body: { code: 'HEAD_TOO_LARGE' },
    })
  })
})

/** Sends bytes to the app, which listens, and returns the first line and the body of what it answers until it closes. */
async function say(text: string): Promise<{ line: string; body: unknown }> {
  const { port } = app.server.address() as AddressInfo
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.write(text)
  let answer = ''
  for await (const chunk of socket) answer += chunk
  socket.destroy()
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  return { line: head.split('\r\n')[0] ?? '', body: JSON.parse(body) }
}

/** What strangers say before they fall silent: nothing, a part of a head, a part of a body. */
const BEGINNINGS = [
  '',
  'GET /list HTTP/1.1\r\nHost: localhost\r\n',
  'PUT /thing HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
]

describe('a request that does not arrive', () => {
  it('is given up after a time', async () => {
    const { server } = build()
    expect([server.headersTimeout, server.requestTimeout]).toEqual([10_000, 10_000])
    Object.assign(server, { headersTimeout: 1, requestTimeout: 1, connectionsCheckingInterval: 1 })
    await app.listen({ host: '127.0.0.1', port: 0 })
    for (const beginning of BEGINNINGS) {
      const { line, body } = await say(beginning)
      expect([line, body]).toEqual([
        'HTTP/1.1 408 Request Timeout',
        { code: 'REQUEST_TIMEOUT', message: 'the request did not arrive within 10 s' },
      ])
    }
  })

  it('is refused when it is for a proxy', async () => {
    await build().listen({ host: '127.0.0.1', port: 0 })
    expect(await say('CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n')).toEqual({
      line: 'HTTP/1.1 501 Not Implemented',
      body: { code: 'NOT_IMPLEMENTED', message: 'this is no proxy' },
    })
  })

  it('does not hold up the end', async () => {
    await build().listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    const strangers = BEGINNINGS.map((beginning) => {
      const socket = connect({ port, host: '127.0.0.1' })
      socket.on('error', () => {})
      socket.write(beginning)
      return new Promise((resolve) => socket.on('close', resolve))
    })
    const isConnected = async (): Promise<boolean> =>
      BEGINNINGS.length === (await promisify(app.server.getConnections).call(app.server))
    while (!(await isConnected())) await new Promise((resolve) => setImmediate(resolve))
    await app.close()
    await Promise.all(strangers)
  })
})

describe('a request from a page of another site', () => {
  const ask = (method: 'PUT' | 'GET', origin: string) =>
    build().inject({
      method,
      url: method === 'GET' ? '/list' : '/thing',
      headers: { origin, host: '127.0.0.1:8081', 'content-type': 'application/json' },
      ...(method === 'PUT' ? { payload: {} } : {}),
    })

  it.each(['https://example.org', 'http://localhost:8081', 'null'])('changes nothing: %s', async (origin) => {
    const reply = await ask('PUT', origin)
    expect([reply.statusCode, reply.json().code]).toEqual([403, 'CROSS_ORIGIN'])
  })

  it.each(['example.org', 'example.org:8081', 'localhost.example.org', 'a b'])(
    'is refused altogether when its own domain points here: Host %j',
    async (host) => {
      for (const method of ['GET', 'PUT'] as const) {
        const reply = await build().inject({ method, url: '/list', headers: { host, origin: `http://${host}` } })
        expect(reply.json().code).toBe('CROSS_ORIGIN')
      }
    },
  )

  it.each(['127.0.0.1:8081', 'localhost', '[::1]:8081', 'server:8081'])('is answered under Host %s', async (host) => {
    expect((await build().inject({ method: 'GET', url: '/list', headers: { host } })).statusCode).toBe(200)
  })

  it('may look, and a page of this server may do everything', async () => {
    expect((await ask('GET', 'https://example.org')).statusCode).toBe(200)
    expect((await ask('PUT', 'http://127.0.0.1:8081')).statusCode).toBe(200)
  })
})
