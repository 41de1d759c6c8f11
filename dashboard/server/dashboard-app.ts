/**
 * The page server without its process: the page's files, the one stream that a page listens to, and the calls it makes.
 */
import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Gauge, Registry } from 'prom-client'
import { buildControlApp, type ControlApp, type LogLevel } from '../../control/app.ts'
import { ApiError } from '../../control/errors.ts'
import { packageVersion } from '../../control/package-info.ts'
import { EventStream } from '../../control/sse.ts'
import { epochMilliseconds, monotonicMicroseconds } from '../../tcpip/io/monotonic-clock.ts'
import { type Session, TOKEN_HEADER } from '../contract/http.ts'
import type { HelloMessage, StreamMessage } from '../contract/stream.ts'
import { addControlRoutes } from './control-routes.ts'
import { LabFeed } from './lab-feed.ts'
import { addPageFiles } from './page-files.ts'
import { PageLeases } from './page-leases.ts'

export const DASHBOARD_NAME = 'synlab-dashboard'

export interface DashboardAppOptions {
  readonly serverUrl: URL
  readonly attackerUrls: readonly URL[]
  readonly logLevel: LogLevel
  /** Where the built page is. */
  readonly pageDirectory: string
}

/** How long the processes go on telling after the last page has gone, milliseconds: it may only be loading anew. */
const LINGER_MS = 3_000

const TOKEN_BYTES = 16

/** A page that does not read for so long is dropped and comes back: bytes that may wait for it. */
const MAX_BUFFERED = 4 * 1024 * 1024

/** Name of the events of the stream: the one for which an EventSource needs no listener of its own. */
const MESSAGE = 'message'

/** The page server, not listening yet. */
export async function buildDashboardApp(options: DashboardAppOptions): Promise<ControlApp> {
  const { logLevel, pageDirectory, serverUrl } = options
  const metrics = new Registry()
  const about = 'The page of the lab: its files, one stream of everything that happens, and the calls that it makes.'
  const app = buildControlApp({ name: DASHBOARD_NAME, about, hasPage: true, logLevel, metrics })
  await app.after()
  const token = randomBytes(TOKEN_BYTES).toString('hex')
  app.addHook('onRequest', async (request) => refuseOtherSites(request))
  app.addHook('preHandler', async (request) => refuseWithoutToken(request, token))
  app.get('/api/session', (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ token } satisfies Session),
  )
  const stream = new EventStream({ maxBuffered: MAX_BUFFERED })
  const feed = addStream(app, stream, options)
  addMetrics(metrics, stream, feed)
  const leases = new PageLeases(() => stream.size > 0)
  app.addHook('preClose', async () => leases.close())
  addControlRoutes(app, { serverUrl, attackers: () => feed.attackerPlaces(), leases })
  await addPageFiles(app, pageDirectory)
  return app
}

/** A browser says where a request comes from; what another site asks for is not answered at all. */
function refuseOtherSites({ headers, url }: FastifyRequest): void {
  const site = headers['sec-fetch-site']
  if (!url.startsWith('/api/') || site === undefined || site === 'same-origin' || site === 'none') return
  throw new ApiError('CROSS_ORIGIN', 'requests from pages of other sites are refused')
}

function refuseWithoutToken({ method, headers, routeOptions }: FastifyRequest, token: string): void {
  // What there is no route for changes nothing, and is refused as such.
  if (method === 'GET' || method === 'HEAD' || routeOptions.url === undefined) return
  if (headers[TOKEN_HEADER] === token) return
  throw new ApiError('TOKEN_REQUIRED', `the header ${TOKEN_HEADER} is not the token of GET /api/session`)
}

/** Joins the lab into GET /api/stream, from the first page that comes to a while after the last one has gone. */
function addStream(app: ControlApp, stream: EventStream, { serverUrl, attackerUrls }: DashboardAppOptions): LabFeed {
  const session = randomBytes(8).toString('hex')
  const tell = (message: StreamMessage): void => {
    stream.publish(MESSAGE, message)
    if (message.type === 'presence') app.log.info(`${message.who} is ${message.isThere ? '' : 'not '}there`)
  }
  const feed = new LabFeed({ serverUrl, attackerUrls, tell })
  const hello = (): HelloMessage => ({
    type: 'hello',
    at: epochMilliseconds(monotonicMicroseconds()),
    version: packageVersion(),
    clock: 'wall',
    session,
    marks: feed.recentMarks(),
    presence: feed.presence(),
  })
  let leaving: NodeJS.Timeout | undefined
  app.get('/api/stream', { exposeHeadRoute: false }, async (_request, reply) => {
    reply.raw.on('close', () => {
      clearTimeout(leaving)
      leaving = setTimeout(() => stream.size === 0 && feed.look(false), LINGER_MS).unref()
    })
    await stream.subscribe(reply, async () => ({ event: MESSAGE, data: hello() }))
    // One that had left before it was heard will not leave again.
    if (stream.size > 0) feed.look(true)
  })
  app.addHook('preClose', async () => {
    clearTimeout(leaving)
    feed.close()
    stream.close()
  })
  return feed
}

/** What the page's server shows to Prometheus beside what every process does. */
export const PAGE_METRICS = {
  pages: { name: 'synlab_dashboard_pages', help: 'Pages that listen to the stream.', labelNames: [] },
  processUp: {
    name: 'synlab_dashboard_process_up',
    help: 'Whether a process of the lab is there, as far as the page server can tell: 1 or 0.',
    labelNames: ['process'],
  },
} as const

function addMetrics(metrics: Registry, stream: EventStream, feed: LabFeed): void {
  new Gauge({
    ...PAGE_METRICS.pages,
    registers: [metrics],
    collect() {
      this.set(stream.size)
    },
  })
  new Gauge({
    ...PAGE_METRICS.processUp,
    registers: [metrics],
    collect() {
      this.reset()
      for (const { who, isThere } of feed.presence()) this.set({ process: who }, isThere ? 1 : 0)
    },
  })
}
