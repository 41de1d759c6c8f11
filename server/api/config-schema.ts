/**
 * The server's knobs as the API takes them: any part of them, each within its range, nothing else.
 */
import { Type } from 'typebox'
import { parameterProperties } from '../../catalogue/parameter-schema.ts'
import type { ServerConfig } from '../app/server-config.ts'
import { KNOBS } from '../knobs/knob-catalogue.ts'

export const ConfigPatch = Type.Unsafe<Partial<ServerConfig>>(
  Type.Object(parameterProperties(KNOBS), { additionalProperties: false }),
)
