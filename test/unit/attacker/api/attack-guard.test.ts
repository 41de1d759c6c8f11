/**
 * Every way around the guard that a request can try: whatever a kind of attack can be told, it cannot be told whom to
 * attack, where to seem to come from outside the ranges that may be spoofed, or to go beyond its caps.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildAttackerApi } from '../../../../attacker/api/attacker-api.ts'
import {
  ATTACK_CATALOGUE,
  ATTACK_KINDS,
  type AttackKind,
  type AttackKindEntry,
  type AttackParameter,
  parametersOf,
} from '../../../../attacker/traffic/attack-catalogue.ts'
import { ATTACK_DURATION_MAX, ATTACK_RATE_MAX } from '../../../../attacker/traffic/caps.ts'
import type { ControlApp } from '../../../../control/app.ts'
import { TestEngine } from '../../../support/worlds/attacker-engine.ts'

let engine: TestEngine
let app: ControlApp

beforeEach(() => {
  engine = new TestEngine()
  engine.setLink('ready')
  app = buildAttackerApi(engine, 'silent')
})

afterEach(() => app.close())

/** Posts a body as it is: JSON text has keys that an object literal has not. */
async function post(payload: string): Promise<{ status: number; body: { code?: string; path?: string } }> {
  const headers = { 'content-type': 'application/json' }
  const response = await app.inject({ method: 'POST', url: '/api/attacks', headers, payload })
  return { status: response.statusCode, body: response.json() }
}

/** The least that an attack of a kind has to be told. */
function leastOf(kind: AttackKind): Record<string, unknown> {
  const { pace } = ATTACK_CATALOGUE[kind] as AttackKindEntry
  const files = Object.entries(parametersOf(kind)).filter(([, { type }]) => type === 'file')
  return {
    kind,
    duration: 1,
    ...(pace === 'given' ? { rate: 10 } : {}),
    ...Object.fromEntries(files.map(([name]) => [name, 'a.pcap'])),
  }
}

/** What makes a parameter mean something. */
function companyOf({ onlyWith }: AttackParameter): Record<string, unknown> {
  return onlyWith === undefined ? {} : { [onlyWith.parameter]: onlyWith.values[0] }
}

async function expectRefused(body: Record<string, unknown> | string): Promise<{ code?: string; path?: string }> {
  const response = await post(typeof body === 'string' ? body : JSON.stringify(body))
  expect([body, response.status < 500 && response.status >= 400]).toEqual([body, true])
  engine.pass(1000)
  expect(engine.toldOf('attack')).toEqual([])
  expect(engine.flushed).toBe(0)
  return response.body
}

const TARGETS = [
  'target',
  'host',
  'hub',
  'destination',
  'address',
  'server',
  'ip',
  'url',
  'port',
  'destinationPort',
  'source',
]
const OWN_OF_OBJECTS = ['constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'toJSON']

describe.each(ATTACK_KINDS)('a request for %s', (kind) => {
  it('cannot name a target, or any key that is not its own', async () => {
    for (const key of [...TARGETS, ...OWN_OF_OBJECTS, '', 'Rate', 'rate ', 'kind\u0000']) {
      expect(await expectRefused({ ...leastOf(kind), [key]: '8.8.8.8' })).toMatchObject({ code: 'UNKNOWN_KEY' })
    }
  })

  it('cannot bring a prototype', async () => {
    const body = JSON.stringify(leastOf(kind)).slice(0, -1)
    for (const key of ['__proto__', '\\u005f_proto__']) {
      expect(await expectRefused(`${body},"${key}":{"sources":"0.0.0.0/0"}}`)).toMatchObject({ code: 'UNKNOWN_KEY' })
    }
    expect(({} as { sources?: unknown }).sources).toBeUndefined()
  })

  it('cannot go beyond the range of any parameter, or make it something else', async () => {
    for (const [name, parameter] of Object.entries(parametersOf(kind))) {
      const company = companyOf(parameter)
      const tries: unknown[] = [null, true, {}, [], [1], '', '1', ' ', { toString: '1' }]
      if (parameter.type === 'number' || parameter.type === 'integer') {
        tries.push(parameter.min - 1, parameter.max + 1, -1e308, 1e308)
        if (parameter.type === 'integer') tries.push(parameter.min + 0.5)
      } else tries.push(0, -1, '8.8.8.8', '../../etc/passwd', '__proto__', 'constructor')
      for (const value of tries) {
        await expectRefused({ ...leastOf(kind), ...company, [name]: value })
      }
    }
  })

  it('cannot last longer, or be faster, than the caps, or be told that it has none', async () => {
    for (const duration of [0, -1, ATTACK_DURATION_MAX + 0.001, 1e308, null, '60', [1]]) {
      await expectRefused({ ...leastOf(kind), duration })
    }
    const { duration: _, ...endless } = leastOf(kind)
    expect(await expectRefused(endless)).toMatchObject({ code: 'MISSING_KEY', path: 'duration' })
    await expectRefused(JSON.stringify(leastOf(kind)).replace('"duration":1', '"duration":1e999'))
    const { rateMax } = ATTACK_CATALOGUE[kind] as AttackKindEntry
    for (const rate of [0, -1, rateMax * 1.001, 1e308, null, '10', [10]])
      await expectRefused({ ...leastOf(kind), rate })
  })
})

function sourcesOf(kind: AttackKind): [string, AttackParameter] | undefined {
  return Object.entries(parametersOf(kind)).find(([, { type }]) => type === 'sources')
}

describe('the sources of an attack', () => {
  it.each(ATTACK_KINDS.filter(sourcesOf))(
    'of kind %s cannot be outside the ranges, however they are written',
    async (kind) => {
      const [name, parameter] = sourcesOf(kind) as [string, AttackParameter]
      const spellings = [
        '0.0.0.0/0',
        '0/0',
        '/0',
        '198.18.0.0/14',
        '198.16.0.0/14',
        '198.20.0.0/15',
        '198.18.0.0/-1',
        '198.18.0.0/33',
        '198.18.0.0/015',
        '198.18.0.0/0xf',
        '198.18.0.0/15.0',
        '198.18.0.0/1e1',
        '198.18.0.0/ 15',
        ' 198.18.0.0/15',
        '198.18.0.0/15 ',
        '198.18.0.0/15\n',
        '198.18.0.0/15,8.8.8.0/24',
        '198.18.0.0-8.8.8.8',
        '198.18.0.1/15',
        '0306.18.0.0/15',
        '0xc6.18.0.0/15',
        '3323068416/15',
        '198.18/15',
        '198.18.0.0/255.254.0.0',
        '::ffff:198.18.0.0/111',
        '::/0',
        '2001:db8::/32',
        '[198.18.0.0]/15',
        '１９８.18.0.0/15',
        '10.9.16.0/20',
        '10.9.64.0/18',
        '10.9.0.5',
        '127.0.0.1',
        '203.0.113.0/24',
        '224.0.0.0/4',
        '255.255.255.255',
        'localhost',
        'example.com',
        '__proto__',
        '',
        '/',
      ]
      for (const text of spellings) await expectRefused({ ...leastOf(kind), ...companyOf(parameter), [name]: text })
    },
  )
})

describe('a request', () => {
  it.each([
    'null',
    'true',
    '1',
    '"syn-flood"',
    '[]',
    '[{"kind":"syn-flood","rate":1,"duration":1}]',
    '{}',
    '{"kind":null}',
    '{"kind":["syn-flood"]}',
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'SYN-FLOOD', 'syn-flood ', 'udp-flood', ''].map(
      (kind) => JSON.stringify({ kind, rate: 1, duration: 1 }),
    ),
  ])('that is %s is none', async (body) => {
    await expectRefused(body)
  })

  it('with the same key twice is what the last one says, and that is checked', async () => {
    await expectRefused('{"kind":"syn-flood","rate":1,"duration":1,"sources":"198.18.0.0/15","sources":"0.0.0.0/0"}')
    await expectRefused('{"kind":"syn-flood","duration":1,"rate":1,"rate":1000001}')
  })

  it('with a lease that nobody has starts nothing', async () => {
    for (const lease of ['', 'x', '__proto__', 'constructor']) {
      expect(await expectRefused({ ...leastOf('syn-flood'), lease })).toMatchObject({ code: 'NOT_FOUND' })
    }
  })
})

describe('attacks together', () => {
  it('do not go beyond the cap of one process, and all stop at one word', async () => {
    const half = JSON.stringify({ kind: 'syn-flood', rate: ATTACK_RATE_MAX / 2, duration: 3600 })
    expect((await post(half)).status).toBe(201)
    expect((await post(half.replace('syn-flood', 'ack-flood'))).status).toBe(201)
    const more = await post(JSON.stringify({ kind: 'rst-flood', rate: 0.001, duration: 1 }))
    expect(more).toMatchObject({ status: 409, body: { code: 'CONFLICT' } })
    expect((await app.inject({ method: 'DELETE', url: '/api/attacks' })).json()).toEqual({ stopped: 2 })
    engine.pass(1)
    const { flushed } = engine
    engine.pass(10_000)
    expect(engine.flushed).toBe(flushed)
  })

  it.each(ATTACK_KINDS.filter((kind) => !Object.values(parametersOf(kind)).some(({ type }) => type === 'file')))(
    'of kind %s stop by themselves when their time is over',
    async (kind) => {
      expect((await post(JSON.stringify({ ...leastOf(kind), duration: 2 }))).status).toBe(201)
      engine.pass(1990)
      expect((await engine.state()).attacks).toMatchObject([{ state: 'running' }])
      engine.pass(20)
      expect((await engine.state()).attacks).toMatchObject([{ state: 'finished', elapsed: 2 }])
      expect(engine.counters.attacks.active(kind)).toBe(0)
    },
  )
})
