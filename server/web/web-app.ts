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
import { ApiError, toApiError } from '../../control/errors.ts'
import { compileValidator } from '../../control/validation.ts'
import { epochMilliseconds } from '../../tcpip/io/monotonic-clock.ts'
import type { EndpointDuplex } from '../../tcpip/net/endpoint-duplex.ts'
import { openingPage } from './opening-page.ts'
import { REQUEST_LIMITS, type RequestLimits, RequestTimer, type TimeSource } from './request-timer.ts'

/** Largest answer of /bytes, and largest body for /echo, bytes. */
export const MAX_BYTES = 100_000_000

/** Longest wait of /slow, and the usual one, milliseconds. */
const MAX_SLOW = 60_000
const DEFAULT_SLOW = 1000

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
  const timers = new Map<Duplex, RequestTimer>()
  let server: Server | undefined
  const app = Fastify({
    serverFactory: (handler) => {
      server = createServer(requestLimits, (request: IncomingMessage, response: ServerResponse) => {
        timers.get(request.socket)?.onHead(request)
        handler(request, response)
      })
      return server
    },
    bodyLimit: MAX_BYTES,
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      refuse(reply, toApiError(error))
    },
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(compileValidator)
  app.setErrorHandler((error, _request, reply) => refuse(reply, toApiError(error)))
  app.setNotFoundHandler((request, reply) => {
    const refused = new ApiError('NOT_FOUND', `there is no ${request.method} ${request.url.split('?')[0]}`)
    return refuse(reply, refused)
  })
  // Bodies stay streams: /echo sends them back as they come.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

  app.register(routes)
  await app.ready()
  return {
    serve: (connection, time, onLate) => {
      server?.emit('connection', connection)
      const refuseLate = (): void => {
        onLate?.()
        server?.emit('clientError', makeLateError(), connection)
      }
      timers.set(connection, new RequestTimer(connection, requestLimits, time, refuseLate))
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

/** What Node's http server reports of a request that takes too long; Fastify answers it with 408. */
function makeLateError(): Error {
  return Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
}

/** What there is to be asked for. */
const routes: FastifyPluginCallbackTypebox = (app, _options, done) => {
  app.get('/', ({ raw }, reply) => {
    // The stream stands for a net.Socket, and knows more than one.
    const { opening } = raw.socket as unknown as Partial<Pick<EndpointDuplex, 'opening'>>
    return reply.type('text/html; charset=utf-8').send(openingPage(opening, epochMilliseconds))
  })

  const bytesParams = Type.Object({ n: Type.Integer({ minimum: 0, maximum: MAX_BYTES }) })
  app.get('/bytes/:n', { schema: { params: bytesParams } }, (request, reply) => {
    const { n } = request.params
    return reply.type('application/octet-stream').header('content-length', n).send(bytesStream(n))
  })

  const slowQuery = Type.Object({ ms: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_SLOW })) })
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

function bytesStream(total: number): Readable {
  let place = 0
  return new Readable({
    highWaterMark: CHUNK_BYTES,
    read() {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, total - place))
      for (let i = 0; i < chunk.length; i++) chunk[i] = byteAt(place + i)
      place += chunk.length
      this.push(chunk.length === 0 ? null : chunk)
    },
  })
}
