import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { ControlApp } from '../../../../control/app.ts'
import { EventReader } from '../../../../lab/client/event-reader.ts'
import { buildServerApi } from '../../../../server/api/server-api.ts'
import { SERVER_DEFAULTS, type ServerConfig } from '../../../../server/app/server-config.ts'
import type { Knobs, ServerEvents } from '../../../../server/contract.ts'
import { KNOBS, type KnobEntry } from '../../../../server/knobs/knob-catalogue.ts'
import { LocalEngine } from '../../../support/worlds/local-engine.ts'

let app: ControlApp
let lab: LocalEngine

function serve(config: Partial<ServerConfig> = {}): void {
  lab = new LocalEngine(config)
  app = buildServerApi(lab.engine, 'silent')
}

function patch(payload: string | object) {
  return app.inject({ method: 'PATCH', url: '/api/config', headers: { 'content-type': 'application/json' }, payload })
}

afterEach(async () => {
  await app.close()
})

const ENTRIES = Object.entries<KnobEntry>(KNOBS)
const NUMBERS = ENTRIES.flatMap(([name, knob]) => (knob.type === 'integer' ? [[name, knob] as const] : []))
const SWITCHES = ENTRIES.flatMap(([name, { type }]) => (type === 'boolean' ? [name] : []))

describe('GET /api/knobs', () => {
  it('lists every knob with its default, range, flag, variable and Linux name', async () => {
    serve()
    const { knobs } = (await app.inject('/api/knobs')).json() as Knobs
    expect(Object.fromEntries(knobs.map(({ name, default: value }) => [name, value]))).toEqual(SERVER_DEFAULTS)
    expect(knobs.find(({ name }) => name === 'synAckRetries')).toMatchObject({
      type: 'integer',
      min: 0,
      max: 255,
      group: 'listener',
      flag: '--synack-retries',
      variable: 'SYNLAB_SYNACK_RETRIES',
      linux: 'net.ipv4.tcp_synack_retries',
    })
  })
})

describe('PATCH /api/config', () => {
  it('changes what it is given, at once, and replies with everything', async () => {
    serve({ backlog: 4, synCookies: 0 })
    lab.flood(20)
    const reply = await patch({ synCookies: 1 })
    expect(reply.statusCode).toBe(200)
    expect(reply.json()).toEqual({ ...SERVER_DEFAULTS, backlog: 4, synCookies: 1 })
    expect((await app.inject('/api/config')).json()).toEqual(reply.json())
    lab.flood(7, 100)
    const state = (await app.inject('/api/state')).json()
    expect(state.counters.SyncookiesSent).toBe(7)
    expect(state.synQueue.length).toBe(5)
  })

  it.each([
    ['tcp_syncookies', 'synCookies'],
    ['net.core.somaxconn', 'somaxconn'],
    ['TCP_DEFER_ACCEPT', 'deferAccept'],
    ['backlogg', 'backlog'],
  ])('knows what is meant by %s', async (word, knob) => {
    serve()
    const { code, message } = (await patch({ [word]: 1 })).json()
    expect(code).toBe('UNKNOWN_KEY')
    expect(message).toContain(`unknown key "${word}" (did you mean "${knob}"?); allowed: synCookies, `)
  })

  it('takes every knob at both ends of its range', async () => {
    serve()
    for (const [key, { min, max }] of NUMBERS) {
      // The largest queues take hundreds of megabytes: that they are allowed is enough to know.
      const top = max > 1_000_000 ? 4096 : max
      for (const value of [min, top]) {
        const reply = await patch({ [key]: value })
        expect(reply.statusCode, `${key} ${value}`).toBe(200)
        expect(reply.json()[key]).toBe(value)
      }
    }
    for (const key of SWITCHES) {
      expect((await patch({ [key]: true })).json()[key]).toBe(true)
    }
  })

  it.each(NUMBERS)('refuses %s outside its range and names the range', async (key, { min, max }) => {
    serve()
    for (const value of [min - 1, max + 1]) {
      const reply = await patch({ abortOnOverflow: true, [key]: value })
      expect(reply.statusCode).toBe(400)
      expect(reply.json()).toEqual({
        code: 'OUT_OF_RANGE',
        message: `${key}: ${value} is not an integer from ${min} to ${max}`,
        path: key,
      })
    }
    expect(lab.core.config).toEqual(SERVER_DEFAULTS)
  })

  it.each([
    [{ synCookies: '1' }, 'WRONG_TYPE', 'synCookies'],
    [{ synCookies: 0.5 }, 'WRONG_TYPE', 'synCookies'],
    [{ synCookies: null }, 'WRONG_TYPE', 'synCookies'],
    [{ abortOnOverflow: 1 }, 'WRONG_TYPE', 'abortOnOverflow'],
    [{ acceptInterval: 10, greeting: 'yes' }, 'WRONG_TYPE', 'greeting'],
    [{ synCookies: 0, workers: -1 }, 'OUT_OF_RANGE', 'workers'],
    [{ acceptInterval: 0.5 }, 'WRONG_TYPE', 'acceptInterval'],
    [{ requestTimeout: Number.MAX_VALUE }, 'OUT_OF_RANGE', 'requestTimeout'],
    [{ syncookies: 1 }, 'UNKNOWN_KEY', 'syncookies'],
    [{ synCookies: 0, limit: 3 }, 'UNKNOWN_KEY', 'limit'],
    [[], 'WRONG_TYPE', undefined],
    ['{"synCookies":', 'BAD_JSON', undefined],
  ])('refuses %j and changes nothing', async (payload, code, path) => {
    serve()
    const reply = await patch(payload)
    expect(reply.statusCode).toBe(400)
    expect(reply.json().code).toBe(code)
    expect(reply.json().path).toBe(path)
    expect(lab.core.config).toEqual(SERVER_DEFAULTS)
    expect(lab.told).toEqual([])
  })
})

describe('the program behind the listener', () => {
  it('takes its knobs beside those of the listener, and tells which have changed', async () => {
    serve()
    const change = { acceptInterval: 200, workers: 32, requestTimeout: 10, backlog: 64 }
    const config = { ...SERVER_DEFAULTS, ...change }
    expect((await patch(change)).json()).toEqual(config)
    expect((await app.inject('/api/state')).json().config).toEqual(config)
    const changed = ['backlog', 'acceptInterval', 'workers', 'requestTimeout']
    expect(lab.told).toMatchObject([{ event: 'config', data: { config, changed } }])
    expect((await app.inject('/metrics')).body).toMatch(/^synlab_app_workers_limit 32$/m)
    await app.inject({ method: 'POST', url: '/api/reset' })
    expect(lab.core.config).toEqual(config)
  })
})

describe('GET /api/state', () => {
  it('shows configuration, queues, counters by Linux name, connections, drops and link, all from one moment', async () => {
    serve({ backlog: 4, synCookies: 0 })
    lab.flood(20)
    const state = (await app.inject('/api/state')).json()
    expect(state).toMatchObject({
      pid: process.pid,
      address: '10.9.0.5',
      port: 80,
      config: { backlog: 4, synCookies: 0 },
      synQueue: { length: 5, young: 5, limit: 4 },
      acceptQueue: { length: 0, limit: 4 },
      connections: { syn_recv: 5, established: 0, time_wait: 0 },
      counters: { TCPReqQFullDrop: 15, ListenDrops: 15, SyncookiesSent: 0, PassiveOpens: 0 },
      drops: { syn_queue_full: 15, cookie_invalid: 0 },
      packets: { in: 20, accepted: 5 },
      link: { address: '127.0.0.1', port: 7400, peers: [], packetsIn: { delivered: 0 } },
    })
    expect(state.synQueue.bytes).toBeGreaterThan(0)
    const dropped = Object.values<number>(state.drops).reduce((sum, n) => sum + n, 0)
    expect(state.packets.in).toBe(state.packets.accepted + dropped)
    expect(Object.keys(state.drops)).not.toContain('accepted')
  })
})

describe('GET /api/sockets', () => {
  it('lists, filters and limits', async () => {
    serve()
    lab.flood(30)
    const all = (await app.inject('/api/sockets')).json()
    expect(all.total).toBe(31)
    expect(all.sockets[0]).toMatchObject({ state: 'listen', local: '10.9.0.5:80' })
    const some = (await app.inject('/api/sockets?state=SYN-RECV&limit=3')).json()
    expect(some.total).toBe(30)
    expect(some.sockets).toHaveLength(3)
    expect(some.sockets[0]).toMatchObject({ state: 'syn_recv', peer: '198.18.0.0:40000', timer: { kind: 'on' } })
  })

  const refusals: [string, string, string, RegExp][] = [
    ['state=half-open', 'BAD_VALUE', 'state', /listen, .*syn_recv, .*time_wait/],
    // What every plain object has.
    ...Object.getOwnPropertyNames(Object.prototype).map((name): [string, string, string, RegExp] => [
      `state=${name}`,
      'BAD_VALUE',
      'state',
      /is not one of listen/,
    ]),
    ['limit=0', 'OUT_OF_RANGE', 'limit', /1 to 10000/],
    ['limit=10001', 'OUT_OF_RANGE', 'limit', /1 to 10000/],
    ['limit=x', 'WRONG_TYPE', 'limit', /1 to 10000/],
    ['stat=listen', 'UNKNOWN_KEY', 'stat', /state, limit/],
  ]
  it.each(refusals)('refuses %s', async (query, code, path, message) => {
    serve()
    const reply = await app.inject(`/api/sockets?${query}`)
    expect(reply.statusCode).toBe(400)
    expect(reply.json()).toMatchObject({ code, path, message: expect.stringMatching(message) })
  })
})

describe('POST /api/reset', () => {
  it('leaves a fresh server with the present configuration', async () => {
    serve({ backlog: 4 })
    await patch({ synCookies: 0 })
    lab.flood(20)
    const reply = await app.inject({ method: 'POST', url: '/api/reset' })
    expect(reply.statusCode).toBe(200)
    expect(reply.json()).toMatchObject({
      config: { backlog: 4, synCookies: 0 },
      synQueue: { length: 0, limit: 4 },
      packets: { in: 0, accepted: 0, out: 0 },
      counters: { TCPReqQFullDrop: 0 },
    })
    expect((await app.inject('/metrics')).body).toMatch(/^synlab_syn_received_total 0$/m)
  })
})

describe('the metrics', () => {
  it('are served in both spellings, and agree', async () => {
    serve({ backlog: 4, synCookies: 0 })
    lab.flood(20)
    const own = await app.inject('/metrics')
    const node = await app.inject('/metrics/node')
    expect(own.headers['content-type']).toMatch(/^text\/plain/)
    expect(node.headers['content-type']).toMatch(/^text\/plain/)
    expect(own.body).toMatch(/^synlab_syn_queue_full_drops_total 15$/m)
    expect(node.body).toMatch(/^node_netstat_TcpExt_TCPReqQFullDrop 15$/m)
    expect(own.body).toMatch(/^synlab_connections\{state="syn_recv"\} 5$/m)
    expect(node.body).toMatch(/^node_tcp_connection_states\{state="syn_recv"\} 5$/m)
  })
})

describe('GET /api/events', () => {
  it('tells the state first, then what happens, each as JSON', async () => {
    serve({ backlog: 4, synCookies: 1 })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    const [response] = (await once(get({ host: '127.0.0.1', port, path: '/api/events' }), 'response')) as [
      IncomingMessage,
    ]
    response.setEncoding('utf8')
    let heard = ''
    response.on('data', (chunk: string) => {
      heard += chunk
    })
    const until = async (text: string): Promise<void> => {
      while (!heard.includes(text)) await once(response, 'data')
    }
    await until('event: snapshot\ndata: {"at":')
    lab.flood(10)
    await until('event: flood')
    await until('"isFull":true,"length":5,"limit":4,"at":')
    await patch({ synCookies: 0 })
    await until('"changed":["synCookies"],"at":')
    await app.inject({ method: 'POST', url: '/api/reset' })
    await until('event: reset')
    // Another snapshot comes by itself, and shows what has become of it.
    heard = ''
    await until('event: snapshot')
    await until('\n\n')
    const data = /event: snapshot\ndata: (.*)\n\n/.exec(heard)?.[1] ?? ''
    expect(JSON.parse(data)).toMatchObject({ config: { synCookies: 0 }, synQueue: { length: 0 } })
  })

  it('tells only what is asked for, places of both queues among it, and refuses names that it does not know', async () => {
    serve({ backlog: 4 })
    lab.flood(2)
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    const reader = await EventReader.open<ServerEvents>(`http://127.0.0.1:${port}/api/events?events=slots,reset`)
    expect((await reader.next())?.event).toBe('snapshot')
    expect(await reader.next()).toMatchObject({
      event: 'slots',
      data: {
        syn: { kind: 'places', length: 2, limit: 4, places: 'AgIAAAA=' },
        accept: { length: 0, places: 'AAAAAAA=' },
      },
    })
    await patch({ synCookies: 0 })
    await app.inject({ method: 'POST', url: '/api/reset' })
    for (let event = await reader.next(); event?.event !== 'reset'; event = await reader.next()) {
      expect(event?.event).toBe('slots')
    }
    reader.close()
    const refused = (await app.inject('/api/events?events=slots,places')).json()
    expect(refused).toMatchObject({ code: 'BAD_VALUE', path: 'events', message: expect.stringContaining('"places"') })
  })

  it('has the engine follow nobody when nobody hears', async () => {
    serve()
    await app.inject({ method: 'POST', url: '/api/tap', payload: { follow: 'hostile' } })
    lab.flood(1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(lab.told.at(-1)).toMatchObject({ event: 'tap', data: { kind: 'ended', reason: 'stopped' } })
  })
})
