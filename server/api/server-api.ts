/**
 * The server's control API over its engine: state, configuration, sockets, events, metrics. It decides nothing; it checks
 * what comes in and passes it on.
 */
import { Type } from 'typebox'
import { describe } from '../../control/api-description.ts'
import { buildControlApp, type ControlApp, type LogLevel } from '../../control/app.ts'
import { ApiError } from '../../control/errors.ts'
import { EventsQuery, wantedEvents } from '../../control/event-query.ts'
import { MetricsRegistry } from '../../control/metrics-registry.ts'
import { CONNECTION_STATES, parseSocketState, type SocketState } from '../app/socket-state.ts'
import type { ServerEngine } from '../engine/engine.ts'
import { KNOB_VIEWS } from '../knobs/knob-catalogue.ts'
import { METRICS } from '../metrics/catalogue.ts'
import { addChangeTimes } from '../metrics/change-times.ts'
import { formatNodeMetrics, NODE_METRICS_TYPE } from '../metrics/node-exporter.ts'
import { ConfigPatch } from './config-schema.ts'
import { EVENTS_ON_REQUEST, ServerEvents, USUAL_EVENTS } from './events.ts'
import { addTapRoutes } from './tap-routes.ts'

export const SERVER_NAME = 'synlab-server'

/** Socket rows in one reply: the default, and the most. */
const DEFAULT_SOCKETS = 100
const MAX_SOCKETS = 10_000

const SocketsQuery = Type.Object(
  {
    state: Type.Optional(Type.String()),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_SOCKETS })),
  },
  { additionalProperties: false },
)

const CookieBody = Type.Object(
  { cookie: Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffff_ffff })) },
  { additionalProperties: false },
)

/** The API of `engine`, not listening yet. Closing it ends the event stream, not the engine. */
export function buildServerApi(engine: ServerEngine, logLevel: LogLevel): ControlApp {
  const metrics = new MetricsRegistry(METRICS, () => engine.stats())
  addChangeTimes(metrics, engine)
  const about = 'Control API of the server under attack: its state, its knobs, its sockets, its counters.'
  const app = buildControlApp({ name: SERVER_NAME, about, logLevel, metrics })
  logEvents(app, engine)
  const events = new ServerEvents(engine, app.log)
  app.after(() => addRoutes(app, engine, events))
  app.addHook('preClose', async () => events.close())
  return app
}

function addRoutes(app: ControlApp, engine: ServerEngine, events: ServerEvents): void {
  app.get('/api/state', describe('Configuration, queues, counters, connections, link.'), () => engine.state())
  app.get('/api/knobs', describe('The catalogue of knobs: range, default, unit, Linux name.'), () => ({
    knobs: KNOB_VIEWS,
  }))
  app.get('/api/config', describe('The knobs as they are.'), async () => (await engine.state()).config)
  app.patch(
    '/api/config',
    { schema: { summary: 'Turns knobs while the server runs; what is left out stays.', body: ConfigPatch } },
    ({ body }) => engine.configure(body),
  )
  app.get(
    '/api/sockets',
    { schema: { summary: 'The sockets, as ss lists a kernel’s.', querystring: SocketsQuery } },
    ({ query }) => engine.sockets(wantedState(query.state), query.limit ?? DEFAULT_SOCKETS),
  )
  addTapRoutes(app, engine)
  app.post(
    '/api/cookie',
    { schema: { summary: 'Takes the last SYN cookie apart, and judges a number in its place.', body: CookieBody } },
    ({ body }) => engine.cookie(body.cookie),
  )
  app.post('/api/reset', describe('Everything from the beginning, with the present knobs.'), async () => {
    await engine.reset()
    return engine.state()
  })
  app.get('/metrics/node', describe('The counters under the names of Node Exporter.'), (_request, reply) =>
    reply.type(NODE_METRICS_TYPE).send(formatNodeMetrics(engine.stats())),
  )
  app.get(
    '/api/events',
    { exposeHeadRoute: false, schema: { summary: 'What happens, as Server-Sent Events.', querystring: EventsQuery } },
    ({ query }, reply) => events.subscribe(reply, wantedEvents(query, USUAL_EVENTS, EVENTS_ON_REQUEST)),
  )
}

function wantedState(text: string | undefined): SocketState | undefined {
  if (text === undefined) return undefined
  const state = parseSocketState(text)
  if (state !== undefined) return state
  const allowed = ['listen', ...CONNECTION_STATES].join(', ')
  throw new ApiError('BAD_VALUE', `state: ${JSON.stringify(text)} is not one of ${allowed}`, 'state')
}

function logEvents({ log }: ControlApp, engine: ServerEngine): void {
  engine.on('flood', ({ line }) => log.warn(line))
  engine.on('config', ({ config, changed }) => log.info({ config }, `configuration changed: ${changed.join(', ')}`))
  engine.on('threshold', ({ queue, isFull, length, limit }) =>
    log.info({ length, limit }, `${queue} is ${isFull ? 'full' : 'no longer full'}`),
  )
  engine.on('peer', ({ change, peer }) => log.info({ peer }, `a peer ${change} the link`))
  engine.on('reset', () => log.info('everything was reset'))
}
