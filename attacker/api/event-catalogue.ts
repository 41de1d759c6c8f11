/**
 * Every event of an attacker's stream; what each carries is in the contract.
 */
import type { EventEntry } from '../../control/event-catalogue.ts'
import type { AttackerEvents } from '../contract.ts'

export const ATTACKER_EVENTS = {
  snapshot: { from: 'api', about: 'The whole state: first of all, and twice a second.' },
  link: { from: 'engine', about: 'The link to the server has changed its state.' },
  attack: { from: 'engine', about: 'An attack began or is over; its state says which.' },
  clients: { from: 'engine', about: 'Honest clients were told something else.' },
  reset: { from: 'engine', about: 'Attacks were stopped and counters set to zero.' },
  lease: { from: 'api', about: 'A lease has run out, and its attacks are stopped.' },
  connections: { from: 'api', onRequest: true, about: 'Honest connections that have ended, ten times a second.' },
  end: { from: 'engine', onRequest: true, about: 'The end of the client that is followed has changed.' },
} as const satisfies Readonly<Record<keyof AttackerEvents, EventEntry>>
