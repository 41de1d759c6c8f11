/**
 * docker-compose.yml brought up under a project name, on ports and in a network of its own, so that a lab that is up beside
 * it is not disturbed. One for all tests of test/compose.
 */
import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const ROOT = new URL('../../..', import.meta.url).pathname

/** Milliseconds: to build with nothing cached, and for one command of the engine. */
export const BUILD_MS = 900_000
export const COMMAND_MS = 60_000

/** Milliseconds within which whatever is waited for has to happen: containers start, queues fill, alerts fire and resolve. */
const PATIENCE_MS = 180_000
const LOOK_INTERVAL_MS = 250

/** `docker compose` where there is such a plug-in, else docker-compose. */
const COMPOSE = spawnSync('docker', ['compose', 'version']).status === 0 ? ['docker', 'compose'] : ['docker-compose']

export const SERVICES = ['server', 'attacker', 'gateway', 'dashboard', 'prometheus', 'grafana'] as const
export type Service = (typeof SERVICES)[number]

/** The ports that are published, each under the variable that sets it. */
const PORTS = {
  server: 'SYNLAB_SERVER_PORT',
  gateway: 'SYNLAB_GATEWAY_PORT',
  dashboard: 'SYNLAB_DASHBOARD_PORT',
  prometheus: 'SYNLAB_PROMETHEUS_PORT',
  grafana: 'SYNLAB_GRAFANA_PORT',
} as const

/** Attackers that there is a port for. */
const ATTACKERS_MAX = 5

export interface Inspection {
  readonly Id: string
  readonly Name: string
  readonly RestartCount: number
  readonly Config: { readonly User: string; readonly Labels: Record<string, string> }
  readonly State: {
    readonly ExitCode: number
    readonly Running: boolean
    readonly Pid: number
    readonly Health?: { readonly Status: string }
  }
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean
    readonly Privileged: boolean
    readonly CapDrop: readonly string[]
    readonly SecurityOpt: readonly string[]
    readonly Memory: number
    readonly PidsLimit: number
  }
  readonly Mounts: readonly { readonly Type: string; readonly Destination: string; readonly RW: boolean }[]
  readonly NetworkSettings: {
    readonly Networks: Record<string, unknown>
    readonly Ports: Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>
  }
}

/** What keeps containers from running on this machine, in a few words; undefined for nothing. */
export function obstacleToContainers(): string | undefined {
  if (spawnSync(COMPOSE[0] as string, [...COMPOSE.slice(1), 'version']).status !== 0) {
    return 'there is neither docker compose nor docker-compose'
  }
  return spawnSync('docker', ['info']).status === 0 ? undefined : 'the docker engine does not run'
}

export class Composition {
  readonly project = `synlab-test-${process.pid}`
  readonly env: Record<string, string | undefined>

  /** `settings`: variables of .env.example. */
  constructor(settings: Readonly<Record<string, string>>) {
    this.env = { ...process.env, ...settings }
  }

  /** Chooses ports and a network that are free, and builds the image. */
  async prepare(): Promise<void> {
    const names = Object.values(PORTS)
    const first = await freePorts(names.length + ATTACKERS_MAX)
    for (const [index, name] of names.entries()) this.env[name] = String(first + index)
    const attackers = first + names.length
    this.env.SYNLAB_ATTACKER_PORTS = `${attackers}-${attackers + ATTACKERS_MAX - 1}`
    this.env.SYNLAB_LAB_NETWORK = freeNetwork()
    // One image for all: to build it for each service would only tell the cache so.
    this.compose(['build', 'server'], BUILD_MS)
  }

  /** Runs a command of the machine to its end; returns what it prints. Throws with everything that it said. */
  run(command: readonly string[], timeout = COMMAND_MS): string {
    const [program = '', ...args] = command
    const options = { cwd: ROOT, env: this.env, timeout, maxBuffer: 64 * 1024 * 1024 }
    const result = spawnSync(program, args, { ...options, encoding: 'utf8' })
    if (result.status === 0) return result.stdout.trim()
    throw new Error(`${command.join(' ')}: ${result.status ?? result.signal}\n${result.stdout}\n${result.stderr}`)
  }

  compose(args: readonly string[], timeout?: number): string {
    return this.run([...COMPOSE, '-p', this.project, ...args], timeout)
  }

  /** Brings everything up, or the number of attackers to what is wanted, and waits until all are healthy. */
  async up(attackers: number): Promise<void> {
    this.compose(['up', '-d', '--scale', `attacker=${attackers}`], BUILD_MS)
    await eventually('every container is healthy', async () => {
      const all = this.inspections()
      const isHealthy = all.every(({ State }) => State.Running && State.Health?.Status === 'healthy')
      return isHealthy && all.length === SERVICES.length - 1 + attackers
    })
  }

  /** Runs a service that ends, and waits for its end. */
  async runOnce(service: string, args: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> {
    const [program = '', ...rest] = [
      ...COMPOSE,
      '-p',
      this.project,
      'run',
      '--rm',
      '-T',
      '--use-aliases',
      service,
      ...args,
    ]
    const child = spawn(program, rest, { cwd: ROOT, env: this.env, stdio: ['ignore', 'pipe', 'pipe'] })
    const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    return { status: Number(status), stdout, stderr }
  }

  inspect(containers: readonly string[]): Inspection[] {
    return JSON.parse(this.run(['docker', 'inspect', ...containers])) as Inspection[]
  }

  /** All containers of the composition, those that have ended included. */
  inspections(): Inspection[] {
    const ids = this.run(['docker', 'ps', '-aq', '--filter', `label=com.docker.compose.project=${this.project}`])
    return ids === '' ? [] : this.inspect(ids.split('\n'))
  }

  of(service: Service): Inspection[] {
    return this.inspections().filter(({ Config }) => Config.Labels['com.docker.compose.service'] === service)
  }

  /** Where a service that has one container is published. */
  url(service: keyof typeof PORTS): string {
    return `http://127.0.0.1:${this.env[PORTS[service]]}`
  }

  /** Where each attacker is published. */
  attackerUrls(): string[] {
    return this.of('attacker').map(({ NetworkSettings: { Ports } }) => {
      return `http://127.0.0.1:${Ports['8082/tcp']?.[0]?.HostPort}`
    })
  }

  /** Runs JavaScript in a container of the lab's image; returns what it prints. */
  async runInside(container: string, script: string): Promise<string> {
    const { stdout } = await promisify(execFile)('docker', ['exec', container, 'node', '-e', script])
    return stdout.trim()
  }

  down(): void {
    this.compose(['down', '--volumes', '--remove-orphans', '--timeout', '5'])
  }
}

/** Waits until `look` gives something that is neither undefined nor false, and returns it. What throws has not happened yet. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const end = performance.now() + PATIENCE_MS
  let failure: unknown
  while (performance.now() < end) {
    const seen = await look().catch((error: unknown) => {
      failure = error
      return undefined
    })
    if (seen !== undefined && seen !== false) return seen
    await sleep(LOOK_INTERVAL_MS)
  }
  throw new Error(`it did not happen: ${what}`, { cause: failure })
}

/** One call of an API: its status, and its body read as JSON. */
export async function call<B>(method: string, url: string, body?: unknown): Promise<{ status: number; body: B }> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: response.status, body: (await response.json()) as B }
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
  const docker = (...args: string[]) => spawnSync('docker', args, { encoding: 'utf8' }).stdout.trim()
  const ids = docker('network', 'ls', '-q').split('\n')
  const used = docker('network', 'inspect', '--format', '{{range .IPAM.Config}}{{.Subnet}} {{end}}', ...ids)
  const second = [29, 30, 31, 27, 26].find((candidate) => !used.includes(`172.${candidate}.`))
  if (second === undefined) throw new Error('there is no free network')
  return `172.${second}.${process.pid % 250}.0/24`
}
