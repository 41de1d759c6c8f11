/**
 * `synlab up` as a user starts it, on free ports and without a terminal: it comes up, shows true figures, and leaves no
 * process behind however it ends.
 */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { COMMAND, spawnSynlab } from '../support/processes/lab-cli.ts'
import { until } from '../support/processes/lab-process.ts'
import { childrenOf, isAlive } from '../support/processes/process-tree.ts'

const ANY_PORTS = ['--page-port=0', '--server-port=0', '--attacker-port=0', '--gateway-port=0', '--link-port=0']

type Start = (command: readonly [string, ...string[]]) => ChildProcess

const STDIO: StdioOptions = ['ignore', 'pipe', 'pipe']

const directly: Start = ([program, ...args]) => spawn(program, args, { stdio: STDIO })

/** As npm starts it: in a shell, which is the process that one knows of. */
const inShellOfNpm: Start = (command) =>
  spawn('sh', ['-c', '"$@"; true', 'npm', ...command], {
    stdio: STDIO,
    env: { ...process.env, npm_lifecycle_event: 'start' },
  })

/** As npm starts it where the shell becomes the program: below npm itself, and npm below whoever wanted a lab. */
const inBackgroundByNpm: Start = (command) => {
  const npm = `require('child_process').spawn(process.argv[1], process.argv.slice(2), { stdio: 'inherit' })`
  return spawn('sh', ['-c', '"$@"; true', 'sh', process.execPath, '-e', npm, ...command], {
    stdio: STDIO,
    env: { ...process.env, npm_lifecycle_event: 'start' },
  })
}

/** A lab under test, and everything it starts. */
class Lab {
  readonly command: ChildProcess
  readonly exit: Promise<unknown[]>
  stdout = ''
  stderr = ''
  private children: number[] = []

  constructor(args: readonly string[], start: Start = directly) {
    this.command = start([process.execPath, COMMAND, 'up', ...ANY_PORTS, ...args])
    this.exit = once(this.command, 'close')
    this.command.stdout?.on('data', (bytes) => {
      this.stdout += bytes
    })
    this.command.stderr?.on('data', (bytes) => {
      this.stderr += bytes
    })
  }

  /** Waits until all processes are up and the first figures are printed. */
  async waitUntilUp(): Promise<void> {
    await until('the lab is up', async () => {
      if (this.command.exitCode !== null) throw new Error(`the command ended: ${this.stderr}`)
      return this.stdout.includes('SYN queue')
    })
    this.children = childrenOf(this.command.pid ?? -1)
  }

  /** The process ids of server, attacker and page server. */
  get childPids(): readonly number[] {
    expect(this.children).toHaveLength(3)
    return this.children
  }

  async waitUntilChildrenAreGone(): Promise<void> {
    await until('no child is left', async () => this.childPids.every((pid) => !isAlive(pid)))
  }

  /** The URL that was printed for one of the processes. */
  urlOf(name: string): string {
    return new RegExp(`^${name} +(http://\\S+)`, 'm').exec(this.stdout)?.[1] ?? ''
  }
}

const labs: Lab[] = []

function startLab(...args: string[]): Lab {
  return keep(new Lab(args))
}

/** Ends it with the test. */
function keep(lab: Lab): Lab {
  labs.push(lab)
  return lab
}

afterEach(async () => {
  for (const lab of labs.splice(0)) {
    lab.command.kill('SIGKILL')
    await lab.exit
  }
})

describe('synlab up', () => {
  it.skipIf(process.platform === 'win32')(
    'that npm started ends with the shell that npm had started it in',
    async () => {
      const lab = keep(new Lab([], inShellOfNpm))
      await lab.waitUntilUp()
      const [up = -1] = childrenOf(lab.command.pid ?? -1)
      const children = childrenOf(up)
      expect(children).toHaveLength(3)
      lab.command.kill('SIGKILL')
      await until('nobody is left', async () => [up, ...children].every((pid) => !isAlive(pid)))
    },
  )

  it.skipIf(process.platform === 'win32')(
    'that npm started goes on when only whoever started npm is gone',
    async () => {
      const lab = keep(new Lab([], inBackgroundByNpm))
      await lab.waitUntilUp()
      const [npm = -1] = childrenOf(lab.command.pid ?? -1)
      const [up = -1] = childrenOf(npm)
      expect(up).toBeGreaterThan(1)
      try {
        lab.command.kill('SIGKILL')
        const lines = (): number => lab.stdout.split('\n').length
        const told = lines()
        // It tells something each second, and looks for npm twice as often.
        await until('it has gone on for some seconds', async () => lines() > told + 3)
      } finally {
        process.kill(up, 'SIGTERM')
      }
      await until('it is over', async () => !isAlive(up))
    },
  )

  it('with a flood and without cookies shows a full queue, and stops by itself with status 0', async () => {
    const lab = startLab('--for=8', '--flood', '--flood-rate=5000', '--clients-rate=20')
    await lab.waitUntilUp()
    const pids = lab.childPids
    expect(await lab.exit).toEqual([0, null])
    expect(pids.map(isAlive)).toEqual([false, false, false])
    expect(lab.stderr).toBe('')
    expect(lab.stdout).toContain('Possible SYN flooding on port 10.9.0.5:80. Dropping request.')
    const last = lab.stdout.trimEnd().split('\n').at(-2) ?? ''
    expect(last).toMatch(/\| SYN queue 129\/128 \| .*\| cookies 0 \| flood on \d+\/s$/)
    // On a machine that is busy with something else there are seconds in which nobody's attempt ends.
    expect(lab.stdout).toMatch(/success in 3 s: \S+ % \(\d+ of [1-9]\d*\)/)
    expect(lab.stdout).toMatch(/stopped\n$/)
  })

  it('serves the control APIs that it names', async () => {
    const lab = startLab('--backlog=64', '--syn-cookies=2')
    await lab.waitUntilUp()
    const state = (await (await fetch(`${lab.urlOf('server')}/api/state`)).json()) as { config: object }
    expect(state.config).toMatchObject({ backlog: 64, synCookies: 2 })
    const metrics = await (await fetch(`${lab.urlOf('attacker')}/metrics`)).text()
    expect(metrics).toContain('synlab_client_connects_total')
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends cleanly on %s', async (signal) => {
    const lab = startLab()
    await lab.waitUntilUp()
    lab.command.kill(signal)
    expect(await lab.exit).toEqual([0, null])
    expect(lab.childPids.map(isAlive)).toEqual([false, false, false])
    expect(lab.stderr).toBe('')
  })

  it('leaves no process behind when it is killed', async () => {
    const lab = startLab('--flood')
    await lab.waitUntilUp()
    // With a flood under way the attacker has something to log while it ends, to somebody who is gone.
    await until('the flood is on', async () => lab.stdout.includes('flood on'))
    lab.command.kill('SIGKILL')
    await lab.exit
    await lab.waitUntilChildrenAreGone()
  })

  it('stops the other process, says what happened and exits with 1 when one dies', async () => {
    const lab = startLab()
    await lab.waitUntilUp()
    process.kill(lab.childPids[0], 'SIGKILL')
    expect(await lab.exit).toEqual([1, null])
    expect(lab.stderr).toMatch(/^synlab: the (server|attacker) process ended unexpectedly by SIGKILL\n$/)
    expect(lab.childPids.map(isAlive)).toEqual([false, false, false])
  })

  it('starts nothing when a port is in use, and says which', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address() as { port: number }
    const result = await spawnSynlab('up', ...ANY_PORTS, `--attacker-port=${port}`)
    holder.close()
    expect(result).toEqual({
      status: 2,
      stdout: '',
      stderr: `synlab: tcp port ${port} of 127.0.0.1 is in use: choose another with --attacker-port\n`,
    })
  })
})
