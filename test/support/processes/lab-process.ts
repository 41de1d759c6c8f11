/**
 * Processes of the lab for integration tests: the compiled server and attacker, started the way the lab starts them, with
 * an IPC channel and free ports, and always ended. Tests ask them over plain HTTP and read metrics as Prometheus does, not
 * with lab/client: what they look at is the answer itself, status and refusals included.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Milliseconds within which anything a test waits for has to happen. */
const PATIENCE_MS = 60_000

/** Milliseconds between two looks at a condition. */
const LOOK_INTERVAL_MS = 20

export const LAB_KEY = 'integration test lab key'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export class LabProcess {
  readonly child: ChildProcess
  readonly exit: Promise<Exit>
  /** What the process has written. */
  stdout = ''
  stderr = ''
  /** Its ready message, once it has come. */
  ready: Record<string, unknown> = {}

  /** Starts `dist/<script>` with the lab key, and with other variables if told. */
  constructor(script: string, args: readonly string[], env: Record<string, string> = {}) {
    const path = fileURLToPath(new URL(`../../../dist/${script}`, import.meta.url))
    this.child = fork(path, args, {
      env: { PATH: process.env.PATH, SYNLAB_LAB_KEY: LAB_KEY, SYNLAB_LOG_LEVEL: 'warn', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.child.stdout?.on('data', (bytes) => {
      this.stdout += bytes
    })
    this.child.stderr?.on('data', (bytes) => {
      this.stderr += bytes
    })
    this.exit = once(this.child, 'exit').then(([code, signal]) => ({ code, signal }) as Exit)
  }

  /** Waits until the process says that it is up. */
  async waitUntilReady(): Promise<void> {
    const message = await Promise.race([once(this.child, 'message'), this.exit])
    if (!Array.isArray(message)) throw new Error(`the process ended: ${JSON.stringify(message)} ${this.stderr}`)
    this.ready = message[0] as Record<string, unknown>
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /** A request to its control API; `B` is what the test knows of the JSON body that comes back. */
  async request<B>(method: string, path: string, body?: unknown): Promise<{ status: number; body: B }> {
    const response = await fetch(`http://127.0.0.1:${this.ready.apiPort}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    return { status: response.status, body: (await response.json()) as B }
  }

  /** The value of one series of its metrics. */
  async metric(series: string): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.ready.apiPort}/metrics`)
    const text = await response.text()
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `))
    if (line === undefined) throw new Error(`no series ${series}`)
    return Number(line.slice(series.length + 1))
  }

  /** Ends the process whatever it is doing. */
  async kill(): Promise<void> {
    if (this.isRunning) this.child.kill('SIGKILL')
    await this.exit
  }
}

/** Waits until `look` gives something that is neither undefined nor false, and returns it. */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
    if (performance.now() > end) throw new Error(`it did not happen: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS))
  }
}
