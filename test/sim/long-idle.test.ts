/**
 * A lab that nobody used for a day, for 25 days (2^31 milliseconds are 24.9) and for 50: whatever it is told next, it does,
 * although nothing has told its hosts the time in between.
 */
import { describe, expect, it } from 'vitest'
import { CLIENT_DEFAULTS } from '../../attacker/clients/client-spec.ts'
import { ATTACK_CATALOGUE, ATTACK_KINDS, type AttackKindEntry } from '../../attacker/traffic/attack-catalogue.ts'
import { type AttackRequest, completeAttack, isProblem } from '../../attacker/traffic/attack-spec.ts'
import { State } from '../../tcpip/base/states.ts'
import { SECOND } from '../../tcpip/base/time.ts'
import { KEEPALIVE_DEFAULTS } from '../../tcpip/connection/keepalive-options.ts'
import { TestEngine } from '../support/worlds/attacker-engine.ts'
import { LocalEngine } from '../support/worlds/local-engine.ts'
import { TwoHosts } from '../support/worlds/two-hosts.ts'

const DAY_MS = 86_400_000
const DAYS = [0, 1, 25, 50]

describe.each(DAYS)('an attacker that was idle for %d days', (days) => {
  /** An engine whose clients have been served and gone, then idle. */
  function idle(): TestEngine {
    const engine = new TestEngine()
    engine.setLink('ready')
    engine.pass(1000)
    engine.pass(days * DAY_MS)
    return engine
  }

  it.each(ATTACK_KINDS.filter((kind) => ATTACK_CATALOGUE[kind].pace !== 'trace'))(
    'starts and stops %s',
    async (kind) => {
      const engine = idle()
      const { pace } = ATTACK_CATALOGUE[kind] as AttackKindEntry
      const spec = completeAttack({ kind, duration: 60, ...(pace === 'given' ? { rate: 100 } : {}) } as AttackRequest)
      if (isProblem(spec)) throw new Error(spec.what)
      expect(await engine.startAttack({ spec })).toMatchObject({ attack: { state: 'running' } })
      engine.pass(1000)
      expect(await engine.stopAttack(1)).toMatchObject({ state: 'stopped', elapsed: 1 })
    },
  )

  it('takes clients, tells its state and is reset', async () => {
    const engine = idle()
    await engine.setClients({ ...CLIENT_DEFAULTS, rate: 10, arrivals: 'constant' })
    engine.pass(1000)
    expect((await engine.state()).clients.attempted).toBeGreaterThan(5)
    const { attempted, inFlight } = (await engine.reset()).clients
    expect(attempted).toBe(inFlight)
    expect((await engine.state()).time).toBeCloseTo(days * 86_400 + 2, 5)
  })
})

describe.each(DAYS)('a server that was idle for %d days', (days) => {
  function idle(): LocalEngine {
    const server = new LocalEngine({ backlog: 16 })
    server.flood(5)
    server.scheduler.pass(120_000)
    server.scheduler.pass(days * DAY_MS)
    return server
  }

  it('answers a flood, and forgets it in a minute', async () => {
    const server = idle()
    server.flood(20)
    expect((await server.engine.state()).synQueue).toMatchObject({ length: 17 })
    server.scheduler.pass(64_000)
    expect((await server.engine.state()).synQueue).toMatchObject({ length: 0 })
  })

  it.each(['configure', 'sockets', 'reset'] as const)('and does %s before anything else', async (command) => {
    const server = idle()
    if (command === 'configure') await server.engine.configure({ synCookies: 2, acceptInterval: 10, backlog: 99 })
    else if (command === 'sockets') expect((await server.engine.sockets(undefined, 10)).sockets).toHaveLength(1)
    else await server.engine.reset()
    server.flood(3)
    expect((await server.engine.state()).synQueue.length).toBe(command === 'configure' ? 0 : 3)
  })
})

describe.each(DAYS)('two hosts that were idle for %d days', (days) => {
  const at = days * 86_400 * SECOND

  it('open a connection at once', () => {
    const hosts = new TwoHosts()
    hosts.now = at
    const { tcb, owner } = hosts.connect()
    expect([tcb.state, owner.established]).toEqual([State.ESTABLISHED, 1])
  })

  it.each([false, true])('go on with a connection that was open, timestamps and all; keepalive %s', (isKept) => {
    const hosts = new TwoHosts()
    const { tcb } = hosts.connect()
    hosts.accept()
    if (isKept) hosts.client.keepAlive(tcb, KEEPALIVE_DEFAULTS, hosts.now)
    hosts.runUntil(1)
    // With keepalive there are timers all the time; without it nothing happens, and nobody looks at the clock.
    if (isKept) hosts.runUntil(days * 86_400 + 1)
    else hosts.now += at
    const data = Uint8Array.of(1, 2, 3)
    expect(hosts.client.write(tcb, data, 0, data.length, hosts.now)).toBe(3)
    hosts.settle()
    expect(tcb.sndUna).toBe(tcb.sndNxt)
    hosts.client.close(tcb, hosts.now)
    hosts.runUntil(hosts.now / SECOND + 1)
    expect(tcb.state).toBe(State.FIN_WAIT_2)
  })
})
