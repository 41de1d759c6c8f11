import { describe, expect, test } from 'vitest'
import { CLIENT_DEFAULTS } from '../../../attacker/clients/client-spec.ts'
import { makeAttack } from '../../../attacker/traffic/attack-spec.ts'
import { TestEngine } from '../../support/worlds/attacker-engine.ts'

const flood = makeAttack({ kind: 'syn-flood', rate: 1000, duration: 2 })
const clients = { ...CLIENT_DEFAULTS, rate: 10, arrivals: 'constant' } as const

describe('an engine without a link', () => {
  test('does not attack, and says why', async () => {
    const engine = new TestEngine()
    engine.setLink('refused', '10.9.16.0/24 is in use by another process of this lab')
    expect(await engine.startAttack({ spec: flood })).toEqual({
      refusal: {
        code: 'UNAVAILABLE',
        message: 'no link to a lab server: 10.9.16.0/24 is in use by another process of this lab',
      },
    })
    engine.pass(5000)
    expect(engine.flushed).toBe(0)
    expect(engine.counters.attacks.totals('syn-flood').offered).toBe(0)
  })

  test('lets no client begin: none has an address yet', () => {
    const engine = new TestEngine(clients)
    engine.pass(5000)
    expect(engine.counters.clients.attempted).toBe(0)
    engine.setLink('ready')
    engine.pass(950)
    expect(engine.counters.clients.attempted).toBe(10)
  })

  test('begins with what clients were last told', async () => {
    const engine = new TestEngine(clients)
    await engine.setClients({ ...clients, rate: 100 })
    engine.setLink('ready')
    engine.pass(995)
    expect(engine.counters.clients.attempted).toBe(100)
  })
})

describe('an engine with a link', () => {
  test('sends an attack at its rate, and tells when it began and ended', async () => {
    const engine = new TestEngine()
    engine.setLink('ready')
    const result = await engine.startAttack({ spec: flood })
    expect(result).toMatchObject({ attack: { id: 1, sources: '198.18.0.0/15', state: 'running' } })
    engine.pass(500)
    expect(engine.flushed).toBe(501)
    engine.pass(5000)
    expect(engine.flushed).toBe(2000)
    expect(engine.toldOf('attack').map(({ id, state, sent }) => [id, state, sent])).toEqual([
      [1, 'running', 0],
      [1, 'finished', 2000],
    ])
    expect((await engine.state()).attacks).toMatchObject([{ id: 1, state: 'finished', elapsed: 2, sent: 2000 }])
  })

  test('ends its attacks when the link is lost, and starts none by itself when it comes back', async () => {
    const engine = new TestEngine()
    engine.setLink('ready')
    await engine.startAttack({ spec: flood })
    engine.pass(500)
    engine.setLink('connecting', 'the hub stopped answering')
    engine.pass(500)
    expect(engine.flushed).toBe(501)
    engine.setLink('ready')
    engine.pass(500)
    expect(engine.flushed).toBe(501)
    expect((await engine.state()).attacks).toMatchObject([{ state: 'stopped', elapsed: 0.5 }])
    expect(engine.toldOf('link').map(({ state }) => state)).toEqual(['connecting', 'ready', 'connecting', 'ready'])
  })

  test('lets its clients go on when the link is lost: they time out', () => {
    const engine = new TestEngine(clients)
    engine.setLink('ready')
    engine.pass(10)
    engine.setLink('connecting', 'the hub stopped answering')
    engine.pass(6000)
    expect(engine.counters.clients.count('timeout')).toBeGreaterThan(25)
  })

  test('gives its clients the addresses that the hub granted last', async () => {
    const engine = new TestEngine()
    engine.setLink('ready', '', { base: 0x0a09_1400, length: 24 })
    expect((await engine.state()).link.clientAddresses).toBe('10.9.20.0/24')
    engine.setLink('connecting')
    engine.setLink('ready', '', { base: 0x0a09_1500, length: 24 })
    expect((await engine.state()).link.clientAddresses).toBe('10.9.21.0/24')
  })

  test('refuses attacks that are too much together', async () => {
    const engine = new TestEngine()
    engine.setLink('ready')
    await engine.startAttack({ spec: { ...flood, rate: 900_000 } })
    expect(await engine.startAttack({ spec: { ...flood, rate: 200_000 } })).toMatchObject({
      refusal: { code: 'CONFLICT' },
    })
  })

  test('is idle when nothing is to be done', async () => {
    const engine = new TestEngine()
    engine.setLink('ready')
    await engine.startAttack({ spec: flood })
    engine.pass(1000)
    expect(await engine.stopAll()).toBe(1)
    const before = engine.flushed
    engine.pass(60_000)
    expect(engine.flushed).toBe(before)
    expect(await engine.stopAll()).toBe(0)
  })
})
