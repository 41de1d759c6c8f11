/**
 * All knobs of the server, flat: those of the listener and those of the program behind it.
 */
import { LISTENER_DEFAULTS, LISTENER_RANGES, type ListenerConfig } from '../listener/listener-config.ts'
import { APPLICATION_DEFAULTS, APPLICATION_RANGES, type ApplicationConfig } from './application-config.ts'

export interface ServerConfig extends ListenerConfig, ApplicationConfig {}

export const SERVER_DEFAULTS: ServerConfig = { ...LISTENER_DEFAULTS, ...APPLICATION_DEFAULTS }

/** Inclusive ranges of the numeric knobs. All are integers. */
export const SERVER_RANGES = { ...LISTENER_RANGES, ...APPLICATION_RANGES } as const
