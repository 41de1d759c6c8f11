/**
 * Processes of a live lab that die without a goodbye: what they leave behind is nothing, or goes away by its own rules.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import type { AttackView } from '../../attacker/contract.ts'
import { AttackerClient } from '../../lab/client/attacker-client.ts'
import { COMMAND } from '../support/processes/lab-cli.ts'
import { type LabProcess, until } from '../support/processes/lab-process.ts'
import { attackOf, LiveLab, makeTraces, serverStateOf, stateOf } from '../support/processes/live-lab.ts'
import { childrenOf, isAlive } from '../support/processes/process-tree.ts'

const FLOOD = { kind: 'syn-flood', rate: 1000, duration: 600 }

/** What the loss of a control process may cost at most, milliseconds, and what a busy machine may add to it. */
const LEASE_PROMISE_MS = 2_000
const SCHEDULING_MS = 500

const lab = new LiveLab()
const children: ChildProcess[] = []

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await lab.stop()
})

async function open(server: LabProcess): Promise<number> {
  const { connections } = await serverStateOf(server)
  return Object.entries(connections).reduce((sum, [state, count]) => (state === 'time_wait' ? sum : sum + count), 0)
}

describe('an attacker that is killed', () => {
  it('is missed by the server; its half-open entries expire, and the next one finds its addresses free', async () => {
    const server = await lab.server('--syn-cookies=0', '--synack-retries=1', '--backlog=64')
    const attacker = await lab.attacker(server)
    const addresses = (await stateOf(attacker)).link.detail
    await attacker.request('POST', '/api/attacks', FLOOD)
    await until('the SYN queue is full', async () => (await serverStateOf(server)).synQueue.length === 65)
    await attacker.kill()
    await until('the server misses it', async () => (await server.metric('synlab_link_peers')) === 0)
    // SYN-ACKs after 0 and 1 s, gone after 3 s: nobody has to clear up.
    await until('the SYN queue is empty', async () => (await serverStateOf(server)).synQueue.length === 0)
    expect(await open(server)).toBe(0)

    const next = await lab.attacker(server, '--clients-rate=20')
    expect((await stateOf(next)).link.detail).toBe(addresses)
    await until('its clients are served', async () => (await stateOf(next)).clients.outcomes.ok > 5)
    const before = await server.metric('synlab_syn_received_total')
    expect((await next.request('POST', '/api/attacks', FLOOD)).status).toBe(201)
    await until('its flood arrives', async () => (await server.metric('synlab_syn_received_total')) > before + 500)
  })

  it('leaves connections that end when the server speaks on them and somebody has the address again', async () => {
    const server = await lab.server('--request-timeout=1')
    const attacker = await lab.attacker(server)
    await attacker.request('POST', '/api/attacks', { kind: 'connect-flood', rate: 200, bots: 5, duration: 600 })
    await until('connections are held', async () => (await open(server)) > 50)
    await attacker.kill()
    await until('the server misses it', async () => (await server.metric('synlab_link_peers')) === 0)
    expect(await open(server)).toBeGreaterThan(0)
    // The server gives the requests up and says FIN; the kernels that have the addresses now know nothing of it: RST.
    await lab.attacker(server)
    await until('no connection is left', async () => (await open(server)) === 0)
  })
})

describe('a server that is killed', () => {
  it('ends all attacks, of every kind and of every attacker; the next one on its port is found and attacked', async () => {
    const server = await lab.server()
    const attackers = [await lab.attacker(server), await lab.attacker(server)]
    const floods = [FLOOD, { kind: 'slow-request', rate: 50, duration: 600 }]
    const startAll = async () => {
      for (const attacker of attackers) {
        for (const flood of floods) expect((await attacker.request('POST', '/api/attacks', flood)).status).toBe(201)
      }
    }
    await startAll()
    await server.kill()
    for (const attacker of attackers) {
      await until('the loss is noticed', async () => (await stateOf(attacker)).link.state === 'connecting')
      const { attacks } = await stateOf(attacker)
      expect(attacks.map(({ state }) => state)).toEqual(['stopped', 'stopped'])
      expect(await attacker.request('POST', '/api/attacks', FLOOD)).toMatchObject({ status: 503 })
    }
    const next = await lab.server(`--link-port=${server.ready.linkPort}`)
    for (const attacker of attackers) {
      await until('the link is ready', async () => (await stateOf(attacker)).link.state === 'ready')
    }
    await startAll()
    await until('both floods arrive', async () => {
      const { peers } = (await serverStateOf(next)).link
      return peers.length === 2 && peers.every(({ packetsIn }) => packetsIn > 100)
    })
  })
})

describe('synlab up with three attackers that is killed in the middle of a flood', () => {
  it('leaves no process behind, and so no attack', async () => {
    const ports = ['--page-port=0', '--server-port=0', '--attacker-port=0', '--link-port=0', '--gateway-port=0']
    const up = spawn(process.execPath, [COMMAND, 'up', ...ports, '--attackers=3', '--flood'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(up)
    let stdout = ''
    up.stdout.on('data', (bytes) => {
      stdout += bytes
    })
    await until('the flood is on', async () => stdout.includes('flood on'))
    const all = childrenOf(up.pid ?? -1)
    expect(all).toHaveLength(5)
    up.kill('SIGKILL')
    await once(up, 'close')
    await until('no process is left', async () => !all.some(isAlive))
  })
})

describe('a control process that dies', () => {
  it('takes the attacks of its lease with it, less than two seconds after its last renewal', async () => {
    const attacker = await lab.attacker(await lab.server())
    const base = `http://127.0.0.1:${attacker.ready.apiPort}`
    const events = await new AttackerClient(base).events()
    // It renews its lease twice a second, until it is killed.
    const control = spawn(process.execPath, [
      '-e',
      `const call = (method, path, body) =>
         fetch('${base}' + path, body && { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } || { method })
           .then((response) => response.json())
       call('POST', '/api/leases')
         .then(({ id }) => {
           setInterval(() => call('PUT', '/api/leases/' + id), 500)
           return call('POST', '/api/attacks', { kind: 'syn-flood', rate: 1000, duration: 600, lease: id })
         })`,
    ])
    children.push(control)
    await events.until('attack')
    // Longer than a lease lasts: it is the renewals that keep the attack alive.
    await until('the attack outlives one lease', async () => ((await stateOf(attacker)).attacks[0]?.elapsed ?? 0) > 2.5)
    expect((await stateOf(attacker)).attacks).toMatchObject([{ state: 'running' }])
    control.kill('SIGKILL')
    const killed = performance.now()
    expect(await events.until('attack')).toMatchObject({ id: 1, state: 'stopped' })
    expect(performance.now() - killed).toBeLessThan(LEASE_PROMISE_MS + SCHEDULING_MS)
    const { sent } = (await stateOf(attacker)).attacks[0] as AttackView
    await events.until('snapshot')
    expect((await stateOf(attacker)).attacks).toMatchObject([{ state: 'stopped', sent }])
    events.close()
  })
})

describe('a control process that lives', () => {
  it('keeps its attacks while the attacker reads a recording for longer than a lease lasts', async () => {
    const attacker = await lab.attacker(await lab.server(), `--traces=${makeTraces(2_000_000)}`)
    const { body: lease } = await attacker.request<{ id: string }>('POST', '/api/leases')
    await attacker.request('POST', '/api/attacks', { ...FLOOD, lease: lease.id })
    let isRead = false
    const replay = attacker.request('POST', '/api/attacks', attackOf('trace-replay', 1)).finally(() => {
      isRead = true
    })
    let renewals = 0
    await until('the recording is read', async () => {
      expect(await attacker.request('PUT', `/api/leases/${lease.id}`)).toMatchObject({ status: 200 })
      renewals++
      return isRead
    })
    expect(await replay).toMatchObject({ status: 201 })
    expect(renewals).toBeGreaterThan(10)
    expect((await stateOf(attacker)).attacks).toMatchObject([{ state: 'running' }, { kind: 'trace-replay' }])
  })
})
