/**
 * The listener's knobs as the API takes them: any part of them, each within its range, nothing else.
 */
import { Type } from 'typebox'
import { LISTENER_RANGES } from '../listener/listener-config.ts'

function integer({ min, max }: { readonly min: number; readonly max: number }) {
  return Type.Optional(Type.Integer({ minimum: min, maximum: max }))
}

export const ConfigPatch = Type.Object(
  {
    synCookies: integer(LISTENER_RANGES.synCookies),
    backlog: integer(LISTENER_RANGES.backlog),
    somaxconn: integer(LISTENER_RANGES.somaxconn),
    maxSynBacklog: integer(LISTENER_RANGES.maxSynBacklog),
    synAckRetries: integer(LISTENER_RANGES.synAckRetries),
    abortOnOverflow: Type.Optional(Type.Boolean()),
    deferAccept: integer(LISTENER_RANGES.deferAccept),
  },
  { additionalProperties: false },
)
