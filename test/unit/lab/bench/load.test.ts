/**
 * The load against a plain http server on loopback: what is counted is what happened, connection by connection.
 */
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Load, type LoadOptions } from '../../../../lab/bench/load.ts'

/** Seconds that an answer may take where a timeout is not what is tested: a busy machine is none. */
const PATIENCE = 300

let server: Server | undefined
let load: Load | undefined
/** What the server has seen. */
let connections = 0
let requests = 0

afterEach(async () => {
  await load?.stop()
  server?.closeAllConnections()
  server?.close()
})

async function start(answer: RequestListener, options: Partial<LoadOptions> = {}): Promise<Load> {
  connections = 0
  requests = 0
  server = createServer((request, response) => {
    requests++
    answer(request, response)
  })
  server.on('connection', () => connections++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  load = new Load({ url, connections: 5, rate: 50, timeout: PATIENCE, isKeepAlive: false, ...options })
  return load
}

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setImmediate(resolve))
}

describe('a load of requests', () => {
  it('uses each connection for one request and counts every answer, when connections are not kept', async () => {
    const running = await start((_request, response) => response.end('hello'))
    await until(() => running.readWindow().answers >= 50)
    const { answers, errors, timeouts, non2xx } = running.readWindow()
    expect({ errors, timeouts, non2xx }).toEqual({ errors: 0, timeouts: 0, non2xx: 0 })
    // Five may be on their way, either way.
    expect(requests - answers).toBeGreaterThanOrEqual(0)
    expect(requests - answers).toBeLessThanOrEqual(5)
    expect(running.answeredConnections).toBe(5)
    // Each connection that is not in use yet is a next one that waits for its turn to ask.
    expect(connections).toBeGreaterThanOrEqual(requests)
    expect(connections).toBeLessThanOrEqual(requests + 5)
  })

  it('uses one connection for all requests when connections are kept', async () => {
    const running = await start((_request, response) => response.end('hello'), { isKeepAlive: true })
    await until(() => running.readWindow().answers >= 50)
    expect(requests).toBeGreaterThanOrEqual(50)
    expect(connections).toBe(5)
  })

  it('counts an answer that comes in pieces once, when it is whole', async () => {
    let release = (): void => {}
    const running = await start(
      (_request, response) => {
        response.writeHead(200, { 'content-length': 6 })
        response.write('one')
        release = () => response.end('two')
      },
      { connections: 1, rate: 1 },
    )
    await until(() => requests === 1)
    for (let rounds = 0; rounds < 100; rounds++) await new Promise((resolve) => setImmediate(resolve))
    expect(running.readWindow().answers).toBe(0)
    release()
    await until(() => running.readWindow().answers > 0)
    expect(running.readWindow().answers).toBe(1)
  })

  it.each([false, true])(
    'tells timeouts, broken connections and other statuses apart (kept: %s)',
    async (isKeepAlive) => {
      const silent = await start(() => {}, { isKeepAlive, timeout: 1 })
      await until(() => silent.readWindow().timeouts >= 5)
      expect(silent.readWindow()).toMatchObject({
        answers: 0,
        errors: 0,
        p50: undefined,
        p99: undefined,
        max: undefined,
      })
      await silent.stop()

      const broken = await start((request) => request.socket.resetAndDestroy(), { isKeepAlive })
      await until(() => broken.readWindow().errors >= 5)
      expect(broken.readWindow()).toMatchObject({ answers: 0, timeouts: 0 })
      await broken.stop()

      const busy = await start((_request, response) => response.writeHead(503).end('no'), { isKeepAlive })
      await until(() => busy.readWindow().answers >= 50)
      const { answers, ...others } = busy.readWindow()
      expect(others).toMatchObject({ non2xx: answers, errors: 0, timeouts: 0 })
    },
  )

  it('measures from the request to the end of its answer, and nothing from before the window', async () => {
    let delay = 300
    const running = await start((_request, response) => void setTimeout(() => response.end('late'), delay), {
      connections: 1,
      rate: 1,
    })
    await until(() => running.readWindow().answers > 0)
    expect(running.readWindow().max).toBeGreaterThan(295)
    delay = 0
    running.openWindow()
    expect(running.readWindow()).toMatchObject({ answers: 0, p50: undefined })
    await until(() => running.readWindow().answers > 0)
    expect(running.readWindow().answers).toBe(1)
  })
})
