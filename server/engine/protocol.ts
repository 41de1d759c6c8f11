/**
 * What the main thread and the engine's thread say to each other.
 */
import type { ServerConfig } from '../app/server-config.ts'
import type { SocketList } from '../app/socket-rows.ts'
import type { SocketState } from '../app/socket-state.ts'
import type { LinkPeer, ServerEvents } from '../contract.ts'

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

export interface Inspection {
  readonly config: ServerConfig
  readonly peers: readonly LinkPeer[]
}

export type EngineCommands = {
  configure: { request: Partial<ServerConfig>; reply: ServerConfig }
  reset: { request: undefined; reply: null }
  sockets: { request: { state: SocketState | undefined; limit: number }; reply: SocketList }
  inspect: { request: undefined; reply: Inspection }
  close: { request: undefined; reply: null }
}

/** What the engine tells by itself; the snapshots are the API's. */
export type EngineEvents = Omit<ServerEvents, 'snapshot'>

export type EngineEvent = keyof EngineEvents
