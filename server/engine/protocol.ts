/**
 * What the main thread and the engine's thread say to each other.
 */
import type { Stamped } from '../../control/stamped.ts'
import type { PeerChange } from '../../tcpip/udp-link/hub-sessions.ts'
import type { ServerConfig } from '../app/server-config.ts'
import type { SlotFrame } from '../app/slot-frame.ts'
import type { SocketList } from '../app/socket-rows.ts'
import type { SocketState } from '../app/socket-state.ts'

/** What the engine is started with. */
export interface EngineOptions {
  readonly config: ServerConfig
  /** The text of the lab key, the same for everybody in the lab. */
  readonly labKey: string
  readonly linkHost: string
  /** 0 takes any free port. */
  readonly linkPort: number
}

export interface EngineWorkerData extends EngineOptions {
  readonly sharedStats: SharedArrayBuffer
}

/** Where the link listens. */
export interface EngineReady {
  readonly linkHost: string
  readonly linkPort: number
}

/** A process on the other end of the link, for people to read. */
export interface LinkPeer {
  readonly address: string
  readonly port: number
  /** The sources it may use, as `a.b.c.d/n`. */
  readonly prefixes: readonly string[]
  readonly packetsIn: number
  readonly packetsOut: number
  /** Packets that it sent and that never arrived. */
  readonly packetsMissing: number
}

export interface Inspection {
  readonly config: ServerConfig
  readonly peers: readonly LinkPeer[]
}

/** Both queues, place by place, at one moment. */
export interface Slots {
  readonly at: number
  readonly syn: SlotFrame
  readonly accept: SlotFrame
}

export type EngineCommands = {
  configure: { request: Partial<ServerConfig>; reply: ServerConfig }
  reset: { request: undefined; reply: null }
  sockets: { request: { state: SocketState | undefined; limit: number }; reply: SocketList }
  slots: { request: undefined; reply: Slots }
  inspect: { request: undefined; reply: Inspection }
  close: { request: undefined; reply: null }
}

/** What the core of the engine tells. */
export type CoreEvents = {
  /** The configuration was changed; `changed` names the keys. */
  config: { config: ServerConfig; before: ServerConfig; changed: readonly (keyof ServerConfig)[] }
  /** A queue became full, or has been well below its limit for a second. */
  threshold: { queue: 'syn_queue' | 'accept_queue'; isFull: boolean; length: number; limit: number }
  /** The kernel would now log `line`: once in a listener's life. */
  flood: { sendingCookies: boolean; line: string }
  peer: { change: PeerChange; peer: LinkPeer }
  /** Everything was thrown away and started anew. */
  reset: { config: ServerConfig }
}

export type EngineEvents = Stamped<CoreEvents>

export type EngineEvent = keyof EngineEvents
