/**
 * The part of the control API that deals in leases (leases.ts), and what watches over them.
 */
import { randomUUID } from 'node:crypto'
import Type from 'typebox'
import type { ControlApp } from '../../control/app.ts'
import { ApiError } from '../../control/errors.ts'
import type { AttackerEngine } from '../engine/engine.ts'
import { LEASE_MS, LEASE_MS_MAX, LEASE_TICK_MS, LEASES_MAX, Leases } from './leases.ts'

const LeaseQuery = Type.Object(
  { seconds: Type.Optional(Type.Number({ minimum: LEASE_MS / 1000, maximum: LEASE_MS_MAX / 1000 })) },
  { additionalProperties: false },
)

const LeaseParams = Type.Object({ id: Type.String() }, { additionalProperties: false })

export interface AttackLeases {
  /** Throws an ApiError unless `id` is a live lease; undefined, no lease at all, is fine. */
  check(id: string | undefined): void
  /**
   * The attack that was started ends with the lease. If the lease has run out meanwhile, it is stopped at once and an
   * ApiError says so.
   */
  bind(id: string | undefined, attack: number): Promise<void>
}

/** Adds the routes; `clock` in milliseconds, monotonic. `onExpired` is told the attacks that a lease takes with it when it runs out. */
export function addLeaseRoutes(
  app: ControlApp,
  engine: AttackerEngine,
  clock: () => number,
  onExpired: (attacks: readonly number[]) => void,
): AttackLeases {
  const leases = new Leases()
  const stop = (attacks: readonly number[]): Promise<unknown> => Promise.all(attacks.map((id) => engine.stopAttack(id)))
  const view = (id: string, length: number) => ({ id, seconds: length / 1000 })
  const about = 'Opens a lease: attacks bound to it end with it.'

  const route = { schema: { summary: about, querystring: LeaseQuery }, config: { status: 201 } }
  app.post('/api/leases', route, async ({ query }, reply) => {
    if (leases.size >= LEASES_MAX) throw new ApiError('TOO_MANY', `there are ${LEASES_MAX} leases already`)
    const id = randomUUID()
    const length = query.seconds === undefined ? LEASE_MS : query.seconds * 1000
    leases.open(id, clock(), length)
    return reply.header('location', `/api/leases/${id}`).send(view(id, length))
  })
  app.put(
    '/api/leases/:id',
    { schema: { summary: 'Renews a lease.', params: LeaseParams } },
    async ({ params: { id } }) => {
      const length = leases.renew(id, clock())
      if (length === undefined) throw noLease(id)
      return view(id, length)
    },
  )
  app.delete(
    '/api/leases/:id',
    { schema: { summary: 'Ends a lease and its attacks.', params: LeaseParams } },
    async ({ params: { id } }) => {
      const attacks = leases.close(id)
      if (attacks === undefined) throw noLease(id)
      await stop(attacks)
      return { stopped: attacks.length }
    },
  )

  engine.on('attack', ({ id, state }) => {
    if (state !== 'running') leases.release(id)
  })
  const timer = setInterval(() => {
    const attacks = leases.expire(clock())
    if (attacks.length === 0) return
    app.log.warn({ attacks }, 'a control process has not renewed its lease: its attacks are stopped')
    onExpired(attacks)
    stop(attacks).catch((error) => app.log.error({ err: error }, 'attacks could not be stopped'))
  }, LEASE_TICK_MS)
  timer.unref()
  app.addHook('preClose', async () => clearInterval(timer))

  return {
    check: (id) => {
      if (id !== undefined && !leases.isLive(id, clock())) throw noLease(id)
    },
    bind: async (id, attack) => {
      if (id === undefined) return
      if (leases.isLive(id, clock())) leases.bind(id, attack)
      else {
        await engine.stopAttack(attack)
        throw noLease(id)
      }
    },
  }
}

function noLease(id: string): ApiError {
  return new ApiError('NOT_FOUND', `there is no lease ${JSON.stringify(id)}, or it has run out`)
}
