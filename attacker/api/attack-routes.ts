/**
 * The part of the control API that starts, shows and stops attacks.
 */
import { describe } from '../../control/api-description.ts'
import type { ControlApp } from '../../control/app.ts'
import { ApiError } from '../../control/errors.ts'
import type { AttackerEngine } from '../engine/engine.ts'
import type { AttackOrder } from '../engine/protocol.ts'
import { timelineOf } from '../engine/trace-spool.ts'
import type { TraceReader } from '../engine/trace-thread.ts'
import { parseVictim } from '../trace/victim.ts'
import { ATTACK_CATALOGUE, parametersOf } from '../traffic/attack-catalogue.ts'
import { byKind } from '../traffic/attack-schema.ts'
import { type AttackSpec, withTrace } from '../traffic/attack-spec.ts'
import type { AttackLeases } from './lease-routes.ts'
import { AttackBody, AttackBodyInFull, AttackParams, toAttack } from './schemas.ts'

/** The catalogue of attacks with all parameters, for whoever offers a choice. */
const KINDS = byKind((kind) => ({ ...ATTACK_CATALOGUE[kind], parameters: parametersOf(kind) }))

/** How an attack's id is written. */
const ATTACK_ID = /^[1-9]\d{0,14}$/

/** Adds the routes; `traces`: the directory whose recordings may be replayed, and who reads them. */
export function addAttackRoutes(
  app: ControlApp,
  engine: AttackerEngine,
  leases: AttackLeases,
  traces: string | undefined,
  readTrace: TraceReader,
): void {
  app.get('/api/attack-kinds', describe('The catalogue of attacks, with every parameter.'), () => ({ kinds: KINDS }))
  app.get('/api/attacks', describe('Attacks under way, and the latest that are over.'), async () => {
    const { attacks } = await engine.state()
    return { attacks }
  })
  app.post(
    '/api/attacks',
    {
      schema: { summary: 'Starts an attack; parameters are those of its kind.', body: AttackBody },
      config: { status: 201, body: AttackBodyInFull },
    },
    async ({ body }, reply) => {
      const { lease, spec } = toAttack(body)
      leases.check(lease)
      const result = await engine.startAttack(await toOrder(spec, traces, readTrace))
      if ('refusal' in result) throw new ApiError(result.refusal.code, result.refusal.message)
      await leases.bind(lease, result.attack.id)
      return reply.header('location', `/api/attacks/${result.attack.id}`).send(result.attack)
    },
  )
  app.delete('/api/attacks', describe('Stops all attacks.'), async () => {
    return { stopped: await engine.stopAll() }
  })
  app.get(
    '/api/attacks/:id',
    { schema: { summary: 'One attack.', params: AttackParams } },
    async ({ params: { id } }) => {
      const { attacks } = await engine.state()
      return attacks.find((attack) => String(attack.id) === id) ?? noAttack(id)
    },
  )
  app.delete(
    '/api/attacks/:id',
    { schema: { summary: 'Stops an attack.', params: AttackParams } },
    async ({ params: { id } }) => {
      // Text that is no id is nobody's; "1.0" is not attack 1.
      if (!ATTACK_ID.test(id)) noAttack(id)
      return (await engine.stopAttack(Number(id))) ?? noAttack(id)
    },
  )
}

/** The attack with what it needs. Throws an ApiError when a replay has no trace. */
async function toOrder(spec: AttackSpec, traces: string | undefined, readTrace: TraceReader): Promise<AttackOrder> {
  if (spec.kind !== 'trace-replay') return { spec }
  if (traces === undefined) {
    throw new ApiError('BAD_VALUE', 'trace: this attacker was given no directory of traces (--traces)', 'trace')
  }
  const trace = await readTrace(traces, spec.trace, spec.victim === undefined ? undefined : parseVictim(spec.victim))
  if (typeof trace === 'string') throw new ApiError('BAD_VALUE', trace, 'trace')
  return { spec: withTrace(spec, timelineOf(trace)), trace }
}

function noAttack(id: string): never {
  throw new ApiError('NOT_FOUND', `there is no attack ${JSON.stringify(id)}`)
}
