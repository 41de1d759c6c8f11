/**
 * The part of the control API that follows the client's end of one connection: its changes are told as `end` events
 * (events.ts). The server's end, and the segments, are told by the server (server/api/tap-routes.ts).
 */
import { Type } from 'typebox'
import { describe } from '../../control/api-description.ts'
import type { ControlApp } from '../../control/app.ts'
import { ApiError } from '../../control/errors.ts'
import { parseEndpoint } from '../../tcpip/wire/address.ts'
import type { AttackerEngine } from '../engine/engine.ts'

const TapBody = Type.Object({ client: Type.String() }, { additionalProperties: false })

export function addTapRoutes(app: ControlApp, engine: AttackerEngine): void {
  app.post(
    '/api/tap',
    {
      schema: {
        summary: 'Follows one client’s end of its connection: its changes are told as end events.',
        body: TapBody,
      },
    },
    async ({ body: { client } }) => {
      const name = parseEndpoint(client)
      if (name === undefined) {
        const message = `client: ${JSON.stringify(client)} is not an address and a port, such as 10.9.16.1:40000`
        throw new ApiError('BAD_VALUE', message, 'client')
      }
      return { isMine: await engine.follow(name) }
    },
  )
  app.delete('/api/tap', describe('Follows none any more.'), async () => {
    await engine.follow(undefined)
    return { isMine: false }
  })
}
