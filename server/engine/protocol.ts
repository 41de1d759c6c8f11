/**
 * What the main thread and the engine's thread say to each other.
 */
import type { Stamped } from '../../control/stamped.ts'
import type { ServerConfig } from '../app/server-config.ts'
import type { SlotFrame } from '../app/slot-frame.ts'
import type { SocketList } from '../app/socket-rows.ts'
import type { SocketState } from '../app/socket-state.ts'
import type { TapTarget } from '../app/tap-target.ts'
import type { CookieAnatomy, LinkPeer, ServerEngineEvents } from '../contract.ts'

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
  follow: { request: TapTarget | undefined; reply: number | undefined }
  cookie: { request: number | undefined; reply: CookieAnatomy }
  inspect: { request: undefined; reply: Inspection }
  close: { request: undefined; reply: null }
}

/** What the core of the engine tells. */
export type CoreEvents = ServerEngineEvents

export type EngineEvents = Stamped<CoreEvents>

export type EngineEvent = keyof EngineEvents
