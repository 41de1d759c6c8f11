/**
 * The HTTP server that both control planes start from: JSON errors of one catalogue, requests checked against schemas,
 * health, version and metrics. Its owner adds the routes of its own.
 */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyReply, LogController } from 'fastify'
import { addApiDescription, describe } from './api-description.ts'
import { ConnectionRefusals } from './connection-refusals.ts'
import type { ControlApp, ControlAppOptions, LogLevel } from './control-app.ts'
import { ApiError, BODY_LIMIT_BYTES, toApiError } from './errors.ts'
import { logOutput } from './log-output.ts'
import { packageVersion } from './package-info.ts'
import { addProcessMetrics } from './process-metrics.ts'
import { missingRoute, RouteIndex } from './route-index.ts'
import { compileValidator } from './validation.ts'

export type { ControlApp, LogLevel }

/** How long a request may take to arrive, head and body, milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000

/** How often late requests are looked for, milliseconds. */
const LATE_CHECK_MS = 1_000

/**
 * A control API with GET /healthz, /version, /metrics and a description of itself, not listening yet. Its owner adds routes in
 * `app.after`, so that they are described, too.
 */
export function buildControlApp(options: ControlAppOptions): ControlApp {
  const refusals = new ConnectionRefusals(`the request did not arrive within ${REQUEST_TIMEOUT_MS / 1000} s`)
  const app = Fastify({
    logger: { level: options.logLevel, stream: logOutput },
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { ignoreTrailingSlash: true },
    // Includes connections on which nothing has ever been said.
    http: { headersTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: LATE_CHECK_MS },
    // Who connects and says nothing, or reads nothing, does not hold up the end.
    forceCloseConnections: true,
    clientErrorHandler: refusals.refuse,
    frameworkErrors: (error, _request, reply: FastifyReply) => refuse(reply, toApiError(error)),
  }).withTypeProvider<TypeBoxTypeProvider>()
  refusals.watch(app.server)
  app.setValidatorCompiler(compileValidator)
  takeJsonOnly(app)
  refuseInJson(app)
  refuseForeignPages(app)
  refuseWhatNobodyAsked(app)
  addProcessMetrics(options.metrics)
  addApiDescription(app, options)
  app.after(() => addCommonRoutes(app, options))
  return app
}

/** Bodies are JSON and nothing else: what else there is would only reach a schema as text. */
function takeJsonOnly(app: ControlApp): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    // Many clients name the type whether there is a body or not. Where none is asked for that must not get in the way: what
    // it would keep from happening is, before all, to stop an attack.
    if (text === '' && request.routeOptions.schema?.body === undefined) return done(null, undefined)
    try {
      done(null, parseBody(String(text)))
    } catch (error) {
      done(error as ApiError)
    }
  })
}

function parseBody(text: string): unknown {
  if (text === '') throw new ApiError('BAD_JSON', 'the body is empty; it must be JSON')
  try {
    return JSON.parse(text, (key, value) => {
      // It would be an own key here and a prototype in the first copy that somebody makes.
      if (key === '__proto__') throw new ApiError('UNKNOWN_KEY', 'the key "__proto__" is not allowed in a body', key)
      return value
    })
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw new ApiError('BAD_JSON', `the body is not valid JSON: ${(error as Error).message.replace(/\s+/g, ' ')}`)
  }
}

function refuseInJson(app: ControlApp): void {
  const routes = new RouteIndex()
  app.addHook('onRoute', (route) => routes.add(route.method, route.url))
  app.setErrorHandler((error, request, reply) => {
    const refused = toApiError(error)
    if (refused.statusCode === 500) request.log.error({ err: error }, `${request.method} ${request.url} failed`)
    return refuse(reply, refused)
  })
  app.setNotFoundHandler(({ method, url }, reply) => refuse(reply, missingRoute(routes, method, url, reply)))
}

/** Names under which a control API may be asked for: an address, localhost, or a name without a dot (a container's). */
const OWN_HOST = /^(\[[0-9a-f:.]+\]|[0-9.]+|[a-z0-9_-]+)(:[0-9]+)?$/i

/**
 * A page from anywhere can make a browser on this machine send requests to loopback. It cannot hide where it comes from:
 * whatever changes something is only taken from pages of this server, and from programs, which send no Origin. A page may
 * also have its own domain name point here (DNS rebinding); such names have a dot.
 */
function refuseForeignPages(app: ControlApp): void {
  app.addHook('onRequest', async (request) => {
    const { origin, host = '' } = request.headers
    if (!OWN_HOST.test(host)) {
      throw new ApiError('CROSS_ORIGIN', `requests to the host "${host}" are refused; use 127.0.0.1 or localhost`)
    }
    if (origin === undefined || request.method === 'GET' || request.method === 'HEAD') return
    if (origin === `http://${host}`) return
    throw new ApiError('CROSS_ORIGIN', `requests from pages of ${origin} are refused; this is http://${host}`)
  })
}

/**
 * Where no body is asked for, one with something in it was meant for something else; so was a query, which might have
 * narrowed down what is stopped. What people open in a browser, and Prometheus asks for, may have one.
 */
function refuseWhatNobodyAsked(app: ControlApp): void {
  app.addHook('preValidation', async ({ body, query, routeOptions }) => {
    const { url, schema, method } = routeOptions
    // Where there is no such route, that is what is said.
    if (url === undefined) return
    if (schema?.body === undefined) refuseContent(body, `${method} ${url} takes no body`)
    if (schema?.querystring === undefined && url.startsWith('/api/')) {
      refuseContent(query, `${method} ${url} takes no query`)
    }
  })
}

function refuseContent(content: unknown, message: string): void {
  if (content === undefined || content === null) return
  if (typeof content !== 'object') throw new ApiError('WRONG_TYPE', message)
  const [key] = Object.keys(content)
  if (key !== undefined) throw new ApiError('UNKNOWN_KEY', message, key)
}

function refuse(reply: FastifyReply, error: ApiError): FastifyReply {
  return reply.code(error.statusCode).send(error.toBody())
}

function addCommonRoutes(app: ControlApp, { name, metrics }: ControlAppOptions): void {
  const version = { name, version: packageVersion(), node: process.version }
  app.get('/healthz', describe('Whether the process lives.'), () => ({ status: 'ok' }))
  app.get('/version', describe('Name, version, and Node.js beneath it.'), () => version)
  app.get('/metrics', describe('Everything that is counted, as Prometheus reads it.'), async (_request, reply) => {
    const text = await metrics.metrics()
    return reply.type(metrics.contentType).send(text)
  })
}
