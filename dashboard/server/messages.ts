/**
 * What the processes tell, in the words of the page's contract.
 */
import type { AttackerEvents } from '../../attacker/contract.ts'
import type { StreamEvent } from '../../lab/client/event-reader.ts'
import type { ServerConfig, ServerEvents } from '../../server/contract.ts'
import type { AttackerId, Mark, StreamMessage } from '../contract/stream.ts'

/** Events of the server that are heard all the time, and those that are only while somebody looks. */
export const SERVER_QUIET = ['config', 'threshold', 'flood', 'reset'] as const satisfies readonly (keyof ServerEvents)[]
export const SERVER_LOUD = ['snapshot', 'slots', 'tap'] as const satisfies readonly (keyof ServerEvents)[]

/** The same of an attacker. */
export const ATTACKER_QUIET = ['attack', 'clients', 'reset'] as const satisfies readonly (keyof AttackerEvents)[]
export const ATTACKER_LOUD = ['snapshot', 'connections', 'end'] as const satisfies readonly (keyof AttackerEvents)[]

/** The message of an event of the server; undefined for one that the page is not told. */
export function serverMessage(told: StreamEvent<ServerEvents>): StreamMessage | undefined {
  switch (told.event) {
    case 'snapshot': {
      const { at, ...state } = told.data
      return { type: 'server', at, state }
    }
    case 'slots':
      return { type: 'slots', ...told.data }
    case 'config': {
      const { at, config, before, changed } = told.data
      return markMessage({ at, kind: 'config', changes: changesOf(before, config, changed) })
    }
    case 'threshold':
      return markMessage({ kind: 'threshold', ...told.data })
    case 'flood':
      return markMessage({ kind: 'flood', ...told.data })
    case 'reset':
      return markMessage({ at: told.data.at, kind: 'reset', who: 'server' })
    // Told with the client's end beside it (tap-ends.ts).
    case 'tap':
    case 'peer':
      return undefined
  }
}

/** The message of an event of an attacker; undefined for one that the page is not told. */
export function attackerMessage(attacker: AttackerId, told: StreamEvent<AttackerEvents>): StreamMessage | undefined {
  switch (told.event) {
    case 'snapshot': {
      const { at, ...state } = told.data
      return { type: 'attacker', at, attacker, state }
    }
    case 'connections':
      return { type: 'connections', attacker, ...told.data }
    case 'attack': {
      const { at, id, kind, rate, state } = told.data
      const began = state === 'running' ? 'started' : 'ended'
      return markMessage({ at, kind: 'attack', state: began, attacker, id, attack: kind, rate })
    }
    case 'clients':
      return markMessage({ at: told.data.at, kind: 'clients', attacker, rate: told.data.rate ?? 0 })
    case 'reset':
      return markMessage({ at: told.data.at, kind: 'reset', who: attacker })
    // The tap joins it with what the server tells (tap-ends.ts).
    case 'end':
    case 'link':
    case 'lease':
      return undefined
  }
}

function markMessage(mark: Mark): StreamMessage {
  return { type: 'mark', mark }
}

function changesOf(
  before: ServerConfig,
  after: ServerConfig,
  changed: readonly (keyof ServerConfig)[],
): Record<string, readonly [unknown, unknown]> {
  return Object.fromEntries(changed.map((key) => [key, [before[key], after[key]] as const]))
}
