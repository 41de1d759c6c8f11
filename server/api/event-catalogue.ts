/**
 * Every event of the server's stream; what each carries is in the contract.
 */
import type { EventEntry } from '../../control/event-catalogue.ts'
import type { ServerEngineEvents, ServerEvents } from '../contract.ts'

export const SERVER_EVENTS = {
  snapshot: { from: 'api', about: 'The whole state: first of all, and twice a second.' },
  config: { from: 'engine', about: 'Knobs were turned.' },
  threshold: { from: 'engine', about: 'A queue became full, or has been well below its limit for a second.' },
  flood: { from: 'engine', about: 'What the kernel would now log, once in a listener’s life: a possible SYN flood.' },
  peer: { from: 'engine', about: 'A process joined the link, or left it.' },
  reset: { from: 'engine', about: 'Everything was thrown away and started anew.' },
  tap: { from: 'engine', onRequest: true, about: 'What the one connection that is followed has just done.' },
  slots: { from: 'api', onRequest: true, about: 'Both queues place by place, ten times a second.' },
} as const satisfies Readonly<Record<keyof ServerEvents, EventEntry>> &
  Readonly<Record<keyof ServerEngineEvents, { readonly from: 'engine' }>>
