/**
 * What honest clients can be told, as properties of a schema with the ranges of their specs: for the control API and for
 * scenario files. Which keys go together is said by `completeClients`.
 */
import Type, { type TInteger, type TNumber } from 'typebox'
import { ARRIVAL_KINDS } from './arrivals.ts'
import { CLIENT_MODES, CLIENT_RANGES, CLIENT_SYSTEMS, SPEAKERS } from './client-spec.ts'

function range(name: keyof typeof CLIENT_RANGES): TNumber {
  return Type.Number({ minimum: CLIENT_RANGES[name].min, maximum: CLIENT_RANGES[name].max })
}

function integer(name: keyof typeof CLIENT_RANGES): TInteger {
  return Type.Integer({ minimum: CLIENT_RANGES[name].min, maximum: CLIENT_RANGES[name].max })
}

/** What clients can be told, all of it optional. */
export const CLIENT_PROPERTIES = {
  mode: Type.Optional(Type.Enum([...CLIENT_MODES])),
  rate: Type.Optional(range('rate')),
  arrivals: Type.Optional(Type.Enum([...ARRIVAL_KINDS])),
  concurrency: Type.Optional(integer('concurrency')),
  thinkTime: Type.Optional(range('thinkTime')),
  connectTimeout: Type.Optional(range('connectTimeout')),
  responseTimeout: Type.Optional(range('responseTimeout')),
  requests: Type.Optional(integer('requests')),
  pause: Type.Optional(range('pause')),
  speaks: Type.Optional(Type.Enum([...SPEAKERS])),
  returning: Type.Optional(range('returning')),
  os: Type.Optional(Type.Enum([...CLIENT_SYSTEMS])),
} as const
