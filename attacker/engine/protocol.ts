/**
 * What the engine's thread and the main thread say to each other.
 */
import type { Stamped } from '../../control/stamped.ts'
import type { Prefix } from '../../tcpip/wire/address.ts'
import type { ClientSpec } from '../clients/client-spec.ts'
import type {
  AttackerEngineEvents,
  AttackerState,
  AttackView,
  ClientsView,
  FinishedBatch,
  LinkView,
} from '../contract.ts'
import type { GatewayOptions } from '../gateway/gateway.ts'
import type { HubTarget } from '../guard.ts'
import type { AttackSpec } from '../traffic/attack-spec.ts'
import type { ClientName } from './followed-client.ts'
import type { TraceOrder } from './trace-spool.ts'

export interface EngineOptions {
  readonly hub: HubTarget
  readonly labKey: string
  /** The lab's own network, if it has one beside loopback. */
  readonly labNetwork: Prefix | undefined
  /** Seed of all traffic; undefined for a random one. */
  readonly seed: number | undefined
  /** What clients do from the moment the link is ready. */
  readonly clients: ClientSpec | undefined
  /** The gateway for real clients; undefined for none. */
  readonly gateway: GatewayOptions | undefined
}

/** What is known once the engine is up. */
export interface EngineReady {
  readonly link: LinkView
  /** Where the gateway listens, if there is one. */
  readonly gateway: { readonly host: string; readonly port: number } | undefined
}

/** An attack that was started, or why it was not. */
export type StartResult =
  | { readonly attack: AttackView }
  | { readonly refusal: { readonly code: 'UNAVAILABLE' | 'CONFLICT'; readonly message: string } }

/** An attack, with its trace if it is a replay. */
export interface AttackOrder {
  readonly spec: AttackSpec
  readonly trace?: TraceOrder
}

/** Declared as types, not interfaces: control/thread.ts wants them to be records. */
export type EngineCommands = {
  state: { request: undefined; reply: AttackerState }
  startAttack: { request: AttackOrder; reply: StartResult }
  stopAttack: { request: number; reply: AttackView | undefined }
  stopAll: { request: undefined; reply: number }
  setClients: { request: ClientSpec | undefined; reply: ClientsView }
  reset: { request: undefined; reply: AttackerState }
  follow: { request: ClientName | undefined; reply: boolean }
  takeFinished: { request: undefined; reply: FinishedBatch }
  close: { request: undefined; reply: null }
}

/** What the core of the engine tells. */
export type CoreEvents = AttackerEngineEvents

export type EngineEvents = Stamped<CoreEvents>

export type EngineEvent = keyof EngineEvents

/** What the worker thread is started with. */
export interface EngineWorkerData extends EngineOptions {
  readonly counters: SharedArrayBuffer
}
