/**
 * The knobs of a listener; the catalogue of knobs has their ranges, defaults and meanings.
 */
import { type ConfigOf, defaultsOf } from '../knobs/knob-catalogue.ts'

export interface ListenerConfig extends ConfigOf<'listener'> {}

export const LISTENER_DEFAULTS: ListenerConfig = defaultsOf('listener')

/**
 * The limit of both queues, Linux's sk_max_ack_backlog: a negative backlog is taken as unsigned and becomes somaxconn
 * (Linux __sys_listen). Each queue holds one more than this.
 */
export function effectiveBacklog(config: ListenerConfig): number {
  return Math.min(config.backlog >>> 0, config.somaxconn)
}
