/**
 * The calls that a page makes: each is passed on to the control plane that it is about, and comes back with the plane's own
 * answer, status and words. Nothing is decided here, but that an attack ends with the pages (page-leases.ts).
 */
import type { FastifyReply } from 'fastify'
import { type Static, Type } from 'typebox'
import type { AttackerState } from '../../attacker/contract.ts'
import type { ControlApp } from '../../control/app.ts'
import { ApiError } from '../../control/errors.ts'
import { ControlPlane, Refusal } from '../../lab/client/control-plane.ts'
import type { AttackerPlace } from './attacker-names.ts'
import type { PageLeases } from './page-leases.ts'

/** Which attacker a call is about; default the first. */
const OfAttacker = Type.Object({ attacker: Type.Optional(Type.String()) }, { additionalProperties: false })
const AttackParams = Type.Object({ attacker: Type.String(), id: Type.String() }, { additionalProperties: false })

/** A query that is passed on as it came. An object, because the description of the API is made of its properties. */
const AnyQuery = Type.Unsafe<Record<string, string>>(Type.Object({}, { additionalProperties: Type.String() }))

/** A body that is passed on as it came: the plane has the schema. */
const AnyBody = Type.Unknown()

export interface ControlRoutesOptions {
  readonly serverUrl: URL
  /** Those that are known at this moment, the first one first. */
  readonly attackers: () => readonly AttackerPlace[]
  readonly leases: PageLeases
}

/** Adds the routes. */
export function addControlRoutes(app: ControlApp, { serverUrl, attackers, leases }: ControlRoutesOptions): void {
  const server = new ControlPlane(serverUrl.origin)
  const attackerPlane = ({ attacker }: Static<typeof OfAttacker>): ControlPlane => {
    const places = attackers()
    const place = attacker === undefined ? places[0] : places.find(({ id }) => id === attacker)
    if (place !== undefined) return new ControlPlane(place.url)
    if (attacker === undefined) throw new ApiError('UNAVAILABLE', 'there is no attacker')
    throw new ApiError('NOT_FOUND', `there is no attacker ${JSON.stringify(attacker)}`, 'attacker')
  }

  app.get('/api/knobs', (_request, reply) => passOn(server, reply, 'GET', '/api/knobs'))
  app.get('/api/attack-kinds', { schema: { querystring: OfAttacker } }, ({ query }, reply) =>
    passOn(attackerPlane(query), reply, 'GET', '/api/attack-kinds'),
  )
  app.get('/api/sockets', { schema: { querystring: AnyQuery } }, ({ query }, reply) =>
    passOn(server, reply, 'GET', `/api/sockets?${new URLSearchParams(query)}`),
  )
  app.patch('/api/config', { schema: { body: AnyBody } }, ({ body }, reply) =>
    passOn(server, reply, 'PATCH', '/api/config', body),
  )
  const attacking = { schema: { querystring: OfAttacker, body: AnyBody }, config: { status: 201 } }
  app.post('/api/attacks', attacking, async ({ query, body }, reply) => {
    const plane = attackerPlane(query)
    const lease = await leases.at(plane.url).catch((error: unknown) => Promise.reject(noAnswer(plane, error)))
    // What is no object is refused there, in the plane's words.
    const order = isObject(body) ? { lease, ...body } : body
    return passOn(plane, reply, 'POST', '/api/attacks', order)
  })
  app.delete('/api/attacks/:attacker/:id', { schema: { params: AttackParams } }, ({ params }, reply) =>
    passOn(attackerPlane(params), reply, 'DELETE', `/api/attacks/${encodeURIComponent(params.id)}`),
  )
  app.delete('/api/attacks', async () => {
    const answers = await toAll<{ stopped: number }>(attackers(), 'DELETE', '/api/attacks')
    return { stopped: answers.reduce((sum, { stopped }) => sum + stopped, 0) }
  })
  app.put('/api/clients', { schema: { querystring: OfAttacker, body: AnyBody } }, ({ query, body }, reply) =>
    passOn(attackerPlane(query), reply, 'PUT', '/api/clients', body),
  )
  app.post('/api/cookie', { schema: { body: AnyBody } }, ({ body }, reply) =>
    passOn(server, reply, 'POST', '/api/cookie', body),
  )
  app.post('/api/tap', { schema: { body: AnyBody } }, ({ body }, reply) =>
    passOn(server, reply, 'POST', '/api/tap', body),
  )
  app.delete('/api/tap', (_request, reply) => passOn(server, reply, 'DELETE', '/api/tap'))
  app.post('/api/reset', async (_request, reply) => {
    // First what disturbs, so that the server begins in peace.
    await toAll<AttackerState>(attackers(), 'POST', '/api/reset')
    return passOn(server, reply, 'POST', '/api/reset')
  })
}

function isObject(body: unknown): body is object {
  return typeof body === 'object' && body !== null && !Array.isArray(body)
}

/** Makes one call and answers what the plane answers. */
async function passOn(
  plane: ControlPlane,
  reply: FastifyReply,
  method: string,
  path: string,
  body?: unknown,
): Promise<FastifyReply> {
  try {
    const answer = await plane.request(method, path, body)
    return reply.code(answer.status).send(await answer.json())
  } catch (error) {
    if (!(error instanceof Refusal)) throw noAnswer(plane, error)
    const { status, code, message, path: key } = error
    return reply
      .code(status)
      .send({ code: code ?? 'UNAVAILABLE', message, ...(key === undefined ? {} : { path: key }) })
  }
}

/** Makes the same call to every attacker; those that work have done it when one that does not makes this throw. */
async function toAll<T>(places: readonly AttackerPlace[], method: string, path: string): Promise<T[]> {
  const calls = places.map(async ({ url }) => {
    const plane = new ControlPlane(url)
    return plane.json<T>(method, path).catch((error: unknown) => Promise.reject(noAnswer(plane, error)))
  })
  const results = await Promise.allSettled(calls)
  const failure = results.find((result) => result.status === 'rejected')
  if (failure !== undefined) throw failure.reason
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

function noAnswer({ url }: ControlPlane, error: unknown): ApiError {
  const why = error instanceof Refusal ? error.message : 'it does not answer'
  return new ApiError('UNAVAILABLE', `${url}: ${why}`)
}
