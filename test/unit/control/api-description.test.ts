/**
 * What a control API says of itself, and manners that hold for every route.
 */
import { Registry } from 'prom-client'
import { Type } from 'typebox'
import { afterEach, describe, expect, it } from 'vitest'
import { describe as summary } from '../../../control/api-description.ts'
import { buildControlApp, type ControlApp } from '../../../control/app.ts'

let app: ControlApp

function build(): ControlApp {
  app = buildControlApp({ name: 'synlab-test', about: 'A <test>.', logLevel: 'silent', metrics: new Registry() })
  app.after(() => {
    app.get(
      '/api/list',
      {
        schema: {
          summary: 'All of them.',
          querystring: Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 9 }) }),
        },
      },
      () => ({}),
    )
    app.post('/api/reset', summary('From the beginning.'), () => ({ done: true }))
    app.post('/api/made', { ...summary('One more.'), config: { status: 201 } }, () => ({}))
    app.put(
      '/api/thing',
      { schema: { body: Type.Object({ size: Type.Integer({ minimum: 0, maximum: 7 }) }) } },
      () => ({}),
    )
  })
  return app
}

afterEach(() => app.close())

describe('a control API', () => {
  it('describes itself as OpenAPI 3.1, from the schemas that requests are checked against', async () => {
    const document = (await build().inject('/api/openapi.json')).json()
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'synlab-test', description: 'A <test>.' } })
    expect(Object.keys(document.paths).sort()).toEqual([
      '/',
      '/api/list',
      '/api/made',
      '/api/openapi.json',
      '/api/reset',
      '/api/thing',
      '/healthz',
      '/metrics',
      '/version',
    ])
    expect(document.paths['/api/list'].get.parameters).toMatchObject([
      { name: 'limit', in: 'query', required: true, schema: { type: 'integer', minimum: 1, maximum: 9 } },
    ])
    expect(Object.keys(document.paths['/api/reset'].post.responses)).toEqual(['200', '4XX', '5XX'])
    expect(Object.keys(document.paths['/api/made'].post.responses)).toEqual(['201', '4XX', '5XX'])
    const refusal = document.paths['/api/made'].post.responses['4XX'].content['application/json'].schema
    expect(refusal).toMatchObject({ required: ['code', 'message'], properties: { path: { type: 'string' } } })
    expect(refusal.properties.code.enum).toContain('UNKNOWN_KEY')
    const [content] = Object.values(document.paths['/api/thing'].put.requestBody.content)
    expect(content).toMatchObject({ schema: { properties: { size: { maximum: 7 } } } })
  })

  it('says at its root where one is, and what there is', async () => {
    const reply = await build().inject('/')
    expect(reply.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(reply.body).toContain('A &#60;test&#62;.')
    expect(reply.body).toContain('<b>GET</b> <code><a href="/api/list">/api/list</a></code></h2><p>All of them.</p>')
    expect(reply.body).toContain('<code>limit</code> (query): integer from 1 to 9')
    expect(reply.body).toContain('<code>size</code> (body, required): integer from 0 to 7')
    expect(reply.body).not.toContain('<script')
  })

  it('takes a slash at the end for nothing', async () => {
    build()
    expect((await app.inject('/healthz/')).json()).toEqual({ status: 'ok' })
    const refused = await app.inject({ method: 'DELETE', url: '/healthz/' })
    expect([refused.statusCode, refused.headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  it('refuses a body where none is asked for, and takes an empty one', async () => {
    build()
    const reset = (payload: string) =>
      app.inject({ method: 'POST', url: '/api/reset', headers: { 'content-type': 'application/json' }, payload })
    expect((await reset('{}')).json()).toEqual({ done: true })
    expect((await reset('')).json()).toEqual({ done: true })
    const refused = await reset('{"hard":true}')
    expect(refused.statusCode).toBe(400)
    expect(refused.json()).toEqual({ code: 'UNKNOWN_KEY', message: 'POST /api/reset takes no body', path: 'hard' })
    expect((await reset('7')).json()).toEqual({ code: 'WRONG_TYPE', message: 'POST /api/reset takes no body' })
  })

  it('refuses a query where none is asked for, which might have narrowed down what happens', async () => {
    build()
    for (const [key, query] of [
      ['kind', 'kind=syn-flood'],
      ['constructor', 'constructor'],
      ['__proto__', '__proto__[x]=1'],
    ] as const) {
      const refused = await app.inject({ method: 'POST', url: `/api/reset?${query}` })
      expect(refused.statusCode).toBe(400)
      expect(refused.json()).toMatchObject({ code: 'UNKNOWN_KEY', message: 'POST /api/reset takes no query' })
      expect(refused.json().path).toContain(key)
    }
    // A browser, and Prometheus, may add one of their own.
    for (const url of ['/?lang=en', '/healthz?t=1', '/metrics?collect[]=x']) {
      expect((await app.inject({ url })).statusCode).toBe(200)
    }
  })

  it('answers as its description says', async () => {
    expect((await build().inject({ method: 'POST', url: '/api/made' })).statusCode).toBe(201)
    const large = await app.inject({ method: 'PUT', url: '/api/thing', payload: { size: 'x'.repeat(70_000) } })
    expect(large.json()).toEqual({ code: 'BODY_TOO_LARGE', message: 'the body is larger than 65536 bytes' })
  })
})
