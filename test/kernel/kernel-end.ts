/**
 * The process at the kernel's end of a script (kernel_end.py): starts it, asks it, ends it. Owns the protocol between both:
 * one JSON line each way per command.
 */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** Name and arguments of a command, as kernel_end.py has them (`do_<name>`). */
export type Command = readonly unknown[]

export interface Reply {
  /** What the command gave; `error` is the name of an errno instead. */
  readonly result?: unknown
  readonly error?: string
  /** Packets that the kernel has sent since the last reply: when, microseconds since the start, and their bytes in base64. */
  readonly sent: readonly (readonly [at: number, bytes: string])[]
  /** Microseconds since the start, and what the command took. */
  readonly now: number
  readonly took?: number
}

// The program is not compiled: it lies with the sources, also when this module runs from `dist`.
const ROOT = import.meta.url.includes('/dist/test/') ? '../../../' : '../../'
const PROGRAM = fileURLToPath(new URL(`${ROOT}test/kernel/kernel_end.py`, import.meta.url))

/** Python alone: without the environment's settings, the user's packages and the search for site packages. */
const PYTHON = ['-E', '-s', '-S']

export class KernelEnd {
  private readonly process: ChildProcessByStdio<Writable, Readable, null>
  private readonly waiting: ((reply: Reply) => void)[] = []
  private died = ''

  constructor() {
    this.process = spawn('python3', [...PYTHON, PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] })
    createInterface({ input: this.process.stdout }).on('line', (line) =>
      this.waiting.shift()?.(JSON.parse(line) as Reply),
    )
    this.process.on('close', (code, signal) => this.die(`the kernel's end ended with ${signal ?? `exit code ${code}`}`))
    this.process.on('error', (error) => this.die(error.message))
    // What is written to a process that is gone is answered by `die`.
    this.process.stdin.on('error', () => {})
  }

  ask(command: Command): Promise<Reply> {
    if (this.died !== '') return Promise.resolve({ error: this.died, sent: [], now: 0 })
    return new Promise((resolve) => {
      this.waiting.push(resolve)
      this.process.stdin.write(`${JSON.stringify(command)}\n`)
    })
  }

  /** Ends the process, and with it the namespace and all that is in it. */
  end(): void {
    this.process.kill('SIGKILL')
  }

  private die(why: string): void {
    this.died ||= why
    for (const resolve of this.waiting.splice(0)) resolve({ error: this.died, sent: [], now: 0 })
  }
}

/** What of a machine decides whether scripts can be played on its kernel. */
export interface Machine {
  readonly platform: string
  readonly isRoot: boolean
  readonly hasTun: boolean
  hasTool(name: string): boolean
}

/** What is missing on `machine`, in a sentence; undefined when nothing is. */
export function lackOf({ platform, isRoot, hasTun, hasTool }: Machine): string | undefined {
  if (platform !== 'linux') return 'this machine is no Linux'
  if (!isRoot) return 'a network namespace and a TUN device need root'
  if (!hasTun) return 'there is no /dev/net/tun (modprobe tun)'
  for (const [tool, packageName] of [
    ['python3', 'python3-minimal'],
    ['ip', 'iproute2'],
  ] as const) {
    if (!hasTool(tool)) return `${tool} is missing (Debian: apt-get install ${packageName})`
  }
  return undefined
}

/** Why scripts cannot be played on this machine's kernel, in a sentence; undefined when they can. */
export async function obstacle(): Promise<string | undefined> {
  const lack = lackOf({
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    hasTun: existsSync('/dev/net/tun'),
    hasTool: (name) => spawnSync(name, ['-V']).error === undefined,
  })
  if (lack !== undefined) return lack
  const end = new KernelEnd()
  const { error } = await end.ask(['open', '192.168.0.1', {}])
  end.end()
  return error === undefined ? undefined : `a network namespace cannot be made here: ${error}`
}
