/**
 * The attacker's control API over its engine: attacks, honest clients, state, events, metrics. It decides nothing; it
 * checks what comes in and passes it on.
 */

import { describe } from '../../control/api-description.ts'
import { buildControlApp, type ControlApp, type LogLevel } from '../../control/app.ts'
import { EventsQuery, wantedEvents } from '../../control/event-query.ts'
import { MetricsRegistry } from '../../control/metrics-registry.ts'
import type { AttackerEngine } from '../engine/engine.ts'
import { readTrace } from '../engine/trace-file.ts'
import type { TraceReader } from '../engine/trace-thread.ts'
import { addAttackTimes } from '../metrics/attack-times.ts'
import { METRICS } from '../metrics/catalogue.ts'
import { addAttackRoutes } from './attack-routes.ts'
import { ClientsBody, toClientSpec } from './clients-schema.ts'
import { AttackerEvents, EVENTS_ON_REQUEST, USUAL_EVENTS } from './events.ts'
import { addLeaseRoutes } from './lease-routes.ts'
import { addTapRoutes } from './tap-routes.ts'

export const ATTACKER_NAME = 'synlab-attacker'

/**
 * The API of `engine`, not listening yet. Closing it ends the event stream, not the engine. `traces`: the directory whose
 * recordings may be replayed; `read`: who reads them.
 */
export function buildAttackerApi(
  engine: AttackerEngine,
  logLevel: LogLevel,
  traces?: string,
  read: TraceReader = readTrace,
): ControlApp {
  const metrics = new MetricsRegistry(METRICS, () => ({ counters: engine.counters, link: engine.link() }))
  addAttackTimes(metrics, engine)
  const about = 'Control API of an attacker: attacks, honest clients, and how both fare.'
  const app = buildControlApp({ name: ATTACKER_NAME, about, logLevel, metrics })
  logEvents(app, engine)
  const events = new AttackerEvents(engine, app.log)
  app.after(() => addRoutes(app, engine, events, traces, read))
  app.addHook('preClose', async () => events.close())
  return app
}

function addRoutes(
  app: ControlApp,
  engine: AttackerEngine,
  events: AttackerEvents,
  traces: string | undefined,
  read: TraceReader,
): void {
  const clock = (): number => performance.now()
  const leases = addLeaseRoutes(app, engine, clock, (attacks) => events.leaseExpired(attacks))
  addAttackRoutes(app, engine, leases, traces, read)
  addTapRoutes(app, engine)
  app.get('/api/state', describe('Link, attacks, clients, gateway.'), () => engine.state())
  app.get('/api/clients', describe('What the honest clients do, and how they fare.'), async () => {
    return (await engine.state()).clients
  })
  app.put(
    '/api/clients',
    { schema: { summary: 'What the honest clients do from now on.', body: ClientsBody } },
    ({ body }) => engine.setClients(toClientSpec(body)),
  )
  app.post('/api/reset', describe('Stops all attacks, sets the counters to zero.'), () => engine.reset())
  app.get(
    '/api/events',
    { exposeHeadRoute: false, schema: { summary: 'What happens, as Server-Sent Events.', querystring: EventsQuery } },
    ({ query }, reply) => events.subscribe(reply, wantedEvents(query, USUAL_EVENTS, EVENTS_ON_REQUEST)),
  )
}

function logEvents({ log }: ControlApp, engine: AttackerEngine): void {
  engine.on('link', ({ state, detail, hub }) => log.info({ hub }, `link ${state}: ${detail}`))
  engine.on('attack', (attack) => {
    const { id, state, replay } = attack
    const what = state === 'running' && replay !== undefined ? `: replays ${replay.summary}` : ''
    log.info({ attack }, `attack ${id} ${state}${what}`)
  })
  engine.on('clients', ({ mode, rate = 0, concurrency }) => {
    log.info(mode === 'closed' ? `clients: ${concurrency} users` : `clients: ${rate} per second`)
  })
  engine.on('reset', () => log.info('attacks were stopped and counters set to zero'))
}
