/** Nothing of a run on the kernel outlives it, also when it is killed in the middle: no process, no namespace, no TUN device. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it, vi } from 'vitest'
import { childrenOf, isAlive } from '../support/processes/process-tree.ts'
import { describeWith } from '../support/processes/tools.ts'
import { obstacle } from './kernel-end.ts'

const MAIN = fileURLToPath(new URL('../../dist/test/kernel/main.js', import.meta.url))
const SCRIPTS = fileURLToPath(new URL('../packetdrill/scripts/syn-queue', import.meta.url))

/** Kernel's ends at a time that tell a run from the one end that it tries first. */
const ENDS = 8

/** Generous: how long a busy machine may take. */
const PATIENCE = { timeout: 60_000, interval: 50 }

/** What `read` gives of each process that is there, by its id; nothing of those that end meanwhile. */
function ofProcesses<Found>(read: (directory: string) => Found): Map<number, Found> {
  const found = new Map<number, Found>()
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      found.set(Number(id), read(`/proc/${id}`))
    } catch {
      // It has ended.
    }
  }
  return found
}

function namespaceOf(id: number | 'self'): string {
  return readlinkSync(`/proc/${id}/ns/net`)
}

/** Processes that are in one of `namespaces` or hold it open. */
function thoseIn(namespaces: readonly string[]): number[] {
  const links = ofProcesses((directory) => [
    readlinkSync(`${directory}/ns/net`),
    ...readdirSync(`${directory}/fd`).map((fd) => readlinkSync(`${directory}/fd/${fd}`)),
  ])
  return [...links].filter(([, found]) => found.some((link) => namespaces.includes(link))).map(([id]) => id)
}

/**
 * The named namespaces and the TUN devices of this one: what other processes could see of a run. Other devices come and go with
 * whoever else uses this machine.
 */
function traces(): string {
  const named = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' }).stdout
  const devices = readdirSync('/sys/class/net').filter((device) => existsSync(`/sys/class/net/${device}/tun_flags`))
  return `${named}\n${devices.join('\n')}`
}

/** A run with `args`, once all its kernel's ends have namespaces of their own; and these. */
async function startRun(args: readonly string[]): Promise<[ChildProcess, number[], string[]]> {
  const run = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' })
  const own = namespaceOf('self')
  const found = await vi.waitFor(() => {
    const children = childrenOf(run.pid as number)
    const namespaces = children.map(namespaceOf).filter((namespace) => namespace !== own)
    if (namespaces.length < ENDS) throw new Error(`${namespaces.length} namespaces so far`)
    return { children, namespaces }
  }, PATIENCE)
  return [run, found.children, found.namespaces]
}

const why = await obstacle()

describeWith(
  ['python3', 'ip'],
  'on the kernel: what is left of a run',
  () => {
    it.each([
      ['scripts', [SCRIPTS]],
      ['programs', ['--seeds', '200']],
    ])('that plays %s and is killed in the middle: nothing', async (_, args) => {
      const before = traces()
      const [run, children, namespaces] = await startRun(args)
      expect(new Set(namespaces).size).toBeGreaterThanOrEqual(ENDS)
      expect(thoseIn(namespaces).length).toBeGreaterThanOrEqual(ENDS)
      run.kill('SIGKILL')
      await once(run, 'exit')
      await vi.waitFor(() => {
        const left = children.filter(isAlive)
        if (left.length > 0) throw new Error(`processes left: ${left.join(', ')}`)
      }, PATIENCE)
      expect(thoseIn(namespaces)).toEqual([])
      expect(traces()).toBe(before)
    })

    it.each([
      ['skipped', '', 0],
      ['FAILED', '1', 1],
    ])('without /dev/net/tun it is %s and says why', (word, required, code) => {
      const command = `mount -t tmpfs none /dev/net && exec "${process.execPath}" "${MAIN}" --seeds 1`
      const env = { ...process.env, SYNLAB_REQUIRE_TOOLS: required }
      const { status, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', command], { env, encoding: 'utf8' })
      expect([stderr.trim(), status]).toEqual([
        `${word}: "on the kernel": there is no /dev/net/tun (modprobe tun).`,
        code,
      ])
    })
  },
  why,
)
