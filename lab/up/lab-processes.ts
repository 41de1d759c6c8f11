/**
 * The processes of a lab on this machine: server first, because it knows where the link is, then the attacker. They share
 * a key that nobody else has.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { packageRoot } from '../package-root.ts'
import type { RunFailure } from '../usage-error.ts'
import { HOST } from './free-ports.ts'
import { LabProcess } from './lab-process.ts'

export interface LabProcessesOptions {
  /** Port 0 takes any free one. */
  readonly serverPort: number
  readonly attackerPort: number
  readonly linkPort: number
  readonly backlog: number
  readonly synCookies: number
  /** Honest connections per second. */
  readonly clientsRate: number
}

export interface LabAddresses {
  readonly serverUrl: string
  readonly attackerUrl: string
  /** Host and port of the UDP link. */
  readonly link: string
}

const KEY_BYTES = 32

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
    const server = await this.launch('server', {
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
    const attacker = await this.launch('attacker', {
      host: HOST,
      'api-port': options.attackerPort,
      hub: link,
      'clients-rate': options.clientsRate,
      'log-level': 'info',
    })?.ready()
    if (attacker === undefined) return undefined
    return {
      serverUrl: `http://${HOST}:${server.apiPort}`,
      attackerUrl: `http://${HOST}:${attacker.apiPort}`,
      link,
    }
  }

  /** Ends all processes and waits until they are gone. */
  async stop(): Promise<void> {
    this.isStopping = true
    await Promise.all(this.processes.map((child) => child.stop()))
  }

  private launch(name: string, flags: Readonly<Record<string, string | number>>): LabProcess | undefined {
    if (this.isStopping) return undefined
    const child = new LabProcess({
      name,
      script: join(packageRoot(), 'dist', name, 'main.js'),
      args: Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
      env: this.env,
      onLog: (line) => this.onLog(`${name.padEnd(9)}${line}`),
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
