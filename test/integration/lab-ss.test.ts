/** `synlab ss` against a live server and its clients. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { SocketList } from '../../server/app/socket-rows.ts'
import { synlab } from '../support/processes/lab-cli.ts'
import { LabProcess, until } from '../support/processes/lab-process.ts'

const processes: LabProcess[] = []

afterEach(async () => {
  await Promise.all(processes.splice(0).map((process) => process.kill()))
})

async function start(script: string, ...args: string[]): Promise<LabProcess> {
  const process = new LabProcess(script, args)
  processes.push(process)
  await process.waitUntilReady()
  return process
}

describe('synlab ss', () => {
  it('shows half-open entries with their timers, and what the limit leaves out', async () => {
    const server = await start('server/main.js', '--api-port=0', '--link-port=0', '--syn-cookies=0')
    const hub = `--hub=127.0.0.1:${server.ready.linkPort}`
    const attacker = await start('attacker/main.js', '--api-port=0', hub, '--clients-rate=0')
    await until('the flood is on', async () => {
      const flood = { kind: 'syn-flood', rate: 1000, duration: 60 }
      return (await attacker.request('POST', '/api/attacks', flood)).status === 201
    })
    await until('the SYN queue is full', async () => (await server.metric('synlab_syn_queue_length')) === 129)
    const url = `http://127.0.0.1:${server.ready.apiPort}`

    const table = await synlab('ss', '--server', url, '--limit', '5')
    expect(table.status).toBe(0)
    const lines = table.stdout.split('\n')
    expect(lines[1]).toMatch(/^LISTEN +0 +128 +10\.9\.0\.5:80 +0\.0\.0\.0:\*$/)
    expect(lines[2]).toMatch(
      /^SYN-RECV +0 +0 +10\.9\.0\.5:80 +198\.1[89]\.\d+\.\d+:\d+ +\(on,[\d.]+m?s,\d\) +[\d.]+m?s$/,
    )
    expect(lines[6]).toBe('... 125 more; --limit shows them')

    const json = await synlab('ss', '--server', url, '--state', 'SYN-RECV', '--limit', '1000', '--json')
    const list = JSON.parse(json.stdout) as SocketList
    expect(list.sockets).toHaveLength(129)
    expect(list.summary).toContainEqual({ state: 'syn_recv', count: 129, oldestMs: null })
    const summary = await synlab('ss', '--server', url, '--summary', '--json')
    expect(JSON.parse(summary.stdout)).toEqual({ summary: list.summary })
    expect((await synlab('ss', '--server', url, '--summary')).stdout).toMatch(
      /^State +Count +Oldest\nLISTEN +1\nSYN-RECV +129\n/,
    )

    const none = await synlab('ss', '--server', url, '--state', 'closing')
    expect([none.status, none.stdout.split('\n').slice(0, 2)]).toEqual([0, ['No socket is in state closing.', '']])
    const nothing = await synlab('ss', '--server', url, '--state', 'closing', '--json')
    expect(JSON.parse(nothing.stdout)).toMatchObject({ sockets: [], total: 0 })
  })

  it.each(['no JSON', '{"sockets": 5}', 'null', '[]'])(
    'refuses a program that is no synlab server: %s',
    async (answer) => {
      const other = createServer((_request, response) => response.end(answer))
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
      try {
        const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
        const { status, stderr } = await synlab('ss', '--server', url)
        expect([status, stderr]).toEqual([
          2,
          `synlab: --server: ${url} is no synlab server: it has no list of sockets\n`,
        ])
      } finally {
        other.close()
        other.closeAllConnections()
      }
    },
  )

  it.each([
    [['--state', 'nonsense'], '--state: there is no state "nonsense"; states: listen, '],
    [['--server', 'http://127.0.0.1:1'], '--server: nothing answers at http://127.0.0.1:1; '],
    [['--server', 'what'], '--server: "what" is not a URL such as '],
    [['--server', 'localhost:8081'], '--server: "localhost:8081" is not a URL such as '],
    [['--server', 'ftp://127.0.0.1'], '--server: "ftp://127.0.0.1" is not a URL such as '],
    [['--limit', '0'], "option '--limit <n>' argument '0' is invalid"],
  ])('refuses %j in one line', async (args, message) => {
    const { status, stderr, stdout } = await synlab('ss', ...args)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})
