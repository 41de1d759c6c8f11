/**
 * The server as a process of its own: its start, its control API while packets come in over the real UDP link, its end.
 * Needs the compiled program (`npm test` compiles first).
 */
import { fork } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import type { ServerConfig } from '../../server/app/server-config.ts'
import type { ServerState } from '../../server/contract.ts'
import { deriveLabKey } from '../../tcpip/io/lab-key.ts'
import { monotonicMicroseconds } from '../../tcpip/io/monotonic-clock.ts'
import { UdpSpoke } from '../../tcpip/io/udp-spoke.ts'
import { exactly } from '../../tcpip/udp-link/prefix-request.ts'
import { SPOOFABLE_ADDRESSES } from '../../tcpip/wire/address-plan.ts'
import { LAB_KEY, LabProcess, until } from '../support/processes/lab-process.ts'
import { spoofedSyn } from '../support/worlds/local-engine.ts'

const ANY_PORTS = ['--api-port', '0', '--link-port', '0']

const processes: LabProcess[] = []
const spokes: UdpSpoke[] = []

afterEach(async () => {
  await Promise.all(spokes.splice(0).map((spoke) => spoke.close()))
  await Promise.all(processes.splice(0).map((process) => process.kill()))
})

function launch(args: readonly string[], env?: Record<string, string>): LabProcess {
  const server = new LabProcess('server/main.js', args, env)
  processes.push(server)
  return server
}

async function start(...args: string[]): Promise<LabProcess> {
  const server = launch([...ANY_PORTS, ...args])
  await server.waitUntilReady()
  return server
}

/** Something on the link that can send spoofed SYNs. */
async function join(server: LabProcess): Promise<UdpSpoke> {
  const spoke = await UdpSpoke.open({
    key: deriveLabKey(LAB_KEY),
    requests: SPOOFABLE_ADDRESSES.slice(0, 1).map(exactly),
    authorize: () => undefined,
    clock: monotonicMicroseconds,
    onReceive: () => {},
    port: server.ready.linkPort as number,
  })
  spokes.push(spoke)
  await until('the link is ready', async () => spoke.state === 'ready')
  return spoke
}

function flood(spoke: UdpSpoke, count: number, first = 0): void {
  for (let i = first; i < first + count; i++) {
    const packet = spoofedSyn(i)
    spoke.end.tx.push(packet, 0, packet.length)
  }
  spoke.flush()
}

async function stateOf(server: LabProcess): Promise<ServerState> {
  return (await server.request<ServerState>('GET', '/api/state')).body
}

function patch(server: LabProcess, change: object) {
  return server.request<ServerConfig>('PATCH', '/api/config', change)
}

describe('a server that is up', () => {
  test('tells its parent the ports it really has', async () => {
    const server = await start()
    expect(server.ready).toEqual({
      type: 'ready',
      name: 'synlab-server',
      apiHost: '127.0.0.1',
      apiPort: expect.any(Number),
      linkHost: '127.0.0.1',
      linkPort: expect.any(Number),
    })
    expect(await server.request('GET', '/healthz')).toEqual({ status: 200, body: { status: 'ok' } })
    expect(await stateOf(server)).toMatchObject({ pid: server.child.pid, link: { port: server.ready.linkPort } })
  })

  test('takes its listener from flags and environment', async () => {
    const server = launch([...ANY_PORTS, '--backlog', '16'], { SYNLAB_SYN_COOKIES: '2' })
    await server.waitUntilReady()
    expect((await stateOf(server)).config).toMatchObject({ backlog: 16, synCookies: 2 })
  })

  test('answers SYNs from the link, and changes its mind about cookies while it runs', async () => {
    const server = await start('--backlog', '4', '--syn-cookies', '0')
    const spoke = await join(server)
    flood(spoke, 100)
    const drowned = await until('100 SYNs have arrived', async () => {
      const state = await stateOf(server)
      return state.packets.in === 100 ? state : undefined
    })
    expect(drowned).toMatchObject({
      synQueue: { length: 5, limit: 4 },
      counters: { TCPReqQFullDrop: 95, ListenDrops: 95, SyncookiesSent: 0 },
      drops: { syn_queue_full: 95 },
      packets: { in: 100, accepted: 5 },
      link: { peers: [{ prefixes: ['198.18.0.0/15'], packetsIn: 100 }], packetsIn: { delivered: 100 } },
    })
    expect(server.stdout).toContain(
      'TCP: request_sock_TCP: Possible SYN flooding on port 10.9.0.5:80. Dropping request.',
    )
    const { status, body } = await patch(server, { synCookies: 1 })
    expect([status, body.synCookies, body.backlog]).toEqual([200, 1, 4])
    expect(await server.metric('synlab_syncookies_mode')).toBe(1)
    flood(spoke, 50, 1000)
    await until('50 cookies were sent', async () => (await server.metric('synlab_syncookies_sent_total')) === 50)
    expect(await server.metric('synlab_syn_queue_full_drops_total')).toBe(95)
    expect(await server.metric('synlab_connections{state="syn_recv"}')).toBe(5)
    const { body: fresh } = await server.request<ServerState>('POST', '/api/reset')
    expect(fresh).toMatchObject({ config: { synCookies: 1, backlog: 4 }, packets: { in: 0 }, synQueue: { length: 0 } })
    expect(fresh.link.peers).toHaveLength(1)
  })

  test('refuses what is out of range, and nothing changes', async () => {
    const server = await start()
    const before = (await stateOf(server)).config
    expect(await patch(server, { backlog: 64, synCookies: 3 })).toEqual({
      status: 400,
      body: {
        code: 'OUT_OF_RANGE',
        message: 'synCookies: 3 is not an integer from 0 to 2',
        path: 'synCookies',
      },
    })
    expect(await patch(server, { synCookie: 1 })).toMatchObject({ status: 400, body: { code: 'UNKNOWN_KEY' } })
    expect((await stateOf(server)).config).toEqual(before)
  })

  test('counts datagrams that are none of the link’s, and lives on', async () => {
    const server = await start()
    const stranger = createSocket('udp4')
    const send = (bytes: Buffer): Promise<number> =>
      new Promise((resolve, reject) => {
        stranger.send(bytes, server.ready.linkPort as number, '127.0.0.1', (error, sent) =>
          error === null ? resolve(sent) : reject(error),
        )
      })
    for (const text of ['', 'x', 'SL', 'hello, hub', 'SL\x01\x01 and too short for a hello'])
      await send(Buffer.from(text))
    stranger.close()
    const { link } = await until('five datagrams are counted', async () => {
      const state = await stateOf(server)
      const counted = Object.values(state.link.datagramsIn).reduce((sum, n) => sum + n, 0)
      return counted === 5 ? state : undefined
    })
    expect(link.datagramsIn.accepted).toBe(0)
    expect(await server.metric('synlab_link_datagrams_received_total{outcome="bad_magic"}')).toBe(
      link.datagramsIn.bad_magic,
    )
  })
})

describe('a server that cannot start', () => {
  const cases: [string, string[], Record<string, string>, string][] = [
    ['a backlog that is no number', ['--backlog', 'many'], {}, 'integer from -1 to 4194304'],
    ['a mode that does not exist', [], { SYNLAB_SYN_COOKIES: '3' }, 'integer from 0 to 2'],
    ['an unknown flag', ['--backlg', '3'], {}, '--backlg'],
    ['no lab key', [], { SYNLAB_LAB_KEY: '' }, 'SYNLAB_LAB_KEY'],
    ['an address of another machine', ['--host', '192.0.2.1'], {}, '192.0.2.1 is not an address of this machine'],
    ['a link address of another machine', ['--link-host', '192.0.2.1'], {}, '--link-host'],
  ]
  test.each(cases)('for %s says so in one line and exits with status 2', async (_, args, env, text) => {
    const server = launch([...ANY_PORTS, ...args], env)
    expect(await server.exit).toEqual({ code: 2, signal: null })
    expect(server.stderr).toContain(text)
    expect(server.stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  test('because a port is in use names the port and how to choose another', async () => {
    const first = await start()
    const { apiPort, linkPort } = first.ready
    const api = launch(['--api-port', String(apiPort), '--link-port', '0'])
    const link = launch(['--api-port', '0', '--link-port', String(linkPort)])
    expect(await api.exit).toEqual({ code: 2, signal: null })
    expect(api.stderr).toBe(
      `synlab-server: 127.0.0.1:${apiPort} is in use (set --api-port or SYNLAB_SERVER_API_PORT)\n`,
    )
    expect(await link.exit).toEqual({ code: 2, signal: null })
    expect(link.stderr).toBe(`synlab-server: 127.0.0.1:${linkPort} is in use (set --link-port or SYNLAB_LINK_PORT)\n`)
  })
})

describe('the end of a server', () => {
  test('on SIGTERM is clean, with a listener on its event stream', async () => {
    const server = await start()
    const response = await fetch(`http://127.0.0.1:${server.ready.apiPort}/api/events`)
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    server.child.kill('SIGTERM')
    expect(await server.exit).toEqual({ code: 0, signal: null })
    expect(await response.text()).toContain('event: snapshot')
    expect(server.stderr).toBe('')
  })

  test('comes when its parent goes away, and not when the terminal interrupts both', async () => {
    const server = await start()
    server.child.kill('SIGINT')
    expect(await server.request('GET', '/healthz')).toMatchObject({ status: 200 })
    server.child.disconnect()
    expect(await server.exit).toEqual({ code: 0, signal: null })
    expect(server.stderr).toBe('')
  })

  test('comes when its parent is killed', async () => {
    // The parent is a process of its own that starts the server, says where it is, and is then killed.
    const script = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url))
    const parent = fork(
      '-e',
      [
        `const { fork } = require('node:child_process')
         const child = fork(${JSON.stringify(script)}, ${JSON.stringify(ANY_PORTS)}, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
         child.on('message', (message) => process.send(message))`,
      ],
      { execPath: process.execPath, env: { PATH: process.env.PATH, SYNLAB_LAB_KEY: LAB_KEY } },
    )
    const [{ apiPort }] = (await once(parent, 'message')) as [{ apiPort: number }]
    const isUp = async (): Promise<boolean> => {
      const reply = await fetch(`http://127.0.0.1:${apiPort}/healthz`).catch(() => undefined)
      return reply?.status === 200
    }
    expect(await isUp()).toBe(true)
    parent.kill('SIGKILL')
    await until('the server is gone', async () => !(await isUp()))
  })
})
