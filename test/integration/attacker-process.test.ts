/**
 * The attacker as a process of its own, over the UDP link on loopback: with a server, without one, with one that dies.
 * Needs the compiled program (`npm test` compiles first).
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import type { AttackerState, AttackView } from '../../attacker/contract.ts'
import { LabProcess, until } from '../support/processes/lab-process.ts'

const FLOOD = { kind: 'syn-flood', rate: 5000, duration: 60 }

const processes: LabProcess[] = []
const sockets: Socket[] = []

afterEach(async () => {
  await Promise.all(processes.splice(0).map((process) => process.kill()))
  for (const socket of sockets.splice(0)) socket.close()
})

function launch(script: string, args: readonly string[], env?: Record<string, string>): LabProcess {
  const process = new LabProcess(script, args, env)
  processes.push(process)
  return process
}

async function startServer(linkPort = 0, env: Record<string, string> = {}): Promise<LabProcess> {
  const server = launch('server/main.js', ['--api-port', '0', '--link-port', String(linkPort)], env)
  await server.waitUntilReady()
  return server
}

async function startAttacker(linkPort: unknown, ...args: string[]): Promise<LabProcess> {
  const attacker = launch('attacker/main.js', ['--api-port', '0', '--hub', `127.0.0.1:${linkPort}`, ...args])
  await attacker.waitUntilReady()
  return attacker
}

async function stateOf(attacker: LabProcess): Promise<AttackerState> {
  return (await attacker.request<AttackerState>('GET', '/api/state')).body
}

async function untilLinked(attacker: LabProcess): Promise<void> {
  await until('the link is ready', async () => (await stateOf(attacker)).link.state === 'ready')
}

/** A UDP socket of this test's, and what arrives there. */
async function listenUdp(): Promise<{ port: number; datagrams: Buffer[] }> {
  const socket = createSocket('udp4')
  sockets.push(socket)
  const datagrams: Buffer[] = []
  socket.on('message', (bytes) => datagrams.push(bytes))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { port: socket.address().port, datagrams }
}

describe('an attacker with a server', () => {
  test('serves its clients, floods at the rate asked for, and stops by itself', async () => {
    const server = await startServer()
    const attacker = await startAttacker(server.ready.linkPort, '--clients-rate', '50', '--seed', '1')
    await untilLinked(attacker)
    await until('clients are served', async () => {
      return (await attacker.metric('synlab_client_connects_total{outcome="ok"}')) >= 10
    })
    const { status, body } = await attacker.request<AttackView>('POST', '/api/attacks', { ...FLOOD, duration: 1 })
    expect(status).toBe(201)
    const attack = await until('the attack is over', async () => {
      const { body: present } = await attacker.request<AttackView>('GET', `/api/attacks/${body.id}`)
      return present.state === 'finished' ? present : undefined
    })
    expect(attack.offered).toBe(5000)
    expect(attack.sent + attack.late + attack.noRoom).toBe(5000)
    // A machine that is busy with other tests may lag, but nothing is lost in silence.
    expect(attack.sent).toBeGreaterThan(0)
    expect(await attacker.metric('synlab_attack_packets_sent_total{kind="syn-flood"}')).toBe(attack.sent)
    await until('the server has seen every SYN', async () => {
      return (await server.metric('synlab_syn_received_total')) >= attack.sent
    })
    expect(await attacker.metric('synlab_client_connects_total{outcome="refused"}')).toBe(0)
    expect(await attacker.metric('synlab_client_connects_total{outcome="reset"}')).toBe(0)
  })

  test('stops its attacks and says so when the server dies, and joins again when one comes back', async () => {
    const server = await startServer()
    const { linkPort } = server.ready
    const attacker = await startAttacker(linkPort, '--clients-rate', '20')
    await untilLinked(attacker)
    await attacker.request('POST', '/api/attacks', FLOOD)
    await until('the flood flows', async () => {
      return (await attacker.metric('synlab_attack_packets_sent_total{kind="syn-flood"}')) > 100
    })
    await server.kill()
    await until('the loss is noticed', async () => (await stateOf(attacker)).link.state === 'connecting')
    const { attacks } = await stateOf(attacker)
    expect(attacks).toMatchObject([{ id: 1, state: 'stopped' }])
    expect(await attacker.metric('synlab_attack_active{kind="syn-flood"}')).toBe(0)
    expect(await attacker.metric('synlab_link_state{state="ready"}')).toBe(0)
    const refused = await attacker.request('POST', '/api/attacks', FLOOD)
    expect(refused).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } })
    await until('clients time out', async () => {
      return (await attacker.metric('synlab_client_connects_total{outcome="timeout"}')) > 0
    })
    await startServer(linkPort as number)
    await untilLinked(attacker)
    const served = await attacker.metric('synlab_client_connects_total{outcome="ok"}')
    await until('clients are served again', async () => {
      return (await attacker.metric('synlab_client_connects_total{outcome="ok"}')) > served + 5
    })
    expect((await stateOf(attacker)).attacks).toHaveLength(1)
  })

  test('shares it with a second attacker, each with client addresses of its own', async () => {
    const server = await startServer()
    const both = await Promise.all([1, 2].map(() => startAttacker(server.ready.linkPort, '--clients-rate', '50')))
    const addresses = await Promise.all(
      both.map(async (attacker) => {
        await untilLinked(attacker)
        await until('clients are served', async () => {
          return (await attacker.metric('synlab_client_connects_total{outcome="ok"}')) > 0
        })
        return (await stateOf(attacker)).link.clientAddresses
      }),
    )
    expect(new Set(addresses)).toEqual(new Set(['10.9.16.0/24', '10.9.17.0/24']))
  })
})

describe('an attacker without a server', () => {
  test('is up, attacks nobody, and lets nothing out but hellos', async () => {
    const { port, datagrams } = await listenUdp()
    const attacker = await startAttacker(port, '--clients-rate', '100')
    expect(await attacker.request('POST', '/api/attacks', FLOOD)).toMatchObject({ status: 503 })
    await until('three hellos have come', async () => datagrams.length >= 3)
    // The hello of tcpip/udp-link/udp-frame.ts: "SL", version 1, type 1, 64 bytes.
    for (const bytes of datagrams) expect([bytes.length, bytes.toString('latin1', 0, 4)]).toEqual([64, 'SL\x01\x01'])
    expect(await attacker.metric('synlab_attack_packets_offered_total{kind="syn-flood"}')).toBe(0)
    expect(await attacker.metric('synlab_client_attempts_total')).toBe(0)
    expect((await attacker.request('GET', '/healthz')).status).toBe(200)
  })

  test('with another lab key than the server never gets a link', async () => {
    const server = await startServer()
    const args = ['--api-port', '0', '--hub', `127.0.0.1:${server.ready.linkPort}`]
    const attacker = launch('attacker/main.js', args, { SYNLAB_LAB_KEY: 'the key of another lab' })
    await attacker.waitUntilReady()
    const { detail } = await until('several hellos went unanswered', async () => {
      const { link } = await stateOf(attacker)
      return link.detail.startsWith('no answer') ? link : undefined
    })
    expect(detail).toContain('another lab key')
    expect(await server.metric('synlab_packets_received_total')).toBe(0)
  })
})

describe('a command line that is wrong', () => {
  const cases: [string, string[], Record<string, string>, string][] = [
    ['a hub outside the lab', ['--hub', '8.8.8.8:7400'], {}, 'hub 8.8.8.8: outside loopback'],
    ['a hub in disguise', ['--hub', '134744072:7400'], {}, 'plain dotted decimal'],
    ['a hub outside the lab network', ['--hub', '10.1.2.3:7400'], { SYNLAB_LAB_NETWORK: '10.9.0.0/24' }, '10.9.0.0/24'],
    ['a lab network that is none', [], { SYNLAB_LAB_NETWORK: '0.0.0.0/0' }, 'SYNLAB_LAB_NETWORK'],
    ['no lab key', [], { SYNLAB_LAB_KEY: '' }, 'key'],
    ['an unknown flag', ['--flood'], {}, '--flood'],
    ['a rate out of range', ['--clients-rate', '9999'], {}, '--clients-rate'],
    [
      'a directory of traces that is not there',
      ['--traces', '/nowhere'],
      {},
      '--traces "/nowhere": there is no such directory',
    ],
  ]
  test.each(cases)('%s ends the process with status 2 and one line', async (_, args, env, text) => {
    const attacker = launch('attacker/main.js', ['--api-port', '0', ...args], env)
    expect(await attacker.exit).toEqual({ code: 2, signal: null })
    expect(attacker.stderr).toContain(text)
    expect(attacker.stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  test('a port in use ends the process with status 2 and one line', async () => {
    const first = await startAttacker(1, '--clients-rate', '0')
    const { port } = await listenUdp()
    const second = launch('attacker/main.js', ['--api-port', String(first.ready.apiPort), '--hub', `127.0.0.1:${port}`])
    expect(await second.exit).toEqual({ code: 2, signal: null })
    expect(second.stderr).toContain(`127.0.0.1:${first.ready.apiPort} is in use`)
    expect(second.stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})

describe('the end of an attacker', () => {
  test('on SIGTERM is orderly: it says goodbye to the server', async () => {
    const server = await startServer(0, { SYNLAB_LOG_LEVEL: 'info' })
    const attacker = await startAttacker(server.ready.linkPort)
    await untilLinked(attacker)
    await attacker.request('POST', '/api/attacks', FLOOD)
    attacker.child.kill('SIGTERM')
    expect(await attacker.exit).toEqual({ code: 0, signal: null })
    expect(attacker.stderr).toBe('')
    // A server that hears no goodbye says "lost" instead, after a while.
    await until('the server has no peer', async () => (await server.metric('synlab_link_peers')) === 0)
    expect(server.stdout).toContain('a peer left the link')
    expect(server.stdout).not.toContain('a peer lost the link')
  })

  test('comes when its parent goes away', async () => {
    const server = await startServer()
    const attacker = await startAttacker(server.ready.linkPort)
    await untilLinked(attacker)
    await attacker.request('POST', '/api/attacks', FLOOD)
    attacker.child.disconnect()
    expect(await attacker.exit).toEqual({ code: 0, signal: null })
  })
})
