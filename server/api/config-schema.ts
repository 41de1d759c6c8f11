/**
 * The server's knobs as the API takes them: any part of them, each within its range, nothing else.
 */
import { Type } from 'typebox'
import { SERVER_RANGES } from '../app/server-config.ts'

function integer({ min, max }: { readonly min: number; readonly max: number }) {
  return Type.Optional(Type.Integer({ minimum: min, maximum: max }))
}

export const ConfigPatch = Type.Object(
  {
    synCookies: integer(SERVER_RANGES.synCookies),
    backlog: integer(SERVER_RANGES.backlog),
    somaxconn: integer(SERVER_RANGES.somaxconn),
    maxSynBacklog: integer(SERVER_RANGES.maxSynBacklog),
    synAckRetries: integer(SERVER_RANGES.synAckRetries),
    abortOnOverflow: Type.Optional(Type.Boolean()),
    deferAccept: integer(SERVER_RANGES.deferAccept),
    acceptInterval: integer(SERVER_RANGES.acceptInterval),
    workers: integer(SERVER_RANGES.workers),
    requestTimeout: integer(SERVER_RANGES.requestTimeout),
    greeting: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
