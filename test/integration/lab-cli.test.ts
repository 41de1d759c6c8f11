/**
 * The compiled `synlab` command as a process: exit statuses, one line on stderr, nothing left behind when it is
 * interrupted.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COMMAND, readDirectory, spawnSynlab, temporaryDirectory } from '../support/processes/lab-cli.ts'
import { until } from '../support/processes/lab-process.ts'

const SHORT = ['phases.baseline=1', 'phases.attack=2', 'phases.recovery=1', 'thresholds=[]'].flatMap((set) => [
  '--set',
  set,
])

describe('the synlab command', () => {
  it('prints its version', async () => {
    expect(await spawnSynlab('--version')).toEqual({ status: 0, stdout: '0.1.0\n', stderr: '' })
  })

  it.each([
    [['upp']],
    [['run', 'clasic']],
    [['run', 'classic', '--set', 'listener.backlogg=1']],
    [['scenarios', 'all']],
  ])('%j exits with 2 and one line on stderr', async (args) => {
    const { status, stdout, stderr } = await spawnSynlab(...args)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^synlab: .+\n$/)
  })

  it
    .skipIf(!existsSync('/dev/full'))
    .each([[['--version']], [['scenarios']], [['run', 'classic', ...SHORT, '--quiet']]])(
    '%j says in one line that the output cannot be written',
    async (args) => {
      const full = openSync('/dev/full', 'w')
      const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', full, 'pipe'] })
      closeSync(full)
      let stderr = ''
      child.stderr?.on('data', (chunk) => {
        stderr += chunk
      })
      const [status] = await once(child, 'close')
      expect([status, stderr]).toEqual([1, expect.stringMatching(/^synlab: cannot write the output: ENOSPC.*\n$/)])
    },
  )

  it('exits with 99 when a threshold fails', async () => {
    const threshold = 'thresholds=[{arm: cookies-on, phase: attack, metric: failed, min: 1}]'
    const { status, stderr } = await spawnSynlab('run', 'classic', ...SHORT, '--set', threshold, '--json')
    expect([status, stderr]).toEqual([99, ''])
  })

  it('writes the same bundle from two processes', async () => {
    const root = temporaryDirectory()
    const [first, second] = ['first', 'second'].map((name) => join(root, name))
    for (const directory of [first, second]) {
      const { status } = await spawnSynlab('run', 'classic', ...SHORT, '--seed', '9', '--quiet', '--out', directory)
      expect(status).toBe(0)
    }
    const expected = readDirectory(second)
    for (const [file, bytes] of Object.entries(readDirectory(first))) {
      expect(bytes.equals(expected[file]), file).toBe(true)
    }
  })

  it('removes what it has written when it is interrupted', async () => {
    const root = temporaryDirectory()
    const directory = join(root, 'runs', 'long')
    const child = spawn(
      process.execPath,
      [COMMAND, 'run', 'classic', '--set', 'phases.attack=3600', '--out', directory],
      {
        stdio: 'ignore',
      },
    )
    const exit = once(child, 'exit')
    await until(
      'the run has begun',
      async () => readdirSync(root).length > 0 && readdirSync(join(root, 'runs')).length > 0,
    )
    child.kill('SIGINT')
    expect(await exit).toEqual([130, null])
    expect(readdirSync(root)).toEqual([])
  })

  it('is content when its reader has seen enough', async () => {
    const child = spawn(process.execPath, [COMMAND, 'run', 'classic', ...SHORT, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stderr = ''
    child.stderr?.on('data', (bytes) => {
      stderr += bytes
    })
    child.stdout.destroy()
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(stderr).toBe('')
  })
})
