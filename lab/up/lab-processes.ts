/**
 * The processes of a lab on this machine: server first, because it knows where the link is, then the attackers, then the
 * page server, which knows them all. They share a key that nobody else has.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { packageRoot } from '../package-root.ts'
import type { RunFailure } from '../usage-error.ts'
import { HOST } from './free-ports.ts'
import { LabProcess, type Ready } from './lab-process.ts'

export interface LabProcessesOptions {
  /** Port 0 takes any free one. */
  readonly serverPort: number
  /** Of the first attacker; the others have the ports after it. */
  readonly attackerPort: number
  /** How many attacker processes there are. */
  readonly attackers: number
  readonly linkPort: number
  /** Of the page; undefined for a lab without one. */
  readonly pagePort?: number
  /** Of the gateway for real clients, in the first attacker. */
  readonly gatewayPort: number
  readonly backlog: number
  readonly synCookies: number
  /** Honest connections per second, all of them by the first attacker. */
  readonly clientsRate: number
  /** Directory of the recordings that may be replayed; undefined for none. */
  readonly traces?: string | undefined
}

/** The port of attacker number `index`. */
export function attackerPortOf({ attackerPort }: LabProcessesOptions, index: number): number {
  return attackerPort === 0 ? 0 : attackerPort + index
}

export interface LabAddresses {
  /** Undefined for a lab without a page. */
  readonly pageUrl: string | undefined
  readonly serverUrl: string
  readonly attackerUrls: readonly string[]
  /** Where real clients reach the server. */
  readonly gatewayUrl: string
  /** Host and port of the UDP link. */
  readonly link: string
}

const KEY_BYTES = 32

/** Width of the names of processes before their log lines. */
const NAME_WIDTH = 10

function urlOf({ apiPort }: Ready): string {
  return `http://${HOST}:${apiPort}`
}

export class LabProcesses {
  /** Resolves when a process has gone that nobody asked to go; `failure` says why. */
  readonly failed: Promise<void>
  failure: RunFailure | undefined
  private readonly processes: LabProcess[] = []
  private readonly onLog: (line: string) => void
  private readonly env = { SYNLAB_LAB_KEY: randomBytes(KEY_BYTES).toString('hex') }
  private isStopping = false
  private fail: () => void = () => {}

  /** `onLog` is told each line that a process logs. */
  constructor(onLog: (line: string) => void) {
    this.onLog = onLog
    this.failed = new Promise((resolve) => {
      this.fail = resolve
    })
  }

  /** Starts everything. Undefined when it was stopped meanwhile. Throws what `LabProcess.ready` throws. */
  async start(options: LabProcessesOptions): Promise<LabAddresses | undefined> {
    const server = await this.launch('server', 'server', {
      host: HOST,
      'api-port': options.serverPort,
      'link-host': HOST,
      'link-port': options.linkPort,
      backlog: options.backlog,
      'syn-cookies': options.synCookies,
      'log-level': 'info',
    })?.ready()
    if (server === undefined) return undefined
    const link = `${HOST}:${server.linkPort}`
    const attackers = await this.startAttackers(options, link)
    if (attackers === undefined) return undefined
    const serverUrl = urlOf(server)
    const attackerUrls = attackers.map(urlOf)
    const gatewayUrl = `http://${HOST}:${attackers[0]?.gateway?.port}`
    const lab = { serverUrl, gatewayUrl, attackerUrls, link }
    if (options.pagePort === undefined) return { ...lab, pageUrl: undefined }
    const page = await this.launch('page', 'dashboard/server', {
      host: HOST,
      port: options.pagePort,
      'server-url': serverUrl,
      'attacker-urls': attackerUrls.join(','),
      'log-level': 'info',
    })?.ready()
    return page === undefined ? undefined : { ...lab, pageUrl: urlOf(page) }
  }

  /** One after the other, so that the first one has the first block of addresses. Undefined when stopped meanwhile. */
  private async startAttackers(options: LabProcessesOptions, hub: string): Promise<Ready[] | undefined> {
    const attackers: Ready[] = []
    for (let index = 0; index < options.attackers; index++) {
      const attacker = await this.launch(options.attackers === 1 ? 'attacker' : `attacker-${index + 1}`, 'attacker', {
        host: HOST,
        'api-port': attackerPortOf(options, index),
        hub,
        'clients-rate': index === 0 ? options.clientsRate : 0,
        ...(index === 0 ? { 'gateway-port': options.gatewayPort } : {}),
        ...(options.traces === undefined ? {} : { traces: options.traces }),
        'log-level': 'info',
      })?.ready()
      if (attacker === undefined) return undefined
      attackers.push(attacker)
    }
    return attackers
  }

  /** Ends all processes and waits until they are gone. */
  async stop(): Promise<void> {
    this.isStopping = true
    await Promise.all(this.processes.map((child) => child.stop()))
  }

  /** Starts the process of `folder`, and calls it `name`. */
  private launch(
    name: string,
    folder: 'server' | 'attacker' | 'dashboard/server',
    flags: Readonly<Record<string, string | number>>,
  ): LabProcess | undefined {
    if (this.isStopping) return undefined
    const child = new LabProcess({
      name,
      script: join(packageRoot(), 'dist', folder, 'main.js'),
      args: Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
      env: this.env,
      onLog: (line) => this.onLog(`${name.padEnd(NAME_WIDTH)} ${line}`),
    })
    this.processes.push(child)
    void child.ended.then((reason) => {
      if (reason === undefined) return
      this.failure ??= reason
      this.fail()
    })
    return child
  }
}
