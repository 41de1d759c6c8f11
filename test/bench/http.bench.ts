/**
 * HTTP requests per second through two endpoints on a memory link, as a ratio to the same Fastify app over the kernel's
 * loopback TCP: the same client code in the same process, in turns. The endpoints do in that process all that the kernel
 * does elsewhere.
 */
import { Agent, type ClientRequestArgs, get } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { SERVER_DEFAULTS } from '../../server/app/server-config.ts'
import { ServerHost } from '../../server/app/server-host.ts'
import { buildWebApp, type WebApp } from '../../server/web/web-app.ts'
import { WebApplication } from '../../server/web/web-application.ts'
import { Counters } from '../../tcpip/base/counters.ts'
import { Endpoint, SECRET_BYTES } from '../../tcpip/host/endpoint.ts'
import { monotonicMicroseconds as clock } from '../../tcpip/io/monotonic-clock.ts'
import { TurnLoop } from '../../tcpip/io/turn-loop.ts'
import { makeMemoryLink } from '../../tcpip/link/memory-link.ts'
import { EndpointNet, NODE_TIMERS } from '../../tcpip/net/endpoint-net.ts'
import { CLIENT_ADDRESSES, SERVER_ADDRESS, SERVER_PORT } from '../../tcpip/wire/address-plan.ts'
import { machine } from './measure.ts'

const CONNECTIONS = 64
const REQUESTS = 4000
const ROUNDS = 9
const WARM_UP_ROUNDS = 3

type Connect = () => Duplex

const secret = (length: number, first: number): Uint8Array => Uint8Array.from({ length }, (_, i) => first + i * 7)

/** Both hosts on a memory link, each turned over by a loop of its own; returns how a client connects. */
function overEndpoints(web: WebApp): Connect {
  const link = makeMemoryLink(4096)
  const client = new Endpoint({
    link: link.b,
    addresses: CLIENT_ADDRESSES,
    secret: secret(SECRET_BYTES, 1),
    counters: new Counters(),
    maxConnections: 1024,
  })
  const server = new ServerHost({
    link: link.a,
    config: SERVER_DEFAULTS,
    secret: secret(56, 2),
    application: (endpoint, listener) => {
      const net = new EndpointNet({ endpoint, address: SERVER_ADDRESS, clock, wake: () => serverLoop.wake() })
      return new WebApplication(web, net, listener)
    },
  })
  const wakeOther = (other: () => TurnLoop, sent: { size: number }) => () => {
    if (sent.size > 0) other().wake()
  }
  const serverLoop: TurnLoop = new TurnLoop({
    host: server,
    link: { end: link.a, flush: wakeOther(() => clientLoop, link.a.tx) },
    clock,
  })
  const clientLoop: TurnLoop = new TurnLoop({
    host: client,
    link: { end: link.b, flush: wakeOther(() => serverLoop, link.b.tx) },
    clock,
  })
  const net = new EndpointNet({
    endpoint: client,
    address: CLIENT_ADDRESSES.base,
    clock,
    wake: () => clientLoop.wake(),
  })
  return () => net.connect({ remote: SERVER_ADDRESS, remotePort: SERVER_PORT })
}

/** The same app behind a port of the kernel's. */
async function overKernel(web: WebApp): Promise<Connect> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    web.serve(socket, { clock, timers: NODE_TIMERS }),
  )
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return () => connect({ port, host: '127.0.0.1', noDelay: true })
}

function makeAgent(open: Connect): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, maxFreeSockets: CONNECTIONS })
  const overridden: { createConnection(options: ClientRequestArgs): Duplex } = agent as never
  overridden.createConnection = open
  return agent
}

function ask(agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ host: 'synlab', path: '/', agent }, (response) => {
      response.on('end', resolve).resume()
    }).on('error', reject)
  })
}

/** Requests per second of one round: `CONNECTIONS` clients that each ask again when they are answered. */
async function round(agent: Agent): Promise<number> {
  const start = performance.now()
  const client = async (): Promise<void> => {
    for (let i = 0; i < REQUESTS / CONNECTIONS; i++) await ask(agent)
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, client))
  return REQUESTS / ((performance.now() - start) / 1000)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

const web = await buildWebApp()
const endpoints = makeAgent(overEndpoints(web))
const kernel = makeAgent(await overKernel(web))
const rates: { endpoint: number; kernel: number }[] = []
for (let i = 0; i < WARM_UP_ROUNDS + ROUNDS; i++) {
  const rate = { endpoint: await round(endpoints), kernel: await round(kernel) }
  if (i >= WARM_UP_ROUNDS) rates.push(rate)
}
console.log(machine())
console.log(
  `HTTP requests/s over endpoints and memory link  ${median(rates.map((r) => r.endpoint))
    .toFixed(0)
    .padStart(8)}`,
)
console.log(
  `HTTP requests/s over kernel loopback TCP        ${median(rates.map((r) => r.kernel))
    .toFixed(0)
    .padStart(8)}`,
)
console.log(`ratio, median of paired rounds: ${median(rates.map((r) => r.endpoint / r.kernel)).toFixed(2)}`)
process.exit(0)
