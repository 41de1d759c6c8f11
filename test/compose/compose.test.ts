/**
 * The lab in containers, as `docker compose up --scale attacker=2` brings it up: what it shows, and what it cannot reach.
 * Under a project name, on ports and in a network of its own, so that a lab that is up beside it is not disturbed.
 */
import { execFile, spawnSync } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { AttackerState } from '../../attacker/contract.ts'
import type { ServerState } from '../../server/contract.ts'
import { until } from '../support/processes/lab-process.ts'
import { describeWith } from '../support/processes/tools.ts'

const ROOT = new URL('../..', import.meta.url).pathname
const PROJECT = `synlab-test-${process.pid}`
const ATTACKERS = 2
/** SYN/s of each attacker, and honest connections per second of each. */
const FLOOD = { kind: 'syn-flood', rate: 2500, duration: 120 }
const CLIENTS_RATE = 20
/** Milliseconds: to build with nothing cached, and for one command of the engine. */
const BUILD_MS = 200_000
const COMMAND_MS = 60_000

const env: Record<string, string | undefined> = { ...process.env, SYNLAB_CLIENTS_RATE: String(CLIENTS_RATE) }

/** `docker compose` where there is such a plug-in, else docker-compose. */
const COMPOSE = spawnSync('docker', ['compose', 'version']).status === 0 ? ['docker', 'compose'] : ['docker-compose']
const hasCompose = spawnSync(COMPOSE[0] as string, [...COMPOSE.slice(1), 'version']).status === 0
const isEngineUp = spawnSync('docker', ['info']).status === 0

function obstacle(): string | undefined {
  if (!hasCompose) return 'there is neither docker compose nor docker-compose'
  return isEngineUp ? undefined : 'the docker engine does not run'
}

function run(command: readonly string[], timeout = COMMAND_MS): string {
  const [program = '', ...args] = command
  const result = spawnSync(program, args, { cwd: ROOT, env, encoding: 'utf8', timeout, maxBuffer: 64 * 1024 * 1024 })
  if (result.status === 0) return result.stdout.trim()
  throw new Error(`${command.join(' ')}: ${result.status ?? result.signal}\n${result.stdout}\n${result.stderr}`)
}

const compose = (args: readonly string[], timeout?: number) => run([...COMPOSE, '-p', PROJECT, ...args], timeout)

interface Inspection {
  readonly Id: string
  readonly Config: { readonly User: string; readonly Labels: Record<string, string> }
  readonly State: { readonly ExitCode: number; readonly Running: boolean }
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean
    readonly Privileged: boolean
    readonly CapDrop: readonly string[]
    readonly SecurityOpt: readonly string[]
    readonly Memory: number
    readonly PidsLimit: number
  }
  readonly NetworkSettings: {
    readonly Ports: Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>
  }
}

function inspect(containers: readonly string[]): Inspection[] {
  return JSON.parse(run(['docker', 'inspect', ...containers])) as Inspection[]
}

/** The containers that are up, by service. */
let containersOf: Record<'server' | 'attacker' | 'gateway', string[]> = { server: [], attacker: [], gateway: [] }
const allContainers = () => Object.values(containersOf).flat()

function findContainers(): void {
  containersOf = { server: [], attacker: [], gateway: [] }
  for (const { Id, Config } of inspect(compose(['ps', '-q']).split('\n'))) {
    containersOf[Config.Labels['com.docker.compose.service'] as keyof typeof containersOf].push(Id)
  }
}

/** The URL at which a port of a container is published. */
function urlOf(container: string, port: number): string {
  const [inspection] = inspect([container])
  return `http://127.0.0.1:${inspection?.NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort}`
}

async function call<B>(method: string, url: string, body?: unknown): Promise<{ status: number; body: B }> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: response.status, body: (await response.json()) as B }
}

/** Runs JavaScript in a container; returns what it prints. */
async function runInside(container: string, script: string): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', ['exec', container, 'node', '-e', script])
  return stdout.trim()
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** The first of `count` ports in a row that can all be bound. */
async function freePorts(count: number): Promise<number> {
  for (let first = 20_000 + (process.pid % 1000) * 10; first < 60_000; first += count) {
    const all = Array.from({ length: count }, (_, i) => isFree(first + i))
    if ((await Promise.all(all)).every((free) => free)) return first
  }
  throw new Error('there are no free ports')
}

/** A /24 of 172.16.0.0/12 that no network of the engine uses. */
function freeNetwork(): string {
  const ids = run(['docker', 'network', 'ls', '-q']).split('\n')
  const used = run(['docker', 'network', 'inspect', '--format', '{{range .IPAM.Config}}{{.Subnet}} {{end}}', ...ids])
  const second = [29, 30, 31, 27, 26].find((candidate) => !used.includes(`172.${candidate}.`))
  if (second === undefined) throw new Error('there is no free network')
  return `172.${second}.${process.pid % 250}.0/24`
}

/** Whether something answers at `host`:`port` from this machine. */
function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 })
    const end = (open: boolean) => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })
}

describeWith(['docker'], 'the lab in containers', containers, obstacle())

function containers(): void {
  let serverUrl = ''
  let attackerUrls: string[] = []

  beforeAll(async () => {
    const port = await freePorts(ATTACKERS + 4)
    env.SYNLAB_SERVER_PORT = String(port)
    env.SYNLAB_GATEWAY_PORT = String(port + 1)
    env.SYNLAB_ATTACKER_PORTS = `${port + 2}-${port + ATTACKERS + 3}`
    env.SYNLAB_LAB_NETWORK = freeNetwork()
    compose(['build'], BUILD_MS)
    compose(['up', '-d', '--scale', `attacker=${ATTACKERS}`], BUILD_MS)
    findContainers()
    const { server, attacker } = containersOf
    serverUrl = urlOf(server[0] as string, 8081)
    attackerUrls = attacker.map((container) => urlOf(container, 8082))
    // An API that does not listen yet has its connections closed by the engine's proxy.
    for (const url of [serverUrl, ...attackerUrls]) {
      await until(`${url} answers`, () =>
        fetch(`${url}/healthz`)
          .then(({ ok }) => ok)
          .catch(() => false),
      )
    }
    // Two attackers and the gateway.
    await until('all have joined', async () => {
      const peers = (await call<ServerState>('GET', `${serverUrl}/api/state`)).body.link.peers
      return peers.length === ATTACKERS + 1
    })
  }, 2 * BUILD_MS)

  afterAll(() => {
    compose(['down', '--volumes', '--remove-orphans', '--timeout', '5'])
  }, COMMAND_MS)

  /** Honest attempts of all attackers that have ended. */
  async function outcomes(): Promise<{ ok: number; ended: number }> {
    const states = await Promise.all(attackerUrls.map((url) => call<AttackerState>('GET', `${url}/api/state`)))
    const all = states.map(({ body }) => body.clients.outcomes)
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
    return { ok: sum(all.map(({ ok }) => ok)), ended: sum(all.flatMap((counts) => Object.values(counts))) }
  }

  /** Success among the next `count` honest attempts that end. */
  async function successOfNext(count: number): Promise<number> {
    const before = await outcomes()
    return until(`${count} honest attempts ended`, async () => {
      const now = await outcomes()
      return now.ended - before.ended >= count && (now.ok - before.ok) / (now.ended - before.ended) + Number.EPSILON
    })
  }

  it('has a configuration that Compose takes, whatever is set', () => {
    expect(compose(['config', '--quiet'])).toBe('')
  })

  it('drowns in the flood of both attackers, and one PATCH saves it, also behind the gateway', async () => {
    expect(attackerUrls).toHaveLength(ATTACKERS)
    expect(await successOfNext(40)).toBeGreaterThan(0.99)
    const starts = await Promise.all(attackerUrls.map((url) => call('POST', `${url}/api/attacks`, FLOOD)))
    expect(starts.map(({ status }) => status)).toEqual([201, 201])
    await until('the SYN queue is full', async () => {
      const { synQueue } = (await call<ServerState>('GET', `${serverUrl}/api/state`)).body
      return synQueue.length === synQueue.limit + 1
    })
    // Those that end before the first timeouts are let go by.
    await successOfNext(4 * ATTACKERS * CLIENTS_RATE)
    expect(await successOfNext(60)).toBeLessThan(0.2)

    const patched = await call('PATCH', `${serverUrl}/api/config`, { synCookies: 1 })
    expect(patched).toMatchObject({ status: 200, body: { synCookies: 1 } })
    // The three seconds' worth of attempts that are in flight, and as long as the last of them may take to time out.
    await successOfNext(7 * ATTACKERS * CLIENTS_RATE)
    expect(await successOfNext(60)).toBeGreaterThan(0.99)
    expect((await fetch(urlOf(containersOf.gateway[0] as string, 8088))).status).toBe(200)
    const { synQueue } = (await call<ServerState>('GET', `${serverUrl}/api/state`)).body
    expect(synQueue.length).toBeGreaterThan(0.9 * synQueue.limit)
    const stops = await Promise.all(attackerUrls.map((url) => call('DELETE', `${url}/api/attacks`)))
    expect(stops.map(({ body }) => body)).toEqual([{ stopped: 1 }, { stopped: 1 }])
  })

  it('publishes its ports on loopback, and nowhere else', async () => {
    const bindings = inspect(allContainers()).flatMap(({ NetworkSettings: { Ports } }) => Object.values(Ports).flat())
    expect(bindings).toHaveLength(ATTACKERS + 2)
    expect(bindings.map((binding) => binding?.HostIp)).toEqual(bindings.map(() => '127.0.0.1'))
    const ports = bindings.map((binding) => Number(binding?.HostPort))
    const addresses = Object.values(networkInterfaces())
      .flat()
      .flatMap((entry) => (entry?.family === 'IPv4' && !entry.internal ? [entry.address] : []))
    for (const port of ports) expect(await isOpen('127.0.0.1', port)).toBe(true)
    for (const address of addresses) {
      expect([address, ...(await Promise.all(ports.map((port) => isOpen(address, port))))]).toEqual([
        address,
        ...ports.map(() => false),
      ])
    }
  })

  it('gives its containers nothing that they do not need', async () => {
    for (const { Config, HostConfig } of inspect(allContainers())) {
      expect(HostConfig).toMatchObject({ ReadonlyRootfs: true, Privileged: false, CapDrop: ['ALL'] })
      expect(HostConfig.SecurityOpt.join()).toContain('no-new-privileges')
      expect(HostConfig.Memory).toBeGreaterThan(0)
      expect(HostConfig.PidsLimit).toBeGreaterThan(0)
      expect(Config.User).toBe('node')
    }
    const [server = ''] = containersOf.server
    const packages = (await runInside(server, "console.log(require('fs').readdirSync('node_modules').join())")).split(
      ',',
    )
    expect(packages).toContain('fastify')
    expect(packages).not.toContain('vitest')
    expect(packages).not.toContain('typescript')
  })

  it('lets no container reach anything outside: no address, no name, no container of another network', async () => {
    const other = `${PROJECT}-outside`
    run(['docker', 'network', 'create', other])
    onTestFinished(() => void run(['docker', 'network', 'rm', other]))
    const listen = "require('net').createServer().listen(9000)"
    const outside = run(['docker', 'run', '-d', '--network', other, 'synlab:local', 'node', '-e', listen])
    onTestFinished(() => void run(['docker', 'rm', '-f', outside]))
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
    const address = run(['docker', 'inspect', '--format', format, outside])
    await until('the container outside listens', () => isOpen(address, 9000))
    const script = `
      const { connect } = require('net')
      const reach = (host, port) => new Promise((resolve) => {
        const socket = connect({ host, port, timeout: 1500 })
        const end = (how) => { socket.destroy(); resolve(how) }
        socket.on('connect', () => end('open')).on('timeout', () => end('no')).on('error', () => end('no'))
      })
      const known = (name) => require('dns').promises.lookup(name).then(() => 'known', () => 'no')
      const outside = [reach('${address}', 9000), reach('1.1.1.1', 443), reach('8.8.8.8', 53), known('example.com')]
      Promise.all([reach('hub', 8081), known('hub'), ...outside]).then((all) => console.log(all.join(' ')))`
    // The first two are the lab's own: what is asked would be answered if it could be.
    const answers = await Promise.all(allContainers().map((container) => runInside(container, script)))
    expect(answers).toEqual(answers.map(() => 'open known no no no no'))
  })

  it('ends in order when it is stopped, and leaves nothing behind', () => {
    const all = allContainers()
    compose(['stop', '--timeout', '10'])
    expect(inspect(all).map(({ State }) => State)).toMatchObject(all.map(() => ({ Running: false, ExitCode: 0 })))
    compose(['down', '--volumes'])
    const filter = ['-q', '--filter', `label=com.docker.compose.project=${PROJECT}`]
    expect(run(['docker', 'ps', '-a', ...filter])).toBe('')
    expect(run(['docker', 'network', 'ls', ...filter])).toBe('')
    expect(run(['docker', 'volume', 'ls', ...filter])).toBe('')
  })
}
