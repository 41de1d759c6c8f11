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

/**
 * The SYN queue is full when it is longer than this: the listener's limit, or one less by the rule of kernels before 6.14
 * and its stable backports, which is "as long as the limit" (commit 3479c7549fb1); -1 for a queue that is always full.
 */
export function synQueueLimit(config: ListenerConfig): number {
  return effectiveBacklog(config) - (config.queueRule === 'at' ? 1 : 0)
}
