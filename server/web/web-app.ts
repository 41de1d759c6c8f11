/**
 * The victim's web service: a real Fastify app whose http server owns no port. Connections come by its `connection`
 * event, from wherever its owner takes them.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { Readable } from 'node:stream'
import type { FastifyPluginCallbackTypebox, TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { ConnectionRefusals } from '../../control/connection-refusals.ts'
import { ApiError, toApiError } from '../../control/errors.ts'
import { missingRoute, RouteIndex } from '../../control/route-index.ts'
import { compileValidator } from '../../control/validation.ts'
import { epochMilliseconds } from '../../tcpip/io/monotonic-clock.ts'
import type { EndpointDuplex } from '../../tcpip/net/endpoint-duplex.ts'
import { parseRange } from './byte-range.ts'
import { HttpRequestTimer, REQUEST_LIMITS, type RequestLimits, type TimeSource } from './http-request-timer.ts'
import { openingPage } from './opening-page.ts'

/** Largest answer of /bytes, and largest body for /echo, bytes. */
export const MAX_BYTES = 100_000_000

/** Longest wait of /slow, and the usual one, milliseconds. */
const MAX_SLOW = 60_000
const DEFAULT_SLOW = 1000

const CLOSED = { additionalProperties: false } as const

/** Bytes of /bytes made at a time. */
const CHUNK_BYTES = 65_536

const LEAK_BODY = 'This connection will never be closed from here.\n'
const LEAK_RESPONSE = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${LEAK_BODY.length}\r\n\r\n${LEAK_BODY}`

/** What takes connections. */
export interface WebApp {
  /**
   * Serves HTTP on a stream that stands for a net.Socket. The limits of requests are kept by the clock of `time`; `onLate`
   * is told of a request that passes one.
   */
  serve(connection: Duplex, time: TimeSource, onLate?: () => void): void
  /**
   * A request may take so long, milliseconds, on connections already open too; 0 for ever. Its head may take no longer than
   * that, and 60 s.
   */
  setRequestTimeout(milliseconds: number): void
  close(): Promise<void>
}

/** The byte at a place of the stream that /bytes sends: no two blocks of 64 KB in it are alike. */
export function byteAt(place: number): number {
  return (Math.imul(place, 0x9e37_79b1) >>> 13) & 0xff
}

/** The service, ready for connections. Throws a RangeError for limits that contradict each other. */
export async function buildWebApp(limits: Partial<RequestLimits> = {}): Promise<WebApp> {
  let requestLimits: RequestLimits = { ...REQUEST_LIMITS, ...limits }
  const timers = new Map<Duplex, HttpRequestTimer>()
  let server: Server | undefined
  const refusals = new ConnectionRefusals('the request did not arrive in time')
  const routes = new RouteIndex()
  const app = Fastify({
    serverFactory: (handler) => {
      server = createServer(requestLimits, (request: IncomingMessage, response: ServerResponse) => {
        timers.get(request.socket)?.onHead(request)
        handler(request, response)
      })
      refusals.watch(server)
      return server
    },
    bodyLimit: MAX_BYTES,
    routerOptions: { ignoreTrailingSlash: true },
    clientErrorHandler: refusals.refuse,
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      refuse(reply, toApiError(error))
    },
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(compileValidator)
  app.setErrorHandler((error, _request, reply) => refuse(reply, toApiError(error)))
  app.addHook('onRoute', ({ method, url }) => routes.add(method, url))
  app.setNotFoundHandler(({ method, url }, reply) => refuse(reply, missingRoute(routes, method, url, reply)))
  // Bodies stay streams: /echo sends them back as they come.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

  app.addHook('onRequest', async ({ headers: { upgrade = '' } }) => {
    // Any other protocol may be left alone (RFC 9110 7.8); who asks for this one waits for it.
    if (!/\bwebsocket\b/i.test(upgrade)) return
    throw new ApiError(
      'NOT_IMPLEMENTED',
      'this server speaks no websocket; what it has is GET /bytes/:n and POST /echo',
    )
  })
  app.register(addRoutes)
  await app.ready()
  return {
    serve: (connection, time, onLate) => {
      server?.emit('connection', connection)
      const refuseLate = (): void => {
        onLate?.()
        server?.emit('clientError', makeLateError(), connection)
      }
      timers.set(connection, new HttpRequestTimer(connection, requestLimits, time, refuseLate))
      connection.once('close', () => timers.delete(connection))
    },
    setRequestTimeout: (milliseconds) => {
      // Node's rule for a head that has no limit of its own.
      const headersTimeout = Math.min(milliseconds, REQUEST_LIMITS.headersTimeout)
      requestLimits = { ...requestLimits, headersTimeout, requestTimeout: milliseconds }
      for (const timer of timers.values()) timer.setLimits(requestLimits)
    },
    close: () => app.close(),
  }
}

/** What Node's http server reports of a request that takes too long: it is answered with 408. */
function makeLateError(): Error {
  return Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
}

/** What there is to be asked for. */
const addRoutes: FastifyPluginCallbackTypebox = (app, _options, done) => {
  app.get('/', ({ raw }, reply) => {
    // The stream stands for a net.Socket, and knows more than one.
    const { opening } = raw.socket as unknown as Partial<Pick<EndpointDuplex, 'opening'>>
    return reply.type('text/html; charset=utf-8').send(openingPage(opening, epochMilliseconds))
  })

  const bytesParams = Type.Object({ n: Type.Integer({ minimum: 0, maximum: MAX_BYTES }) }, CLOSED)
  app.get('/bytes/:n', { schema: { params: bytesParams } }, (request, reply) => {
    const { n } = request.params
    const { range: asked, 'if-range': validator } = request.headers
    // Ranges are for GET (RFC 9110 14.2). Without a validator of the bytes, none that If-Range names can match: then all of
    // them are sent (13.1.5).
    const range = parseRange(request.method === 'GET' && validator === undefined ? asked : undefined, n)
    reply.header('accept-ranges', 'bytes')
    if (range === 'unsatisfiable') {
      reply.header('content-range', `bytes */${n}`)
      throw new ApiError('RANGE_NOT_SATISFIABLE', `range: there are ${n} bytes, counted from 0`)
    }
    if (range !== undefined) reply.code(206).header('content-range', `bytes ${range.first}-${range.last}/${n}`)
    const { first, last } = range ?? { first: 0, last: n - 1 }
    return reply
      .type('application/octet-stream')
      .header('content-length', last + 1 - first)
      .send(bytesStream(first, last + 1))
  })

  const slowQuery = Type.Object({ ms: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_SLOW })) }, CLOSED)
  app.get('/slow', { schema: { querystring: slowQuery } }, (request, reply) => {
    const ms = request.query.ms ?? DEFAULT_SLOW
    const timer = setTimeout(() => reply.send({ ms }), ms)
    reply.raw.on('close', () => clearTimeout(timer))
  })

  app.post('/echo', (request, reply) => {
    const { 'content-type': type = 'application/octet-stream', 'content-length': length } = request.headers
    if (length !== undefined) reply.header('content-length', length)
    return reply.type(type).send(request.body ?? '')
  })

  app.get('/leak', (request, reply) => {
    reply.hijack()
    leak(request.raw.socket)
  })

  app.get('/close-first', (_request, reply) => reply.header('connection', 'close').send({ closes: 'server' }))
  done()
}

function refuse(reply: FastifyReply, error: ApiError): FastifyReply {
  return reply.code(error.statusCode).send(error.toBody())
}

/**
 * Answers and then forgets the connection, as a program does that loses track of a socket: nobody notices that the peer
 * has closed, and CLOSE-WAIT lasts.
 */
function leak(connection: Duplex & { setTimeout(milliseconds: number): void }): void {
  connection.removeAllListeners('end')
  connection.removeAllListeners('timeout')
  connection.setTimeout(0)
  connection.write(LEAK_RESPONSE)
}

/** Bytes from `begin` on and before `end`, of those that there are. */
function bytesStream(begin: number, end: number): Readable {
  let place = begin
  return new Readable({
    highWaterMark: CHUNK_BYTES,
    read() {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - place))
      for (let i = 0; i < chunk.length; i++) chunk[i] = byteAt(place + i)
      place += chunk.length
      this.push(chunk.length === 0 ? null : chunk)
    },
  })
}
