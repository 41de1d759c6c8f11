/**
 * The part of the control API that follows one connection: what happens on it is told as `tap` events (events.ts).
 */
import { type Static, Type } from 'typebox'
import { describe } from '../../control/api-description.ts'
import type { ControlApp } from '../../control/app.ts'
import { ApiError } from '../../control/errors.ts'
import { parseTapTarget, type TapTarget } from '../app/tap-target.ts'
import type { ServerEngine } from '../engine/engine.ts'

const CLOSED = { additionalProperties: false } as const

const Peer = Type.Object({ peer: Type.String() }, CLOSED)

const TapBody = Type.Object({ follow: Type.Union([Type.Literal('honest'), Type.Literal('hostile'), Peer]) }, CLOSED)

export function addTapRoutes(app: ControlApp, engine: ServerEngine): void {
  app.post(
    '/api/tap',
    { schema: { summary: 'Follows one connection: what happens on it is told as tap events.', body: TapBody } },
    async ({ body }) => {
      return { tap: await engine.follow(targetOf(body)) }
    },
  )
  app.delete('/api/tap', describe('Follows none any more.'), async () => {
    await engine.follow(undefined)
    return { tap: null }
  })
}

function targetOf({ follow }: Static<typeof TapBody>): TapTarget {
  const target = parseTapTarget(follow)
  if (target !== undefined || typeof follow === 'string') return target as TapTarget
  const message = `follow.peer: ${JSON.stringify(follow.peer)} is not an address and a port, such as 10.9.16.1:40000`
  throw new ApiError('BAD_VALUE', message, 'follow.peer')
}
