/**
 * The attacker's control API over its engine: attacks, honest clients, state, events, metrics. It decides nothing; it
 * checks what comes in and passes it on.
 */
import { buildControlApp, type ControlApp, type LogLevel } from '../../control/app.ts'
import { ApiError } from '../../control/errors.ts'
import type { AttackerEngine } from '../engine/engine.ts'
import { AttackerRegistry } from '../metrics/registry.ts'
import { AttackerEvents } from './events.ts'
import { AttackBody, AttackParams, ClientsBody, toAttackSpec, toClientSpec } from './schemas.ts'

export const ATTACKER_NAME = 'synlab-attacker'

/** How an attack's id is written. */
const ATTACK_ID = /^[1-9]\d{0,14}$/

/** The API of `engine`, not listening yet. Closing it ends the event stream, not the engine. */
export function buildAttackerApi(engine: AttackerEngine, logLevel: LogLevel): ControlApp {
  const metrics = new AttackerRegistry(() => ({ counters: engine.counters, link: engine.link() }))
  const app = buildControlApp({ name: ATTACKER_NAME, logLevel, metrics })
  logEvents(app, engine)
  addAttackRoutes(app, engine)
  app.get('/api/state', () => engine.state())
  app.put('/api/clients', { schema: { body: ClientsBody } }, ({ body }) => engine.setClients(toClientSpec(body)))
  app.post('/api/reset', () => engine.reset())
  const events = new AttackerEvents(engine, app.log)
  app.get('/api/events', { exposeHeadRoute: false }, (_request, reply) => events.subscribe(reply))
  app.addHook('preClose', async () => events.close())
  return app
}

function addAttackRoutes(app: ControlApp, engine: AttackerEngine): void {
  app.get('/api/attacks', async () => {
    const { attacks } = await engine.state()
    return { attacks }
  })
  app.post('/api/attacks', { schema: { body: AttackBody } }, async ({ body }, reply) => {
    const result = await engine.startAttack(toAttackSpec(body))
    if ('refusal' in result) throw new ApiError(result.refusal.code, result.refusal.message)
    return reply.code(201).header('location', `/api/attacks/${result.attack.id}`).send(result.attack)
  })
  app.delete('/api/attacks', async () => {
    return { stopped: await engine.stopAll() }
  })
  app.get('/api/attacks/:id', { schema: { params: AttackParams } }, async ({ params: { id } }) => {
    const { attacks } = await engine.state()
    return attacks.find((attack) => String(attack.id) === id) ?? noAttack(id)
  })
  app.delete('/api/attacks/:id', { schema: { params: AttackParams } }, async ({ params: { id } }) => {
    // Text that is no id is nobody's; "1.0" is not attack 1.
    if (!ATTACK_ID.test(id)) noAttack(id)
    return (await engine.stopAttack(Number(id))) ?? noAttack(id)
  })
}

function noAttack(id: string): never {
  throw new ApiError('NOT_FOUND', `there is no attack ${JSON.stringify(id)}`)
}

function logEvents({ log }: ControlApp, engine: AttackerEngine): void {
  engine.on('link', ({ state, detail, hub }) => log.info({ hub }, `link ${state}: ${detail}`))
  engine.on('attack', (attack) => log.info({ attack }, `attack ${attack.id} ${attack.state}`))
  engine.on('clients', ({ rate }) => log.info(`clients: ${rate} per second`))
  engine.on('reset', () => log.info('attacks were stopped and counters set to zero'))
}
