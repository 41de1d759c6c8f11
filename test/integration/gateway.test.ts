/**
 * The gateway as its users meet it: real processes, real sockets, curl where there is one. Reads the outcome of each
 * connection from /metrics, and the lab's side of it from the server's API.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { byteAt } from '../../server/web/web-app.ts'
import { temporaryDirectory } from '../support/processes/lab-cli.ts'
import { LabProcess, until } from '../support/processes/lab-process.ts'
import { describeWith } from '../support/processes/tools.ts'

const TEN_MEGABYTES = 10_000_000

let started: LabProcess[] = []
let server: LabProcess
let attacker: LabProcess
/** Of the gateway. */
let port = 0
let url = ''

async function start(script: string, ...args: string[]): Promise<LabProcess> {
  const process = new LabProcess(script, args)
  started.push(process)
  await process.waitUntilReady()
  return process
}

async function startServer(linkPort: number | string = 0): Promise<void> {
  server = await start('server/main.js', '--api-port=0', `--link-port=${linkPort}`, '--syn-cookies=0')
}

async function startAttacker(...args: string[]): Promise<void> {
  const hub = `--hub=127.0.0.1:${server.ready.linkPort}`
  attacker = await start('attacker/main.js', '--api-port=0', '--clients-rate=0', '--gateway-port=0', hub, ...args)
  port = (attacker.ready.gateway as { port: number }).port
  url = `http://127.0.0.1:${port}`
}

beforeEach(async () => {
  await startServer()
})

afterEach(async () => {
  await Promise.all(started.map((process) => process.kill()))
  started = []
})

const outcome = (name: string) => attacker.metric(`synlab_gateway_connections_total{outcome="${name}"}`)
const open = () => attacker.metric('synlab_gateway_connections')
const accepted = () => attacker.metric('synlab_gateway_accepted_total')

/** The server's connections by state. */
async function connections(): Promise<Record<string, number>> {
  const { body } = await server.request<{ connections: Record<string, number> }>('GET', '/api/state')
  return body.connections
}

/** A real connection, and how it ended. */
async function dial(): Promise<{ socket: Socket; ended: Promise<string> }> {
  const socket = connect(port, '127.0.0.1')
  const ended = new Promise<string>((resolve) => {
    let code = 'closed'
    socket.on('error', (error: NodeJS.ErrnoException) => {
      code = error.code ?? error.message
    })
    socket.on('close', () => resolve(code))
  })
  socket.resume()
  // A reset may be there before the connection is reported.
  await Promise.race([once(socket, 'connect').catch(() => {}), ended])
  return { socket, ended }
}

interface Fetched {
  /** Exit status of curl. */
  readonly status: number
  readonly stdout: Buffer
}

function curl(...args: string[]): Promise<Fetched> {
  return new Promise((resolve) => {
    const options = { encoding: 'buffer' as const, maxBuffer: 2 * TEN_MEGABYTES }
    execFile('curl', ['-sS', ...args], options, (error, stdout) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout })
    })
  })
}

/** Exit status of curl when its --max-time has passed. */
const CURL_TIMEOUT = 28
/** Exit statuses for a reset: before curl looks at its connection, while it sends, while it waits for an answer. */
const CURL_RESET = [7, 55, 56]

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('the gateway', () => {
  it('serves the page, and counts the connection ok once both sides have closed', async () => {
    await startAttacker()
    const response = await fetch(url, { headers: { connection: 'close' } })
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('TCP under attack')])
    await until('it is counted', async () => (await outcome('ok')) === 1)
    expect([await accepted(), await open()]).toEqual([1, 0])
  })

  it('carries a body both ways at once', async () => {
    await startAttacker()
    const body = Buffer.from(Array.from({ length: 1_000_000 }, (_, place) => byteAt(place)))
    const response = await fetch(`${url}/echo`, { method: 'POST', body, headers: { connection: 'close' } })
    expect(digest(Buffer.from(await response.arrayBuffer()))).toBe(digest(body))
  })

  it('resets further connections at its limit', async () => {
    await startAttacker('--gateway-connections=1')
    const first = await dial()
    await until('it is open', async () => (await open()) === 1)
    const second = await dial()
    expect(await second.ended).toBe('ECONNRESET')
    expect([await outcome('limit'), await open()]).toEqual([1, 1])
    first.socket.end()
    await until('the first has gone', async () => (await open()) === 0)
    expect(await accepted()).toBe(2)
  })

  it('counts from zero after a reset of the attacker', async () => {
    await startAttacker()
    await (await fetch(url, { headers: { connection: 'close' } })).text()
    await until('it is counted', async () => (await outcome('ok')) === 1)
    await attacker.request('POST', '/api/reset')
    expect([await accepted(), await outcome('ok')]).toEqual([0, 0])
  })

  it('resets what is open when the server dies and another takes its place, and serves again', async () => {
    await startAttacker()
    const victim = await dial()
    await until('it is open', async () => (await connections()).established === 1)
    const linkPort = Number(server.ready.linkPort)
    await server.kill()
    const silent = await dial()
    await startServer(linkPort)
    // The new server knows nothing of the old one's connections, and says so when it is asked for a sign of life.
    expect(await victim.ended).toBe('ECONNRESET')
    expect(await outcome('reset')).toBe(1)
    // A handshake that had not begun for the old one succeeds with the new one, or was refused for want of a link.
    if ((await outcome('unavailable')) === 0) {
      await until('the other one is connected', async () => (await connections()).established === 1)
      silent.socket.destroy()
    }
    expect((await fetch(url)).status).toBe(200)
  })

  it('resets at once while there is no server', async () => {
    await startAttacker()
    await server.kill()
    await until(
      'the loss of the link is known',
      async () => (await attacker.metric('synlab_link_state{state="ready"}')) === 0,
    )
    const { ended } = await dial()
    expect(await ended).toBe('ECONNRESET')
    expect(await outcome('unavailable')).toBe(1)
  })

  it('leaves no connection behind at the server when it ends', async () => {
    await startAttacker()
    const clients = [await dial(), await dial()]
    await until('both are open', async () => (await connections()).established === 2)
    attacker.child.kill('SIGTERM')
    expect(await attacker.exit).toEqual({ code: 0, signal: null })
    expect(await Promise.all(clients.map(({ ended }) => ended))).toEqual(['ECONNRESET', 'ECONNRESET'])
    await until('the server has none', async () => (await connections()).established === 0)
  })

  it('a port that is taken is said in one line, with status 2', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port: taken } = holder.address() as { port: number }
    const refused = new LabProcess('attacker/main.js', ['--api-port=0', `--gateway-port=${taken}`, '--hub=127.0.0.1:9'])
    started.push(refused)
    expect(await refused.exit).toEqual({ code: 2, signal: null })
    holder.close()
    expect(refused.stderr).toMatch(/^[^\n]*gateway-port[^\n]*\n$/)
  })
})

describeWith(['curl'], 'curl through the gateway', () => {
  it('downloads and uploads 10 MB byte for byte', async () => {
    await startAttacker()
    const expected = Buffer.from(Array.from({ length: TEN_MEGABYTES }, (_, place) => byteAt(place)))
    const down = await curl(`${url}/bytes/${TEN_MEGABYTES}`)
    expect([down.status, digest(down.stdout)]).toEqual([0, digest(expected)])
    const file = join(temporaryDirectory(), 'body')
    writeFileSync(file, expected)
    const up = await curl('--data-binary', `@${file}`, '-H', 'Expect:', `${url}/echo`)
    expect([up.status, digest(up.stdout)]).toEqual([0, digest(readFileSync(file))])
    await until('both are counted', async () => (await outcome('ok')) === 2)
  })

  it('waits for /slow', async () => {
    await startAttacker()
    const slow = await curl('-w', '%{time_total}', '-o', '/dev/null', `${url}/slow?ms=700`)
    expect(slow.status).toBe(0)
    expect(Number(slow.stdout)).toBeGreaterThan(0.69)
  })

  it('sees nothing of a leak, which stays in CLOSE-WAIT at the server', async () => {
    await startAttacker()
    const { status, stdout } = await curl(`${url}/leak`)
    expect([status, String(stdout)]).toEqual([0, 'This connection will never be closed from here.\n'])
    await until('CLOSE-WAIT', async () => (await connections()).close_wait === 1)
  })

  it('leaves the TIME-WAIT of /close-first with the server, and that of / with the gateway', async () => {
    await startAttacker()
    expect((await curl(`${url}/close-first`)).status).toBe(0)
    await until('TIME-WAIT at the server', async () => (await connections()).time_wait === 1)
    expect((await curl(url)).status).toBe(0)
    await until('both are counted', async () => (await outcome('ok')) === 2)
    expect((await connections()).time_wait).toBe(1)
  })

  it('is silent while the handshake gets no answer, until curl loses patience', async () => {
    await startAttacker()
    server.child.kill('SIGSTOP')
    expect((await curl('--max-time', '1', url)).status).toBe(CURL_TIMEOUT)
    await until('it is counted', async () => (await outcome('client')) === 1)
    server.child.kill('SIGCONT')
  })

  it('is reset when there is no server', async () => {
    await startAttacker()
    await server.kill()
    await until(
      'the loss of the link is known',
      async () => (await attacker.metric('synlab_link_state{state="ready"}')) === 0,
    )
    expect(CURL_RESET).toContain((await curl(url)).status)
  })
})
