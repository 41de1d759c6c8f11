/**
 * One process of the lab as a child of this one: started, listened to, and ended. It also ends by itself when this
 * process is gone, because the IPC channel between them closes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { EXIT_USAGE } from '../cli/exit-code.ts'
import { RunFailure, UsageError } from '../usage-error.ts'

/** Milliseconds that a process has to end by itself before it is killed; its own limit for closing is shorter. */
const STOP_TIMEOUT_MS = 7_000

/** Least level of a log line that is worth a place on the screen (pino: 30 is info). */
const LOG_LEVEL_MIN = 30

export interface LabProcessOptions {
  /** What people call it. */
  readonly name: string
  /** Path of its JavaScript. */
  readonly script: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Told each line it logs. */
  readonly onLog: (line: string) => void
}

/** What the process said when it was up. */
export interface Ready {
  readonly apiPort: number
  /** Of the server only. */
  readonly linkPort?: number
  /** Of an attacker with a gateway. */
  readonly gateway?: { readonly host: string; readonly port: number }
}

export class LabProcess {
  readonly name: string
  /** Resolves when the process is gone, with the reason if nobody asked it to go. */
  readonly ended: Promise<RunFailure | undefined>
  private readonly child: ChildProcess
  private isStopping = false
  /** The last thing it said on stderr: what it died of. */
  private complaint = ''

  constructor(options: LabProcessOptions) {
    const { name, script, args, env, onLog } = options
    this.name = name
    this.child = fork(script, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    this.listen('stdout', (line) => {
      const message = logMessage(line)
      if (message !== undefined) onLog(message)
    })
    this.listen('stderr', (line) => {
      // The lines of a stack trace are indented; what went wrong stands before them.
      if (!line.startsWith(' ')) this.complaint = line
    })
    this.ended = new Promise((resolve) => {
      // `close` comes after the last line of output.
      this.child.on('close', (status, signal) => {
        if (this.isStopping) resolve(undefined)
        else resolve(this.failure(status, signal))
      })
      this.child.on('error', (error) => resolve(new RunFailure(`the ${name} process: ${error.message}`)))
    })
  }

  /**
   * Resolves when the process is up, or with undefined when it was stopped before. Throws UsageError when it refuses its
   * options, RunFailure when it dies.
   */
  async ready(): Promise<Ready | undefined> {
    const message = await new Promise<Ready | undefined>((resolve) => {
      this.child.on('message', (received: Ready & { type?: string }) => {
        if (received.type === 'ready') resolve(received)
      })
      void this.ended.then(() => resolve(undefined))
    })
    if (message !== undefined) return message
    if (this.child.exitCode === EXIT_USAGE) throw new UsageError(this.complaint)
    const failure = await this.ended
    if (failure !== undefined) throw failure
    return undefined
  }

  /** Ends the process and waits until it is gone. */
  async stop(): Promise<void> {
    this.isStopping = true
    this.child.kill('SIGTERM')
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await this.ended
    clearTimeout(timer)
  }

  private listen(stream: 'stdout' | 'stderr', onLine: (line: string) => void): void {
    const input = this.child[stream]
    if (input !== null) createInterface({ input }).on('line', onLine)
  }

  private failure(status: number | null, signal: NodeJS.Signals | null): RunFailure {
    const how = signal === null ? `with status ${status}` : `by ${signal}`
    const why = this.complaint === '' ? '' : `: ${this.complaint}`
    return new RunFailure(`the ${this.name} process ended unexpectedly ${how}${why}`)
  }
}

/** The message of a log line in JSON, if it is worth showing. */
function logMessage(line: string): string | undefined {
  try {
    const { level, msg } = JSON.parse(line) as { level?: number; msg?: string }
    return (level ?? 0) >= LOG_LEVEL_MIN ? msg : undefined
  } catch {
    return line
  }
}
