/**
 * What a page is told about a lab, as one stream of messages. The page server joins it from the event streams of server and
 * attackers; the lab inside the browser makes the same messages itself. Types only.
 *
 * Times are milliseconds on the lab's one clock: since the Unix epoch where processes run, virtual time since the start in
 * the browser. Every message carries the time at which what it tells was so, not when it was sent.
 */
import type { AttackerState, FinishedConnection } from '../../attacker/contract.ts'
import type { QueueFrame, ServerState, TapEvent } from '../../server/contract.ts'

export type { FinishedConnection } from '../../attacker/contract.ts'
export type { QueueFrame, TapEnd, TapEnds, TapEvent, TapRequest, TapSegment } from '../../server/contract.ts'

/** Names one attacker among several; stable as long as its process runs. */
export type AttackerId = string

export type StreamMessage =
  | HelloMessage
  | ServerMessage
  | AttackerMessage
  | SlotsMessage
  | ConnectionsMessage
  | MarkMessage
  | TapMessage
  | PresenceMessage
  | GapMessage
  | RewindMessage

/** The first message of every stream, also after a reconnection: who tells, and on which clock. */
export interface HelloMessage {
  readonly type: 'hello'
  readonly at: number
  /** The version of synlab that tells. */
  readonly version: string
  readonly clock: 'wall' | 'virtual'
  /** Changes whenever the teller has forgotten what it told before: ids of messages begin anew. */
  readonly session: string
  /** Marks of the last ten minutes, oldest first, so that a page that comes late knows what was switched. */
  readonly marks: readonly Mark[]
  /** Which processes are known at this moment, there or not. */
  readonly presence: readonly PresenceMessage[]
}

/** The server's state, twice a second; `state` as GET /api/state gives it. */
export interface ServerMessage {
  readonly type: 'server'
  readonly at: number
  readonly state: ServerState
}

/** One attacker's state, twice a second; `state` as its GET /api/state gives it. */
export interface AttackerMessage {
  readonly type: 'attacker'
  readonly at: number
  readonly attacker: AttackerId
  readonly state: AttackerState
}

/** Both queues place by place, ten times a second. */
export interface SlotsMessage {
  readonly type: 'slots'
  readonly at: number
  readonly syn: QueueFrame
  readonly accept: QueueFrame
}

/** Honest connections that have ended, ten times a second at most. */
export interface ConnectionsMessage {
  readonly type: 'connections'
  readonly at: number
  readonly attacker: AttackerId
  /** Ended since the last message = told + left out, when there were too many to tell each one. */
  readonly ended: number
  readonly connections: readonly FinishedConnection[]
}

/** Something was switched, began, ended, or crossed a threshold. */
export interface MarkMessage {
  readonly type: 'mark'
  readonly mark: Mark
}

export type Mark = { readonly at: number } & (
  | { readonly kind: 'config'; readonly changes: Readonly<Record<string, readonly [before: unknown, after: unknown]>> }
  | {
      readonly kind: 'threshold'
      readonly queue: 'syn_queue' | 'accept_queue'
      readonly isFull: boolean
      readonly length: number
      readonly limit: number
    }
  | { readonly kind: 'flood'; readonly sendingCookies: boolean; readonly line: string }
  | {
      readonly kind: 'attack'
      readonly state: 'started' | 'ended'
      readonly attacker: AttackerId
      readonly id: number
      readonly attack: string
      readonly rate: number
    }
  | { readonly kind: 'clients'; readonly attacker: AttackerId; readonly rate: number }
  | { readonly kind: 'reset'; readonly who: 'server' | AttackerId }
  | { readonly kind: 'presence'; readonly who: 'server' | AttackerId; readonly isThere: boolean }
)

/** A process came or went. `detail`: what is the matter, for people. */
export interface PresenceMessage {
  readonly type: 'presence'
  readonly at: number
  readonly who: 'server' | AttackerId
  readonly isThere: boolean
  readonly detail: string
}

/** Messages between these times were lost on the way (ids skipped, a reader too slow): draw a gap. */
export interface GapMessage {
  readonly type: 'gap'
  readonly at: number
  readonly from: number
  readonly to: number
  readonly who: 'server' | AttackerId
}

/**
 * Time was turned back to `at`: forget what was told of later moments, it is about to happen again, or otherwise. Only a lab
 * whose time is its own says this.
 */
export interface RewindMessage {
  readonly type: 'rewind'
  readonly at: number
}

/** What happens on the connection that is being followed. */
export interface TapMessage {
  readonly type: 'tap'
  readonly event: TapEvent
}
