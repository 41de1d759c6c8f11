/**
 * The attacker's control API over its engine: attacks, honest clients, state, events, metrics. It decides nothing; it
 * checks what comes in and passes it on.
 */

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
  const app = buildControlApp({ name: ATTACKER_NAME, logLevel, metrics })
  logEvents(app, engine)
  const events = new AttackerEvents(engine, app.log)
  const clock = (): number => performance.now()
  const leases = addLeaseRoutes(app, engine, clock, (attacks) => events.leaseExpired(attacks))
  addAttackRoutes(app, engine, leases, traces, read)
  app.get('/api/state', () => engine.state())
  app.put('/api/clients', { schema: { body: ClientsBody } }, ({ body }) => engine.setClients(toClientSpec(body)))
  app.post('/api/reset', () => engine.reset())
  app.get('/api/events', { exposeHeadRoute: false, schema: { querystring: EventsQuery } }, ({ query }, reply) =>
    events.subscribe(reply, wantedEvents(query, USUAL_EVENTS, EVENTS_ON_REQUEST)),
  )
  app.addHook('preClose', async () => events.close())
  return app
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
