/**
 * `synlab bench http` as a user starts it: what the matrix must show, live, and that nothing is left behind.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import type { CellKey } from '../../lab/bench/bench-cells.ts'
import type { BenchResult } from '../../lab/bench/bench-report.ts'
import type { Cell } from '../../lab/bench/http-matrix.ts'
import { COMMAND, spawnSynlab } from '../support/processes/lab-cli.ts'
import { until } from '../support/processes/lab-process.ts'
import { childrenOf, isAlive } from '../support/processes/process-tree.ts'

/** Less than the default load, so that a busy machine can serve it. */
const CONNECTIONS = 25
const RATE = 100
const LOAD = [`--connections=${CONNECTIONS}`, `--rate=${RATE}`]

/** Of a whole matrix, milliseconds. */
const MATRIX_TIMEOUT_MS = 180_000

const commands: ReturnType<typeof spawn>[] = []

afterEach(() => {
  for (const command of commands.splice(0)) command.kill('SIGKILL')
})

function cellOf(
  { cells }: BenchResult,
  key: Pick<CellKey, 'flood' | 'synCookies' | 'keepAlive'>,
): Cell & { perSecond: number; served: number } {
  const cell = cells.find(({ flood, synCookies, keepAlive }) => {
    return flood === key.flood && synCookies === key.synCookies && keepAlive === key.keepAlive
  })
  if (cell === undefined) throw new Error(`no cell ${JSON.stringify(key)}`)
  const { answers, seconds, timeouts, errors } = cell
  return { ...cell, perSecond: answers / seconds, served: answers / (answers + timeouts + errors) }
}

describe('synlab bench http', () => {
  it(
    'shows the outage without cookies, the rescue with them, and that kept connections feel nothing',
    async () => {
      const { status, stdout, stderr } = await spawnSynlab('bench', 'http', '--duration=3', ...LOAD, '--json')
      expect([status, stderr]).toEqual([0, ''])
      const result = JSON.parse(stdout) as BenchResult
      expect(result.parameters).toEqual({
        duration: 3,
        connections: CONNECTIONS,
        timeout: 2,
        floodRate: 5000,
        axes: {
          flood: [false, true],
          synCookies: [0, 1],
          keepAlive: [false, true],
          backlog: [128],
          rate: [RATE],
        },
      })
      expect(result.versions).toMatchObject({ node: process.versions.node, autocannon: '9.0.0' })
      expect(result.cells).toHaveLength(8)

      for (const keepAlive of [false, true]) {
        for (const synCookies of [0, 1] as const) {
          const calm = cellOf(result, { flood: false, synCookies, keepAlive })
          expect([calm.errors, calm.timeouts, calm.non2xx, calm.floodSent]).toEqual([0, 0, 0, 0])
          expect(calm.perSecond).toBeGreaterThan(0.9 * RATE)
          // Each request has a connection of its own, or none has.
          expect(Math.abs(calm.opened - (keepAlive ? 0 : calm.answers))).toBeLessThanOrEqual(
            keepAlive ? 0 : CONNECTIONS,
          )
          const flooded = cellOf(result, { flood: true, synCookies, keepAlive })
          expect(flooded.floodSent).toBeGreaterThan(4000)
          expect(flooded.synQueue.length).toBeGreaterThan(120)
          if (!keepAlive && synCookies === 0) continue
          expect(flooded.perSecond).toBeGreaterThan(0.9 * calm.perSecond)
          expect(flooded.served).toBeGreaterThan(0.99)
        }
      }
      const drowned = cellOf(result, { flood: true, synCookies: 0, keepAlive: false })
      expect(drowned.timeouts).toBeGreaterThan(CONNECTIONS / 2)
      expect(drowned.served).toBeLessThan(0.2)
    },
    MATRIX_TIMEOUT_MS,
  )

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves no process behind on %s', async (signal) => {
    const command = spawn(process.execPath, [COMMAND, 'bench', 'http', ...LOAD], { stdio: 'ignore' })
    commands.push(command)
    const exit = once(command, 'close')
    let children: number[] = []
    await until('server and attacker are there', async () => {
      children = childrenOf(command.pid ?? -1)
      return children.length === 2
    })
    command.kill(signal)
    expect(await exit).toEqual([signal === 'SIGINT' ? 130 : 143, null])
    expect(children.map(isAlive)).toEqual([false, false])
  })

  it('says so and exits with 1 when a process of the lab dies', async () => {
    const command = spawn(process.execPath, [COMMAND, 'bench', 'http', ...LOAD], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    commands.push(command)
    let stderr = ''
    command.stderr?.on('data', (bytes) => {
      stderr += bytes
    })
    const exit = once(command, 'close')
    let children: number[] = []
    await until('server and attacker are there', async () => {
      children = childrenOf(command.pid ?? -1)
      return children.length === 2
    })
    process.kill(children[0] ?? -1, 'SIGKILL')
    expect(await exit).toEqual([1, null])
    expect(stderr).toMatch(/^synlab: the (server|attacker) process ended unexpectedly by SIGKILL\n$/)
    expect(children.map(isAlive)).toEqual([false, false])
  })
})
