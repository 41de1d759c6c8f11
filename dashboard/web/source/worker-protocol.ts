/**
 * What the page and the worker with its lab say to each other. Types only.
 */
import type { AttackRequest, ClientsRequest } from '../../contract/attacker.ts'
import type { CookieRequest, ServerConfig } from '../../contract/server.ts'
import type { LabRefusal } from '../../contract/source.ts'
import type { StreamMessage, TapRequest } from '../../contract/stream.ts'
import type { OpenRequest } from '../../virtual/open-request.ts'
import type { TimeState } from '../../virtual/virtual-labs.ts'

export type CallBody =
  | { readonly call: 'open'; readonly request: OpenRequest }
  | { readonly call: 'pause' }
  | { readonly call: 'run'; readonly speed: number; readonly until?: number }
  | { readonly call: 'step'; readonly by: 'packet' | 'event' | 'second' }
  | { readonly call: 'goTo'; readonly at: number }
  | ({ readonly arm: number } & ArmCall)

/** Calls to the lab of one arm. */
export type ArmCall =
  | { readonly call: 'greet' }
  | { readonly call: 'reset' }
  | { readonly call: 'configure'; readonly patch: Partial<ServerConfig> }
  | { readonly call: 'startAttack'; readonly request: AttackRequest }
  | { readonly call: 'stopAttack'; readonly attack: number }
  | { readonly call: 'stopAllAttacks' }
  | { readonly call: 'setClients'; readonly request: ClientsRequest }
  | { readonly call: 'sockets'; readonly state: string | undefined; readonly limit: number }
  | { readonly call: 'follow'; readonly request: TapRequest | undefined }
  | { readonly call: 'cookie'; readonly request: CookieRequest }

export type Call = { readonly id: number } & CallBody

export type Answer = { readonly value: unknown } | { readonly refusal: LabRefusal }

export type FromWorker =
  | ({ readonly kind: 'answer'; readonly id: number } & Answer)
  | { readonly kind: 'messages'; readonly messages: readonly ArmMessage[] }
  | { readonly kind: 'time'; readonly time: TimeState }

export interface ArmMessage {
  readonly arm: number
  readonly message: StreamMessage
}
