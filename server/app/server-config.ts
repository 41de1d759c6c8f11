/**
 * All knobs of the server, flat: those of the listener and those of the program behind it.
 */
import { LISTENER_DEFAULTS, type ListenerConfig } from '../listener/listener-config.ts'
import { APPLICATION_DEFAULTS, type ApplicationConfig } from './application-config.ts'

export interface ServerConfig extends ListenerConfig, ApplicationConfig {}

export const SERVER_DEFAULTS: ServerConfig = { ...LISTENER_DEFAULTS, ...APPLICATION_DEFAULTS }
